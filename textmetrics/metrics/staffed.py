"""Waits on the clock of those who answer: opening hours only. They stand beside the customer's clock, and need a schedule (``mine --hours``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..types import Observation, Transcript
from ..waits import Wait
from . import metric


def _seen(t: Transcript, waits: Iterable[Wait]) -> Iterator[Observation]:
    for wait in waits:
        if (seconds := t.staffed_seconds(wait.start, wait.stop)) is not None:
            yield Observation(seconds, censored=wait.censored, message=wait.start)


@metric(unit="s", better="lower", estimate="survival", by=("severity",), version=3, needs=("hours",))
def staffed_first_response_wait(t: Transcript) -> Iterable[Observation]:
    """Opening hours from the customer's first message to the first substantive answer of a person.

    Without a schedule there is none. What was asked and answered while closed counts as 0: answered_while_closed says how much that is.

    Read: beside first_response_wait, never in its place: who writes on Friday evening and is answered on Monday morning has waited for a weekend.
    Act: where this one is short and the customer's long, the hours are the matter, not the work.
    Source: metric catalogue 1.2, CH-5, EM-2.
    """
    return _seen(t, t.first_wait())


@metric(unit="s", better="lower", estimate="survival", version=2, needs=("hours",))
def staffed_customer_wait(t: Transcript) -> Iterable[Observation]:
    """Every wait of the customer in opening hours, from the first unanswered message to the substantive answer.

    Read: beside customer_wait; the gap is nights, weekends and holidays.
    Act: what is long on this clock too was waited for while somebody was there.
    Source: metric catalogue 1.2, CH-6.
    """
    return _seen(t, t.waits())


@metric(unit="share", estimate="proportion", needs=("hours",))
def answered_while_closed(t: Transcript) -> Iterator[Observation]:
    """Share of the answered waits that lie outside opening hours from end to end.

    Read: these are zeros in staffed_customer_wait and draw its median down; where they are many, that median says little.
    Act: a schedule that people answer outside of is not the one they work by: correct it.
    Source: metric catalogue 1.2.
    """
    for wait in t.waits():
        seconds = t.staffed_seconds(wait.start, wait.stop)
        if seconds is not None and not wait.censored:
            yield Observation(float(seconds == 0 and wait.seconds > 0), message=wait.start)


@metric(unit="share", estimate="proportion", needs=("hours",))
def asked_while_open(t: Transcript) -> Iterator[Observation]:
    """Share of customers who first wrote while somebody was there: opening hours, weighed by when people come.

    Read: the rest could only wait. It is the availability of the channel as its customers meet it, not as the door says.
    Act: move hours to where the others write.
    Source: metric catalogue K2.
    """
    first = t.first("customer")
    at = t.messages[first].sent_at if first is not None else None
    if t.hours is not None and at is not None and not t.conversation.skewed:
        yield Observation(float(t.hours.is_open(at)), message=first)
