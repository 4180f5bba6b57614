"""Observations to estimates: the few ways to sum up many observations, shared by all metrics.

Each takes values, exposures and censoring flags of any group, of one conversation or a million, in any order, and gives a value with its
95 % interval; None where the data cannot carry it. Formulas and reference values: tests/test_estimates.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from itertools import accumulate
from math import ceil, exp, floor, lgamma, log, sqrt

import numpy as np
from msgspec import Struct

from .curves import at_each, begins_of_each, events, product_limit

Array = np.ndarray
Asked = tuple[float, float]  # a percentile of a curve, and how many must still be watched there
Z = 1.959963984540054  # 97.5 % point of the normal distribution
FEWEST = 10  # observations below which a share is shown as a count, not as a percentage
ROUGH = 0.1  # half-width of the interval of a share beyond which it is said to be rough
PLAIN_SHARES = ("proportion", "incidence", "share")  # estimates whose interval is all chance
ROUNDING = 1e-12  # a product of many shares that is one half may come out a little more
RESAMPLES = 1000
MANY = 1000  # observations from which a bootstrap is expanded, not drawn
PIECE = 1 << 16  # points of a curve that are looked at together
LARGE = 10_000  # a count from which its exact interval and Wilson and Hilferty's (1931) agree to seven digits, and adding up would take long
SEED = 20260101
ORDER_STATISTIC = {0.5: 6, 0.75: 11, 0.9: 29, 0.95: 59, 0.99: 299}  # observations from which a distribution-free interval exists; below, no quantile is shown
PERCENTILES = {"p50": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95, "p99": 0.99}
BESIDE = ("p75", "p90", "p95")  # stand beside the median of every duration
MEDIANS = ("quantile", "survival", "p50")
NEEDED = {  # observations from which an estimate is shown as a number
    **dict.fromkeys(("proportion", "bounds"), FEWEST),
    **dict.fromkeys(MEDIANS, ORDER_STATISTIC[0.5]),
    **{name: ORDER_STATISTIC[q] for name, q in PERCENTILES.items()},
}


class Estimate(Struct, frozen=True):
    """``n`` observations, ``n_open`` of them censored (or silent, for bounds); value and interval in the metric's unit.

    ``need``: the observations from which such a value is shown; with fewer it is None.
    """

    n: int
    value: float | None
    low: float | None = None
    high: float | None = None
    n_open: int = 0
    need: int = 0


def wilson(successes: float, n: float) -> tuple[float, float]:
    """Wilson's interval of a share (Wilson 1927); it holds the share itself, whatever is lost in rounding."""
    p = successes / n
    middle, half = p + Z * Z / (2 * n), Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return min(p, max(0.0, (middle - half) / (1 + Z * Z / n))), max(p, min(1.0, (middle + half) / (1 + Z * Z / n)))


def proportion(values: Array, exposure: Array, censored: Array) -> Estimate:
    """Share of the observations that are settled, with Wilson's interval; open ones are left out and counted."""
    settled = values[~censored]
    if not len(settled):
        return Estimate(0, None, n_open=int(censored.sum()))
    return Estimate(len(settled), float(settled.mean()), *wilson(float(settled.sum()), len(settled)), n_open=int(censored.sum()))


def bounds(values: Array, exposure: Array, censored: Array) -> Estimate:
    """Share confirmed of all; the interval reaches from none to all of the silent being so (Manski 1990), widened by Wilson at both ends."""
    n, confirmed, silent = len(values), float(values[~censored].sum()), int(censored.sum())
    return Estimate(n, confirmed / n, wilson(confirmed, n)[0], wilson(confirmed + silent, n)[1], silent)


def rate(values: Array, exposure: Array, censored: Array) -> Estimate:
    """Count per exposure, with the exact Poisson interval (Garwood 1936); open ones are left out and counted. Below 0, as votes can be, it is no count, and has none."""
    settled = ~censored
    if not settled.any():
        return Estimate(0, None, n_open=len(values))
    count, total = float(values[settled].sum()), float(exposure[settled].sum())
    if count < 0:
        return Estimate(int(settled.sum()), count / total, n_open=int(censored.sum()))
    low, high = poisson(count)
    return Estimate(int(settled.sum()), count / total, low / total, high / total, int(censored.sum()))


