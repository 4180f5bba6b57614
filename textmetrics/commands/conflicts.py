"""Goals that pull against each other."""

from __future__ import annotations

from typing import Annotated

import typer

from . import Folder, command, console


@command("conflicts")
def show_conflicts(
    folder: Folder,
    by: Annotated[str, typer.Option(help="How long a period is: day, week, month, quarter, year; period means month.")] = "month",
    every: Annotated[bool, typer.Option("--all", help="Pairs that are not in conflict, too.")] = False,
) -> None:
    """Watch figures that pull against each other over periods, and signs of gaming."""
    from .. import conflicts
    from ..panel import panel
    from ..render.conflicts import conflicts as render
    from ..render.figures import sections
    from ..report import Report
    from ..side_conflicts import side_conflicts

    report, period = Report.load(folder), "month" if by == "period" else by
    console().print(render(conflicts.conflicts(report, period=period), every=every))
    console().print()
    console().print(sections([panel(report, period=period), *side_conflicts(report, period=period), *conflicts.gaming(report, period=period)]))
