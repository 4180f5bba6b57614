"""Whether groups wait alike: published values, scipy's and lifelines' where they apply, strata and customers by construction."""

import numpy as np
import pytest

from textmetrics.ranktests import logrank

# Freireich et al. (1963), weeks of remission under 6-MP and placebo, as in every textbook: the log-rank test gives 16.79
TREATED = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
TIMES = np.array(TREATED + PLACEBO, float)
OPEN = np.array([False] * 9 + [True] * 12 + [False] * 21)
DRUG = np.array(["6-MP"] * 21 + ["placebo"] * 21)


def waits(seed=2, n=90, groups="abc"):
    rng = np.random.default_rng(seed)
    return np.round(rng.exponential(50, n)), rng.random(n) < 0.2, np.resize(list(groups), n)


def test_log_rank_of_the_textbook():
    found = logrank(TIMES, OPEN, DRUG)
    assert (round(found.statistic, 2), found.df) == (16.79, 1) and found.p == pytest.approx(4.1688e-05, rel=1e-4)


def test_two_groups_are_those_of_scipy():
    from scipy.stats import CensoredData
    from scipy.stats import logrank as theirs

    times, open_, group = waits(groups="ab")
    a, b = (CensoredData(uncensored=times[(group == g) & ~open_], right=times[(group == g) & open_]) for g in "ab")
    other = theirs(a, b)
    ours = logrank(times, open_, group)
    assert (ours.statistic, ours.p) == (pytest.approx(other.statistic**2), pytest.approx(other.pvalue))


def test_three_groups_and_early_differences_are_those_of_lifelines():
    """multivariate_logrank_test of lifelines 0.30.3, plain and with the weights "peto"; the same for the textbook's two."""
    assert logrank(*waits()).statistic == pytest.approx(0.8726716383064) and logrank(*waits()).df == 2
    assert logrank(*waits(), early=True).statistic == pytest.approx(1.9011912737857)
    assert logrank(TIMES, OPEN, DRUG, early=True).statistic == pytest.approx(14.084139866857)


def test_strata_compare_like_with_like():
    """Urgent matters go to the first team and wait long in either: a difference between the teams that none of them makes."""
    rng = np.random.default_rng(4)
    urgent = np.repeat([True, False, True, False], [90, 10, 10, 90])
    team = np.repeat(["first", "second"], 100)
    times = rng.exponential(np.where(urgent, 100.0, 10.0))
    none = np.zeros(200, bool)
    assert logrank(times, none, team).p < 1e-6 < 0.05 < logrank(times, none, team, strata=urgent).p
    apart = np.where(team == "first", "x", "y")
    assert logrank(times, none, team, strata=apart) is None, "no stratum holds both"


def test_waits_told_twice_are_no_more_evidence():
    times, open_, group = (np.tile(x, 2) for x in waits(groups="ab"))
    one = logrank(*waits(groups="ab"))
    held = logrank(times, open_, group, clusters=np.tile(np.arange(90), 2))
    assert logrank(times, open_, group).statistic > 1.9 * one.statistic
    assert held.statistic == pytest.approx(one.statistic, rel=0.1)


def test_nothing_to_tell():
    assert logrank(np.arange(9.0), np.zeros(9, bool), np.repeat("a", 9)) is None, "one group"
    assert logrank(np.arange(8.0), np.ones(8, bool), np.repeat(["a", "b"], 4)) is None, "nothing happened"


def test_order_of_observations_does_not_matter():
    times, open_, group = waits()
    turned = np.random.default_rng(0).permutation(90)
    assert logrank(times[turned], open_[turned], group[turned]).statistic == pytest.approx(logrank(times, open_, group).statistic)
