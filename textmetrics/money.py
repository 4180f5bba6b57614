"""Means of money: many customers spend nothing and a few a lot, so intervals are bootstraps corrected for bias and skewness (BCa, Efron 1987)."""

from __future__ import annotations

import numpy as np

from .estimates import FEWEST, RESAMPLES, SEED, Array, Estimate, Z


def per_customer(values: Array) -> Estimate:
    """Mean per customer, those who spent nothing among them; an interval from ten customers on.

    >>> per_customer(np.array([0.0] * 9 + [10.0])).value
    1.0
    """
    value = float(values.mean())
    if len(values) < FEWEST:
        return Estimate(len(values), value)
    return Estimate(len(values), value, *bca(_draws(values, np.random.default_rng(SEED)), value, values - value))


def difference(a: Array, b: Array) -> Estimate:
    """Mean of one group less that of the other; an interval from ten customers each on.

    >>> difference(np.array([2.0] * 20), np.array([1.0] * 20)).value
    1.0
    """
    value = float(a.mean() - b.mean())
    if min(len(a), len(b)) < FEWEST:
        return Estimate(len(a) + len(b), value)
    rng = np.random.default_rng(SEED)
    pull = np.concatenate([(a - a.mean()) / len(a), (b.mean() - b) / len(b)])
    return Estimate(len(a) + len(b), value, *bca(_draws(a, rng) - _draws(b, rng), value, pull))


def bca(draws: Array, value: float, pull: Array) -> tuple[float, float]:
    """The interval of a statistic from its bootstrap draws; ``pull``: how far each observation pulls it (its influence, in any unit)."""
    from scipy.special import ndtr, ndtri

    below = (float(np.sum(draws < value)) + float(np.sum(draws == value)) / 2) / len(draws)
    if not 0 < below < 1:
        return float(draws.min()), float(draws.max())
    bias, spread = float(ndtri(below)), float(np.sum(pull**2))
    skew = float(np.sum(pull**3)) / (6 * spread**1.5) if spread > 0 else 0.0
    at = [float(ndtr(bias + (bias + z) / (1 - skew * (bias + z)))) for z in (-Z, Z)]
    low, high = np.quantile(draws, at)
    return min(float(low), value), max(float(high), value)


def _draws(values: Array, rng: np.random.Generator) -> Array:
    """Means of samples drawn anew, in time that goes by the number of different amounts."""
    amounts, counts = np.unique(values, return_counts=True)
    return rng.multinomial(len(values), counts / len(values), RESAMPLES) @ amounts / len(values)
