"""What changed between two runs, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..addresses import place
from . import command, console


@command("diff")
def diff_runs(
    old: Annotated[Path, typer.Argument(help="The folder of the earlier run.", parser=place, metavar="OLD")],
    new: Annotated[Path, typer.Argument(help="The folder of the later run.", parser=place, metavar="NEW")],
    metric: Annotated[list[str] | None, typer.Option(help="Only this metric; may be given again.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Figures that did not change too.")] = False,
    conversations: Annotated[int, typer.Option(help="How many conversations to name for each channel.")] = 3,
) -> None:
    """Say what changed between two runs because of data, detector or definition."""
    from ..differences import difference
    from ..render.differences import differences
    from ..report import Report

    found = difference(Report.load(old), Report.load(new), metrics=metric)
    console().print(differences(found, every=every, conversations=conversations))
