"""A reconciliation for a terminal: from our figure to a vendor's, a line for each difference."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..cleaning import printable
from ..dialects import Dialect, Line, Reconciled
from ..spans import shown


def reconciliation(told: Dialect, found: Sequence[Reconciled]) -> Group:
    """All metrics a vendor shares with us, channel by channel; what cannot be computed is said once."""
    parts: list[object] = [Text(f"as {told.name}", "bold"), Text(f"{told.doc} Each line changes one thing; 'assumed': not documented.", "dim")]
    for channel in dict.fromkeys(r.channel for r in found):
        table = Table(title=Text(channel, "bold"), title_justify="left", box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
        table.add_column()
        for _ in range(3):
            table.add_column(justify="right", no_wrap=True)
        table.add_column(style="dim", no_wrap=True)
        for r in (r for r in found if r.channel == channel and r.lines):
            _rows(table, r)
        parts.append(Padding(table, (1, 0, 0, 0)))
    needs = dict.fromkeys((r.theirs, r.note) for r in found if not r.lines)
    parts.append(Text(""))
    parts += [Text(f"Not computed: {theirs} {note}.", "dim") for theirs, note in needs]
    parts += [Text(f"{short}: {page}", "dim") for short, page in told.sources.items()]
    return Group(*parts)  # type: ignore[arg-type]


def _rows(table: Table, r: Reconciled) -> None:
    first, last = r.lines[0], r.lines[-1]
    table.add_row(Text(printable(f"{r.ours.replace('_', ' ')}, as we count"), "cyan"), Text(shown(first.value, r.unit), "bold"), "", f"n {first.n:,}", "")
    before = first
    if not last.n:
        table.add_row(Padding(Text(f"= {r.theirs}: {next((line.change for line in r.lines if not line.n), '')}", "italic"), (0, 0, 0, 2)), Text("not in this run", "dim"), "", "", "")
        return
    for line in r.lines[1:]:
        table.add_row(Padding(Text(line.change), (0, 0, 0, 2)), shown(line.value, r.unit), Text(_moved(before, line, r.unit), "yellow"), f"n {line.n:,}", line.source)
        before = line
    note = f" {r.note}" if r.note else ""
    table.add_row(Padding(Text(f"= {r.theirs}{note}", "italic"), (0, 0, 0, 2)), Text(shown(last.value, r.unit), "bold"), Text(_moved(first, last, r.unit), "bold yellow"), f"n {last.n:,}", "")


def _moved(before: Line, after: Line, unit: str) -> str:
    """How far a step moves the figure: points for shares, the difference otherwise."""
    if before.value is None or after.value is None:
        return ""
    change = after.value - before.value
    if abs(change) < 1e-12:
        return "="
    if unit == "share":
        return f"{100 * change:+.1f}"
    moved = shown(change, unit)
    return moved if moved.startswith(("-", "+")) else f"+{moved}"
