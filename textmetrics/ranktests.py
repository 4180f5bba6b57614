"""Do several groups wait alike? Tests over ranks of waits, open ones included: the log-rank test, and one that looks at early differences.

A comparison of medians or means asks one point of a curve; these ask all of it. scipy's log-rank test takes two groups and independent waits; here are any number, strata, and
customers who come again (held equal to scipy's and lifelines' where those apply).
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from .estimates import Array


class RankTest(Struct, frozen=True):
    """``statistic`` is chi-squared with ``df`` degrees of freedom where all groups are alike; ``p`` how likely one so large is then."""

    statistic: float
    df: int
    p: float


def logrank(times: Array, censored: Array, groups: Array, *, strata: Array | None = None, clusters: Array | None = None, early: bool = False) -> RankTest | None:
    """Whether waits of two or more groups follow one curve (Mantel 1966); None where there is one group, or nothing happened.

    ``strata``: like is compared with like, summed over them. ``clusters``: whose waits hang together; where one has several, the variance is Lin and Wei's (1989). ``early``:
    Peto and Peto's (1972) weights, by how many still wait: differences among the first answers count most, as in a test of Wilcoxon's.

    >>> found = logrank(np.array([6.0, 6, 6, 7, 10, 1, 1, 2, 2, 3]), np.zeros(10, bool), np.repeat(["a", "b"], 5))
    >>> round(found.statistic, 3), found.df, round(found.p, 4)
    (9.651, 1, 0.0019)
    """
    names, code = np.unique(groups.astype(str), return_inverse=True)
    of = np.zeros(len(times), int) if strata is None else np.unique(strata.astype(str), return_inverse=True)[1]
    gap, variance, left = np.zeros(len(names)), np.zeros((len(names), len(names))), np.zeros((len(times), len(names)))
    for s in np.unique(of):
        mine = of == s
        one, its, left[mine] = _stratum(times[mine], ~censored[mine], code[mine], len(names), early)
        gap, variance = gap + one, variance + its
    held = None if clusters is None else np.unique(clusters.astype(str), return_inverse=True)[1]
    if held is not None and held.max(initial=-1) + 1 < len(times):
        sums = np.zeros((int(held.max()) + 1, len(names)))
        np.add.at(sums, held, left)
        variance = sums.T @ sums
    df = int(np.linalg.matrix_rank(variance))
    if df == 0:
        return None
    from scipy.special import chdtrc

    statistic = float(gap @ np.linalg.pinv(variance, hermitian=True) @ gap)
    return RankTest(statistic, df, float(chdtrc(df, statistic)))


def _stratum(times: Array, event: Array, code: Array, k: int, early: bool) -> tuple[Array, Array, Array]:
    """Events of each group beyond those expected, their covariance (hypergeometric), and what each observation adds to them."""
    points, at = np.unique(times, return_inverse=True)
    leaving, happened = np.zeros((len(points), k)), np.zeros((len(points), k))
    np.add.at(leaving, (at, code), 1)
    np.add.at(happened, (at[event], code[event]), 1)
    risk = leaving[::-1].cumsum(axis=0)[::-1]
    r, d = risk.sum(axis=1), happened.sum(axis=1)
    share = risk / r[:, None]
    weight = np.cumprod(1 - d / (r + 1)) if early else np.ones(len(points))
    factor = weight**2 * d * (r - d) / np.maximum(r - 1, 1)
    variance = np.diag(factor @ share) - (share * factor[:, None]).T @ share
    own, hazard = np.eye(k)[code], weight * d / r
    expected = np.cumsum(hazard)[at][:, None] * own - np.cumsum(hazard[:, None] * share, axis=0)[at]
    return weight @ (happened - d[:, None] * share), variance, (event * weight[at])[:, None] * (own - share[at]) - expected
