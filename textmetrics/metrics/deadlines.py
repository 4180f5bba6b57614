"""Whether the answer came by the time the customer needed it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from .. import packs
from ..types import Observation, Transcript
from . import metric


def _named(t: Transcript) -> Iterator[tuple[int, datetime]]:
    """Messages that name a time by which something is needed, with that time."""
    for f in t.found("deadline"):
        if "at" in f.attributes:
            yield f.message, datetime.fromisoformat(f.attributes["at"])


@metric(unit="share", better="higher", estimate="proportion", by=("severity",), headline=True)
def answered_in_time(t: Transcript) -> Iterator[Observation]:
    """Share of the times customers named by which a substantive answer had come.

    Not yet due and not answered is open; past it and not answered is late.

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


@metric(unit="s", better="lower", estimate="quantile", by=("severity",))
def lateness(t: Transcript) -> Iterator[Observation]:
    """How much later than the time the customer named the substantive answer came; below 0 it came before.

    Read: the median over answered ones; what was never answered stands in answered_in_time.
    Act: a median just above 0 can be won by ordering the queue by due time.
    Source: metric catalogue EM-3.
    """
    for message, due in _named(t):
        answer = next((i for i in range(message + 1, len(t.roles)) if t.replies[i] == "substantive"), None)
        sent = t.messages[answer].sent_at if answer is not None else None
        if sent is not None and not t.conversation.skewed:
            yield Observation((sent - due).total_seconds(), message=message)


@metric(unit="cycles", better="lower", estimate="mean", by=("severity",))
def cycles_late(t: Transcript) -> Iterator[Observation]:
    """How late the open waits past the channel's target are, in targets: 2 is three times the target.

    Read: the age of the backlog; what is within its target is no observation. Mail two days old at a target of one is one cycle late.
    Act: it falls when the oldest are answered first, while service_level falls: decide which of both you owe.
    Source: metric catalogue EM-4 (the formula is ours; COPC requires such a measure without publishing one).
    """
    target = packs.channel(t.channel).targets.get("first_response_wait")
    for wait in t.waits():
        if wait.censored and target and wait.seconds > target:
            yield Observation(wait.seconds / target - 1, message=wait.start)
