"""Comparisons, for a terminal: crude and standardised difference, mix and rate, warnings, rankings."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from ..cleaning import printable
from ..comparison import OTHERS, Compared, Curves
from ..pooling import Ranked
from ..spans import lacking, shown

NAME = 15  # columns of a terminal that the name of a metric has at least


def comparison(found: Sequence[Compared], *, every: bool = False) -> Group:
    """A table a pair of groups; differences that are not told from chance only with ``every``."""
    parts: list[Text | Table] = []
    hidden = 0
    for pair in dict.fromkeys((c.first, c.second) for c in found):
        rows = [c for c in found if (c.first, c.second) == pair]
        shown_ = [c for c in rows if every or c.real or (c.turned and _clear(c))]
        hidden += len(rows) - len(shown_)
        if shown_:
            parts += [Text(printable(f"{pair[1]} against {pair[0]}"), "bold underline"), _table(shown_), *_warnings(shown_), Text("")]
    if not found:
        parts.append(Text("No two groups of at least 10 observations have a metric in common.", "dim"))
    parts.append(Text(f"{len(found):,} differences looked at; {sum(c.real for c in found):,} hold at a false discovery rate of 5 % (*){f'; {hidden:,} more with --all' if hidden else ''}.", "dim"))
    parts.append(Text("Standardised: within request type, language and severity (and channel), weighted by both groups together; mix + rate: Kitagawa's split within the strata that both have.", "dim"))
    return Group(*parts)


def _clear(c: Compared) -> bool:
    """Whether a crude difference is beyond chance by itself."""
    return c.low > 0 or c.high < 0


def _table(rows: Sequence[Compared]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", min_width=NAME)
    for name in ("before" if rows[0].first != OTHERS else "others", "now" if rows[0].first != OTHERS else "this", "difference", "standardised"):
        table.add_column(name, justify="right", no_wrap=True)
    for c in rows:
        good = c.better is not None and (c.telling > 0) == (c.better == "higher")
        style = "" if not c.real or c.better is None else "green" if good else "red"
        s = c.standardised
        standardised = Text((signed(s.value, c.unit) if s else "") + ("*" if c.real else ""), style)
        if c.split is not None:
            standardised.append(f"\nmix {signed(c.split.mix, c.unit)},\nrate {signed(c.split.rate, c.unit)}", "dim")
        table.add_row(
            Text(c.metric.replace("_", " ")),
            *(Text(shown(e.value, c.unit)).append(f"\nn {e.n:,}", "dim") for e in (c.a, c.b)),
            Text(signed(c.crude, c.unit), style).append(f"\n{signed(c.low, c.unit)} –\n{signed(c.high, c.unit)}", "dim"),
            standardised,
        )
    return table


def _warnings(rows: Sequence[Compared]) -> list[Text]:
    lines = []
    for c in rows:
        name = c.metric.replace("_", " ")
        if c.turned:
            clear = "" if _clear(c) else " (the crude difference may be chance)"
            lines.append(Text(f"! {name}: the sign turns within strata{clear}: the groups differ in what came in; go by the standardised value.", "yellow"))
        if c.standardised is not None and c.covered < 0.8:
            lines.append(Text(f"  {name}: only {100 * c.covered:.0f} % lie in strata that both groups have.", "dim"))
        if c.note:
            lines.append(Text(f"  {name}: {c.note}, open ones included.", "dim"))
        if c.real:
            lines.append(Text(printable(f"  {name}, see: {', '.join(c.behind[:3])}"), "dim"))
    return lines


def signed(value: float, unit: str) -> str:
    """A difference in its unit, with its sign."""
    if unit == "share":
        return f"{100 * value:+.1f}"
    told = shown(value, unit)
    return told if told.startswith(("-", "+")) else f"+{told}"


def curves(found: Sequence[Curves]) -> Group:
    """Whether groups wait alike: the median of each, the slowest first, and the tests over all of them."""
    parts: list[Text] = [Text("Do all of them wait alike?", "bold underline")] if found else []
    for c in found:
        medians = [f"{g} {lacking(e.n, e.need) if e.n < e.need else shown(e.value, c.unit)} (n {e.n:,}{f', {e.n_open:,} open' if e.n_open else ''})" for g, e in c.groups]
        parts.append(Text(printable(f"{c.metric.replace('_', ' ')}: {'; '.join(medians)}")))
        told = [f"within strata p {chance(c.within.p)}" if c.within else "no stratum holds two groups", f"crude p {chance(c.crude.p)}", *([f"early differences p {chance(c.early.p)}"] if c.early else [])]
        parts.append(Text(f"  {'no: ' if c.real else 'cannot be told: '}{', '.join(told)} (log-rank, chi-squared with {c.telling.df} degrees of freedom)", "yellow" if c.real else "dim"))
        if c.real:
            parts.append(Text(printable(f"  the longest of {c.groups[0][0]}: {', '.join(c.behind[:3])}"), "dim"))
        if c.left_out:
            parts.append(Text(printable(f"  fewer than 10: {', '.join(c.left_out)}"), "dim"))
    return Group(*parts, *([Text("")] if parts else []))


def chance(p: float) -> str:
    """A p-value in as many digits as matter.

    >>> chance(0.0312), chance(0.00004)
    ('0.031', '< 0.001')
    """
    return "< 0.001" if p < 0.001 else f"{p:.2g}" if p < 0.1 else f"{p:.2f}"


def ranking(found: Sequence[Ranked], metric: str, unit: str) -> Group:
    """A ranking; groups that cannot be told from the first are said so."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim", title=Text(f"Ranking by {metric.replace('_', ' ')}, partially pooled", "bold"), title_justify="left")
    for name in ("", "pooled", "95 %", "own value", "n", "cannot be told from"):
        table.add_column(name, justify="left" if name in ("", "cannot be told from") else "right", overflow="fold")
    for r in found:
        alike = "nobody" if not r.alike else "all others" if len(r.alike) == len(found) - 1 else ", ".join(r.alike[:4]) + (f" and {len(r.alike) - 4} more" if len(r.alike) > 4 else "")
        table.add_row(Text(printable(r.group)), shown(r.pooled, unit), Text(f"{shown(r.low, unit)} – {shown(r.high, unit)}", "dim"), shown(r.value, unit), f"{r.n:,}", Text(printable(alike), "dim"))
    return Group(table) if found else Group(Text("Fewer than two groups have 10 observations: no ranking.", "dim"))
