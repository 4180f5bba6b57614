"""Two groups, or two runs, side by side: is the difference one of work, or of what work came in?

A crude difference mixes both. Groups are also compared within strata (request type, language, severity), weighted by how often each occurs in both together; Kitagawa's
split says how much of the difference is mix and how much is rate; where the sign turns between crude and standardised, a warning stands (Simpson). Intervals hold customers
together, several differences at once are held to a false discovery rate (Benjamini and Hochberg), and rankings are drawn towards each other (`pooling`). Whether all groups
wait alike is asked of whole curves, once for all of them (`ranktests`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import erfc, sqrt

import numpy as np
from msgspec import Struct

from .curves import restricted_mean, restricted_variance
from .errors import UnknownName, UsageError
from .estimates import FEWEST, Array, Estimate, Z, survival
from .figures import some
from .metrics import METRICS
from .observed import Seen, columns, seen
from .pooling import Ranked, Value, pooled
from .ranktests import RankTest, logrank
from .report import Report
from .spans import shown

STRATA = ("request_type", "language", "severity")
FEWEST_IN_STRATUM = 5
DISCOVERIES = 0.05  # share of the differences called real that may be false
OTHERS = "the others"
NEARLY_ALL = 0.95  # of the answered waits: means of waits are taken up to there
COMPARED = ("proportion", "bounds", "rate", "mean", "survival", "quantile")


class Split(Struct, frozen=True):
    """Kitagawa's (1955) split of a difference: ``mix`` and ``rate`` add up to it."""

    before: float
    after: float
    mix: float
    rate: float


class Compared(Struct, frozen=True):
    """One metric, two groups. ``real``: holds with the false discovery rate; ``turned``: crude and standardised have opposite signs.

    ``covered``: share of the observations that lie in strata which both groups have; the standardised value speaks of those only.
    """

    metric: str
    unit: str
    better: str | None
    first: str
    second: str
    a: Value
    b: Value
    low: float
    high: float
    p: float
    standardised: Value | None
    covered: float
    split: Split | None
    behind: tuple[str, ...]
    real: bool = False
    note: str = ""

    @property
    def crude(self) -> float:
        """Second minus first."""
        return self.b.value - self.a.value

    @property
    def turned(self) -> bool:
        """Simpson's reversal."""
        return self.standardised is not None and self.crude * self.standardised.value < 0

    @property
    def telling(self) -> float:
        """The difference to go by: standardised where there is one."""
        return self.crude if self.standardised is None else self.standardised.value


class Curves(Struct, frozen=True):
    """Whether the groups of a column wait alike. ``groups``: name and Kaplan-Meier median, the slowest first; ``within``: the test within strata, None where no stratum
    holds two groups; ``early``: the same where differences among the first answers count most; ``left_out``: groups of fewer than ten.
    """

    metric: str
    unit: str
    groups: tuple[tuple[str, Estimate], ...]
    crude: RankTest
    within: RankTest | None
    early: RankTest | None
    behind: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    real: bool = False

    @property
    def telling(self) -> RankTest:
        """The test to go by: within strata where there is one."""
        return self.within or self.crude


def kitagawa(w0: Sequence[float] | Array, r0: Sequence[float] | Array, w1: Sequence[float] | Array, r1: Sequence[float] | Array) -> Split:
    """A difference of means as change of the mix (weights) and change of the rates (Kitagawa 1955).

    >>> s = kitagawa((.6, .4), (4, 10), (.3, .7), (3.8, 9.5))
    >>> [round(x, 3) for x in (s.before, s.after, s.mix, s.rate)]
    [6.4, 7.79, 1.755, -0.365]
    """
    a, b, x, y = (np.asarray(v, float) for v in (w0, w1, r0, r1))
    return Split(float(a @ x), float(b @ y), float(((b - a) * (x + y) / 2).sum()), float(((y - x) * (a + b) / 2).sum()))


