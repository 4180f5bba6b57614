"""How far from what they expected: gaps between what customers got and what they could expect, in standard deviations, in time, outcome, effort and courtesy.

What was expected is, in this order, what the customer said, what the company promised, what this person had before in this channel, and what is usual in the channel (for this
kind of request where enough is known of it). A standard deviation is that of the channel, of times on the logarithmic scale: twice as long is as far as half as long. So the
four can be laid side by side, which the shares of `gap_to_...` cannot.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from math import log, sqrt
from statistics import fmean, stdev

import numpy as np
from msgspec import Struct

from .comparison import ratio
from .contacts import Contact
from .estimates import FEWEST, Estimate, Z, survival
from .figures import Figure, Section, share
from .metrics.experience import EFFORTS, PULL
from .observed import Seen, seen
from .report import Report

NAMED = {"gap_to_time_asked_for": "the customer said so", "gap_to_time_promised": "the company promised it"}
OWN, NORM = "their own contacts before", "what is usual in the channel"
SOURCES = (*NAMED.values(), OWN, NORM)


class Gap(Struct, frozen=True):
    """One contact in one dimension: reality less expectation in standard deviations, above 0 better; None where it is open and not worse yet."""

    conversation: str
    person: str
    source: str
    value: float | None


def gaps(report: Report, found: Sequence[Contact]) -> Section:
    """Every dimension: the mean gap, whose expectations they were, and the mean gap to each."""
    figures = [f for name, told in dimensions(report, found).items() for f in _figures(name, told)]
    notes = ("Against what is usual the mean is near 0 by construction: read the spread, and what customers said, were promised, and had before.",)
    return Section("Gaps to what was expected", tuple(figures), "Reality less expectation in standard deviations of the channel: above 0 is better than expected.", notes)


def dimensions(report: Report, found: Sequence[Contact]) -> dict[str, list[Gap]]:
    """The gaps of every contact, by dimension."""
    told = seen(report, ["first_response_wait", *NAMED, "resolution", "nudges", "cordiality"])
    mine = {c.id: c for c in found}
    outcome = {i: v for i, v, open_ in _each(told.get("resolution")) if not open_}
    efforts = Counter(i for i, label in zip(*(report.arrow("findings")[c].to_pylist() for c in ("conversation_id", "label")), strict=True) if label in EFFORTS)
    effort = {i: -float(efforts[i]) for i, _, _ in _each(told.get("nudges"))}
    courtesy = {i: v for i, v, _ in _each(told.get("cordiality"))}
    return {"time": _time(told, found), **{name: list(against(lived, found, *_usual(lived, mine))) for name, lived in (("outcome", outcome), ("effort", effort), ("courtesy", courtesy))}}


def against(
    lived: Mapping[str, float],
    found: Iterable[Contact],
    norm: Callable[[Contact], float | None],
    unit: Mapping[str, float],
    named: Mapping[str, tuple[str, float]] | None = None,
    still: Collection[str] = (),
) -> Iterator[Gap]:
    """Contact after contact in order of time: what was ``lived`` (higher is better) less what was expected, in ``unit`` of its channel.

    What one expects follows what one had: by three tenths of each gap, beginning at the ``norm``. ``named`` are expectations somebody stated; ``still`` are contacts of which
    the worst is not known yet: they count where they fall short already.
    """
    state: dict[tuple[str, str], float] = {}
    for c in sorted(found, key=lambda c: (c.began, c.id)):
        usual, spread, who = norm(c), unit.get(c.channel), (c.person, c.channel)
        if c.id not in lived or not spread:
            continue
        source, expected = (named or {}).get(c.id) or ((OWN, state[who]) if who in state else (NORM, usual))
        gap = None if expected is None else (lived[c.id] - expected) / spread
        if gap is not None:
            yield Gap(c.id, c.person, source, None if c.id in still and gap >= 0 else gap)
        if c.id not in still:
            before = state.get(who, lived[c.id] if usual is None else usual)
            state[who] = before + PULL * (lived[c.id] - before)


def _time(told: Mapping[str, Seen], found: Sequence[Contact]) -> list[Gap]:
    waits = {i: (wait, open_) for i, wait, open_ in _each(told.get("first_response_wait"))}
    named = {i: (source, -_scale(waits[i][0] * (1 + g) / (1 - g))) for name, source in NAMED.items() for i, g, _ in _each(told.get(name)) if i in waits and g < 1}
    groups: dict[tuple[str, str | None], list[tuple[float, bool]]] = defaultdict(list)
    for c in found:
        for key in {(c.channel, None), (c.channel, c.request_type)}:
            if c.id in waits:
                groups[key].append(waits[c.id])
    medians = {key: survival(np.array([w for w, _ in ws]), np.ones(len(ws)), np.array([o for _, o in ws])).value for key, ws in groups.items()}
    unit = {channel: _spread([_scale(w) for w, open_ in ws if not open_]) for (channel, kind), ws in groups.items() if kind is None}

    def norm(c: Contact) -> float | None:
        median = medians.get((c.channel, c.request_type))
        median = medians.get((c.channel, None)) if median is None else median
        return None if median is None else -_scale(median)

    return list(against({i: -_scale(w) for i, (w, _) in waits.items()}, found, norm, unit, named, {i for i, (_, open_) in waits.items() if open_}))


def _usual(lived: Mapping[str, float], contacts: Mapping[str, Contact]) -> tuple[Callable[[Contact], float | None], dict[str, float]]:
    """What is usual in each channel, and how far contacts lie apart there."""
    by: dict[str, list[float]] = defaultdict(list)
    for i, value in sorted(lived.items()):
        if i in contacts:
            by[contacts[i].channel].append(value)
    means = {channel: fmean(values) for channel, values in by.items() if len(values) >= FEWEST}
    return (lambda c: means.get(c.channel)), {channel: _spread(values) for channel, values in by.items()}


def _scale(seconds: float) -> float:
    return log(max(seconds, 1.0))


def _spread(values: Sequence[float]) -> float:
    """The standard deviation of ten or more; 0, which measures nothing, of fewer."""
    return stdev(values) if len(values) >= FEWEST else 0.0


def _each(s: Seen | None) -> Iterator[tuple[str, float, bool]]:
    return iter(()) if s is None else zip(s.conversation.tolist(), s.value.tolist(), s.censored.tolist(), strict=True)


def _figures(name: str, told: Sequence[Gap]) -> list[Figure]:
    figures = [_mean(name, "reality less expectation", told)] if told else []
    for source in SOURCES:
        mine = [g for g in told if g.source == source]
        if mine:
            figures.append(share(name, f"expected because {source}" if source in NAMED.values() else f"expected by {source}", len(mine), len(told)))
            figures.append(_mean(name, f"gap where {source}" if source in NAMED.values() else f"gap to {source}", mine))
    return figures


def _mean(group: str, name: str, told: Sequence[Gap]) -> Figure:
    """The mean gap, persons held together, with the contacts furthest below."""
    known = sorted((g.value, g.conversation, g.person) for g in told if g.value is not None)
    n_open = len(told) - len(known)
    worst = tuple(i for _, i, _ in known[:5])
    if not known:
        return Figure(group, name, Estimate(0, None, n_open=n_open), "SD")
    values, persons = np.array([v for v, _, _ in known]), np.array([p for _, _, p in known])
    value = ratio(values, np.ones(len(values)), persons)
    half = Z * sqrt(value.variance)
    low, high = (value.value - half, value.value + half) if len(set(persons.tolist())) >= FEWEST else (None, None)
    return Figure(group, name, Estimate(len(known), value.value, low, high, n_open), "SD", "", worst)
