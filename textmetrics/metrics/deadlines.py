"""Whether the answer came by the time the customer needed it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ..commitments import Commitment, commitments, latest
from ..types import Finding, Observation, Transcript
from . import metric


def _named(t: Transcript) -> Iterator[tuple[int, datetime]]:
    """Messages that name a time by which something is needed, with the latest moment it may mean."""
    for f in t.found("deadline"):
        if "at" in f.attributes:
            yield f.message, latest(f.attributes)


@metric(unit="share", better="higher", estimate="proportion", by=("severity",), headline=True, version=2, needs=("deadline",))
def answered_in_time(t: Transcript) -> Iterator[Observation]:
    """Share of the times customers named by which a substantive answer had come.

    Not yet due and not answered is open; past it and not answered is late. Where nobody told the zone of a day or hour, late is only what is late in every zone.

    Read: the only service level that the customer set.
    Act: let agents see the time the customer named beside the queue's own.
    Source: metric catalogue EM-3.
    """
    for message, due in _named(t):
        if t.conversation.skewed:
            return
        answer = next((i for i in range(message + 1, len(t.roles)) if t.replies[i] == "substantive"), None)
        sent = t.messages[answer].sent_at if answer is not None else None
        if sent is not None:
            yield Observation(float(sent <= due), message=message)
        elif answer is None and t.as_of is not None:
            yield Observation(0.0, censored=t.as_of < due, message=message)


@metric(unit="share", estimate="proportion", by=("severity",))
def times_named(t: Transcript) -> Iterator[Observation]:
    """Share of conversations in which the customer says by when an answer is needed, so that the moment can be told.

    "As soon as possible" names none, and "the 14th" of no known month cannot be told: neither is in it.

    Read: how many of all the other figures here speak for.
    Act: where it is high, ask for the time in the form, so that it can be sorted by.
    Source: metric catalogue EM-3 (coverage).
    """
    asked = t.first("customer")
    if asked is not None:
        named = next((f.message for f in t.found("deadline") if "at" in f.attributes), None)
        yield Observation(float(named is not None), message=asked if named is None else named)


@metric(unit="s", better="lower", estimate="p50", by=("severity",), version=2, needs=("deadline",))
def lateness(t: Transcript) -> Iterator[Observation]:
    """How much later than the time the customer named the substantive answer came; below 0 it came before.

    What is not answered yet is at least as late as it was when the data were cut, or, before its time, at least not that early: Kaplan-Meier, as for waits.

    Read: the median, over answered ones and open ones alike; p90 beside it is what nine in ten were later at most.
    Act: a median just above 0 can be won by ordering the queue by due time; a p90 below 0 is a promise that could be made.
    Source: metric catalogue EM-3; Kaplan and Meier 1958.
    """
    for f, c in commitments(t, "deadline"):
        if c.late is not None:
            yield Observation(c.late, censored=c.answer is None, message=f.message)


@metric(unit="share", better="lower", estimate="proportion", by=("severity",), version=2, needs=("deadline",))
def missed_in_silence(t: Transcript) -> Iterator[Observation]:
    """Share of the times customers named that went by without any message to them, be it "one moment".

    Automatic replies are no message. Not yet past is open.

    Read: a part of what answered_in_time calls late: these customers were not even told that it would be.
    Act: a word before the time is cheap: list what falls due today and is untouched.
    Source: metric catalogue EM-3 (physically missed without any message).
    """
    for f, c in commitments(t, "deadline"):
        if c.due is not None and c.fate != "unknown" and (spoke := _spoke(t, f, c)) is not None:
            waiting = c.fate == "open" and not spoke
            yield Observation(float(not spoke and not waiting), censored=waiting, message=f.message)


def _spoke(t: Transcript, f: Finding, c: Commitment) -> bool | None:
    """Whether anybody wrote to the customer between a time's being named and its coming; None where a clock is missing."""
    sent = [t.messages[i].sent_at for i in range(f.message + 1, len(t.roles)) if t.replies[i] not in (None, "automatic")]
    if any(s is not None and c.due is not None and s <= c.due for s in sent):
        return True
    return None if None in sent else False