def benjamini_hochberg(p: Sequence[float], rate: float = DISCOVERIES) -> list[bool]:
    """Which of many p-values hold at a false discovery rate (Benjamini and Hochberg 1995).

    >>> benjamini_hochberg([.001, .04, .03, .9])
    [True, False, False, False]
    >>> benjamini_hochberg([.01, .02, .03, .04])
    [True, True, True, True]
    """
    order = sorted(range(len(p)), key=lambda i: p[i])
    last = max((k for k, i in enumerate(order, start=1) if p[i] <= rate * k / len(p)), default=0)
    held = set(order[:last])
    return [i in held for i in range(len(p))]


def compare(first: Report, second: Report, *, metrics: Sequence[str] | None = None, strata: Sequence[str] = STRATA, names: tuple[str, str] = ("A", "B")) -> list[Compared]:
    """Two runs, metric by metric, channel by channel."""
    a, b = (seen(r, _chosen(metrics), strata) for r in (first, second))
    found = []
    for name in sorted(a.keys() & b.keys()):
        for channel in sorted(set(a[name].group("channel")) & set(b[name].group("channel"))):
            row = between(name, a[name].where("channel", channel), b[name].where("channel", channel), (f"{names[0]} {channel}", f"{names[1]} {channel}"))
            found += [row] if row else []
    return held(found)


def compare_by(report: Report, by: str, *, metrics: Sequence[str] | None = None, strata: Sequence[str] = STRATA, period: str = "month") -> list[Compared]:
    """The groups of a column: each against all others; periods each against the one before, channel by channel."""
    told = columns(report, period)
    if by not in told:
        raise UnknownName("column", by, told)
    if len({v for v in told[by].values() if v}) < 2:
        raise UsageError(f"--by {by}: there is only one group, so there is nothing to compare")
    found = []
    inside = tuple(s for s in strata if s != by) + (() if by == "channel" else ("channel",))
    for name, s in sorted(seen(report, _chosen(metrics), inside, by=by, period=period).items()):
        groups = sorted(set(s.group("by")) - {""})
        for k, g in enumerate(groups):
            if by != "period":
                row = between(name, s.where("by", g, without=True), s.where("by", g), (OTHERS, g)) if len(groups) > 2 or k else None
                if len(groups) == 2 and row is not None:
                    row = between(name, s.where("by", groups[0]), s.where("by", g), (groups[0], g))
            else:
                row = between(name, s.where("by", groups[k - 1]), s.where("by", g), (groups[k - 1], g)) if k else None
            found += [row] if row else []
    return held(found)


def ranking(report: Report, by: str, metric: str, *, period: str = "month") -> list[Ranked]:
    """The groups of a column by one metric, partially pooled; groups of fewer than ten observations are left out. Waits are means up to where all of them are known."""
    s = seen(report, _chosen([metric]), (), by=by, period=period).get(metric)
    each = {} if s is None else {g: mine for g in sorted(set(s.group("by")) - {""}) if len((mine := s.where("by", g)).value) >= FEWEST}
    until = reach(*each.values()) if each and METRICS[metric].estimate == "survival" else None
    groups = {g: v for g, mine in each.items() if (v := valued(metric, mine, until)) is not None and v.n >= FEWEST}
    return pooled(groups, METRICS[metric].estimate) if len(groups) > 1 else []


def curves(report: Report, by: str, *, metrics: Sequence[str] | None = None, strata: Sequence[str] = STRATA, period: str = "month") -> list[Curves]:
    """Whether the groups of a column wait alike, duration by duration: log-rank tests over all of them; groups of fewer than ten observations are left out."""
    import msgspec

    inside = tuple(s for s in strata if s != by) + (() if by == "channel" else ("channel",))
    chosen = [m for m in (metrics or [n for n, m in METRICS.items() if m.headline]) if METRICS[m].lasts]
    found = [_curves(name, s) for name, s in sorted(seen(report, chosen, inside, by=by, period=period).items())]
    tested = [c for c in found if c is not None]
    return [msgspec.structs.replace(c, real=r) for c, r in zip(tested, benjamini_hochberg([c.telling.p for c in tested]), strict=True)]


