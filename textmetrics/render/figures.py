"""Sections of figures, for a terminal: every number with n, interval and conversations to open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..cleaning import printable
from ..estimates import FEWEST
from ..figures import Figure, Section
from ..spans import lacking, shown

GROUP, NAME = 9, 14  # columns of a terminal that groups and names have at least


def sections(found: Iterable[Section], *, conversations: int = 2) -> Group:
    """All sections that hold something, one below the other; at most so many ``conversations`` a figure."""
    parts = [Padding(_section(s, conversations), (0, 0, 1, 0)) for s in found if s.figures]
    return Group(*parts) if parts else Group(Text("Nothing to show: the run holds none of what this needs.", "dim"))


def _section(s: Section, conversations: int) -> Group:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", overflow="fold", min_width=min(GROUP, max((len(f.group) for f in s.figures), default=0)))
    table.add_column("", overflow="fold", ratio=3, min_width=NAME)
    for name in ("value", "95 %", "n"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("see", overflow="fold", ratio=2)
    before = None
    for f in s.figures:
        group = "" if f.group == before else f.group
        before = f.group
        value, interval = told(f)
        label = Text(printable(f.name))
        if f.note:
            label.append(f"  {printable(f.note)}", "dim")
        n = f"{f.estimate.n:,}" + (f"\n{f.estimate.n_open:,} open" if f.estimate.n_open else "")
        table.add_row(Text(printable(group), "bold"), label, value, Text(interval, "dim"), n, Text(printable(", ".join(f.behind[:conversations])), "dim"))
    head: list[Text | Table] = [Text(s.title, "bold underline")]
    if s.read:
        head.append(Text(s.read, "dim"))
    return Group(*head, table, *(Text(printable(note), "dim") for note in s.notes))


def told(f: Figure) -> tuple[str, str]:
    """Value and interval of a figure as words; a share of fewer than ten is told as a count."""
    e = f.estimate
    if e.value is None and 0 < e.n < e.need:
        return lacking(e.n, e.need), ""
    if e.value is None:
        return ("" if f.unit == "" or not e.n else "not reached"), ""
    if f.unit == "share" and e.n < FEWEST:
        return f"{round(e.value * e.n)} of {e.n}", ""
    unit = "" if f.unit == "difference of shares" else f.unit
    value = f"{100 * e.value:+.1f} pp" if f.unit == "difference of shares" else shown(e.value, unit)
    if e.low is None and e.high is None:
        return value, ""
    low, high = (f"{100 * x:+.1f}" if f.unit == "difference of shares" and x is not None else "?" if x is None else shown(x, unit) for x in (e.low, e.high))
    return value, f"{low.removesuffix(' %') if f.unit == 'share' else low} – {high}"


def behind(ids: Sequence[str], most: int = 5) -> str:
    """A few conversations of many."""
    return printable(", ".join(ids[:most]) + (f" and {len(ids) - most:,} more" if len(ids) > most else ""))
