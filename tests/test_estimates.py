"""Reference values of the estimates, computed elsewhere."""

from math import comb

import numpy as np
import pytest

from textmetrics.curves import cumulative_incidence, kaplan_meier, restricted_mean
from textmetrics.estimates import (
    BESIDE,
    ESTIMATES,
    MEDIANS,
    ORDER_STATISTIC,
    PERCENTILES,
    beside,
    bounds,
    incidence,
    maximum,
    mean,
    percentile,
    poisson,
    prediction_powered,
    proportion,
    quantile,
    rate,
    rogan_gladen,
    rough,
    share,
    standardised_difference,
    survival,
    too_few,
    total,
    wilson,
)

TIMES = np.array([1, 2, 2, 3, 4, 5, 6, 8, 9, 12.0])
ANSWERED = np.array([1, 1, 0, 1, 0, 1, 1, 0, 1, 0], bool)


def seen(values, censored=None, exposure=None):
    values = np.asarray(values, float)
    return values, np.ones(len(values)) if exposure is None else np.asarray(exposure, float), np.zeros(len(values), bool) if censored is None else np.asarray(censored, bool)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"), [(8, 10, 0.4902, 0.9433), (0, 12, 0, 0.2425), (88, 100, 0.8019, 0.9300), (13, 15, 0.6212, 0.9626), (42, 50, 0.7149, 0.9166)]
)
def test_wilson(k, n, low, high):
    assert wilson(k, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_proportion_leaves_open_ones_out_and_counts_them():
    e = proportion(*seen([1, 1, 0, 0, 1], [False, False, False, True, True]))
    assert (e.n, e.n_open) == (3, 2) and e.value == pytest.approx(2 / 3)


def test_bounds_reach_from_none_to_all_of_the_silent():
    e = bounds(*seen([1] * 42 + [0] * 8 + [0] * 50, [False] * 50 + [True] * 50))
    assert e.value == 0.42 and e.n_open == 50
    assert e.low == wilson(42, 100)[0] and e.high == wilson(92, 100)[1]


def test_poisson():
    e = rate(*seen([12], exposure=[400]))
    assert [round(100 * x, 2) for x in (e.value, e.low, e.high)] == [3.0, 1.55, 5.24]
    assert poisson(0)[0] == 0.0 and poisson(0)[1] == pytest.approx(3.6889, abs=1e-3)
    low, high = poisson(100000)
    assert low < 100000 < high and high - low < 1300
    assert poisson(10_001) == pytest.approx((9805.942668, 10198.961424), rel=1e-7), "scipy's chi-squared: chdtri(20002, 0.975) / 2, chdtri(20004, 0.025) / 2"
    assert poisson(10**12) == pytest.approx((10**12 - 1959963.0, 10**12 + 1959966.0), abs=1), "as scipy has it, and at once"


@pytest.mark.parametrize("n", [6, 7, 11, 12, 20, 29, 35, 59, 69, 120, 299, 300, 1000])
@pytest.mark.parametrize("q", [0.5, 0.75, 0.9, 0.95, 0.99])
def test_the_interval_of_a_quantile_holds_it_in_95_of_100_samples(n, q):
    """Between the k-th and the m-th of n lies what as many as k to m - 1 are below: a binomial share."""
    e = quantile(*seen(range(n)), q=q)
    if e.value is not None:
        held = sum(comb(n, k) * q**k * (1 - q) ** (n - k) for k in range(int(e.low) + 1, int(e.high) + 1))
        assert held >= 0.95
        assert held < 0.98 or n < 70, "and no wider than it must be"


def test_kaplan_meier():
    points, left, _ = kaplan_meier(TIMES, ~ANSWERED)
    assert points.tolist() == [1, 2, 3, 5, 6, 9]
    assert left == pytest.approx([0.9, 0.8, 0.6857, 0.5486, 0.4114, 0.2057], abs=5e-5)
    assert restricted_mean(TIMES, ~ANSWERED, 12) == pytest.approx(6.4713, abs=2e-4)
    assert survival(*seen(TIMES, ~ANSWERED)).value == 6


def test_patience_is_the_same_curve_the_other_way():
    points, left, _ = kaplan_meier(TIMES, ANSWERED)
    assert points.tolist() == [2, 4, 8, 12]
    assert left == pytest.approx([0.8889, 0.7407, 0.4938, 0], abs=5e-5)


def test_cumulative_incidence():
    kinds = np.where(ANSWERED, 1, 2)
    assert [round(cumulative_incidence(TIMES, kinds, 2, t), 4) for t in (2, 4, 8, 12)] == [0.1, 0.2, 0.3, 0.4]
    assert cumulative_incidence(TIMES, kinds, 1, 12) == pytest.approx(0.6)


def test_incidence_is_that_of_the_catalogue():
    kinds = np.where(ANSWERED, 1.0, 2.0)
    assert incidence(TIMES, kinds, np.zeros(10, bool)).value == pytest.approx(0.6)
    assert incidence(TIMES, 3 - kinds, np.zeros(10, bool)).value == pytest.approx(0.4)


def test_incidence_and_its_interval_are_those_of_lifelines():
    """AalenJohansenFitter of lifelines 0.30 on the same 15 times: 0.5558, 0.2446 to 0.7828."""
    times = np.array([3, 5, 8, 11, 14, 20, 21, 30, 33, 41, 50, 62, 75, 80, 91], float)
    kinds = np.array([1, 2, 1, 0, 1, 1, 2, 0, 1, 2, 1, 0, 1, 2, 0])
    e = incidence(times, np.where(kinds == 0, 1, kinds).astype(float), kinds == 0)
    assert (e.n, e.n_open) == (15, 4)
    assert [e.value, e.low, e.high] == pytest.approx([0.5558441558, 0.2445506831, 0.7827926917], abs=1e-9)
    shuffled = np.random.default_rng(0).permutation(15)
    assert incidence(times[shuffled], np.where(kinds == 0, 1, kinds)[shuffled].astype(float), kinds[shuffled] == 0) == e


@pytest.mark.parametrize("n", range(10, 60))
def test_incidence_of_all_is_one_whatever_is_lost_in_rounding(n):
    times = np.arange(1.0, n + 1)
    assert incidence(times, np.ones(n), np.zeros(n, bool)).value == 1.0
    mixed = incidence(times, np.where(times == n, 2.0, 1.0), np.zeros(n, bool))
    assert mixed.value == pytest.approx(1 - 1 / n) and 0 <= mixed.low < mixed.value < mixed.high <= 1


def test_survival_without_enough_answers_has_no_median():
    e = survival(*seen([5, 5, 5, 600, 600, 600, 600], [False] * 3 + [True] * 4))
    assert e.value is None and e.n_open == 4


@pytest.mark.parametrize("estimate", MEDIANS)
@pytest.mark.parametrize(("name", "q"), [("median", 0.5), *((name, PERCENTILES[name]) for name in BESIDE)])
def test_no_quantile_is_shown_of_fewer_than_its_interval_needs(estimate, name, q):
    need = ORDER_STATISTIC[q]
    few, enough = (ESTIMATES[estimate](*seen(range(n))) if q == 0.5 else beside(estimate, name, *seen(range(n))) for n in (need - 1, need))
    assert (few.n, few.value, few.low, few.high, few.need) == (need - 1, None, None, None, need)
    assert enough.low < enough.value and enough.value == pytest.approx(q * need, abs=1)


def test_interval_of_a_median_of_six_is_all_of_them():
    e = quantile(*seen(range(6)))
    assert (e.value, e.low, e.high) == (2.5, 0, 5)


def test_percentiles_of_waits_and_their_intervals_are_those_of_lifelines():
    """KaplanMeierFitter and qth_survival_times of lifelines 0.30.3; where nobody is left the last end is not reached (lifelines has 130)."""
    times = np.array([2, 3, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20, 22, 23, 25, 27, 30, 31, 33, 36, 40, 41, 44, 48, 55, 60, 75, 90, 120, 130], float)
    open_ = np.isin(np.arange(32), [4, 11, 20, 27])
    found = [percentile(*seen(times, open_), q) for q in (0.5, 0.75, 0.9, 0.95)]
    assert [(e.value, e.low, e.high) for e in found] == [(27, 15, 41), (48, 31, 90), (90, 48, None), (None, None, None)]


@pytest.mark.parametrize("estimate", [rate, mean])
def test_rates_and_means_leave_open_ones_out_and_count_them(estimate):
    e = estimate(*seen([10, 20, 900], [False, False, True]))
    assert (e.n, e.value, e.n_open) == (2, 15, 1)
    e = estimate(*seen([900], [True]))
    assert (e.n, e.value, e.n_open) == (0, None, 1)


def test_mean_does_not_depend_on_order():
    values = np.random.default_rng(1).normal(size=50)
    assert mean(*seen(values)) == mean(*seen(values[::-1]))
    e = mean(*seen(values))
    assert e.low < e.value < e.high


def test_maximum_counts_open_ones():
    e = maximum(*seen([3, 9], [False, True]))
    assert (e.value, e.n_open, e.low) == (9, 1, None)


def test_share_is_of_the_whole():
    assert share(*seen([1, 1], exposure=[8, 8])).value == 0.25


def test_rogan_gladen():
    e = rogan_gladen(0.30, 1000, 0.80, 50, 0.95, 150)
    assert (round(e.value, 4), round(e.low, 4), round(e.high, 4)) == (0.3333, 0.2639, 0.4028)
    assert rogan_gladen(0.30, 1000, 0.6, 50, 0.6, 50) is None, "a detector that tells too little"
    assert rogan_gladen(0.03, 1000, 0.9, 50, 0.95, 50) is None, "fewer flags than false alarms"


def test_prediction_powered_is_right_even_for_a_bad_detector():
    rng = np.random.default_rng(7)
    truth = rng.random(20000) < 0.33
    flags = np.where(rng.random(20000) < 0.8, truth, ~truth)
    sample = rng.choice(20000, 400, replace=False)
    e = prediction_powered(flags, flags[sample], truth[sample])
    assert e.low < 0.33 < e.high and e.high - e.low < 0.12


def test_standardised_difference_removes_what_the_start_explains():
    """No effect at all: who starts low rises by itself, and the comparison must not take that for an effect."""
    rng = np.random.default_rng(3)

    def drawn(n, low):
        before = np.where(rng.random(n) < low, -1, 1)
        return -0.5 * before + rng.normal(0, 0.3, n), before

    (a, sa), (b, sb) = drawn(800, 0.9), drawn(800, 0.2)
    assert a.mean() - b.mean() > 0.5
    e = standardised_difference(a, sa, b, sb)
    assert abs(e.value) < 0.1 and e.low < e.value < e.high
    assert standardised_difference(a, sa, b[:3], sb[:3]) is None


def test_a_late_answer_among_many_open_waits_is_no_median():
    """60 of 100 still wait after a day at most; one answer after a year, when two are watched, brings the curve below one half."""
    times = np.array([1.0] * 38 + [10.0] * 60 + [365.0, 400.0])
    open_ = np.array([False] * 38 + [True] * 60 + [False, True])
    found = survival(times, np.ones(100), open_)
    assert found.value is None and found.high is None and (found.n, found.n_open) == (100, 61)


@pytest.mark.parametrize(("q", "n", "value"), [(0.5, 6, 3), (0.9, 29, 27), (0.95, 59, 57), (0.99, 299, 297)])
def test_a_percentile_is_the_first_value_that_leaves_no_more_above_it(q, n, value):
    """27 of 29 are 93 %, 26 would be 89.7 %; 57 of 59 are 96.6 %, 56 would be 94.9 %; 297 of 299 are 99.3 %, 296 would be 98.997 %."""
    found = percentile(*seen(range(1, n + 1)), q=q)
    assert found.value == value and found.low <= value
    assert percentile(*seen(range(1, n)), q=q).value is None and too_few(f"p{q * 100:.0f}", n - 1) and not too_few(f"p{q * 100:.0f}", n)


def test_percentiles_are_those_of_the_same_curve_and_may_lie_below_zero():
    rng = np.random.default_rng(5)
    times, open_ = rng.exponential(100, 80), rng.random(80) < 0.1
    assert percentile(*seen(times, open_), q=0.5) == survival(*seen(times, open_))
    early = percentile(*seen(times - 1000, open_), q=0.9)
    late = percentile(*seen(times, open_), q=0.9)
    assert (early.value, early.low, early.n_open) == (pytest.approx(late.value - 1000), pytest.approx(late.low - 1000), late.n_open)
    assert percentile(*seen(TIMES, ~ANSWERED), q=0.5).value == 6


def test_a_percentile_that_the_open_ones_hide_is_not_reached():
    assert percentile(*seen(range(1, 60), [False] * 55 + [True] * 4), q=0.95).value is None
    assert percentile(*seen([1] * 50 + [2] * 8 + [100], [False] * 50 + [True] * 8 + [False]), q=0.95).value is None, "one late answer, when nobody else is watched"


@pytest.mark.parametrize(("n", "is_rough"), [(92, True), (93, False), (9, False)])
def test_a_share_is_rough_below_93_in_the_worst_case_and_a_count_below_ten(n, is_rough):
    assert rough("proportion", n, *wilson(n / 2, n)) is is_rough


def test_a_total_has_no_interval():
    e = total(*seen([1, 0, 1]))
    assert (e.n, e.value, e.low) == (3, 2, None)


@pytest.mark.parametrize("draw", ["lognormal", "pareto", "choice"])
def test_expanded_bootstraps_are_what_draws_come_to(draw):
    """40,000 draws from 1,500 skewed, heavy and lumpy values: within 3 % of half the interval."""
    some = np.random.default_rng(1)
    values = {"lognormal": lambda: some.lognormal(0, 1, 1500), "pareto": lambda: some.pareto(2.5, 1500), "choice": lambda: some.choice([-1, 0, 0.3, 1], 1500)}[draw]()
    levels, counts = np.unique(values, return_counts=True)
    low, high = np.quantile(np.random.default_rng(2).multinomial(1500, counts / 1500, 40_000) @ levels / 1500, [0.025, 0.975])
    told = mean(values, np.ones(1500), np.zeros(1500, bool))
    assert (told.low, told.high) == pytest.approx((low, high), abs=0.03 * (high - low) / 2)