def _curves(metric: str, s: Seen) -> Curves | None:
    """The groups of one duration, the slowest first, and the tests over them; None where fewer than two have ten observations, or nothing happened."""
    names, of = np.unique(s.groups["by"].astype(str), return_inverse=True)
    sizes = np.bincount(of, minlength=len(names))
    large = [n for n, size in zip(names.tolist(), sizes, strict=True) if n and size >= FEWEST]
    keep = np.isin(names[of], large)
    value, censored, cluster, stratum, group = s.value[keep], s.censored[keep], s.cluster[keep], s.stratum[keep], names[of][keep]
    crude = logrank(value, censored, group, clusters=cluster)
    if len(large) < 2 or crude is None:
        return None
    within = logrank(value, censored, group, clusters=cluster, strata=stratum)
    early = logrank(value, censored, group, clusters=cluster, strata=stratum, early=True)
    told = [(g, survival(value[group == g], value, censored[group == g])) for g in large]
    told.sort(key=lambda x: (-(float("inf") if x[1].value is None else x[1].value), x[0]))
    slowest = np.nonzero(group == told[0][0])[0]
    worst = slowest[np.argsort(-value[slowest], kind="stable")][:5]
    left_out = tuple(n for n in names.tolist() if n and n not in large)
    return Curves(metric, METRICS[metric].unit, tuple(told), crude, within, early, some(s.conversation[keep][i] for i in worst), left_out)


def held(found: Sequence[Compared]) -> list[Compared]:
    """Each difference with whether it is real, given how many were looked at."""
    import msgspec

    return [msgspec.structs.replace(c, real=r) for c, r in zip(found, benjamini_hochberg([c.p for c in found]), strict=True)]


def _chosen(metrics: Sequence[str] | None) -> list[str]:
    if unknown := [m for m in metrics or () if m not in METRICS]:
        raise UnknownName("metric", unknown[0], METRICS)
    return [m for m in (metrics or [n for n, m in METRICS.items() if m.headline]) if METRICS[m].estimate in COMPARED]


def valued(metric: str, s: Seen, until: float | None = None) -> Value | None:
    """A metric's value over observations with its variance, customers held together; waits as restricted means up to ``until``."""
    if not len(s.value):
        return None
    kind = METRICS[metric].estimate
    if kind == "survival":
        return _restricted(s.value, s.censored, float(s.value.max()) if until is None else until)
    if kind == "quantile":
        return _median(s.value, s.cluster)
    keep = ~s.censored if kind in ("proportion", "rate", "mean") else np.ones(len(s.value), bool)
    top = np.where(s.censored, 0.0, s.value)[keep] if kind == "bounds" else s.value[keep]
    bottom = s.exposure[keep] if kind == "rate" else np.ones(int(keep.sum()))
    return ratio(top, bottom, s.cluster[keep]) if keep.any() and bottom.sum() > 0 else None


def ratio(top: Array, bottom: Array, cluster: Array) -> Value:
    """A ratio of sums, its variance linearised over clusters."""
    value = float(top.sum() / bottom.sum())
    _, of = np.unique(cluster, return_inverse=True)
    left = np.bincount(of, weights=top - value * bottom)
    m = len(left)
    variance = m / (m - 1) * float(left @ left) / float(bottom.sum()) ** 2 if m > 1 else 0.0
    if variance == 0 and set(np.unique(top)) <= {0.0, 1.0}:
        p = (top.sum() + 2) / (len(top) + 4)  # none or all: the variance of Agresti and Coull's share, not zero
        variance = float(p * (1 - p) / (len(top) + 4))
    return Value(value, variance, len(top), float(bottom.sum()))


def _restricted(times: Array, censored: Array, until: float) -> Value:
    return Value(restricted_mean(times, censored, until), restricted_variance(times, censored, until), len(times))


