"""Partial pooling: priors and posteriors by hand, and what they are for."""

import numpy as np
import pytest

from textmetrics.pooling import Value, beta_binomial, gamma_poisson, pooled


def shares(*told):
    return {f"g{k}": Value(yes / n, yes / n * (1 - yes / n) / n, n) for k, (yes, n) in enumerate(told)}


def rates(*told):
    return {f"g{k}": Value(count / per, count / per**2, 50, per) for k, (count, per) in enumerate(told)}


def test_shares_are_beta_binomial():
    """20, 40, 60, 80 of 100: Q = 80, correlation (80 - 3) / 297, so the prior is Beta(10/7, 10/7); 20 of 100 becomes (20 + 10/7) / (100 + 20/7)."""
    ranks = {r.group: r for r in pooled(shares((20, 100), (40, 100), (60, 100), (80, 100)), "proportion")}
    assert ranks["g0"].pooled == pytest.approx((20 + 10 / 7) / (100 + 20 / 7)) and ranks["g0"].value == 0.2
    assert (ranks["g0"].low, ranks["g0"].high) == pytest.approx((0.13589, 0.29151), abs=5e-5), "2.5 and 97.5 % of Beta(21.43, 81.43)"
    assert ranks["g0"].alike == () and ranks["g1"].alike == ()


def test_rates_are_gamma_poisson():
    """10, 20, 30 per 100: variance between (2 - 0.4) / 200 = 0.008, so the prior is Gamma(5, 25): 10 per 100 becomes 15 per 125."""
    ranks = {r.group: r for r in pooled(rates((10, 100), (20, 100), (30, 100)), "rate")}
    assert ranks["g0"].pooled == pytest.approx(15 / 125)
    assert (ranks["g0"].low, ranks["g0"].high) == pytest.approx((0.06716, 0.18792), abs=5e-5), "half the chi-squared of 30 degrees of freedom at 2.5 and 97.5 %, per 125"


def test_a_perfect_share_of_few_is_not_first():
    """10 of 10 stands above 95 of 100 by its own value."""
    ranks = pooled(shares((10, 10), (95, 100), (70, 100), (72, 100), (75, 100)), "proportion")
    assert max(ranks, key=lambda r: r.value).group == "g0" and ranks[0].group == "g1"
    assert all(0 <= r.low < r.pooled < r.high <= 1 for r in ranks)


@pytest.mark.parametrize(("kind", "groups"), [("proportion", shares((0, 20), (0, 30))), ("proportion", shares((20, 20), (30, 30))), ("rate", rates((0, 20.0), (0, 30.0)))])
def test_none_and_all_keep_an_interval(kind, groups):
    for r in pooled(groups, kind):
        assert r.low < r.pooled < r.high and r.alike


def test_groups_of_none_and_of_all_leave_a_prior_of_one_observation():
    """Moments would say Beta(-0.26, -0.26)."""
    assert beta_binomial(np.array([0.0, 10]), np.array([10.0, 10])) == (0.5, 0.5)
    first, last = pooled(shares((0, 10), (10, 10)), "proportion")
    assert 0 <= last.low < last.pooled < last.high < first.low < first.pooled < first.high <= 1


def test_votes_below_0_are_no_counts():
    ranks = pooled({**rates((10, 10), (20, 10)), "down": Value(-0.5, 0.1, 10, 10.0)}, "rate")
    assert ranks[-1].group == "down" and all(r.low < r.pooled < r.high for r in ranks)


def test_equal_groups_share_one_value_and_their_prior_knows_no_more_than_all_of_them():
    assert beta_binomial(np.array([10.0, 10, 10]), np.array([20.0] * 3)) == (30, 30)
    assert gamma_poisson(np.array([10.0, 10]), np.array([20.0] * 2)) == (20, 40)
    assert {round(r.pooled, 12) for r in pooled(shares((10, 20), (10, 20), (10, 20)), "proportion")} == {0.5}


def test_customers_who_come_again_count_as_less():
    alone = shares((20, 100), (60, 100))
    again = {g: Value(v.value, 4 * v.variance, v.n) for g, v in alone.items()}
    wide, narrow = (next(r for r in pooled(x, "proportion") if r.group == "g0") for x in (again, alone))
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)