@lru_cache(maxsize=4096)
def poisson(count: float) -> tuple[float, float]:
    """The exact interval of a Poisson count.

    >>> [round(x, 2) for x in poisson(12)]
    [6.2, 20.96]
    """
    k = round(count)
    if k > LARGE:
        return _half_chi_squared(k, -Z), _half_chi_squared(k + 1, Z)
    top = count + 10 * sqrt(count + 1) + 10
    low = 0.0 if k == 0 else _root(lambda m: 1 - _poisson_cdf(k - 1, m) - 0.025, 0.0, top)
    return low, _root(lambda m: 0.025 - _poisson_cdf(k, m), 0.0, top)


def _half_chi_squared(k: int, z: float) -> float:
    """Half a percentile of the chi-squared distribution with 2 k degrees of freedom (Wilson and Hilferty 1931)."""
    return k * (1 - 1 / (9 * k) + z / (3 * sqrt(k))) ** 3


def _poisson_cdf(k: int, mean: float) -> float:
    """P(X <= k); far sums are cut where nothing is left to add."""
    if mean <= 0:
        return 1.0
    first = max(0, int(mean - 12 * sqrt(mean) - 12))
    each = log(mean)
    return min(1.0, sum([exp(i * each - mean - factorial) for i, factorial in enumerate(_log_factorials(first, k), first)]))


@lru_cache(maxsize=64)
def _log_factorials(first: int, last: int) -> list[float]:
    """The logarithms of the factorials from one number to another: looking for a root asks for the same ones many times."""
    return [lgamma(i + 1) for i in range(first, last + 1)]


def _root(rising: Callable[[float], float], low: float, high: float) -> float:
    for _ in range(100):
        middle = (low + high) / 2
        if middle in (low, high):
            break  # no number lies between them
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2


def quantile(values: Array, exposure: Array, censored: Array, q: float = 0.5) -> Estimate:
    """A quantile with its distribution-free interval; None of both below as many observations as the interval needs (6 for the median, 29 for p90)."""
    return _quantile(np.sort(values), int(censored.sum()), q)


def _quantile(ordered: Array, n_open: int, q: float) -> Estimate:
    n, need = len(ordered), ORDER_STATISTIC[q]
    if n < need:
        return Estimate(n, None, n_open=n_open, need=need)
    low, high = _ranks(n, q)
    return Estimate(n, float(np.quantile(ordered, q)), float(ordered[low]), float(ordered[high]), n_open, need)


@lru_cache(maxsize=4096)
def _ranks(n: int, q: float) -> tuple[int, int]:
    """Between which of so many ordered values, from 0, a quantile lies in 95 of 100 samples, by the binomial distribution; beyond `LARGE` by the normal one.

    Where the largest is not large enough to leave 2.5 % above it, the lower end leaves as much less.
    """
    if n > LARGE:
        half = Z * sqrt(n * q * (1 - q))
        return max(floor(n * q - half), 0), min(ceil(n * q + half), n - 1)
    factorials = _log_factorials(0, n)
    below = list(accumulate(exp(factorials[n] - factorials[k] - factorials[n - k] + k * log(q) + (n - k) * log(1 - q)) for k in range(n)))  # P(at most k of n)
    high = next((k for k in range(n) if 1 - below[k] <= 0.025), n - 1)
    spare = 0.05 - max(0.025, 1 - below[high])
    return max((k for k in range(n) if below[k] <= spare), default=0), high


def survival(values: Array, exposure: Array, censored: Array) -> Estimate:
    """Median by Kaplan-Meier, open waits counted as lasting at least so long; None where more than half are open, and of fewer than six.

    Of many waits there is no median beyond where `FEWEST` are still watched: a single late answer among thousands of open ones is none.
    The interval is that of Brookmeyer and Crowley (1982) on the log-log scale; an end that the data do not reach is None.
    """
    return _percentiles(values, censored, [_median(len(values))])[0]


