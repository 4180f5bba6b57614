"""Reference values of the field that no other test holds: how many are enough, and what regression to the mean does by itself."""

import numpy as np
import pytest

from textmetrics.estimates import ORDER_STATISTIC, standardised_difference, wilson


@pytest.mark.parametrize(("half", "n"), [(0.10, 93), (0.05, 381), (0.03, 1064)])
def test_how_many_a_share_near_one_half_needs(half, n):
    def width(n):
        low, high = wilson(n / 2, n)
        return (high - low) / 2

    assert width(n) <= half < width(n - 1)


@pytest.mark.parametrize(("q", "n"), [(0.5, 6), (0.75, 11), (0.9, 29), (0.95, 59), (0.99, 299)])
def test_how_many_a_quantile_needs_for_an_interval_without_a_distribution(q, n):
    def missed(n):
        return q**n + (1 - q) ** n  # the chance that all lie on one side of it

    assert ORDER_STATISTIC[q] == n and missed(n) <= 0.05 < missed(n - 1)


def test_whoever_is_chosen_for_feeling_bad_feels_better_without_any_effect_and_the_comparison_takes_it_out():
    rng = np.random.default_rng(1)
    true = rng.normal(size=200_000)
    before, after = (true + rng.normal(size=len(true)) for _ in range(2))
    change, chosen = after - before, before < -1
    assert change[chosen].mean() == pytest.approx(0.92, abs=0.02)
    solved = rng.random(len(true)) < 0.5  # a solution that does nothing
    strata = np.digitize(before, np.arange(-4, 4, 0.25))
    difference = standardised_difference(change[chosen & solved], strata[chosen & solved], change[chosen & ~solved], strata[chosen & ~solved])
    assert difference.value == pytest.approx(0, abs=0.02) and difference.low < 0 < difference.high
