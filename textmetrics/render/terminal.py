"""The summary of a report for a terminal, at any width from 60 columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..cleaning import printable
from ..estimates import FEWEST
from ..insights import insights
from ..metrics import METRICS
from ..report import BEYOND, Report
from ..spans import shown

FAMILIES = {
    "resolution": "did it work?",
    "deadlines": "in time?",
    "waiting": "how long did they wait?",
    "effort": "how hard was it?",
    "mood": "how did they feel?",
    "behaviour": "what were they told?",
    "approval": "what did others think?",
    "volume": "how much is there?",
}
BAR = 16  # characters
WIDE = 130  # columns from which each metric's first sentence stands beside it
SPARKS = "▁▂▃▄▅▆▇█"


def summary(report: Report, *, every: bool = False, by: Iterable[str] = ()) -> Group:
    """The whole summary: what was read, each channel's metrics, what is worth a look. ``every``: all metrics, not the headlines alone."""
    parts: list[Any] = [_head(report)]
    rows, columns = report.estimate_rows(tuple(by))
    table = [dict(zip(columns, r, strict=True)) for r in rows]
    groups = [c for c in columns[1:] if c not in ("n", "value", "low", "high", "unit", "better", "estimate", "n_open", "channel")]
    sizes: dict[str, int] = {}
    for name in report.arrow("conversations")["channel"].to_pylist():
        sizes[name] = sizes.get(name, 0) + 1
    for channel in sorted({r["channel"] for r in table if r["channel"]}):
        parts.append(_channel(channel, sizes.get(channel, 0), [r for r in table if r["channel"] == channel], groups, report, every))
    parts.append(_worth_a_look(report))
    return Group(*parts)


def _head(report: Report) -> Group:
    run, counts = report.run, report.run["counts"]
    head = Text()
    head.append("textmetrics", "bold")
    head.append(f"  {counts['conversations']:,} conversations, {counts['messages']:,} messages")
    if run.get("as_of"):
        head.append(f", as of {run['as_of'][:16].replace('T', ' ')} UTC")
    aside = []
    if n := report.arrow("problems").num_rows:
        aside.append(f"{n:,} problem{'s' if n > 1 else ''}: see problems.parquet")
    if n := counts.get("merged"):
        aside.append(f"{n:,} messages found twice and kept once")
    if n := counts.get("clock_skewed"):
        aside.append(f"{n:,} conversations with impossible clocks kept out of all waits")
    if n := sum(lang is None for lang in report.arrow("conversations")["language"].to_pylist()):
        aside.append(f"{n:,} conversations in no language that was recognised")
    unread = _without_pack(report)
    if unread:
        aside.append(f"no language pack, so times and volumes only: {unread}")
    lines = [head, Text("Set aside: " + ("; ".join(aside) if aside else "nothing"), "dim")]
    note = Text("n: observations. Interval: 95 %; of 'acknowledged' and 'resolution' it reaches from none to all of the silent.", "dim")
    return Group(*lines, note)


def _without_pack(report: Report) -> str:
    from .. import packs

    counted: dict[str, int] = {}
    for code in report.arrow("conversations")["language"].to_pylist():
        if code is not None and code not in packs.languages():
            counted[code] = counted.get(code, 0) + 1
    return ", ".join(f"{code} {n:,}" for code, n in sorted(counted.items(), key=lambda x: (-x[1], x[0])))


def _channel(channel: str, size: int, rows: list[dict[str, Any]], groups: list[str], report: Report, every: bool) -> Padding:
    table = Table(
        title=Text(f"{channel}: {size:,} conversations", "bold"),
        title_justify="left",
        box=None,
        padding=(0, 1),
        pad_edge=False,
        show_header=True,
        header_style="dim",
        expand=False,
    )
    table.add_column("", no_wrap=True, overflow="ellipsis", ratio=None)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("interval", justify="left", no_wrap=True)
    table.add_column("n", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True, style="dim")
    told = {name: [] for name in FAMILIES}  # type: dict[str, list[dict[str, Any]]]
    for r in rows:
        m = METRICS.get(r["metric"].removesuffix(BEYOND))
        if m is not None and (every or m.headline):
            told.setdefault(m.family, []).append(r)
    for family, members in told.items():
        if not members:
            continue
        table.add_row(Text(FAMILIES.get(family, family), "italic cyan"))
        for r in _ordered(members):
            table.add_row(*_cells(r, groups, report))
    return Padding(table, (1, 0, 0, 0))