def percentile(values: Array, exposure: Array, censored: Array, q: float) -> Estimate:
    """A percentile by Kaplan-Meier with its interval, as `survival`; of values that may lie below 0 too. None of fewer than a distribution-free interval needs.

    There is none beyond where ten are still watched, or half as many as the percentile would leave above it if none were open.
    """
    return _percentiles(values, censored, [_tail(len(values), q)])[0]


def _median(n: int) -> Asked:
    return 0.5, FEWEST if n >= 2 * FEWEST else 1


def _tail(n: int, q: float) -> Asked:
    return q, min(FEWEST, (1 - q) * n / 2)


class _Crossing(Struct):
    """Where a curve falls to what a percentile leaves, if ``fewest`` are still watched there; found piece by piece of the curve."""

    q: float
    fewest: float
    value: float | None = None
    low: float | None = None
    high: float | None = None

    def look(self, points: Array, left: Array, watched: Array, logs: Array, double: Array, deviation: Array) -> None:
        """Look into the next piece: its points, the share left after each, how many are watched there, its logarithm, that of minus this, and the deviation."""
        rest = 1 - self.q
        with np.errstate(divide="ignore", invalid="ignore"):
            near = abs((double - log(-log(rest))) * logs / deviation) <= Z
        known = watched >= self.fewest - ROUNDING
        if self.value is None:
            self.value = _first(points, (left <= rest + ROUNDING) & known)
        if self.low is None:
            self.low = _first(points, ((left <= rest) | near) & known)
        if self.high is None:
            self.high = _first(points, (left < rest) & ~near)


def _percentiles(values: Array, censored: Array, asked: Iterable[Asked]) -> list[Estimate]:
    """Percentiles of the Kaplan-Meier curve of some times; it is drawn where so many carry one of them."""
    n, n_open = len(values), int(censored.sum())
    found = [_Crossing(q, fewest) for q, fewest in asked]
    if carried := [c for c in found if n >= ORDER_STATISTIC[c.q]]:
        points, watched, happened = events(values, censored)
        left, variance = product_limit(watched, happened)
        for begin in range(0, len(points), PIECE):
            piece = slice(begin, begin + PIECE)
            logs = np.log(np.clip(left[piece], 1e-12, 1 - 1e-12))
            shape = points[piece], left[piece], watched[piece], logs, np.log(-logs), np.sqrt(variance[piece])
            for crossing in carried:
                crossing.look(*shape)
    return [Estimate(n, c.value, c.low, None if c.value is None else c.high, n_open, ORDER_STATISTIC[c.q]) for c in found]


def _first(points: Array, where: Array) -> float | None:
    """The first of some times at which something holds."""
    return float(points[int(np.argmax(where))]) if where.any() else None


def incidence(values: Array, exposure: Array, censored: Array) -> Estimate:
    """Share to whom an event happened before another kept it from happening (Aalen and Johansen 1978), open ones counted as long as they were watched.

    ``exposure`` is the kind of what happened: 1 the event, 2 what competes with it. The interval has the variance of Marubini and Valsecchi (1995), on the
    log-log scale; from ten observations on, and where the event happened at all.
    """
    n, n_open = len(values), int(censored.sum())
    ordered = np.sort(values)
    first = begins_of_each(ordered)
    own, ended = (at_each(ordered[first], values[which]) for which in (~censored & (exposure == 1), ~censored))
    at_risk = (n - first).astype(float)
    still = np.concatenate([[1.0], np.cumprod(1 - ended / at_risk)[:-1]])
    share = np.cumsum(still * own / at_risk)
    value = float(share[-1])
    value = 1.0 if value > 1 - ROUNDING else value
    if n < FEWEST or not 0 < value < 1:
        return Estimate(n, value, n_open=n_open)
    to_come = value - share
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = np.where(to_come > ROUNDING, to_come**2 * ended / (at_risk * (at_risk - ended)), 0.0)
    variance = float(np.sum(lost + still**2 * (at_risk - own) * own / at_risk**3 - 2 * to_come * still * own / at_risk**2))
    half = Z * sqrt(max(0.0, variance)) / abs(value * log(value))
    return Estimate(n, value, value ** exp(half), value ** exp(-half), n_open)


