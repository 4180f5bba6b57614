"""Who left before anybody answered: known to have left, at once, or not at all by what the export says of the end (``ended_at``, ``ended_by``)."""

from __future__ import annotations

from collections.abc import Iterator

from ..types import BY_PEOPLE, Observation, Transcript
from . import metric
from .waiting import abandonment

SHORT = 10.0  # s: who leaves sooner was hardly waiting (metric catalogue CH-10; a proposal, not a standard)


def _left(t: Transcript) -> float | None:
    """Seconds after which a customer left whom no person had answered; below 0: they did not leave so. None where the end is not known."""
    c, asked = t.conversation, t.first("customer")
    begun = c.at("enqueued_at") or (t.messages[asked].sent_at if asked is not None else None)
    ended = c.at("ended_at")
    if begun is None or ended is None or ended < begun or c.skewed or "ended_by" not in c.columns:
        return None
    return (ended - begun).total_seconds() if c.columns["ended_by"].lower() == "customer" and not any(reply in BY_PEOPLE for reply in t.replies) else -1.0


@metric(unit="share", better="lower", estimate="proportion", channels=("chat", "voice"), needs=("ended_at", "ended_by"))
def left_unanswered(t: Transcript) -> Iterator[Observation]:
    """Share of the conversations whose end is known in which the customer closed or disconnected before any word of a person.

    Read: known leaving. Who stays and writes no more is silent_abandonment; exports that do not say who ended a chat have neither this nor left_at_once.
    Act: see queue_wait for how long they had waited, and at which hours.
    Source: metric catalogue CH-10 (K / offered).
    """
    if (after := _left(t)) is not None:
        yield Observation(float(after >= 0), message=t.first("customer"))


@metric(unit="share", estimate="proportion", channels=("chat", "voice"), needs=("ended_at", "ended_by"))
def left_at_once(t: Transcript) -> Iterator[Observation]:
    """Share of the conversations whose end is known in which the customer left unanswered within 10 seconds.

    Read: clicked by mistake, or changed their mind: no service could have answered. They are in left_unanswered.
    Act: none, but where it is large, look at what opens the chat.
    Source: metric catalogue CH-10 (short).
    """
    if (after := _left(t)) is not None:
        yield Observation(float(0 <= after < SHORT), message=t.first("customer"))


@metric(unit="share", better="lower", estimate="proportion", channels=("chat", "voice"), version=2)
def abandonment_without_short(t: Transcript) -> Iterator[Observation]:
    """Abandonment without those who are known to have left within 10 seconds: they count neither as abandoned nor as offered.

    Read: beside abandonment, which is the headline: vendors show this one, and some choose the seconds so that it looks well. Where no end is known both are equal.
    Act: compare with vendors' figures (`summary --as`).
    Source: metric catalogue CH-10, section 4.
    """
    after = _left(t)
    if after is None or not 0 <= after < SHORT:
        yield from abandonment(t)
