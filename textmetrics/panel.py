"""Do figures that guard each other move apart? All strata and all steps from period to period at once, where a single step is too small to tell.

For each pair (`conflicts.PAIRS`) the changes of both sides, turned so that more is better, are correlated over strata (channel, request type, language, severity) and periods. Strata are
held together: their steps are drawn with them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from .comparison import reach, valued
from .conflicts import EVERY, PAIRS, Pair, better
from .estimates import FEWEST, RESAMPLES, SEED, Array, Estimate
from .figures import Figure, Section, some
from .observed import Seen, seen
from .report import Report


class Step(Struct, frozen=True):
    """Both sides of a pair from one period to the next in one stratum: by how much each got better, and conversations of the guard after it."""

    stratum: str
    pushed: float
    guard: float
    behind: tuple[str, ...]


def panel(report: Report, *, period: str = "month", pairs: Sequence[Pair] = PAIRS) -> Section:
    """The rank correlation of both sides' changes, pair by pair; the interval is a bootstrap over strata, from ten of them on."""
    told = seen(report, sorted({n for p in pairs for n in (p.pushed, p.guard)}), EVERY, by="period", period=period)
    figures = []
    for pair in pairs:
        if pair.pushed in told and pair.guard in told:
            found = steps(pair, told[pair.pushed], told[pair.guard])
            if len(found) >= FEWEST:
                e = correlation(np.array([s.pushed for s in found]), np.array([s.guard for s in found]), np.array([s.stratum for s in found]))
                apart = min(found, key=lambda s: (s.guard if s.pushed > 0 else 0.0, s.stratum))
                note = "! one rises where the other falls" if e.high is not None and e.high < 0 else ""
                figures.append(Figure(pair.why, f"{pair.pushed.replace('_', ' ')} with {pair.guard.replace('_', ' ')}", e, "rank correlation", note, apart.behind))
    return Section("Moving together or apart", tuple(figures), "Rank correlation of changes for the better: below 0, one side gains where and when the other loses. n: steps of strata.")


def steps(pair: Pair, pushed: Seen, guard: Seen) -> list[Step]:
    """Every step that both sides can be told of, ten observations each before and after."""
    periods = sorted((set(pushed.group("by")) | set(guard.group("by"))) - {""})
    found = []
    for stratum in sorted(set(pushed.stratum.tolist()) & set(guard.stratum.tolist())):
        a, b = _curve(pair.pushed, pushed.where("stratum", stratum), periods), _curve(pair.guard, guard.where("stratum", stratum), periods)
        for k in range(1, len(periods) - pair.lag):
            (x, y), (u, v) = periods[k - 1 : k + 1], periods[k - 1 + pair.lag : k + 1 + pair.lag]
            if {x, y} <= a.keys() and {u, v} <= b.keys():
                after = guard.where("stratum", stratum).where("by", v).conversation
                found.append(Step(stratum, better(pair.pushed) * (a[y] - a[x]), better(pair.guard) * (b[v] - b[u]), some(str(i) for i in after)))
    return found


def _curve(metric: str, s: Seen, periods: Sequence[str]) -> dict[str, float]:
    """The values of a metric by period, of ten observations or more; waits as means up to where all are known."""
    until = reach(s)
    told = {p: valued(metric, s.where("by", p), until) for p in periods}
    return {p: v.value for p, v in told.items() if v is not None and v.n >= FEWEST}


def correlation(x: Array, y: Array, clusters: Array) -> Estimate:
    """Spearman's rank correlation, with the percentile interval of a bootstrap over clusters, from ten of them on; None where one side never changes.

    >>> correlation(np.array([1.0, 2, 3, 4]), np.array([40.0, 30, 20, 10]), np.array(["a", "b", "c", "d"])).value
    -1.0
    """
    value = _spearman(x, y)
    names, of = np.unique(clusters.astype(str), return_inverse=True)
    if value is None or len(names) < FEWEST:
        return Estimate(len(x), value)
    members = [np.nonzero(of == k)[0] for k in range(len(names))]
    rng = np.random.default_rng(SEED)
    drawn = (np.concatenate([members[k] for k in rng.integers(len(names), size=len(names))]) for _ in range(RESAMPLES))
    found = [v for at in drawn if (v := _spearman(x[at], y[at])) is not None]
    low, high = np.quantile(found, [0.025, 0.975])
    return Estimate(len(x), value, min(value, float(low)), max(value, float(high)))


def _spearman(x: Array, y: Array) -> float | None:
    from scipy.stats import rankdata

    a, b = rankdata(x), rankdata(y)
    return None if a.std() == 0 or b.std() == 0 else round(float(np.corrcoef(a, b)[0, 1]), 12)
