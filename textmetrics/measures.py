"""Metrics that vendors share, each as one function whose options are the points on which vendors differ.

Left at their defaults they give what this package gives; a vendor's file sets the options, step by step, to what the vendor does. To add a measure,
put a function decorated ``@measure(unit)`` here: the episodes of one channel in, value and n out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import tanh
from typing import Any

import numpy as np
from msgspec import Struct

from . import packs
from .curves import restricted_mean
from .episodes import Episode
from .estimates import survival
from .types import RESPONDERS

Value = tuple[float | None, int]
DAY = 86400.0
NEUTRAL = 0.05  # moods nearer to 0 than this have no polarity, as in the comparison of moods at equal beginnings


class Measure(Struct, frozen=True):
    """One shared metric: its page, its unit, and the function."""

    name: str
    doc: str
    unit: str
    of: Callable[..., Value]


MEASURES: dict[str, Measure] = {}


def measure(unit: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Register a measure under the name of its function."""

    def register(function: Callable[..., Value]) -> Callable[..., Value]:
        MEASURES[function.__name__] = Measure(function.__name__, (function.__doc__ or "").strip(), unit, function)
        return function

    return register


@measure("s")
def wait(
    given: Sequence[Episode],
    *,
    which: str = "first",
    start: str = "question",
    stops: Sequence[str] = ("substantive",),
    open: str = "counted",
    statistic: str = "median",
) -> Value:
    """How long customers wait: the ``first`` wait or ``every`` one; open ones counted as lasting at least so long, or dropped."""
    found: list[tuple[float, bool]] = []
    for e in given:
        waits = list(e.waits(tuple(stops), start))
        found += waits[:1] if which == "first" else waits
    if open == "dropped":
        found = [w for w in found if not w[1]]
    if not found:
        return None, 0
    times, censored = np.array([w[0] for w in found]), np.array([w[1] for w in found])
    if statistic == "mean":
        return restricted_mean(times, censored, float(times.max())), len(found)
    return survival(times, np.ones(len(times)), censored).value, len(found)


def outcomes(given: Iterable[Episode], stops: Sequence[str]) -> list[tuple[str, float]]:
    """What became of each conversation in which somebody asked: answered or abandoned after so many seconds, or open still.

    Exports seldom say when a customer left: it is taken to be with their last message.
    """
    found = []
    for e in given:
        asked = e.asked()
        if asked is None:
            continue
        at = next((i for i in range(asked, len(e.roles)) if e.replies[i] in stops), None)
        waited = e.between(asked, at)
        if at is not None:
            found.append(("answered", waited if waited is not None else 0.0))
        elif waited is not None and waited < packs.channel(e.channel).patience:
            found.append(("open", waited))
        else:
            last = max(i for i, r in enumerate(e.roles) if r == "customer")
            found.append(("abandoned", e.between(asked, last) or 0.0))
    return found


@measure("share")
def service_level(given: Sequence[Episode], *, within: float | None = None, short: float = 0.0, count: str = "offered", stops: Sequence[str] = ("substantive",)) -> Value:
    """Share answered within the channel's target: of all offered, of the answered, of all but short abandons, or of all that left the queue in time."""
    if within is None:
        within = packs.channel(given[0].channel).targets.get("first_response_wait", 60.0) if given else 60.0
    return level([o for o in outcomes(given, stops) if o[0] != "open"], within, short, count)


def level(found: Sequence[tuple[str, float]], within: float, short: float, count: str) -> Value:
    """The service level over outcomes, in one of its four forms."""
    answered = [s for kind, s in found if kind == "answered"]
    left = [s for kind, s in found if kind == "abandoned"]
    met = sum(s <= within for s in answered) + (sum(s <= within for s in left) if count == "removed" else 0)
    n = {"offered": len(found), "answered": len(answered), "ex-short": len(found) - sum(s <= short for s in left), "removed": len(found)}[count]
    return (met / n if n else None), n


@measure("share")
def abandonment(given: Sequence[Episode], *, of: str = "offered", short: float = 0.0, counts: str = "never answered", stops: Sequence[str] = ("substantive",)) -> Value:
    """Share of conversations that nobody answered: of all offered, or of handled and abandoned without short ones; or that end unanswered. The younger than the channel's patience are left out."""
    if counts == "ends unanswered":
        asked = [e for e in given if e.asked() is not None]
        return (sum(_ends_open(e, stops) for e in asked) / len(asked) if asked else None), len(asked)
    return lost(outcomes([e for e in given if not _young(e)], stops), of, short)


def _young(e: Episode) -> bool:
    asked = e.asked()
    age = None if asked is None else e.between(asked, None)
    return age is not None and age < packs.channel(e.channel).patience


def lost(found: Sequence[tuple[str, float]], of: str, short: float) -> Value:
    """Abandonment over outcomes: of all offered, or of handled and abandoned, short ones left out of both."""
    left = [s for kind, s in found if kind == "abandoned" and (of == "offered" or s > short)]
    n = len(found) if of == "offered" else sum(kind == "answered" for kind, _ in found) + len(left)
    return (len(left) / n if n else None), n


def _ends_open(e: Episode, stops: Sequence[str]) -> bool:
    last = max((i for i, r in enumerate(e.roles) if r == "customer" and e.open[i]), default=None)
    return last is not None and not any(reply in stops for reply in e.replies[last:])