def _ordered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The order of the metrics in their file, each with its breakdowns below it."""
    place = {name: METRICS[name].observe.__code__.co_firstlineno for name in {r["metric"].removesuffix(BEYOND) for r in rows}}
    return sorted(rows, key=lambda r: (place[r["metric"].removesuffix(BEYOND)], r["metric"]))


def _cells(r: Mapping[str, Any], groups: list[str], report: Report) -> list[Text]:
    named = [f"{g} {r[g]}" for g in groups if r.get(g) not in (None, "")]
    name = r["metric"].removesuffix(BEYOND)
    label = "  … compared with no solution" if r["metric"].endswith(BEYOND) else "  … " + printable(", ".join(named)) if named else "  " + name.replace("_", " ")
    unit = r["unit"]
    few = r["estimate"] in ("proportion", "bounds") and r["n"] < FEWEST
    value = Text("few" if few else shown(r["value"], unit) if r["value"] is not None or r["n"] else "unknown", _style(r))
    interval = (
        ""
        if r["low"] is None and r["high"] is None
        else f"{'?' if r['low'] is None else shown(r['low'], unit)} to {'…' if r['high'] is None else shown(r['high'], unit)}"
    )
    picture = Text("")
    if unit == "share" and not few and r["value"] is not None:
        picture = _bar(r)
    elif r["estimate"] in ("survival", "quantile") and unit == "s" and not named:
        picture = Text(_spark(report, name, r["channel"]), "blue")
    silent = {"bounds": "silent", "survival": "open", "proportion": "open", "maximum": "open"}.get(r["estimate"], "open")
    return [Text(label), value, picture, Text("" if few else interval), Text(f"{r['n']:,}"), Text(f"{r['n_open']:,} {silent}" if r["n_open"] else "")]


def _style(r: Mapping[str, Any]) -> str:
    return "bold"


def _bar(r: Mapping[str, Any]) -> Text:
    """A share as a bar: solid up to the value, shaded over the interval."""
    value, low, high = (0.0 if r[k] is None else float(r[k]) for k in ("value", "low", "high"))
    bar = Text()
    for k in range(BAR):
        middle = (k + 0.5) / BAR
        if middle <= value:
            bar.append("█" if middle <= low or r["low"] is None else "▓", "green" if r["better"] == "higher" else "yellow")
        elif middle <= high:
            bar.append("▒", "dim")
        else:
            bar.append("·", "dim")
    return bar


def _spark(report: Report, metric: str, channel: str) -> str:
    """How waits spread: their number in steps from seconds to weeks, on a logarithmic scale."""
    import numpy as np
    import pyarrow.compute as pc

    observed = report.arrow("observations")
    mine = observed.filter(pc.equal(observed["metric"], metric))
    conversations = report.arrow("conversations")
    ids = conversations.filter(pc.equal(conversations["channel"], channel))["conversation_id"]
    values = np.asarray(mine.filter(pc.is_in(mine["conversation_id"], value_set=ids.combine_chunks()))["value"])
    if len(values) < FEWEST:
        return ""
    counts, _ = np.histogram(np.log10(np.maximum(values, 1.0)), bins=BAR, range=(0.0, 7.0))
    top = counts.max()
    return "".join(SPARKS[round(c / top * 7)] if c else " " for c in counts)


def _worth_a_look(report: Report) -> Padding:
    lines: list[Any] = [Text("Worth a look", "bold")]
    for number, one in enumerate(insights(report), start=1):
        lines.append(Text(f"{number}. {one.text}."))
        if one.quote:
            lines.append(Text(f"   “{printable(one.quote)}”", "italic"))
        if one.conversation:
            lines.append(Text(f"   textmetrics show DIR {printable(one.conversation)}", "dim"))
    if len(lines) == 1:
        lines.append(Text("Nothing stands out."))
    return Padding(Group(*lines), (1, 0, 0, 0))
