"""What customers got against what they could expect, contact by contact, and what is left of it over their history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from .. import packs
from ..types import Observation, Transcript
from . import metric, young
from .mood import felt

PULL = 0.3  # how much of a contact goes into the experience, and into what is expected next (metric catalogue EX-2; not validated)
LOSS = 2.0  # how much heavier falling short weighs than exceeding (as before; `experience` shows 1 to 3)
HALF_LIFE = 180.0  # days in which what is left of contacts fades by half, where time is counted at all (as before)
BURDEN = 0.5  # what each repeated, prompted or unclear thing takes from a contact, at most 1 in all (ours)
EFFORTS = ("reformulation", "nudge", "rephrase_request")


def accumulate(lived: Sequence[float], *, loss: float = LOSS, pull: float = PULL, expected: float = 0.0, days: Sequence[float] = (), half_life: float = HALF_LIFE) -> list[float]:
    """The experience after each contact: what was lived less what was expected, shortfalls weighing more, older contacts less; what is expected follows what was lived.

    The first contact counts in full. ``days``: how many lie before each contact since the one before (0 before the first); with them, what is left fades by half in ``half_life``.

    >>> [round(e, 3) for e in accumulate([0.4, -0.6, -0.2, 0.5])]
    [0.4, -0.152, -0.169, 0.07]
    >>> [round(e, 3) for e in accumulate([0.4, 0.12], days=[0, 180])]  # 0.7 of half of 0.4, as expected since
    [0.4, 0.14]
    """
    found: list[float] = []
    for n, one in enumerate(lived):
        gap = one - expected
        felt = gap if gap >= 0 else loss * gap
        left = 0.5 ** (days[n] / half_life) if days else 1.0
        found.append((1 - pull) * left * found[-1] + pull * felt if found else felt)
        expected += pull * gap
    return found


def expected_time(t: Transcript, asked: int, answered: int | None) -> tuple[str, float] | None:
    """By when an answer could be expected, in seconds after a message, and who said so: the customer, the company, or the channel's target."""
    begun = t.messages[asked].sent_at
    for source, label in (("customer", "deadline"), ("company", "promise")):
        for f in t.labelled.get(label, ()):
            if "at" in f.attributes and begun is not None and (answered is None or f.message < answered):
                seconds = (datetime.fromisoformat(f.attributes["at"]) - begun).total_seconds()
                if seconds > 0:
                    return source, seconds
    target = packs.channel(t.channel).targets.get("first_response_wait")
    return ("channel", target) if target else None


def time_gap(t: Transcript) -> tuple[str, float, int] | None:
    """Expected less lived waiting, as a share of both: 0 as expected, -1/3 twice as long; whose expectation it was, and the message that waited."""
    waits = t.first_wait()
    expected = expected_time(t, waits[0].start, waits[0].stop) if waits else None
    if expected is None or (waits[0].censored and waits[0].seconds <= expected[1]):
        return None  # not answered, and not late either
    source, seconds = expected
    return source, (seconds - waits[0].seconds) / (seconds + waits[0].seconds), waits[0].start


def lived(t: Transcript) -> float | None:
    """What one contact was like, in [-1, 1]: the mean of what is known of its outcome, waiting, mood at the end, and effort. None where nothing is, or it is not over."""
    if not t.by("customer") or t.conversation.skewed or (t.resolution == "silent" and t.once(young)):
        return None
    parts: list[float] = []
    if t.resolution != "silent":
        parts.append(1.0 if t.resolution == "confirmed" else -1.0)
    if (gap := t.once(time_gap)) is not None:
        parts.append(gap[1])
    if moods := t.once(felt):
        efforts = [f for f in t.findings if f.label in EFFORTS and t.roles[f.message] == "customer"]
        parts += [moods[-1][1], -min(1.0, BURDEN * len(efforts))]
    return sum(parts) / len(parts) if parts else None


def _waiting(t: Transcript, source: str) -> Iterator[Observation]:
    if (found := t.once(time_gap)) is not None and found[0] == source:
        yield Observation(found[1], message=found[2])


@metric(unit="gap", better="higher", estimate="mean", version=3, needs=("deadline",))
def gap_to_time_asked_for(t: Transcript) -> Iterable[Observation]:
    """Waiting for the first answer against the time the customer named: 0 to the minute, -1/3 twice as long, 1/3 half as long.

    It is (named - waited) / (named + waited): one contact has it, no standard deviation of others is needed.

    Read: what they said they needed; `answered_in_time` tells only yes or no.
    Act: order the queue by what is left of the time named.
    Source: metric catalogue EX-1 (stated by the customer).
    """
    return _waiting(t, "customer")


@metric(unit="gap", better="higher", estimate="mean", version=3, needs=("promise",))
def gap_to_time_promised(t: Transcript) -> Iterable[Observation]:
    """Waiting for the first answer against the time that was promised, where the customer named none: 0 to the minute, -1/3 twice as long.

    Read: an automatic "within 24 hours" is an expectation too, and the company raised it.
    Act: promise what is kept in nine of ten.
    Source: metric catalogue EX-1 (promised by the company).
    """
    return _waiting(t, "company")


@metric(unit="gap", better="higher", estimate="mean", version=3)
def gap_to_usual_time(t: Transcript) -> Iterable[Observation]:
    """Waiting for the first answer against the channel's target, where nobody named a time: 0 on target, -1/3 twice as long.

    Read: the weakest of the three expectations; nobody asked this customer.
    Act: set the target in the channel pack to what customers of yours are used to.
    Source: metric catalogue EX-1 (channel norm).
    """
    return _waiting(t, "channel")


@metric(unit="index", better="higher", estimate="mean", version=3)
def contact_experience(t: Transcript) -> Iterator[Observation]:
    """What one contact was like, from -1 to 1: the mean of what is known of outcome, waiting against expectation, mood at the end, and effort.

    Confirmed is 1, rejected -1, silence says nothing; each repetition, prompt or request to rephrase takes a half. Contacts too young to be over are left out.

    Read: a ranking of contacts by how they went, with equal weights that nobody has validated: hold it against your own surveys before you steer by it.
    Act: read the lowest; then see with cumulative_experience whether they hit the same people.
    Source: metric catalogue EX-2 (R; the parts are its, the weights ours).
    """
    if (value := lived(t)) is not None:
        yield Observation(value, message=t.by("customer")[-1])


@metric(unit="index", better="higher", estimate="mean", of="customer", version=3)
def cumulative_experience(history: Sequence[Transcript]) -> Iterator[tuple[Transcript, Observation]]:
    """What is left of all contacts of a customer after the last one: each adds to it what was better or worse than the ones before let expect, worse counting twice.

    Only customers who can be recognised, with two contacts or more that are over; what came before the archive is not in it.

    Read: a bad beginning weighs longest, and a fair contact after it does not make up for it; who expects little is disappointed less. `experience` shows other weights.
    Act: call those at the bottom before they call again.
    Source: metric catalogue EX-2; disconfirmation (Johnston; Yi and La 2004). The weights are not validated.
    """
    known = [(t, value) for t in history if (value := lived(t)) is not None]
    if len(known) > 1:
        last = known[-1][0]
        yield last, Observation(accumulate([v for _, v in known])[-1], message=last.by("customer")[-1])