@measure("share")
def resolved(given: Sequence[Episode], *, evidence: str = "words", thanks: bool = False, silence: str = "unknown", after: float = DAY, young: str = "left out") -> Value:
    """Share of conversations that count as resolved: by the customer's words, by the status of the ticket; thanks and silence, and what is too young, counted in or not."""
    base = [e for e in given if e.first("customer") is not None and e.first(*RESPONDERS) is not None]
    if evidence == "status":
        told = [e.status.lower() for e in base if e.status]
        return (sum(s in ("solved", "closed", "resolved") for s in told) / len(told) if told else None), len(told)
    yes = n = 0
    for e in base:
        if young == "left out" and _too_young(e):
            continue
        polite = thanks and bool(e.states & {"thanks", "accepted"}) and "failed" not in e.states
        last = max((i for i, s in enumerate(e.sent) if s is not None), default=None)
        age = None if last is None else e.between(last, None)
        if e.resolution != "silent" or polite:
            n, yes = n + 1, yes + (e.resolution == "confirmed" or (polite and e.resolution == "silent"))
        elif silence == "unknown":
            n += 1
        elif age is None or age >= after:
            n, yes = n + 1, yes + 1
    return (yes / n if n else None), n


def _too_young(e: Episode) -> bool:
    """Whether the last answer is so young that the customer's word may still come."""
    age = e.between(max(i for i, r in enumerate(e.roles) if r in RESPONDERS), None)
    return age is not None and age < packs.channel(e.channel).mature


@measure("share")
def one_touch(given: Sequence[Episode], *, solved: str = "words", least: int = 1, most: int = 1) -> Value:
    """Share of resolved conversations that took one reply of a person."""
    done = [e for e in given if (e.resolution == "confirmed" if solved == "words" else (e.status or "").lower() in ("solved", "closed", "resolved"))]
    touches = [sum(r == "agent" for r in e.roles) for e in done]
    return (sum(least <= t <= most for t in touches) / len(done) if done else None), len(done)


@measure("share")
def satisfaction(given: Sequence[Episode], *, statistic: str = "share") -> Value:
    """Share of ratings that are good: 4 and 5 of 5, or good of good and bad; or their mean as a share of the scale."""
    rated = [e.rating for e in given if e.rating is not None]
    if not rated or max(rated) > 5 or min(rated) < 0:
        return None, 0
    top = 1.0 if max(rated) <= 1 else 5.0
    good = 1.0 if top == 1 else 4.0
    return (float(np.mean(rated)) / top if statistic == "mean" else sum(r >= good for r in rated) / len(rated)), len(rated)


@measure("mood")
def sentiment(given: Sequence[Episode], *, polarity: str = "degree", position: str = "equal", total: str = "mean", scale: float = 1.0) -> Value:
    """Mood over a conversation, averaged over conversations: degrees or mere signs, later ones weighing more or not, as a mean or squeezed as a sum."""
    scores = []
    for e in given:
        moods = [m for r, m in zip(e.roles, e.moods, strict=True) if r == "customer" and m is not None]
        if moods:
            scores.append(scale * _conversation_mood(moods, polarity, position, total))
    return (float(np.mean(scores)) if scores else None), len(scores)


def _conversation_mood(moods: Sequence[float], polarity: str, position: str, total: str) -> float:
    said = [float(m > NEUTRAL) - float(m < -NEUTRAL) for m in moods] if polarity == "sign" else list(moods)
    weights = [(i + 1) / len(said) if position == "later" else 1.0 for i in range(len(said))]
    summed = sum(s * w for s, w in zip(said, weights, strict=True))
    return squeezed(summed) if total == "squeezed sum" else summed / sum(weights)


def squeezed(total: float) -> float:
    """Genesys: the tanh of three quarters of a weighted sum; times 100 it is their score (S = 1.40 gives 78)."""
    return tanh(0.75 * total)


def empathy(shown: float, missed: float) -> float:
    """Genesys: 100 x (phrases with empathy minus phrases against it) / both. Needs a finding for the second that this package does not have."""
    return 100 * (shown - missed) / (shown + missed)


@measure("mood")
def mood_change(given: Sequence[Episode], *, around: str = "solution", parts: int = 2, least: int = 1, scale: float = 1.0) -> Value:
    """Change of the customer's mood: around the solution, or from the first part of their messages to the last."""
    changes = []
    for e in given:
        at = e.ids.index(e.solution) if e.solution in e.ids else None
        moods: list[tuple[int, float]] = [(i, m) for i, (r, m) in enumerate(zip(e.roles, e.moods, strict=True)) if r == "customer" and m is not None]
        if around == "solution":
            before, after = [m for i, m in moods if at is not None and i < at], [m for i, m in moods if at is not None and i > at]
        else:
            size = max(1, len(moods) // parts)
            before, after = ([m for _, m in moods[:size]], [m for _, m in moods[-size:]]) if len(moods) >= max(2, least) else ([], [])
        if before and after:
            changes.append(scale * (float(np.mean(after)) - float(np.mean(before))))
    return (float(np.mean(changes)) if changes else None), len(changes)


def options(name: str) -> dict[str, Any]:
    """The options of a measure with their defaults."""
    return dict(MEASURES[name].of.__kwdefaults__ or {})
