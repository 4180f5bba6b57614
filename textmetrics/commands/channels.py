"""Channels side by side, surveys and help centre."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..addresses import place
from . import Folder, command, console

Named = Annotated[int, typer.Option(help="How many conversations to name for each figure.")]


@command("channels")
def show_channels(
    folder: Folder,
    peak: Annotated[list[str] | None, typer.Option(help="A peak day or a range of them (2026-11-27..2026-11-30), compared with the others; may be given again.")] = None,
    confusion: Annotated[Path | None, typer.Option(help="A reviewed sample (CSV: channel, read, found, and n where rows are counts): request types are corrected by it.", parser=place, metavar="PATH")] = None,
    timezone: Annotated[str, typer.Option(help="Whose days and hours these are.")] = "UTC",
    conversations: Named = 2,
) -> None:
    """Put channels side by side: volume, speed, abandonment, request types, revenue, peaks, the eight questions."""
    from .. import crosschannel
    from ..confusion import load
    from ..render.figures import sections
    from ..report import Report

    mistaken = load(confusion) if confusion is not None else None
    found = crosschannel.channels(Report.load(folder), peaks=crosschannel.peak_days(peak or ()), zone=timezone, mistaken=mistaken)
    console().print(sections(found, conversations=conversations))


@command("surveys")
def show_surveys(folder: Folder, conversations: Named = 2) -> None:
    """Show surveys and help-centre reads that were mined with the run: scores with bounds, who answered and what the others would have, who read and still asked."""
    from ..predicted import predicted
    from ..render.figures import sections
    from ..report import Report
    from ..selfservice import self_service
    from ..surveys import surveys

    report = Report.load(folder)
    console().print(sections([*surveys(report), predicted(report), *self_service(report)], conversations=conversations))
