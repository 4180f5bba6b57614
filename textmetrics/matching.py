"""Revenue after contacts of one channel against like customers of the others: matched on what is known of them, where no hold-out was drawn.

Each customer counts once, with their latest contact that is old enough and had none within a window before it. A customer of one channel is held against those of other channels with
the same request type and the same channels before, whose earlier purchases are nearest (all of them, where several are equally near). What nobody recorded, such as the wish to buy,
may still differ: a hold-out says what a channel sells, this says what is left of a difference when like is compared with like.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import log, log1p, sqrt
from typing import Any

import numpy as np
from msgspec import Struct

from .contacts import Contact
from .estimates import FEWEST, Array, Estimate, Z
from .figures import Figure, Section, share, some
from .report import Report

CALIPER = log(1.25)  # earlier purchases at most a quarter more, or a fifth less, are near: with twice as much, intervals held the truth in 84 of 100, with this in 91
BESIDE = 4  # neighbours that tell how revenue varies
NEAR = 1e-9  # differences that are none
BEFORE = timedelta(days=365)  # how far back purchases count as earlier


class Unit(Struct, frozen=True):
    """One customer: the contact that counts, its ``stratum`` (request type, channels before), what they bought in the year before and in the window after."""

    conversation: str
    channel: str
    stratum: tuple[str, str]
    earlier: float
    later: float


def matched_revenue(report: Report, found: Sequence[Contact], window: timedelta) -> Section:
    """Each channel against like customers of the others: revenue per customer, crude and matched, how many could be matched, and whether they are alike now."""
    customer = {r["conversation_id"]: r["customer_id"] for r in report.rows("conversations")}
    orders: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for r in report.rows("orders"):
        if r["customer_id"] is not None and r["ordered_at"] is not None:
            orders[r["customer_id"]].append(r)
    chosen = _chosen(found, customer, window) if orders else {}
    figures: list[Figure] = []
    for currency in sorted({r["currency"] or "no currency" for rs in orders.values() for r in rs}):
        spent = {who: [(r["ordered_at"], r["amount"]) for r in orders.get(who, ()) if (r["currency"] or "no currency") == currency] for who in chosen}
        units = [_unit(c, history, spent[who], window) for who, (c, history) in sorted(chosen.items())]
        for channel in sorted({u.channel for u in units}):
            mine, others = [u for u in units if u.channel == channel], [u for u in units if u.channel != channel]
            if min(len(mine), len(others)) >= FEWEST:
                figures += _figures(channel, currency, mine, others)
    notes = ("Matched on request type, channels before and purchases of the year before (nearest, at most a quarter more). What nobody recorded may still differ: only a hold-out is proof.",)
    return Section("Revenue of like customers", tuple(figures), f"Within {window.days} days, less that of customers of other channels.", notes)


def _chosen(found: Sequence[Contact], customer: Mapping[str, str | None], window: timedelta) -> dict[str, tuple[Contact, str]]:
    """The contact that counts of each customer, with the channels they had used before."""
    mine: dict[str, list[Contact]] = defaultdict(list)
    for c in found:
        if (who := customer[c.id]) is not None:
            mine[who].append(c)
    chosen = {}
    for who, contacts in mine.items():
        contacts.sort(key=lambda c: (c.began, c.id))
        for n, c in enumerate(contacts):
            if c.as_of - c.began >= window and (n == 0 or c.began - contacts[n - 1].began >= window):
                chosen[who] = (c, "+".join(sorted({b.channel for b in contacts[:n]})))
    return chosen


def _unit(c: Contact, history: str, spent: Sequence[tuple[datetime, float]], window: timedelta) -> Unit:
    earlier = sum(amount for at, amount in spent if -BEFORE <= at - c.began < timedelta(0))
    later = sum(amount for at, amount in spent if timedelta(0) <= at - c.began <= window)
    return Unit(c.id, c.channel, (c.request_type or "", history), max(0.0, earlier), later)


class Matches(Struct, frozen=True):
    """Which of mine have like ones (``kept``), the means of these (``later``, ``earlier``, ``place``), and how often each of the others stands for one of mine (``times``; ``squares`` of its parts)."""

    kept: Array
    later: Array
    earlier: Array
    place: Array
    times: Array
    squares: Array


def match(mine: Sequence[Unit], others: Sequence[Unit]) -> Matches:
    """For each of mine the nearest others of its stratum, within the caliper: all that are equally near, in equal parts; one may stand for several."""
    place, other = _places(mine), _places(others)
    later, earlier = np.array([u.later for u in others]), np.array([u.earlier for u in others])
    found = Matches(np.zeros(len(mine), bool), np.zeros(len(mine)), np.zeros(len(mine)), np.zeros(len(mine)), np.zeros(len(others)), np.zeros(len(others)))
    theirs = _strata(others)
    for stratum, own in _strata(mine).items():
        if stratum not in theirs:
            continue
        at = theirs[stratum][np.argsort(other[theirs[stratum]], kind="stable")]
        ordered, here = other[at], place[own]
        right = np.searchsorted(ordered, here)
        near = np.minimum(np.abs(here - ordered[np.maximum(right - 1, 0)]), np.abs(here - ordered[np.minimum(right, len(at) - 1)]))
        low, high = np.searchsorted(ordered, here - near - NEAR), np.searchsorted(ordered, here + near + NEAR, side="right")
        good = near <= CALIPER + NEAR
        own, low, high = own[good], low[good], high[good]
        n = high - low
        found.kept[own] = True
        for into, values in ((found.later, later[at]), (found.earlier, earlier[at]), (found.place, ordered)):
            sums = np.concatenate([[0.0], np.cumsum(values)])
            into[own] = (sums[high] - sums[low]) / n
        for into, part in ((found.times, 1 / n), (found.squares, 1 / n**2)):
            into[at] = np.cumsum(np.bincount(low, part, len(at) + 1) - np.bincount(high, part, len(at) + 1))[:-1]
    return found


def difference(mine: Sequence[Unit], others: Sequence[Unit], found: Matches) -> Estimate:
    """Mean later revenue of the matched less that of their matches, what they still differ in by earlier purchases taken out by a line; nothing below ten matched.

    The correction and the variance are Abadie and Imbens' (2011, 2006).
    """
    n = int(found.kept.sum())
    if n < FEWEST:
        return Estimate(n, None, need=FEWEST)
    left = np.array([u.earlier for u in mine]) - found.earlier  # what matches are not alike in
    gaps = (np.array([u.later for u in mine]) - found.later - _slope(others, found.times) * left)[found.kept]
    value = float(gaps.mean())
    again = np.maximum(found.times**2 - found.squares, 0.0)  # who stands for several is not several
    half = Z * sqrt(float(((gaps - value) ** 2).sum()) + float(again @ _noise(others))) / n
    return Estimate(n, value, value - half, value + half, need=FEWEST)


def _slope(units: Sequence[Unit], times: Array) -> float:
    """By how much later revenue rises with earlier purchases among those who were matched to; 0 where they differ in none."""
    if not times.any():
        return 0.0
    x, y = np.array([u.earlier for u in units]), np.array([u.later for u in units])
    x, y = x - np.average(x, weights=times), y - np.average(y, weights=times)
    spread = float(times @ x**2)
    return float(times @ (x * y)) / spread if spread > 0 else 0.0


def _noise(units: Sequence[Unit]) -> Array:
    """The variance of each customer's revenue, told by the `BESIDE` nearest others of its stratum; by all where it has none."""
    values, place = np.array([u.later for u in units]), _places(units)
    found = np.full(len(units), float(values.var()))
    for own in _strata(units).values():
        at, n = own[np.argsort(place[own], kind="stable")], len(own)
        k = min(BESIDE, n - 1)
        if k > 0:
            first = np.clip(np.arange(n) - (k + 1) // 2, 0, n - k - 1)
            sums = np.concatenate([[0.0], np.cumsum(values[at])])
            found[at] = (values[at] - (sums[first + k + 1] - sums[first] - values[at]) / k) ** 2 * k / (k + 1)
    return found


def _places(units: Sequence[Unit]) -> Array:
    """Earlier purchases on the scale on which they are near or far."""
    return np.array([log1p(u.earlier) for u in units])


def _strata(units: Sequence[Unit]) -> dict[tuple[str, str], Array]:
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for n, u in enumerate(units):
        found[u.stratum].append(n)
    return {stratum: np.array(at) for stratum, at in found.items()}


def imbalance(mine: Sequence[Unit], others: Sequence[Unit], found: Matches) -> tuple[float, float]:
    """How far apart earlier purchases are, in standard deviations of mine: of all, and of the matched and their matches."""
    place = _places(mine)
    spread = float(place.std(ddof=1)) or 1.0
    matched = float((place - found.place)[found.kept].mean()) if found.kept.any() else 0.0
    return (float(place.mean()) - float(_places(others).mean())) / spread, matched / spread


def _figures(channel: str, currency: str, mine: Sequence[Unit], others: Sequence[Unit]) -> list[Figure]:
    found = match(mine, others)
    before, after = imbalance(mine, others, found)
    kept = [u for u, like in zip(mine, found.kept.tolist(), strict=True) if like]
    crude = Estimate(len(mine), float(np.mean([u.later for u in mine]) - np.mean([u.later for u in others])))
    return [
        Figure(channel, f"{currency} per customer, more than the others", crude, currency, "crude"),
        Figure(
            channel,
            f"{currency} per customer, more than like ones",
            difference(mine, others, found),
            currency,
            f"earlier purchases {before:+.2f} SD apart, matched {after:+.2f}",
            some(u.conversation for u in kept if u.later > 0),
        ),
        share(channel, f"have like ones in other channels ({currency})", len(kept), len(mine), (u.conversation for u, like in zip(mine, found.kept.tolist(), strict=True) if not like)),
    ]
