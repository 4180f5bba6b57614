"""The summary of a report for a terminal, at any width from 60 columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..cleaning import printable
from ..coverage import coverage
from ..estimates import FEWEST, too_few
from ..insights import insights
from ..metrics import METRICS
from ..report import Report
from ..spans import shown
from ..summing import row_of
from ..tables import ESTIMATE_COLUMNS
from . import FAMILIES, beside, ends, figure
from .calibration import as_people_read

BARS = ((100, 16), (90, 8), (0, 0))  # columns of the terminal from which a bar has so many characters
WIDE = 150  # columns from which each metric's first sentence stands beside it
TAIL = "p90"  # the percentile that stands below the median in the short summary, from `BARS`' first width on
SPARKS = "▁▂▃▄▅▆▇█"


class Summary:
    """The whole summary: what was read, each channel's metrics, what is worth a look. ``every``: all metrics, not the headlines alone."""

    def __init__(self, report: Report, *, every: bool = False, by: Iterable[str] = ()) -> None:
        self.report, self.every, self.by = report, every, tuple(by)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield _head(self.report)
        rows, columns = self.report.estimate_rows(self.by)
        table = [dict(zip(columns, r, strict=True)) for r in rows]
        groups = [c for c in columns[1:] if c not in (*ESTIMATE_COLUMNS, "channel")]
        sizes = Counter(self.report.arrow("conversations")["channel"].to_pylist())
        for channel in sorted({r["channel"] for r in table if r["channel"]}):
            yield _channel(channel, sizes[channel], [r for r in table if r["channel"] == channel], groups, self, options.max_width)
        yield _worth_a_look(self.report)
        yield _foot(self.report)


def summary(report: Report, *, every: bool = False, by: Iterable[str] = ()) -> Summary:
    """A report's summary, for a console of any width."""
    return Summary(report, every=every, by=by)


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
    if n := counts.get("left_out"):
        aside.append(f"{n:,} things that are no messages (changes, drafts, ...) counted in run.json")
    if n := counts.get("repeated"):
        aside.append(f"{n:,} first replies that came at once in the same words, taken as automatic")
    if n := counts.get("clock_skewed"):
        aside.append(f"{n:,} conversations with impossible clocks kept out of all waits")
    if n := sum(lang is None for lang in report.arrow("conversations")["language"].to_pylist()):
        aside.append(f"{n:,} conversations in no language that was recognised")
    unread = _without_pack(report)
    if unread:
        aside.append(f"no language pack, so times and volumes only: {unread}")
    lines = [head, Text("Set aside: " + ("; ".join(aside) if aside else "nothing"), "dim")]
    note = Text("n: observations. Interval: 95 %; of 'acknowledged' and 'resolution' it reaches from none to all of the silent. Rough: a share known to 10 points or worse.", "dim")
    if any(report.arrow("conversations")["too_young"].to_pylist()):
        note.append(" Young: too recent for an outcome, not in n.")
    return Group(*lines, note)


def _without_pack(report: Report) -> str:
    from .. import packs

    counted: dict[str, int] = {}
    for code in report.arrow("conversations")["language"].to_pylist():
        if code is not None and code not in packs.languages():
            counted[code] = counted.get(code, 0) + 1
    return ", ".join(f"{code} {n:,}" for code, n in sorted(counted.items(), key=lambda x: (-x[1], x[0])))


def _channel(channel: str, size: int, rows: list[dict[str, Any]], groups: list[str], shown_by: Summary, width: int) -> Padding:
    table = Table(title=Text(printable(f"{channel}: {size:,} conversations"), "bold"), title_justify="left", box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    bar = next(size for columns, size in BARS if width >= columns)
    table.add_column("")
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True, width=bar)
    table.add_column("interval", no_wrap=True)
    table.add_column("n", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True, style="dim")
    if width >= WIDE:
        table.add_column("", style="dim")
    told: dict[str, list[dict[str, Any]]] = {name: [] for name in FAMILIES}
    for r in rows:
        name, which = row_of(r["metric"])
        m, tail = METRICS.get(name), which == TAIL and r["value"] is not None and width >= BARS[0][0] and not any(r.get(g) for g in groups)
        if m is not None and (shown_by.every or (m.leads(channel) and (tail or not m.lasts or not which))):
            told.setdefault(m.family, []).append(r)
    for family, members in told.items():
        if members:
            table.add_row(Text(FAMILIES.get(family, family), "italic cyan", no_wrap=True, overflow="ellipsis"))
        for r in _ordered(members, groups):
            cells = _cells(r, groups, shown_by.report, bar)
            if width >= WIDE:
                about = "" if row_of(r["metric"])[1] or any(r.get(g) for g in groups) else METRICS[r["metric"]].title
                cells.append(Text(about, no_wrap=True, overflow="ellipsis"))
            table.add_row(*cells)
            if not any(r.get(g) for g in groups) and (read := as_people_read(shown_by.report, r["metric"], channel)):
                table.add_row(*read)
    return Padding(table, (1, 0, 0, 0))


