"""Expectation against reality over customers' histories: who expected what, what is left after all contacts, under which weights, and what they said when asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from .contacts import Contact, contacts
from .estimates import FEWEST, mean
from .figures import Figure, Section, share, some
from .gaps import gaps
from .metrics.experience import HALF_LIFE, LOSS, accumulate
from .observed import seen
from .panel import correlation
from .report import Report
from .surveys import latest

LOSSES = (1.0, LOSS, 3.0)
WORTH = "Does what is left tell anything?"
DAY = 86400.0
DEEP = -0.5  # below which what is left of all contacts is told as deep: half the scale, with shortfalls counted once
SOURCES = {"gap_to_time_asked_for": "the customer named a time", "gap_to_time_promised": "the company promised one", "gap_to_usual_time": "nobody did: the channel's target"}


def expectations(report: Report) -> list[Section]:
    """Waiting against what could be expected, gaps in all that can be measured, what is left of all contacts, and what surveys asked of expectations."""
    found = contacts(report)
    return [s for s in (sources(report), gaps(report, found), histories(report, found), worth(report, found), answered(report)) if s.figures]


def sources(report: Report) -> Section:
    """Whose expectation the wait for the first answer is held against, and how it compares."""
    found = seen(report, list(SOURCES))
    total = sum(len(s.value) for s in found.values())
    figures = []
    for name, words in SOURCES.items():
        if (s := found.get(name)) is not None:
            worse = [str(i) for _, i in sorted(zip(s.value.tolist(), s.conversation.tolist(), strict=True))]
            figures.append(share(words, "of the waits that can be compared", len(s.value), total))
            figures.append(Figure(words, "expected less waited, share of both", mean(s.value, s.exposure, s.censored), "gap", "", tuple(worse[:5])))
            late = int((s.value < 0).sum())
            figures.append(share(words, "longer than expected", late, len(s.value), worse[:late]))
    return Section("Waiting against expectation", tuple(figures), "0 is as expected, -0.33 twice as long, 0.33 half as long.")


def histories(report: Report, found: Sequence[Contact]) -> Section:
    """What is left after the last contact of each customer who is known again, over channels, under three weights of falling short."""
    told = seen(report, ["contact_experience"]).get("contact_experience")
    if told is None:
        return Section("What is left of all contacts", ())
    lived = dict(zip(told.conversation.tolist(), told.value.tolist(), strict=True))
    of = _by_person(found, lived)
    several = {p: cs for p, cs in of.items() if len(cs) > 1}
    figures: list[Figure] = [share("all", "customers with two contacts or more", len(several), len(of))]
    for loss, fading in [*((loss, False) for loss in LOSSES), (LOSS, True)] if several else ():
        left = {p: accumulate([lived[c.id] for c in cs], loss=loss, days=_days(cs) if fading else ())[-1] for p, cs in several.items()}
        values = np.array(list(left.values()))
        worst = [several[p][-1].id for p, _ in sorted(left.items(), key=lambda x: (x[1], x[0]))]
        group = f"falling short counts {loss:g} times" + (f", fading by half in {HALF_LIFE:g} days" if fading else "")
        figures.append(Figure(group, "after the last contact", mean(values, np.ones(len(values)), np.zeros(len(values), bool)), "index", "", tuple(worst[:5])))
        figures.append(share(group, f"below {DEEP:g}", int((values < DEEP).sum()), len(values), (several[p][-1].id for p, v in left.items() if v < DEEP)))
    notes = ("The weights are not validated. Contacts before the archive are missing: the first one seen is held against no expectation.",)
    return Section("What is left of all contacts", tuple(figures), "Customers over channels, linked at 0.9; each contact is held against what the ones before let expect.", notes)


def _by_person(found: Sequence[Contact], lived: Mapping[str, float]) -> dict[str, list[Contact]]:
    """The contacts of each person of which it is known what they were like, in order of time."""
    of: dict[str, list[Contact]] = defaultdict(list)
    for c in sorted(found, key=lambda c: (c.person, c.began, c.id)):
        if c.id in lived:
            of[c.person].append(c)
    return of


def _days(contacts: Sequence[Contact]) -> list[float]:
    """Days between each contact and the one before; 0 before the first."""
    return [0.0, *(max(0.0, (b.began - a.began).total_seconds() / DAY) for a, b in pairwise(contacts))]


def worth(report: Report, found: Sequence[Contact]) -> Section:
    """Whether what is left of contacts tells anything: threats to leave at the next contact, and what customers answered in surveys about the same one."""
    told = seen(report, ["contact_experience", "churn_threats"])
    if "contact_experience" not in told:
        return Section(WORTH, ())
    lived, threats = ({i: v for i, v in zip(s.conversation.tolist(), s.value.tolist(), strict=True)} if (s := told.get(name)) else {} for name in ("contact_experience", "churn_threats"))
    of = _by_person(found, lived)
    left = {c.id: e for cs in of.values() for c, e in zip(cs, accumulate([lived[c.id] for c in cs]), strict=True)}
    following = [(left[a.id] < DEEP, bool(threats[b.id]), b.id) for cs in of.values() for a, b in pairwise(cs) if b.id in threats]
    figures = []
    for deep, name in ((True, f"of those below {DEEP:g}"), (False, "of the others")):
        mine = [(threat, i) for below, threat, i in following if below == deep]
        figures.append(share("threatened to leave at the next contact", name, sum(threat for threat, _ in mine), len(mine), (i for threat, i in mine if threat)))
    person = {c.id: c.person for c in found}
    content = {r["conversation_id"]: place for r in latest(report.rows("surveys")) if r["instrument"] == "csat" and r["state"] == "answered" and (place := _place(r)) is not None}
    both = sorted(i for i in content if i in left)
    if len(both) >= FEWEST:
        e = correlation(np.array([left[i] for i in both]), np.array([content[i] for i in both]), np.array([person[i] for i in both]))
        figures.append(Figure("satisfaction asked for", "with what is left after the same contact", e, "rank correlation", "", some(both)))
    return Section(WORTH, tuple(f for f in figures if f.estimate.n), "If it tells anything, those below leave sooner, and the content have more left. Near 0: do not steer by it.")


def answered(report: Report) -> Section:
    """What surveys asked of expectations, and satisfaction less expectation where one person answered both about one conversation; each on its own scale and direction."""
    places: dict[str, dict[str, float]] = defaultdict(dict)
    for r in latest(report.rows("surveys")):
        if r["conversation_id"] and r["state"] == "answered" and (place := _place(r)) is not None:
            places[r["instrument"]][r["conversation_id"]] = place
    expected = places.get("expectation", {})
    figures = []
    if expected:
        figures.append(_mean("expectation", "answers, from 0 to 1", expected))
    for instrument in sorted(set(places) - {"expectation", "other"}) if expected else ():
        both = {i: v - expected[i] for i, v in places[instrument].items() if i in expected}
        if both:
            figures.append(_mean(instrument, "less expectation, asked of the same conversation", both))
    return Section("Expectations that were asked for", tuple(figures), "Answers as places on their own scale, 1 the good end. Asked afterwards, an expectation is remembered, not held: it leans to what came.")


def _place(r: Mapping[str, object]) -> float | None:
    low, high, value = r["scale_min"], r["scale_max"], r["value"]
    if not isinstance(low, float) or not isinstance(high, float) or not isinstance(value, float) or high <= low:
        return None
    place = (value - low) / (high - low)
    return place if r["direction"] != "lower" else 1 - place


def _mean(group: str, name: str, values: Mapping[str, float]) -> Figure:
    given: Sequence[float] = list(values.values())
    n = len(given)
    estimate = mean(np.asarray(given), np.ones(n), np.zeros(n, bool))
    return Figure(group, name, estimate, "index", "", some(i for i, v in values.items() if v <= min(given)))