def mean(values: Array, exposure: Array, censored: Array) -> Estimate:
    """Mean, with the percentile interval of a bootstrap, from 10 observations on; open ones are left out and counted.

    From `MANY` on the percentiles of the bootstrap are not drawn but expanded (Cornish and Fisher 1937): the two differ by less than another draw would.
    """
    ordered = np.sort(values[~censored])
    n = len(ordered)
    if not n:
        return Estimate(0, None, n_open=len(values))
    value = float(ordered.mean())
    if n < FEWEST:
        return Estimate(n, value, n_open=int(censored.sum()))
    if n >= MANY:
        low, high = _expanded(np.subtract(ordered, value, out=ordered), n)
        return Estimate(n, value, value + low, value + high, int(censored.sum()))
    levels, counts = np.unique(ordered, return_counts=True)
    draws = np.random.default_rng(SEED).multinomial(n, counts / n, RESAMPLES)
    low, high = np.quantile(draws @ levels / n, [0.025, 0.975])
    return Estimate(n, value, float(low), float(high), int(censored.sum()))


def _expanded(deviations: Array, n: int) -> tuple[float, float]:
    """The 2.5th and 97.5th percentile of the mean of n draws from some deviations, to the order 1/n, from their moments."""
    m2, m3, m4 = (float(np.mean(deviations**k)) for k in (2, 3, 4))
    if m2 <= 0:
        return 0.0, 0.0
    skew, excess = m3 / m2**1.5 / sqrt(n), (m4 / m2**2 - 3) / n
    low, high = (sqrt(m2 / n) * (z + (z**2 - 1) * skew / 6 + (z**3 - 3 * z) * excess / 24 - (2 * z**3 - 5 * z) * skew**2 / 36) for z in (-Z, Z))
    return low, high


def maximum(values: Array, exposure: Array, censored: Array) -> Estimate:
    """The largest value, open ones included at what they have reached. A maximum has no interval."""
    return Estimate(len(values), float(values.max()), n_open=int(censored.sum()))


def total(values: Array, exposure: Array, censored: Array) -> Estimate:
    """All of them together: a count of all there is, which has no interval."""
    return Estimate(len(values), float(values.sum()), n_open=int(censored.sum()))


def share(values: Array, exposure: Array, censored: Array) -> Estimate:
    """Share of a whole that all groups make up together: ``exposure`` holds the size of the whole in each observation."""
    whole = float(exposure[0])
    return Estimate(len(values), float(values.sum()) / whole, *wilson(float(values.sum()), whole), n_open=int(censored.sum()))


ESTIMATES: dict[str, Callable[[Array, Array, Array], Estimate]] = {
    **{f.__name__: f for f in (proportion, bounds, rate, quantile, survival, incidence, mean, maximum, total, share)},
    **{name: partial(percentile, q=q) for name, q in PERCENTILES.items()},
}
BY_EXPOSURE = ("rate", "incidence")  # estimates that look at what each value is per; that of a share is the whole


def beside(estimate: str, name: str, values: Array, exposure: Array, censored: Array) -> Estimate:
    """A percentile to stand beside a median that is estimated as ``quantile``, ``survival`` or ``p50``.

    >>> beside("quantile", "p75", np.arange(11.0), np.ones(11), np.zeros(11, bool)).value
    7.5
    >>> few = beside("survival", "p90", np.arange(11.0), np.ones(11), np.zeros(11, bool))
    >>> few.value, few.n, few.need
    (None, 11, 29)
    """
    q = PERCENTILES[name]
    return quantile(values, exposure, censored, q) if estimate == "quantile" else percentile(values, exposure, censored, q)


