"""What people read of a run, for a terminal: the detector's card, and the rate corrected by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..agreement import FEWEST_PAIRS
from ..cleaning import printable
from ..corrections import FEWEST_READ
from ..drift import drifted
from ..report import Report
from ..spans import shown


def as_people_read(report: Report, metric: str, channel: str) -> list[Text] | None:
    """The row below a metric in the summary: the same rate as people who read a sample would have it. None where nobody did."""
    one = (report.calibration or {}).get(metric)
    cell = next((c for c in one["cells"] if c["channel"] == channel and c["language"] is None), None) if one else None
    if cell is None or (not cell["read"] and not cell.get("corrected")):
        return None
    fixed = cell.get("corrected") or cell.get("people_alone")
    label = Text("  … as people read it", no_wrap=True, overflow="ellipsis", style="italic")
    if fixed is None:
        return [label, Text("refused", "dim"), Text(""), Text(cell["refused"].split(":")[0], "dim", no_wrap=True, overflow="ellipsis"), Text(""), Text("")]
    return [label, Text(shown(fixed["value"], "share"), "bold"), Text(""), Text(span(fixed)), Text(f"{cell['read']:,}"), Text("read" if cell.get("corrected") else "read, alone")]


def span(r: Mapping[str, Any]) -> str:
    """An interval in words."""
    return f"{shown(r['low'], 'share')} to {shown(r['high'], 'share')}"


def calibration(found: Mapping[str, Any]) -> Group:
    """Every question of a calibration: how much was read, how well reviewers agree, a row per channel and language."""
    return Group(*(Padding(_question(name, one), (0, 0, 1, 0)) for name, one in found.items()))


def _question(name: str, one: Mapping[str, Any]) -> Group:
    dates = f", of {one['read_from']} to {one['read_to']}" if one["read_from"] else ""
    left = "".join(f"; {one[k]:,} {words}" for k, words in (("unread", "without a verdict"), ("outside", "no longer in question")) if one[k])
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", no_wrap=True)
    for column in ("read", "sensitivity", "specificity", "as found", "as people read it"):
        table.add_column(column, justify="right", no_wrap=True)
    notes = []
    for cell in one["cells"]:
        where = cell["channel"] if cell["language"] is None else f"  {cell['language']}"
        fixed = cell.get("corrected")
        told = f"{shown(fixed['value'], 'share')}  {_short(fixed)}" if fixed else "few" if cell["read"] < FEWEST_READ else "refused"
        measured = [f"{shown(m['value'], 'share')}  {_short(m)}" if (m := cell.get(k)) else "" for k in ("sensitivity", "specificity")]
        raw = "" if cell["raw"]["value"] is None else shown(cell["raw"]["value"], "share")
        table.add_row(Text(printable(where)), f"{cell['read']:,}", *measured, raw, Text(told, "bold" if fixed else "dim"))
        if cell["language"] is None:
            notes.append(cell)
    return Group(
        Text(f"{name}: {one['read']:,} conversations read by people{dates}{left}", "bold"),
        Text(printable(one["ask"]), "italic"),
        _agreement(one["agreement"]),
        table,
        *_notes(notes, one["target"]),
    )


def _short(r: Mapping[str, Any]) -> str:
    return f"({100 * r['low']:.0f}-{100 * r['high']:.0f})"


def _agreement(a: Mapping[str, Any]) -> Text:
    if not a["n"]:
        return Text("No second reviewer: how far people agree is not known, and so neither how far a detector could.", "dim")
    if a["kappa"]["value"] is None:
        return Text(f"Two reviewers, {a['n']:,} conversations: all the same verdict, agreement beyond chance cannot be told.", "dim")
    parts = [f"{name} {c['value']:.2f} ({c['low']:.2f} to {c['high']:.2f})" for name, c in (("kappa", a["kappa"]), ("alpha", a["alpha"]))]
    few = "" if a["enough"] else f"; {FEWEST_PAIRS} are wanted to judge a detector by it"
    return Text(f"Two reviewers, {a['n']:,} conversations: {', '.join(parts)}{few}.", "dim")


def _notes(cells: Sequence[Mapping[str, Any]], target: float) -> list[Text]:
    """Below the table: what was refused and why, and how many more must be read for the target."""
    notes = []
    for cell in cells:
        if reason := cell.get("refused"):
            alone = cell.get("people_alone")
            rest = f"; by what was read alone: {shown(alone['value'], 'share')} ({span(alone)})" if alone else ""
            notes.append(Text(f"{cell['channel']}: refused, {reason}{rest}.", "yellow"))
        notes += _drift(cell)
        if total := sum((cell.get("more") or {}).values()):
            split = ", ".join(f"{n:,} that it answers {k}" for k, n in cell["more"].items() if n and k != "any")
            notes.append(Text(f"{cell['channel']}: {total:,} more to read for ±{100 * target:g} points{f' ({split})' if split else ''}.", "dim"))
    if small := [c["channel"] for c in cells if c.get("more", {}) is None and c.get("corrected") and c["read"]]:
        notes.append(Text(f"±{100 * target:g} points are out of reach in {', '.join(small)}, however many are read: the archive is too small to tell so finely.", "dim"))
    return notes


def _drift(cell: Mapping[str, Any]) -> list[Text]:
    """A word where the detector was not worth the same all the time."""
    lines = []
    for name in drifted(cell.get("halves", ())):
        a, b = cell["halves"]
        told = f"{name} {shown(a[name]['value'], 'share')} {_short(a[name])} up to {a['to']}, {shown(b[name]['value'], 'share')} {_short(b[name])} after"
        lines.append(Text(f"{cell['channel']}: drift, {told}: read on by period before comparing periods.", "yellow"))
    return lines
