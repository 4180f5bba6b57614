"""Customers over conversations and channels."""

from __future__ import annotations

from typing import Annotated

import typer

from . import Folder, command, console


@command("journeys")
def show_journeys(
    folder: Folder,
    conversations: Annotated[int, typer.Option(help="How many conversations to name for each figure.")] = 2,
) -> None:
    """Follow customers over channels: silence and change of channel, paths, contacts to resolution, repeats, reopens."""
    from ..journeys import customer_journeys
    from ..render.figures import sections
    from ..report import Report

    console().print(sections(customer_journeys(Report.load(folder)), conversations=conversations))
