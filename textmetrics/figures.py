"""How analyses over a whole run tell what they found: sections of figures, each with n, interval and the conversations behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from .curves import cumulative_incidence
from .estimates import BESIDE, NEEDED, RESAMPLES, SEED, Estimate, beside, quantile, survival, wilson

BEHIND = 5  # conversations named for a figure


def estimate_of(row: Mapping[str, Any]) -> Estimate:
    """The estimate that a row of a report's estimates tells, and how many observations it needs."""
    return Estimate(row["n"], row["value"], row["low"], row["high"], row["n_open"], NEEDED.get(row["estimate"], 0))


class Figure(Struct, frozen=True):
    """One number of a group: ``behind`` are conversations to open for it; ``note`` says what it rests on, or why there is none."""

    group: str
    name: str
    estimate: Estimate
    unit: str = "share"
    note: str = ""
    behind: tuple[str, ...] = ()


class Section(Struct, frozen=True):
    """Figures that belong together: ``read`` says how to take them, ``notes`` what to beware of."""

    title: str
    figures: tuple[Figure, ...]
    read: str = ""
    notes: tuple[str, ...] = ()


def share(group: str, name: str, yes: int, n: int, behind: Iterable[str] = (), note: str = "", n_open: int = 0) -> Figure:
    """A share with Wilson's interval; of nothing, there is none."""
    estimate = Estimate(n, yes / n, *wilson(yes, n), n_open) if n else Estimate(0, None, n_open=n_open)
    return Figure(group, name, estimate, "share", note or ("" if n else "nothing to count"), some(behind))


def some(ids: Iterable[str]) -> tuple[str, ...]:
    """The first few conversations of many, by name, so that they do not depend on order."""
    return tuple(sorted(dict.fromkeys(ids))[:BEHIND])


def middle(group: str, name: str, values: Sequence[float], unit: str, behind: Iterable[str] = (), note: str = "") -> Figure:
    """A median with its interval."""
    given = np.asarray(values, float)
    estimate = quantile(given, np.ones(len(given)), np.zeros(len(given), bool)) if len(given) else Estimate(0, None)
    return Figure(group, name, estimate, unit, note, some(behind))


def lasting(group: str, name: str, times: Sequence[float], censored: Sequence[bool], behind: Iterable[str] = (), note: str = "") -> Figure:
    """A Kaplan-Meier median of times, those still running counted as lasting at least so long."""
    t, c = np.asarray(times, float), np.asarray(censored, bool)
    return Figure(group, name, survival(t, np.ones(len(t)), c) if len(t) else Estimate(0, None), "s", note, some(behind))


def tails(group: str, times: Sequence[float], censored: Sequence[bool], behind: Iterable[str] = ()) -> list[Figure]:
    """p75, p90 and p95 beside such a median: those for which there are enough times."""
    t, c = np.asarray(times, float), np.asarray(censored, bool)
    return [Figure(group, f"{name} of it", beside("survival", name, t, np.ones(len(t)), c), "s", "", some(behind)) for name in BESIDE if len(t) >= NEEDED[name]]


def incidence(times: Sequence[float], kinds: Sequence[int], kind: int, at: float, clusters: Sequence[str]) -> Estimate:
    """Cumulative incidence of one kind by a time, others competing; the interval is a bootstrap over customers, from ten of them on."""
    t, k = np.asarray(times, float), np.asarray(kinds, int)
    n_open = int(np.sum((k == 0) & (t < at)))
    if not len(t):
        return Estimate(0, None)
    value = cumulative_incidence(t, k, kind, at)
    names, of = np.unique(np.asarray(clusters, object).astype(str), return_inverse=True)
    if len(names) < 10:
        return Estimate(len(t), value, n_open=n_open)
    if value == 0:
        return Estimate(len(t), value, 0.0, wilson(0, len(names))[1], n_open)
    ends, where = np.unique(t[(k > 0) & (t <= at)], return_inverse=True)
    happened = np.nonzero((k > 0) & (t <= at))[0]
    rng = np.random.default_rng(SEED)
    at_first = np.searchsorted(ends, t, side="right")  # an item is at risk at every end up to its own time
    draws = []
    for _ in range(RESAMPLES // 4):
        weight = rng.multinomial(len(names), np.full(len(names), 1 / len(names)))[of]
        leaving = np.bincount(at_first, weights=weight, minlength=len(ends) + 1)
        risk = (weight.sum() - np.cumsum(leaving))[: len(ends)]
        events = np.bincount(where, weights=weight[happened], minlength=len(ends))
        mine = np.bincount(where, weights=weight[happened] * (k[happened] == kind), minlength=len(ends))
        with np.errstate(divide="ignore", invalid="ignore"):
            hazard, own = np.where(risk > 0, events / risk, 0.0), np.where(risk > 0, mine / risk, 0.0)
        still = np.concatenate([[1.0], np.cumprod(1 - hazard)[:-1]])
        draws.append(float(np.sum(still * own)))
    low, high = np.quantile(draws, [0.025, 0.975])
    return Estimate(len(t), value, min(value, float(low)), max(value, float(high)), n_open)