def quantiles(estimate: str, values: Array, exposure: Array, censored: Array) -> list[Estimate]:
    """The median of a duration as it is estimated, and the percentiles `BESIDE` it.

    >>> [e.value for e in quantiles("quantile", np.arange(31.0), np.ones(31), np.zeros(31, bool))]
    [15.0, 22.5, 27.0, None]
    """
    n, tails = len(values), [PERCENTILES[p] for p in BESIDE]
    if estimate == "quantile":
        ordered, n_open = np.sort(values), int(censored.sum())
        return [_quantile(ordered, n_open, q) for q in (0.5, *tails)]
    return _percentiles(values, censored, [_median(n) if estimate == "survival" else _tail(n, 0.5), *(_tail(n, q) for q in tails)])


def rough(estimate: str, n: int, low: float | None, high: float | None) -> bool:
    """Whether a share is known to no better than 10 percentage points either way; bounds are not asked, for they are as wide as customers are silent.

    >>> rough("proportion", 40, 0.35, 0.65), rough("proportion", 93, 0.4, 0.6), rough("bounds", 40, 0.1, 0.9)
    (True, False, False)
    """
    if estimate not in PLAIN_SHARES or low is None or high is None or too_few(estimate, n):
        return False
    return (high - low) / 2 > ROUGH + ROUNDING


def too_few(estimate: str, n: int) -> bool:
    """Whether so many observations are too few to show this kind of estimate as a number."""
    return n < NEEDED.get(estimate, 0)


def rogan_gladen(q: float, n: int, sensitivity: float, n1: int, specificity: float, n0: int) -> Estimate | None:
    """The true share behind a detector's share ``q`` of ``n`` (Rogan and Gladen 1978), its sensitivity measured on ``n1``, its specificity on ``n0``.

    None where the detector tells too little (Youden's J below 0.3) or flags less than its own false alarms.

    >>> rogan_gladen(0.30, 10**9, 0.80, 50, 0.95, 150).value.__round__(3)
    0.333
    """
    j = sensitivity + specificity - 1
    if j < 0.3 or q < 1 - specificity:
        return None
    true = min(1.0, max(0.0, (q + specificity - 1) / j))
    variance = (q * (1 - q) / n + true**2 * sensitivity * (1 - sensitivity) / n1 + (1 - true) ** 2 * specificity * (1 - specificity) / n0) / j**2
    half = Z * sqrt(variance)
    return Estimate(n, true, max(0.0, true - half), min(1.0, true + half))


def prediction_powered(flags: Array, sampled: Array, truth: Array) -> Estimate:
    """A share from a detector on everything and people on a random sample (Angelopoulos et al. 2023): valid however bad the detector is.

    ``flags``: the detector on all; ``sampled``: the detector on the sample; ``truth``: people on the sample.
    """
    wrong = truth.astype(float) - sampled.astype(float)
    value = float(flags.mean() + wrong.mean())
    half = Z * sqrt(float(flags.astype(float).var()) / len(flags) + float(wrong.var(ddof=1)) / len(wrong))
    return Estimate(len(flags), value, value - half, value + half)


def standardised_difference(values: Array, strata: Array, others: Array, other_strata: Array, fewest: int = 5) -> Estimate | None:
    """Mean of ``values`` minus mean of ``others``, within equal strata and weighted by those of ``values``: like is compared with like.

    None where no stratum has ``fewest`` of both. ``n`` counts the values that could be compared.
    """
    shared = [s for s in np.unique(strata) if np.sum(strata == s) >= fewest and np.sum(other_strata == s) >= fewest]
    n = int(sum(np.sum(strata == s) for s in shared))
    if not n:
        return None
    value = variance = 0.0
    for s in shared:
        a, b = values[strata == s], others[other_strata == s]
        weight = len(a) / n
        value += weight * float(a.mean() - b.mean())
        variance += weight**2 * float(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    half = Z * sqrt(variance)
    return Estimate(n, value, value - half, value + half)
