"""Partial pooling: groups in a ranking are drawn towards all of them, the more so the less is known of each (empirical Bayes).

Shares are beta-binomial, rates Gamma-Poisson (normal where votes make one negative), anything else normal. What groups differ by beyond chance is told from the groups themselves, by moments; it is never taken to be told
better than all groups together could, so that equal groups keep an interval. Customers who come again count as less than as many: counts are divided by their design effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

import numpy as np
from msgspec import Struct

from .estimates import Array, Z


class Value(Struct, frozen=True):
    """A value with the variance of its mean; ``n`` observations, ``exposure`` what a count is per (0: it is no count)."""

    value: float
    variance: float
    n: int
    exposure: float = 0.0


class Ranked(Struct, frozen=True):
    """A group in a ranking: its own value, the one drawn towards all, and the groups it cannot be told from."""

    group: str
    n: int
    value: float
    pooled: float
    low: float
    high: float
    alike: tuple[str, ...] = ()


def pooled(groups: Mapping[str, Value], kind: str = "mean") -> list[Ranked]:
    """Groups from highest to lowest. ``kind``: how the metric is estimated; proportion and bounds are shares, rate is a count per exposure."""
    names = sorted(groups)
    values = [groups[g] for g in names]
    how = {"proportion": _shares, "bounds": _shares, "rate": _rates}.get(kind, _means)
    how = _means if how is _rates and any(v.value < 0 for v in values) else how  # votes may lie below 0, counts may not
    drawn, low, high = how(values)
    rows = [Ranked(g, v.n, v.value, float(d), float(a), float(b)) for g, v, d, a, b in zip(names, values, drawn, low, high, strict=True)]
    rows.sort(key=lambda r: (-r.pooled, r.group))
    return [Ranked(r.group, r.n, r.value, r.pooled, r.low, r.high, tuple(o.group for o in rows if o is not r and o.low <= r.high and r.low <= o.high)) for r in rows]


def _means(values: Sequence[Value]) -> tuple[Array, Array, Array]:
    """Normal: DerSimonian and Laird's (1986) variance between groups."""
    value = np.array([v.value for v in values])
    variance = np.array([max(v.variance, 1e-12) for v in values])
    w = 1 / variance
    common = float((w @ value) / w.sum())
    q = float(w @ (value - common) ** 2)
    spread = w.sum() - float(w @ w) / w.sum()
    between = max(0.0, (q - (len(values) - 1)) / spread) if spread > 0 else 0.0
    weights = 1 / (variance + between)
    common = float((weights @ value) / weights.sum())
    keep = between / (between + variance)
    drawn, half = common + keep * (value - common), Z * np.sqrt(keep * variance + (1 - keep) ** 2 / weights.sum())
    return drawn, drawn - half, drawn + half


def _shares(values: Sequence[Value]) -> tuple[Array, Array, Array]:
    """Beta-binomial: the share of each group is Beta(a + successes, b + failures)."""
    share, n = np.array([v.value for v in values]), np.array([float(v.n) for v in values])
    n = n / design_effect(values, share * (1 - share) / n)
    a, b = beta_binomial(share * n, n)
    from scipy.special import betaincinv

    top, bottom = a + share * n, b + (1 - share) * n
    return top / (top + bottom), betaincinv(top, bottom, 0.025), betaincinv(top, bottom, 0.975)


def _rates(values: Sequence[Value]) -> tuple[Array, Array, Array]:
    """Gamma-Poisson: the rate of each group is Gamma(a + count) / (b + exposure)."""
    rate, exposure = np.array([v.value for v in values]), np.array([v.exposure for v in values])
    exposure = exposure / design_effect(values, rate / exposure)
    a, b = gamma_poisson(rate * exposure, exposure)
    from scipy.special import gammaincinv

    top, bottom = a + rate * exposure, b + exposure
    return top / bottom, gammaincinv(top, 0.025) / bottom, gammaincinv(top, 0.975) / bottom


def design_effect(values: Sequence[Value], simple: Array) -> float:
    """How many times as large the variances are, customers held together, as they would be of independent observations; at least 1. Groups of none or all tell nothing."""
    told = [(v.n * v.variance, v.n * float(s)) for v, s in zip(values, simple, strict=True) if s > 0]
    return max(1.0, sum(x for x, _ in told) / sum(s for _, s in told)) if told else 1.0


def beta_binomial(successes: Array, n: Array) -> tuple[float, float]:
    """The prior Beta(a, b) of the shares of several groups, by moments (Kleinman 1973); a + b is at most all that was seen, and at least one observation.

    >>> [round(x, 2) for x in beta_binomial(np.array([20.0, 40, 60, 80]), np.array([100.0] * 4))]
    [1.43, 1.43]
    """
    total = float(n.sum())
    mean = float(successes.sum() / total)
    if not 0 < mean < 1:
        return max(mean, 0.5 / total) * total, max(1 - mean, 0.5 / total) * total
    q = float(n @ (successes / n - mean) ** 2) / (mean * (1 - mean))
    chance = len(n) - 1
    spread = total - float(n @ n) / total - chance
    within = (q - chance) / spread if spread > 0 else 0.0  # correlation of two of one group
    strength = min(max(1 / within - 1, 1.0) if within > 0 else inf, total)  # groups of none and of all would leave no prior
    return mean * strength, (1 - mean) * strength


def gamma_poisson(counts: Array, exposure: Array) -> tuple[float, float]:
    """The prior Gamma(a, rate b) of the rates of several groups, by moments (as Clayton and Kaldor 1987); b is at most all that was seen.

    >>> [round(x, 2) for x in gamma_poisson(np.array([10.0, 20, 30]), np.array([100.0] * 3))]
    [5.0, 25.0]
    """
    total = float(exposure.sum())
    mean = float(counts.sum() / total)
    if mean == 0:
        return 0.5, total
    q = float(exposure @ (counts / exposure - mean) ** 2)
    between = (q - mean * (len(counts) - 1)) / (total - float(exposure @ exposure) / total)
    strength = min(mean / between if between > 0 else inf, total)
    return mean * strength, strength
