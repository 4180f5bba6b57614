"""Curves of times to an event, open ones counted as lasting at least so long: how many are still without it, and to how many it happens where others compete."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def begins_of_each(ordered: Array) -> Array:
    """Where among ordered values each one is met first."""
    return np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])


def at_each(points: Array, values: Array) -> Array:
    """How many of some values there are at each of some points."""
    ordered = np.sort(values)
    return (np.searchsorted(ordered, points, "right") - np.searchsorted(ordered, points)).astype(float)


def events(times: Array, censored: Array) -> tuple[Array, Array, Array]:
    """Event times, how many are still watched at each, and to how many of them it happens."""
    ended, still = np.sort(times[~censored]), np.sort(times[censored])
    first = begins_of_each(ended)
    points = ended[first]
    return points, len(times) - first - np.searchsorted(still, points), np.diff(first, append=len(ended))


def product_limit(watched: Array, happened: Array) -> tuple[Array, Array]:
    """The share still without the event after each time (Kaplan and Meier 1958), and Greenwood's sum of its variance."""
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(np.where(watched > happened, happened / (watched * (watched - happened)), np.inf))
    return np.cumprod(1 - happened / watched), variance


def kaplan_meier(times: Array, censored: Array) -> tuple[Array, Array, Array]:
    """Event times, the share still without the event after each, and Greenwood's sum of its variance."""
    points, *counts = events(times, censored)
    return points, *product_limit(*counts)


def restricted_mean(times: Array, censored: Array, until: float) -> float:
    """Mean wait up to a time, open waits included: the area under the Kaplan-Meier curve."""
    points, left, _ = kaplan_meier(times, censored)
    inside = points <= until
    edges = np.concatenate([[0.0], points[inside], [until]])
    return float(np.sum(np.diff(edges) * np.concatenate([[1.0], left[inside]])))


def restricted_variance(times: Array, censored: Array, until: float) -> float:
    """The variance of `restricted_mean` (Klein and Moeschberger 2003, 4.5): the areas still to come, squared, times Greenwood's terms."""
    points, left, _ = kaplan_meier(times, censored)
    points, left = points[points <= until], left[points <= until]
    if not len(points):
        return 0.0
    areas = np.cumsum((np.diff(np.concatenate([points, [until]])) * left)[::-1])[::-1]
    ordered, ended = np.sort(times), np.sort(times[~censored])
    at_risk = len(times) - np.searchsorted(ordered, points, "left").astype(float)
    events = (np.searchsorted(ended, points, "right") - np.searchsorted(ended, points, "left")).astype(float)
    safe = at_risk > events
    return float(np.sum(areas[safe] ** 2 * events[safe] / (at_risk[safe] * (at_risk[safe] - events[safe]))))


def cumulative_incidence(times: Array, kinds: Array, kind: int, at: float) -> float:
    """Share to whom an event of one kind has happened by a time, other kinds competing (Aalen and Johansen 1978); kind 0 is open."""
    still, share = 1.0, 0.0
    for t in np.unique(times[(kinds > 0) & (times <= at)]):
        at_risk = float(np.sum(times >= t))
        share += still * float(np.sum((times == t) & (kinds == kind))) / at_risk
        still *= 1 - float(np.sum((times == t) & (kinds > 0))) / at_risk
    return share