def reach(*groups: Seen) -> float:
    """How far curves are compared: as far as all of them are known, and no further than nearly all of the answered waited.

    Beyond that, the few who are never answered would make the whole mean, and it would grow with the length of the archive.
    """
    ends = [float(s.value.max()) for s in groups if s.censored[s.value == s.value.max()].any()]
    answered = np.concatenate([s.value[~s.censored] for s in groups])
    usual = float(np.quantile(answered, NEARLY_ALL)) if len(answered) else float("inf")
    return min([*ends, usual]) if ends or len(answered) else max(float(s.value.max()) for s in groups)


def _median(values: Array, cluster: Array, draws: int = 200) -> Value:
    from .estimates import SEED

    names, of = np.unique(cluster, return_inverse=True)
    rng = np.random.default_rng(SEED)
    order = np.argsort(values, kind="stable")
    ordered, of = values[order], of[order]
    found = []
    for _ in range(draws):
        weight = np.cumsum(rng.multinomial(len(names), np.full(len(names), 1 / len(names)))[of])
        found.append(ordered[int(np.searchsorted(weight, weight[-1] / 2))])
    return Value(float(np.median(values)), float(np.var(found)), len(values))


def between(metric: str, a: Seen, b: Seen, names: tuple[str, str]) -> Compared | None:
    """One metric in two groups; None where either holds fewer than ten observations."""
    if len(a.value) < FEWEST or len(b.value) < FEWEST:
        return None
    m = METRICS[metric]
    until = reach(a, b) if m.estimate == "survival" else None
    x, y = valued(metric, a, until), valued(metric, b, until)
    if x is None or y is None or min(x.n, y.n) < FEWEST:
        return None
    half = Z * sqrt(x.variance + y.variance)
    standard, covered, split = _standardised(metric, a, b, lambda s: valued(metric, s, until))
    told = standard or Value(y.value - x.value, x.variance + y.variance, 0)
    p = erfc(abs(told.value) / sqrt(told.variance) / sqrt(2)) if told.variance > 0 else 1.0
    worst = np.argsort(b.value, kind="stable")
    worst = worst[:5] if m.better == "higher" else worst[::-1][:5]
    note = f"means up to {shown(until, m.unit)}" if until is not None else ""
    diff = y.value - x.value
    return Compared(metric, m.unit, m.better, *names, x, y, diff - half, diff + half, p, standard, covered, split, some(b.conversation[i] for i in worst), note=note)


def _standardised(metric: str, a: Seen, b: Seen, of: Callable[[Seen], Value | None]) -> tuple[Value | None, float, Split | None]:
    """The difference within strata both have, weighted by both together; how much that covers; and, for means and shares, mix and rate over these strata."""
    shared = [s for s in np.unique(a.stratum) if np.sum(a.stratum == s) >= FEWEST_IN_STRATUM and np.sum(b.stratum == s) >= FEWEST_IN_STRATUM]
    parts = [(s, u, v) for s in shared if (u := of(a.where("stratum", s))) is not None and (v := of(b.where("stratum", s))) is not None]
    if not parts:
        return None, 0.0, None
    n0, n1 = (np.array([part[k].n for part in parts], float) for k in (1, 2))
    weights = (n0 + n1) / (n0 + n1).sum()
    r0, r1 = (np.array([part[k].value for part in parts]) for k in (1, 2))
    variance = float(weights**2 @ np.array([u.variance + v.variance for _, u, v in parts]))
    covered = float((n0.sum() + n1.sum()) / (len(a.value) + len(b.value)))
    additive = METRICS[metric].estimate in ("proportion", "bounds", "mean")
    split = kitagawa(n0 / n0.sum(), r0, n1 / n1.sum(), r1) if additive else None
    return Value(float(weights @ (r1 - r0)), variance, int(n0.sum() + n1.sum())), min(1.0, covered), split
