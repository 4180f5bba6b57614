"""Runs or groups side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..addresses import place
from . import Folder, command, console


@command("compare")
def compare_runs(
    folder: Folder,
    other: Annotated[Path | None, typer.Argument(help="The folder of a second run; without it, groups within the first are compared with --by.", parser=place, metavar="[OTHER]")] = None,
    by: Annotated[str | None, typer.Option(help="period, channel, team, queue, or any column: its groups are compared.")] = None,
    period: Annotated[str, typer.Option(help="How long a period is: day, week, month, quarter, year.")] = "month",
    metric: Annotated[list[str] | None, typer.Option(help="Only this metric; may be given again. Default: the headlines.")] = None,
    within: Annotated[list[str] | None, typer.Option(help="Standardise within this column; may be given again. Default: request_type, language, severity.")] = None,
    rank: Annotated[str | None, typer.Option(help="Rank the groups by this metric, partially pooled.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Differences that may be chance, too.")] = False,
) -> None:
    """Compare runs, periods, channels or teams: difference with interval, crude and standardised, split into mix and rate."""
    from .. import comparison
    from ..errors import UsageError
    from ..metrics import METRICS
    from ..render import comparison as render
    from ..report import Report

    strata = tuple(within or comparison.STRATA)
    if (other is None) == (by is None):
        raise UsageError("give a second run, or --by COLUMN to compare groups within one (not both)")
    if other is not None:
        console().print(render.comparison(comparison.compare(Report.load(folder), Report.load(other), metrics=metric, strata=strata, names=(folder.name, other.name)), every=every))
        return
    report, column = Report.load(folder), by or ""
    console().print(render.comparison(comparison.compare_by(report, column, metrics=metric, strata=strata, period=period), every=every))
    console().print(render.curves(comparison.curves(report, column, metrics=metric, strata=strata, period=period)))
    if rank:
        console().print(render.ranking(comparison.ranking(report, column, rank, period=period), rank, METRICS[rank].unit))
