"""Whether both sides understood each other: who had to ask again, who had to say it again, and after what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .. import packs
from ..types import RESPONDERS, WITH_SUBSTANCE, Observation, Transcript
from . import metric

HANDED_OVER = ("chat", "email", "voice")  # channels in which another responder is a transfer; in public ones anybody may answer


def _asked_to_rephrase(t: Transcript, form: str | None = None) -> Sequence[Observation]:
    unasked = t.once(_unasked)
    if not unasked or "rephrase_request" not in t.labelled:
        return unasked
    asked = [f.message for f in t.labelled["rephrase_request"] if form is None or f.attributes.get("form") == form]
    return (Observation(1.0, message=asked[0]),) if asked else unasked


def _unasked(t: Transcript) -> Sequence[Observation]:
    """That nothing was to be said again in an answered conversation."""
    answered = t.first(*RESPONDERS)
    return () if answered is None or t.first("customer") is None else (Observation(0.0, message=answered),)


@metric(unit="share", better="lower", estimate="proportion", headline=True)
def asked_to_rephrase(t: Transcript) -> Iterable[Observation]:
    """Share of answered conversations in which the customer asks at least once to say something again, reword, simplify or specify it.

    Read: how many customers met words they could make nothing of. Making sure ("the black box?") is among them: asked_to_confirm tells it apart.
    Act: rephrase_of_questions and rephrase_of_solutions say what it was about.
    Source: metric catalogue CH-8 (conversations); Dingemanse and Enfield 2015.
    """
    return _asked_to_rephrase(t)


@metric(unit="share", better="lower", estimate="proportion")
def asked_what_it_means(t: Transcript) -> Iterable[Observation]:
    """Share of answered conversations with an open request ("what do you mean?").

    Read: nothing of it was understood.
    Act: as rephrase_open.
    Source: metric catalogue CH-8; Dingemanse and Enfield 2015.
    """
    return _asked_to_rephrase(t, "open")


@metric(unit="share", better="lower", estimate="proportion")
def asked_which_one(t: Transcript) -> Iterable[Observation]:
    """Share of answered conversations with a restricted request ("which button?").

    Read: all but one thing was understood.
    Act: as rephrase_restricted.
    Source: metric catalogue CH-8; Dingemanse and Enfield 2015.
    """
    return _asked_to_rephrase(t, "restricted")


@metric(unit="share", estimate="proportion")
def asked_to_confirm(t: Transcript) -> Iterable[Observation]:
    """Share of answered conversations in which the customer offers an understanding ("you mean the router?").

    Read: the healthy form.
    Act: none.
    Source: metric catalogue CH-8; Dingemanse and Enfield 2015.
    """
    return _asked_to_rephrase(t, "offer")


@metric(unit="share", better="lower", estimate="proportion")
def asked_to_simplify(t: Transcript) -> Iterable[Observation]:
    """Share of answered conversations in which the customer asks to have something explained, or put more simply.

    Read: as rephrase_simplify.
    Act: as rephrase_simplify.
    Source: metric catalogue CH-8.
    """
    return _asked_to_rephrase(t, "simplify")


@metric(unit="share", better="lower", estimate="proportion", version=2, needs=("rephrase_request",))
def unrepaired(t: Transcript) -> Iterator[Observation]:
    """Share of the customers' requests to rephrase after which no substantive reply of a bot or a person comes in the conversation.

    A greeting, "one moment" or automatic reply says nothing again. Whether what comes makes it clear is not judged: whoever asks again is counted again. Younger than the channel's patience is open, answered or not.

    Read: customers who said that they did not understand, and were left there.
    Act: read them one by one: each is a conversation that could have been saved by a sentence.
    Source: metric catalogue CH-8 (unrepaired).
    """
    told = max((i for i, reply in enumerate(t.replies) if reply in WITH_SUBSTANCE), default=-1)
    for message in t.places("rephrase_request"):
        age = t.seconds(message, None)
        yield Observation(float(told < message), censored=age is not None and age < packs.channel(t.channel).patience, message=message)


def _after(t: Transcript) -> dict[str | None, list[int]]:
    """The customer's messages after an answer, all (None) and by what each comes after: a ``transfer``, in the first turn since another responder took over, else a ``bot`` or an ``agent``.

    Automatic replies take nothing over.
    """
    who, role, taken_over = None, "", False
    found: dict[str | None, list[int]] = {}
    turn: int | None = None  # of the customer, the first since whoever answers now began
    for i, spoke in enumerate(t.roles):
        if spoke in RESPONDERS and t.replies[i] != "automatic":
            if (now := t.messages[i].participant_id) != who:
                who, taken_over, turn = now, who is not None and t.channel in HANDED_OVER, None
            role = "bot" if spoke == "bot" else "agent"
        elif spoke == "customer" and who is not None:
            turn = t.turns[i] if turn is None else turn
            for came in (None, "transfer" if taken_over and t.turns[i] == turn else role):
                found.setdefault(came, []).append(i)
    return found


def _repeated(t: Transcript, after: str | None = None) -> Iterator[Observation]:
    """Whether the customer says again what they said, in a conversation in which they could: anywhere, or after something."""
    could = t.once(_after).get(after)
    if could and t.turns[could[-1]] != t.turns[t.by("customer")[0]]:
        again = next((i for i in t.places("reformulation") if i in could), None)
        yield Observation(float(again is not None), message=could[0] if again is None else again)


@metric(unit="share", better="lower", estimate="proportion")
def repeated(t: Transcript) -> Iterable[Observation]:
    """Share of the conversations in which the customer wrote on after an answer in which they had to say again what they had said.

    Read: nobody had read it, or understood it. A reference number that was asked for is no repetition.
    Act: repeated_after_bot, repeated_after_transfer and repeated_after_agent say where it gets lost.
    Source: metric catalogue CH-9.
    """
    return _repeated(t)


@metric(unit="share", better="lower", estimate="proportion")
def repeated_after_bot(t: Transcript) -> Iterable[Observation]:
    """Share of the conversations with a customer's message after a bot's in which they say again what they had said.

    Read: the bot answered past them. Of what is said again to the person who takes over from a bot, see repeated_after_transfer.
    Act: hand over sooner: the second time is once too often.
    Source: metric catalogue CH-9 (after-bot).
    """
    return _repeated(t, "bot")


@metric(unit="share", better="lower", estimate="proportion", channels=HANDED_OVER)
def repeated_after_transfer(t: Transcript) -> Iterable[Observation]:
    """Share of the transferred conversations in which the customer says again, to the one who took over, what they had said.

    A transfer is another responder's taking over, as far as the export tells them apart: bot to person, or person to person. What counts is the customer's first turn after it.

    Read: the history was not handed over, or not read.
    Act: show the new agent what was said, and let them begin with it.
    Source: metric catalogue CH-9 (after-transfer), 1.9.
    """
    return _repeated(t, "transfer")


@metric(unit="share", better="lower", estimate="proportion")
def repeated_after_agent(t: Transcript) -> Iterable[Observation]:
    """Share of the conversations with a customer's message after a person's, who had not just taken over, in which they say again what they had said.

    Read: the agent answered something else, or did not read.
    Act: look at agents who serve many chats at once, and at canned answers.
    Source: metric catalogue CH-9 (after-agent).
    """
    return _repeated(t, "agent")


@metric(unit="per turn", better="lower", estimate="rate")
def clarifications_per_turn(t: Transcript) -> Iterator[Observation]:
    """How often whoever answers asks the customer to say it in other words, per turn of the customer.

    Read: clarification_requests by length: a long conversation has more turns to be misread in.
    Act: as clarification_requests.
    Source: metric catalogue CH-9 (agent to customer).
    """
    if turns := len({t.turns[i] for i in t.by("customer")}):
        asked = t.places("clarification_request")
        yield Observation(len(asked), exposure=turns, message=asked[0] if asked else None)
