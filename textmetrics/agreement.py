"""How well two reviewers agree, beyond chance: the ceiling for any detector that is held to their word."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct

from .estimates import RESAMPLES, SEED

Array = np.ndarray
FEWEST_PAIRS = 100  # items read twice below which agreement is told, and marked as too few to judge a detector by (metric catalogue 1.7)


class Agreement(Struct, frozen=True):
    """A coefficient of agreement over ``n`` items read twice, with its bootstrap interval; None where all say the same."""

    n: int
    value: float | None
    low: float | None = None
    high: float | None = None


def table(first: Sequence[str], second: Sequence[str]) -> Array:
    """How often each pair of verdicts was given: rows the first reviewer, columns the second.

    >>> table(["yes", "no", "no"], ["yes", "yes", "no"]).tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    """
    names = sorted({*first, *second})
    pairs = np.zeros((len(names), len(names)))
    for a, b in zip(first, second, strict=True):
        pairs[names.index(a), names.index(b)] += 1
    return pairs


def cohen_kappa(pairs: Array) -> float | None:
    """Cohen's kappa (1960): agreement beyond what the two reviewers' own habits would give.

    >>> round(cohen_kappa(np.array([[20.0, 5.0], [10.0, 15.0]])), 3)
    0.4
    """
    p = pairs / pairs.sum()
    chance = float(p.sum(axis=1) @ p.sum(axis=0))
    return None if chance >= 1 else float((np.trace(p) - chance) / (1 - chance))


def krippendorff_alpha(pairs: Array) -> float | None:
    """Krippendorff's alpha for names (2011): 1 - disagreement seen / disagreement expected when verdicts are dealt out at random.

    >>> round(krippendorff_alpha(np.array([[5.0, 3.0], [1.0, 1.0]])), 3)
    0.095
    """
    both = pairs + pairs.T
    each, n = both.sum(axis=1), both.sum()
    expected = float(n * n - (each**2).sum())
    return None if expected <= 0 else 1 - float(n - np.trace(both)) * float(n - 1) / expected


def agreement(coefficient: Callable[[Array], float | None], first: Sequence[str], second: Sequence[str]) -> Agreement:
    """A coefficient with the percentile interval of a bootstrap over the items."""
    if not first:
        return Agreement(0, None)
    pairs = table(first, second)
    value = coefficient(pairs)
    if value is None or len(first) < 2:
        return Agreement(len(first), value)
    draws = np.random.default_rng(SEED).multinomial(len(first), (pairs / pairs.sum()).ravel(), RESAMPLES)
    found = [v for d in draws if (v := coefficient(d.reshape(pairs.shape).astype(float))) is not None]
    low, high = np.quantile(found, [0.025, 0.975]) if found else (None, None)
    return Agreement(len(first), value, None if low is None else float(low), None if high is None else float(high))
