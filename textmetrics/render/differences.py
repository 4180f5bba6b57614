"""Two runs side by side, for a terminal: what changed, by how much, because of what, and in which conversations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..cleaning import printable
from ..differences import NOTHING, Behind, Change, Difference
from ..spans import shown

FINDINGS = 4  # that came or went, named for one conversation


def differences(d: Difference, *, every: bool = False, conversations: int = 3) -> Group:
    """The whole difference; unchanged metrics only with ``every``."""
    head = f"{d.alike:,} conversations are alike in both; {len(d.added):,} came, {len(d.removed):,} went, {len(d.altered):,} changed"
    parts: list[Text | Table | Padding] = [Text(head, "bold"), *(Text(f"  {printable(r)}") for r in d.reasons)]
    if not d.reasons:
        parts.append(Text("  Same inputs, same detector, same definitions.", "dim"))
    for name, ids in (("came", d.added), ("went", d.removed), ("changed", d.altered)):
        if ids:
            parts.append(Text(f"  {name}: {printable(', '.join(ids[:conversations]))}{', ...' if len(ids) > conversations else ''}", "dim"))
    moved = [c for c in d.changes if every or _moved(c)]
    sides = {"first": {c.channel for c in d.changes if c.n_before}, "second": {c.channel for c in d.changes if c.n_after}}
    for channel in sorted({c.channel for c in moved}):
        only = [side for side, channels in sides.items() if channel in channels]
        body = _table([c for c in moved if c.channel == channel], conversations) if len(only) == 2 else Text(f"only in the {only[0]} run", "dim")
        parts.append(Padding(Group(Text(channel, "bold"), body), (1, 0, 0, 0)))
    unmoved = len(d.changes) - len([c for c in d.changes if _moved(c)])
    parts.append(Text(f"{unmoved:,} of {len(d.changes):,} figures (a metric in a channel) did not change.", "dim"))
    return Group(*parts)


def _moved(c: Change) -> bool:
    if c.before is None and c.after is None:
        return False
    return c.before != c.after or c.n_before != c.n_after or any(p is None or abs(p) > NOTHING for p in _parts(c))


def _parts(c: Change) -> tuple[float | None, ...]:
    return c.data, c.detector, c.definition


def _table(changes: Sequence[Change], conversations: int) -> Group:
    names = ("data", "detector", "definition")
    used = [k for k in range(3) if any((p := _parts(c)[k]) is None or abs(p) > NOTHING for c in changes)]
    rows = [[_shown(c.before, c), _shown(c.after, c), *(_signed(_parts(c)[k], c.unit) for k in used)] for c in changes]
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("")
    for k, column in enumerate(("before", "after", *(names[k] for k in used))):
        table.add_column(column, justify="right", no_wrap=True, min_width=max([len(column), *(len(r[k]) for r in rows)]))
    for c, row in zip(changes, rows, strict=True):
        told = [Text(cell, "dim" if cell == "=" else "yellow") for cell in row[2:]]
        table.add_row(Text(c.metric.replace("_", " ")), row[0], Text(row[1], "bold"), *told)
    notes: dict[str, list[str]] = {}
    for c in changes:
        if c.note:
            notes.setdefault(c.note, []).append(c.metric.replace("_", " "))
    lines = [Text(f"?: {note} ({_some(names)}).", "dim") for note, names in notes.items()]
    return Group(table, *lines, *_behind(changes, conversations))


def _shown(value: float | None, c: Change) -> str:
    return "none" if value is None and not (c.n_before and c.n_after) else shown(value, c.unit)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _signed(part: float | None, unit: str) -> str:
    if part is None:
        return "?"
    if abs(part) <= NOTHING:
        return "="
    if unit == "share":
        return f"{100 * part:+.1f}"
    told = shown(part, unit)
    return told if told.startswith(("-", "+")) else f"+{told}"


def _behind(changes: Sequence[Change], most: int) -> list[Text]:
    """The conversations that moved most figures, each once, with what came and went in it."""
    by: dict[str, list[tuple[Change, Behind]]] = {}
    for c in changes:
        for b in c.behind:
            by.setdefault(b.conversation, []).append((c, b))
    lines = []
    for i, moved in sorted(by.items(), key=lambda x: (-len(x[1]), x[0]))[:most]:
        names = _some([c.metric.replace("_", " ") for c, _ in moved])
        lines.append(Text(f"{printable(i)}: {names}"))
        lines.append(Text(f"  {_why(moved[0][1])}", "dim"))
    if len(by) > most > 0:
        lines.append(Text(f"and {len(by) - most:,} conversations more", "dim"))
    return lines


def _why(b: Behind) -> str:
    told: Mapping[str, Sequence[str]] = {"found now": b.came, "no longer found": b.went}
    parts = [f"{name}: {', '.join(what[:FINDINGS])}{', ...' if len(what) > FINDINGS else ''}" for name, what in told.items() if what]
    values = f"{', '.join(f'{v:g}' for v in b.before[:3]) or 'nothing'} -> {', '.join(f'{v:g}' for v in b.after[:3]) or 'nothing'}"
    return printable("; ".join(parts)) or values
