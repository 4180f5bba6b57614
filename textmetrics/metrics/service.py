"""Whether customers were answered in the time a channel promises: its target, on their clock and in opening hours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .. import packs
from ..types import BY_PEOPLE, Observation, Transcript
from ..waits import Wait
from . import metric

HOUR, DAY = 3600.0, 86400.0


def _within(t: Transcript, wait: Wait, seconds: float | None) -> Sequence[Observation]:
    """Whether a wait of so many seconds met the channel's target: one that is open and younger is open still; one that is older, or whose conversation is over, has missed it."""
    target = packs.channel(t.channel).targets.get("first_response_wait")
    if seconds is None or target is None:
        return ()
    waits = wait.censored and seconds <= target and t.watched(wait.start) == t.as_of
    return (Observation(float(seconds <= target and not wait.censored), censored=waits, message=wait.start),)


@metric(unit="share", better="higher", estimate="proportion", by=("severity",), headline=True, version=2)
def service_level(t: Transcript) -> Iterator[Observation]:
    """Share of customers who had a substantive answer of a person within the channel's target, of all who asked.

    Who was not answered within it missed it, whether they left or not; who has not waited that long yet is open. The target is the channel pack's `first_response_wait`.

    Read: on the customer's clock. Vendors leave out who was never answered, or short waits, or count leaving as met: `summary --as` shows theirs.
    Act: read it beside abandonment: the level also rises where people leave out of the count.
    Source: metric catalogue CH-11 (offered).
    """
    for wait in t.first_wait():
        yield from _within(t, wait, wait.seconds)


@metric(unit="share", better="higher", estimate="proportion", version=2, needs=("hours",))
def staffed_service_level(t: Transcript) -> Iterator[Observation]:
    """Share of customers who had a substantive answer within the channel's target in opening hours.

    Read: what a contract that counts opening hours would call met; service_level is what the customer met.
    Act: a wide gap between both asks for other hours, or for saying when answers come.
    Source: metric catalogue 1.2, CH-11.
    """
    for wait in t.first_wait():
        yield from _within(t, wait, t.staffed_seconds(wait.start, wait.stop))


@metric(unit="s", better="lower", estimate="survival", needs=("enqueued_at",))
def queue_wait(t: Transcript) -> Iterator[Observation]:
    """Wait from queueing to being taken on by a person, where the export says when both happened (``enqueued_at``, ``accepted_at``).

    Who left the queue, or still stands in it, waited at least so long. What a bot did before the queue is not in it. A conversation that a person answered, with no word of when it was taken on, is left out.

    Read: the part of first_response_wait that is nobody's fault who is there. Kaplan-Meier takes leaving for chance; who sees a long queue leaves because of it, so read left_unanswered beside it.
    Act: a short queue with a long first response is agents who take chats before they can attend to them.
    Source: metric catalogue CH-4, 1.5; Kaplan and Meier 1958.
    """
    c = t.conversation
    begun, taken = c.at("enqueued_at"), c.at("accepted_at")
    until = taken or c.at("ended_at") or t.as_of
    if begun is not None and until is not None and begun <= until and not c.skewed and (taken is not None or not any(reply in BY_PEOPLE for reply in t.replies)):
        yield Observation((until - begun).total_seconds(), censored=taken is None, message=t.first("customer"))


def _first(t: Transcript, until: float, counted: str) -> Iterator[Observation]:
    """What came first after a customer asked, an answer or their leaving, watched for so many seconds."""
    for kind, seconds, start in t.once(_came):
        watched = kind == "open" or seconds > until
        yield Observation(min(seconds, until), 1.0 if watched or kind == counted else 2.0, watched, start)


def _came(t: Transcript) -> list[tuple[str, float, int]]:
    """What came first after a customer asked, after how many seconds, and where they asked: ``answered``, ``left`` or neither, ``open``."""
    found = []
    for wait in t.first_wait():
        gone = _gone(t, wait) if wait.censored else None
        kind = "answered" if not wait.censored else "open" if gone is None else "left"
        found.append((kind, wait.seconds if gone is None else gone, wait.start))
    return found


def _gone(t: Transcript, wait: Wait) -> float | None:
    """After how many seconds of an open wait the customer was gone: when the export says it ended, else with their last message, once the channel's patience is over."""
    if t.watched(wait.start) != t.as_of:
        return wait.seconds
    return t.seconds(wait.start, t.by("customer")[-1]) if wait.seconds >= packs.channel(t.channel).patience else None


@metric(unit="share", better="higher", estimate="incidence", version=3)
def answered_within_an_hour(t: Transcript) -> Iterable[Observation]:
    """Share of customers who have a substantive answer of a person within an hour, leaving competing with it.

    Who has not waited an hour yet counts for as long as they have. Where an export does not say when a conversation ended, who is unanswered beyond the channel's patience is taken to have left with their last message.

    Read: what share of those who ask get an answer. One minus a Kaplan-Meier curve would say what share would if nobody could leave.
    Act: read it with left_within_a_day: both rise together where the quick are served and the others go.
    Source: metric catalogue 1.5; Aalen and Johansen 1978.
    """
    return _first(t, HOUR, "answered")


@metric(unit="share", better="higher", estimate="incidence", version=3)
def answered_within_a_day(t: Transcript) -> Iterable[Observation]:
    """Share of customers who have a substantive answer of a person within 24 hours, leaving competing with it.

    Read: as answered_within_an_hour, for channels that take days.
    Act: what is missing to 100 % is left_within_a_day, and who still waits.
    Source: metric catalogue 1.5; Aalen and Johansen 1978.
    """
    return _first(t, DAY, "answered")


@metric(unit="share", better="lower", estimate="incidence", version=3)
def left_within_a_day(t: Transcript) -> Iterable[Observation]:
    """Share of customers who have left unanswered within 24 hours, an answer competing with it.

    Read: where the end is not known, leaving is taken to be with the last message: when they stopped asking, not when they stopped hoping.
    Act: those who left within minutes needed a word at once; those after hours, an answer.
    Source: metric catalogue 1.5, XC-3; Aalen and Johansen 1978.
    """
    return _first(t, DAY, "left")


@metric(unit="s", estimate="p50")
def patience(t: Transcript) -> Iterator[Observation]:
    """How long customers would wait for a first answer before they leave: half of them, if nobody answered.

    Whoever was answered, or waits still, had at least so much patience: Kaplan-Meier the other way round. When customers leave is told as in left_within_a_day.

    Read: beside first_response_wait. It takes answers for chance: where the impatient are answered first, or a place in the queue is announced, it is off. Where fewer than half would have left by the longest wait there is no such time.
    Act: say when the answer comes before the first of them go.
    Source: metric catalogue 1.5 (patience); Kaplan and Meier 1958.
    """
    for kind, seconds, start in t.once(_came):
        yield Observation(seconds, censored=kind != "left", message=start)
