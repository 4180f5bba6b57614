"""Conflicts of goals, for a terminal: both curves, both differences, the conversations behind."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group
from rich.text import Text

from ..cleaning import printable
from ..conflicts import Conflict
from ..spans import shown
from .comparison import signed

STEPS = "▁▂▃▄▅▆▇█"


def conflicts(found: Sequence[Conflict], *, every: bool = False) -> Group:
    """Flagged pairs and those to watch, then a line on what was looked at."""
    parts: list[Text] = []
    for c in found:
        if c.flagged or c.watch or every:
            style = "bold red" if c.flagged else "bold yellow" if c.watch else "bold"
            word = "conflict" if c.flagged else "watch" if c.watch else "no conflict"
            parts.append(Text(printable(f"{word}: {c.pair.why} ({c.before} to {c.after}, p = {c.p:.2g})"), style))
            for side, compared, points in (("pushed", c.pushed, c.curves[0]), ("guard", c.guard, c.curves[1])):
                name = compared.metric.replace("_", " ")
                change = f"{shown(compared.a.value, compared.unit)} to {shown(compared.b.value, compared.unit)}, like for like {signed(compared.telling, compared.unit)}, n {compared.a.n:,}/{compared.b.n:,}"
                parts.append(Text(f"  {side:<6} {curve([v for _, v, _ in points])}  {name}: {change}"))
            parts.append(Text(printable(f"  see {', '.join(c.guard.behind[:4])}"), "dim"))
    flagged, watched = sum(c.flagged for c in found), sum(c.watch for c in found)
    parts.append(Text(f"{len(found):,} steps of {len({c.pair.why for c in found})} pairs looked at: {flagged} in conflict at a false discovery rate of 5 %, {watched} to watch.", "dim"))
    parts.append(Text("Curves: a step a period, from the lowest to the highest value; waits are means up to what 95 % of the answered waited, open ones included.", "dim"))
    return Group(*parts)


def curve(values: Sequence[float]) -> str:
    """Values as a line of blocks.

    >>> curve([0, 5, 10])
    '▁▅█'
    """
    low, high = min(values, default=0.0), max(values, default=0.0)
    return "".join(STEPS[0 if high == low else round((v - low) / (high - low) * (len(STEPS) - 1))] for v in values)