def _ordered(rows: list[dict[str, Any]], groups: list[str]) -> list[dict[str, Any]]:
    """The order of the metrics in their file, each with its percentiles below it, then its breakdowns with theirs."""
    place = {name: METRICS[name].observe.__code__.co_firstlineno for name in {row_of(r["metric"])[0] for r in rows}}
    return sorted(rows, key=lambda r: (place[row_of(r["metric"])[0]], [str(r.get(g) or "") for g in groups], r["metric"]))


def _cells(r: Mapping[str, Any], groups: list[str], report: Report, width: int) -> list[Text]:
    named = [f"{g} {r[g]}" for g in groups if r.get(g) not in (None, "")]
    name, which = row_of(r["metric"])
    more = {"": "", "beyond_comparison": "beyond no solution"}.get(which, which)
    label = "  … " + printable(", ".join([*named, *([more] if more else [])])) if named or more else "  " + name.replace("_", " ")
    unit = r["unit"]
    few = too_few(r["estimate"], r["n"])
    interval = "" if few else ends(r)
    picture = Text("")
    if width and unit == "share" and not few and r["value"] is not None:
        picture = _bar(r, width)
    elif width and r["estimate"] in ("survival", "quantile") and unit == "s" and not named:
        picture = Text(_spark(report, name, r["channel"], width), "blue")
    rest = beside(r).replace(", ", "\n")  # one below the other: names of metrics need the room
    return [Text(label, no_wrap=True, overflow="ellipsis"), Text(figure(r), "dim" if few else "bold"), picture, Text(interval), Text(f"{r['n']:,}"), Text(rest)]


def _bar(r: Mapping[str, Any], width: int) -> Text:
    """A share as a bar: solid up to the interval, half up to the value, shaded over the rest of the interval."""
    value, low, high = (0.0 if r[k] is None else float(r[k]) for k in ("value", "low", "high"))
    colour = {"higher": "green", "lower": "yellow"}.get(r["better"] or "", "blue")
    bar = Text()
    for k in range(width):
        middle = (k + 0.5) / width
        if middle <= value:
            bar.append("█" if middle <= low or r["low"] is None else "▓", colour)
        else:
            bar.append("▒" if middle <= high else "·", "dim")
    return bar


def _spark(report: Report, metric: str, channel: str, width: int) -> str:
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
    counts, _ = np.histogram(np.log10(np.maximum(values, 1.0)), bins=width, range=(0.0, 7.0))
    top = counts.max()
    return "".join(SPARKS[round(c / top * 7)] if c else " " for c in counts)


def _foot(report: Report) -> Padding:
    """What the figures rest on: shares in one paragraph, then who read along, and what found it all."""
    lines = coverage(report)
    shares = [f"{c.name} {shown(c.value, 'share')}" if c.value is not None else f"{c.name} unknown" for c in lines if not c.words]
    words = [f"{c.name}: {printable(c.words)}" for c in lines if c.words]
    return Padding(Group(Text("What it rests on", "bold"), Text("; ".join(shares) + ".", "dim"), *(Text(f"{w[0].upper()}{w[1:]}.", "dim") for w in words)), (1, 0, 0, 0))


def _worth_a_look(report: Report) -> Padding:
    lines: list[Any] = [Text("Worth a look", "bold")]
    for number, one in enumerate(insights(report), start=1):
        lines.append(Text(f"{number}. {printable(one.text)}."))
        if one.quote:
            lines.append(Text(f"   “{printable(one.quote)}”", "italic"))
        if one.conversation:
            lines.append(Text(f"   textmetrics show DIR {printable(one.conversation)}", "dim"))
    if len(lines) == 1:
        lines.append(Text("Nothing stands out."))
    return Padding(Group(*lines), (1, 0, 0, 0))
