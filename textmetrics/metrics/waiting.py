"""How long customers wait, on their own clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter

from .. import packs
from ..types import BY_PEOPLE, REPLIES, WITH_SUBSTANCE, Observation, Transcript
from ..waits import Wait
from . import metric


def _seen(wait: Wait) -> Observation:
    return Observation(wait.seconds, censored=wait.censored, message=wait.start)


def _longest(t: Transcript) -> Wait:
    """The longest wait of a conversation that has one, the first of equal ones."""
    return max(t.waits(), key=attrgetter("seconds"))


@metric(unit="s", better="lower", estimate="survival", by=("severity",), headline=True, version=3)
def first_response_wait(t: Transcript) -> Iterable[Observation]:
    """Wait from the customer's first message to the first substantive answer of a person.

    Greetings, "one moment", automatic replies and bots do not stop the clock. Who is still waiting counts as "at least this long".

    Read: half of the customers waited longer than this. Where fewer than half have been answered, there is no such number.
    Act: look at what the first minutes are filled with: greetings and holds are waits to the customer. Compare severities: the urgent should not wait longest.
    Source: metric catalogue CH-5, EM-2; Kaplan and Meier 1958.
    """
    return map(_seen, t.first_wait())


@metric(unit="s", better="lower", estimate="survival", version=3)
def first_reply_wait(t: Transcript) -> Iterable[Observation]:
    """Wait from the customer's first message to the first reply of any kind, automatic ones included.

    Read: what vendors often call first response time. The gap to first_response_wait is what canned replies hide.
    Act: none by itself; show it beside first_response_wait.
    Source: metric catalogue 1.3 (any).
    """
    return map(_seen, t.first_wait(*REPLIES))


@metric(unit="s", better="lower", estimate="survival", version=2)
def first_human_reply_wait(t: Transcript) -> Iterable[Observation]:
    """Wait from the customer's first message to the first word of a person, a greeting or "one moment" too.

    Read: when somebody was there. The gap to first_response_wait is the time between being greeted and being answered.
    Act: where the gap is wide, agents take chats before they can attend to them.
    Source: metric catalogue 1.3 (human).
    """
    return map(_seen, t.first_wait(*BY_PEOPLE))


@metric(unit="s", better="lower", estimate="survival", version=2)
def first_answer_wait(t: Transcript) -> Iterable[Observation]:
    """Wait from the customer's first message to the first substantive answer, a bot's or a person's.

    A bot's greeting or "one moment" is none; whether its answer was a good one is not asked here.

    Read: the number for a channel that bots serve; in others it equals first_response_wait.
    Act: where it is short and first_response_wait long, see whether the bot's answers are used (solutions_acknowledged) before calling that fast.
    Source: metric catalogue 1.3 (substantive).
    """
    return map(_seen, t.first_wait(*WITH_SUBSTANCE))


@metric(unit="s", better="lower", estimate="survival", headline=True, version=2)
def customer_wait(t: Transcript) -> Iterable[Observation]:
    """Every wait of the customer, from the first unanswered message to the substantive answer.

    One observation a wait, so that one long conversation weighs more than one short one.

    Read: the typical silence a customer sits through, at any point of a conversation, not only at its beginning.
    Act: where this is longer than first_response_wait, customers are greeted fast and then left alone.
    Source: metric catalogue CH-6(a).
    """
    return map(_seen, t.waits())


@metric(unit="s", better="lower", estimate="survival")
def wait_for_any_reply(t: Transcript) -> Iterable[Observation]:
    """Every wait of the customer, ended by a reply of any kind.

    Read: how long the screen stays still. What automatic replies, greetings and holds end is no answer yet: customer_wait is longer by that.
    Act: none by itself; show it beside customer_wait.
    Source: metric catalogue 1.3 (any), CH-6(a).
    """
    return map(_seen, t.waits(*REPLIES))


@metric(unit="s", better="lower", estimate="survival")
def wait_for_human_reply(t: Transcript) -> Iterable[Observation]:
    """Every wait of the customer, ended by any word of a person.

    Read: how long nobody is there. A hold ends it, the waiting that the hold announces does not show here.
    Act: where customer_wait is much longer, holds are long: see what is looked up.
    Source: metric catalogue 1.3 (human), CH-6(a).
    """
    return map(_seen, t.waits(*BY_PEOPLE))


@metric(unit="s", better="lower", estimate="survival")
def wait_for_answer(t: Transcript) -> Iterable[Observation]:
    """Every wait of the customer, ended by a substantive answer of a bot or a person.

    Read: customer_wait for channels that bots serve. Where a bot answers everything at once it is short whatever the answers are worth.
    Act: hold it against rephrase_of_solutions and repeated_after_bot: fast answers past the question are no service.
    Source: metric catalogue 1.3 (substantive), CH-6(a).
    """
    return map(_seen, t.waits(*WITH_SUBSTANCE))


@metric(unit="s", better="lower", estimate="survival", version=2)
def total_wait(t: Transcript) -> Iterator[Observation]:
    """All waits of a conversation together.

    Read: what the conversation cost the customer in time spent waiting. Where the last wait is still open, the sum counts as at least so long.
    Act: read the longest ones; a few long gaps need other measures than many short ones.
    Source: metric catalogue CH-6(b).
    """
    if waits := t.waits():
        yield Observation(sum([w.seconds for w in waits]), censored=waits[-1].censored, message=t.once(_longest).start)


@metric(unit="s", better="lower", estimate="survival", version=3)
def longest_wait(t: Transcript) -> Iterator[Observation]:
    """The longest single wait of a conversation.

    Read: customers remember the longest silence. Where a wait is still open, it may become the longest: what was the longest so far counts as at least so long.
    Act: open the conversations above the third quartile and see who was waited for.
    Source: metric catalogue CH-6(d).
    """
    if waits := t.waits():
        longest = t.once(_longest)
        yield Observation(longest.seconds, censored=waits[-1].censored, message=longest.start)


@metric(unit="share", better="lower", estimate="mean", channels=("chat", "voice"), headline=True, version=2)
def wait_share(t: Transcript) -> Iterator[Observation]:
    """Share of a conversation, from its first message to its last, that the customer spent waiting.

    A wait that nobody ended counts up to the last message: a chat in which the customer alone writes is waiting from end to end.

    Read: 0.8 means: four minutes of five the customer looked at a screen where nothing happened.
    Act: agents who serve several chats at once stretch all of them; compare with total_wait.
    Source: metric catalogue CH-6(c).
    """
    spoken = [i for i, turn in enumerate(t.turns) if turn is not None]
    length = t.seconds(spoken[0], spoken[-1]) if spoken else None
    waits = t.waits()
    if length and waits:
        inside = [t.seconds(w.start, spoken[-1]) if w.stop is None else w.seconds for w in waits]
        yield Observation(min(1.0, sum(s for s in inside if s is not None) / length), message=waits[0].start)


@metric(unit="s", better="lower", estimate="maximum", channels=("email", "social", "community"), headline=("email",), version=2)
def longest_delay(t: Transcript) -> Iterator[Observation]:
    """The longest delay of all, over waits that were answered and waits that are still open.

    Read: the worst case, with its conversation. The usual error is to look at answered ones only.
    Act: if it is open, answer it today.
    Source: metric catalogue EM-4.
    """
    if t.waits():
        yield _seen(t.once(_longest))


@metric(unit="share", better="lower", estimate="proportion", headline=True, version=2)
def abandonment(t: Transcript) -> Iterator[Observation]:
    """Share of conversations in which no person ever gave a substantive answer, though there was time for one.

    A conversation that is younger than the channel's patience is open, answered or not: among the young ones only the quick are told yet.

    Read: customers who asked and got nothing. It says nothing of those who got a bad answer.
    Act: see at which hours and in which queues they came.
    Source: metric catalogue CH-10, CH-7.
    """
    asked = t.asked
    if asked is None:
        return
    unanswered = "substantive" not in t.replies[asked:]
    yield Observation(float(unanswered), censored=_patient(t, asked), message=asked)


def _patient(t: Transcript, asked: int) -> bool:
    """Whether a message is younger than the channel's patience: an answer may still come."""
    waited = t.seconds(asked, None)
    return waited is not None and waited < packs.channel(t.channel).patience


@metric(unit="share", better="lower", estimate="proportion", headline=True, version=2)
def dropped(t: Transcript) -> Iterator[Observation]:
    """Share of conversations whose last request is never answered, by a person or a bot.

    A farewell, thanks or "it works" that asks for nothing is no request; "one moment" is no answer. A last request that is younger than the channel's patience is open, answered or not.

    Read: conversations that end on the customer's turn. Those that had no answer at all are among them: abandonment, with bots counted as answering.
    Act: open them at their last message; in e-mail and forums they are the backlog.
    Source: metric catalogue CH-7, CH-6(e); vendors mean different things by it (`summary --as`).
    """
    asked = [i for i in t.by("customer") if t.open[i]]
    if not asked:
        if (first := t.first("customer")) is not None:
            yield Observation(0.0, message=first)
        return
    unanswered = {*WITH_SUBSTANCE}.isdisjoint(t.replies[asked[-1] :])
    yield Observation(float(unanswered), censored=_patient(t, asked[-1]), message=asked[-1])
