"""Curves of times to an event, open ones counted as lasting at least so long: how many are still without it, and to how many it happens where others compete."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def kaplan_meier(times: Array, censored: Array) -> tuple[Array, Array, Array]:
    """Event times, the share still without the event after each (Kaplan and Meier 1958), and Greenwood's sum of its variance."""
    order = np.argsort(times, kind="stable")
    times, event = times[order], ~censored[order]
    points, first = np.unique(times, return_index=True)
    at_risk = len(times) - first
    happened = np.add.reduceat(event.astype(float), first) if len(times) else np.zeros(0)
    keep = happened > 0
    points, at_risk, happened = points[keep], at_risk[keep], happened[keep]
    left = np.cumprod(1 - happened / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(np.where(at_risk > happened, happened / (at_risk * (at_risk - happened)), np.inf))
    return points, left, variance


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
