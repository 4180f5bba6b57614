"""How long customers wait, on their own clock."""

from __future__ import annotations

from collections.abc import Iterator

from ..types import Observation, Transcript, Wait
from . import metric


def _seen(wait: Wait) -> Observation:
    return Observation(wait.seconds, censored=wait.censored, message=wait.start)


@metric(unit="s", better="lower", estimate="survival", by=("severity",), headline=True)
def first_response_wait(t: Transcript) -> Iterator[Observation]:
    """Wait from the customer's first message to the first substantive answer of a person.

    Greetings, "one moment", automatic replies and bots do not stop the clock. Who is still waiting counts as "at least this long".

    Read: half of the customers waited longer than this. Where fewer than half have been answered, there is no such number.
    Act: look at what the first minutes are filled with: greetings and holds are waits to the customer. Compare severities: the urgent should not wait longest.
    Source: metric catalogue CH-5, EM-2; Kaplan and Meier 1958.
    """
    for wait in t.waits()[:1]:
        yield _seen(wait)


@metric(unit="s", better="lower", estimate="survival")
def first_reply_wait(t: Transcript) -> Iterator[Observation]:
    """Wait from the customer's first message to the first reply of any kind, automatic ones included.

    Read: what vendors often call first response time. The gap to first_response_wait is what canned replies hide.
    Act: none by itself; show it beside first_response_wait.
    Source: metric catalogue 1.3.
    """
    for wait in t.waits("automatic", "bot", "greeting", "stall", "substantive")[:1]:
        yield _seen(wait)


@metric(unit="s", better="lower", estimate="survival", headline=True)
def customer_wait(t: Transcript) -> Iterator[Observation]:
    """Every wait of the customer, from the first unanswered message to the substantive answer.

    One observation a wait, so that one long conversation weighs more than one short one.

    Read: the typical silence a customer sits through, at any point of a conversation, not only at its beginning.
    Act: where this is longer than first_response_wait, customers are greeted fast and then left alone.
    Source: metric catalogue CH-6(a).
    """
    for wait in t.waits():
        yield _seen(wait)


@metric(unit="s", better="lower", estimate="quantile")
def total_wait(t: Transcript) -> Iterator[Observation]:
    """All waits of a conversation together.

    Read: what the conversation cost the customer in time spent waiting. Conversations with an open wait are left out: theirs is not known yet.
    Act: read the longest ones; a few long gaps need other measures than many short ones.
    Source: metric catalogue CH-6(b).
    """
    waits = t.waits()
    if waits and not any(w.censored for w in waits):
        yield Observation(sum(w.seconds for w in waits), message=max(waits, key=lambda w: w.seconds).start)


@metric(unit="s", better="lower", estimate="survival")
def longest_wait(t: Transcript) -> Iterator[Observation]:
    """The longest single wait of a conversation.

    Read: customers remember the longest silence. Open waits count as at least so long.
    Act: open the conversations above the third quartile and see who was waited for.
    Source: metric catalogue CH-6(d).
    """
    if waits := t.waits():
        longest = max(waits, key=lambda w: w.seconds)
        yield _seen(longest)


@metric(unit="share", better="lower", estimate="mean", channels=("chat", "voice"), headline=True)
def wait_share(t: Transcript) -> Iterator[Observation]:
    """Share of a conversation, from its first message to its last, that the customer spent waiting.

    Read: 0.8 means: four minutes of five the customer looked at a screen where nothing happened.
    Act: agents who serve several chats at once stretch all of them; compare with total_wait.
    Source: metric catalogue CH-6(c).
    """
    spoken = [i for i, turn in enumerate(t.turns) if turn is not None]
    if len(spoken) < 2:
        return
    length = t.seconds(spoken[0], spoken[-1])
    waits = [w for w in t.waits() if not w.censored]
    if length and waits:
        yield Observation(min(1.0, sum(w.seconds for w in waits) / length), message=waits[0].start)


@metric(unit="s", better="lower", estimate="maximum", channels=("email", "chat", "social", "community"), headline=True)
def longest_delay(t: Transcript) -> Iterator[Observation]:
    """The longest delay of all, over waits that were answered and waits that are still open.

    Read: the worst case, with its conversation. The usual error is to look at answered ones only.
    Act: if it is open, answer it today.
    Source: metric catalogue EM-4.
    """
    if waits := t.waits():
        yield _seen(max(waits, key=lambda w: w.seconds))


@metric(unit="share", better="lower", estimate="proportion", headline=True)
def abandonment(t: Transcript) -> Iterator[Observation]:
    """Share of conversations in which no person ever gave a substantive answer, though there was time for one.

    A conversation that is younger than the channel's patience is open, and not counted.

    Read: customers who asked and got nothing. It says nothing of those who got a bad answer.
    Act: see at which hours and in which queues they came.
    Source: metric catalogue CH-10, CH-7.
    """
    from .. import packs

    asked = next((i for i, role in enumerate(t.roles) if role == "customer" and t.open[i]), None)
    if asked is None:
        return
    if any(reply == "substantive" for reply in t.replies[asked:]):
        yield Observation(0.0, message=asked)
        return
    waited = t.seconds(asked, None)
    patience = packs.channel(t.channel).patience
    yield Observation(1.0, censored=waited is not None and waited < patience, message=asked)
