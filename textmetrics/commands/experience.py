"""What customers could expect, and what they got."""

from __future__ import annotations

from typing import Annotated

import typer

from . import Folder, command, console


@command("experience")
def show_experience(
    folder: Folder,
    conversations: Annotated[int, typer.Option(help="How many conversations to name for each figure.")] = 2,
) -> None:
    """Hold what customers got against what they could expect: waits, contact after contact, surveys."""
    from ..expectations import expectations
    from ..render.figures import sections
    from ..report import Report

    console().print(sections(expectations(Report.load(folder)), conversations=conversations))
