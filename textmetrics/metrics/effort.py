"""How hard customers must work."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from ..types import RESPONDERS, Observation, Transcript
from . import counted, metric, whether

AGAIN = timedelta(days=7)  # a new conversation of a customer within this is a repeated contact


def _rephrased(t: Transcript, attribute: str, wanted: str, exposed: int) -> Sequence[Observation]:
    """The requests to rephrase with an attribute, by what they could have been about."""
    if not exposed:
        return ()
    found = [f.message for f in t.labelled.get("rephrase_request", ()) if f.attributes.get(attribute) == wanted]
    return (Observation(len(found), exposure=exposed, message=found[0] if found else None),)


@metric(unit="per question", better="lower", estimate="rate", headline=True)
def rephrase_of_questions(t: Transcript) -> Iterable[Observation]:
    """Requests to rephrase, per question that a responder asked.

    Read: 0.05 is one question in twenty that customers could not make sense of.
    Act: read the questions behind it and write them anew.
    Source: metric catalogue CH-8; Dingemanse and Enfield 2015.
    """
    messages, solutions = t.messages, t.places("solution")
    asked = [i for i in t.by(*RESPONDERS) if i not in solutions and "?" in messages[i].text]
    return _rephrased(t, "target", "question", len(asked))


@metric(unit="per solution", better="lower", estimate="rate", headline=True, needs=("solution",))
def rephrase_of_solutions(t: Transcript) -> Iterable[Observation]:
    """Requests to rephrase, per solution that a responder gave.

    Read: solutions that customers did not understand; they cannot have worked yet.
    Act: collect the words that were asked about; they are your jargon.
    Source: metric catalogue CH-8.
    """
    return _rephrased(t, "target", "solution", len(t.places("solution")))


def _of_form(t: Transcript, form: str) -> Sequence[Observation]:
    return _rephrased(t, "form", form, len(t.by(*RESPONDERS))) if "rephrase_request" in t.labelled else t.once(_understood)


def _understood(t: Transcript) -> Sequence[Observation]:
    """That nobody asked to rephrase anything."""
    return _rephrased(t, "form", "", len(t.by(*RESPONDERS)))


@metric(unit="per message", better="lower", estimate="rate")
def rephrase_open(t: Transcript) -> Iterable[Observation]:
    """Open requests ("what do you mean?"), per message of a responder.

    Read: the customer understood nothing of it: the dearest form.
    Act: as rephrase_of_solutions.
    Source: Dingemanse and Enfield 2015.
    """
    return _of_form(t, "open")


@metric(unit="per message", better="lower", estimate="rate")
def rephrase_restricted(t: Transcript) -> Iterable[Observation]:
    """Restricted requests ("which button?"), per message of a responder.

    Read: one thing was missing.
    Act: name the thing: a link, a screenshot, the exact label.
    Source: Dingemanse and Enfield 2015.
    """
    return _of_form(t, "restricted")


@metric(unit="per message", estimate="rate")
def rephrase_offer(t: Transcript) -> Iterable[Observation]:
    """Offers of an understanding ("you mean the router?"), per message of a responder.

    Read: the healthy form: the customer understood and makes sure.
    Act: none.
    Source: Dingemanse and Enfield 2015.
    """
    return _of_form(t, "offer")


@metric(unit="per message", better="lower", estimate="rate")
def rephrase_simplify(t: Transcript) -> Iterable[Observation]:
    """Requests to explain or put more simply, per message of a responder.

    Read: too technical, or too short.
    Act: offer steps.
    Source: metric catalogue CH-8.
    """
    return _of_form(t, "simplify")


@metric(unit="per conversation", better="lower", estimate="rate", headline=True)
def reformulations(t: Transcript) -> Iterable[Observation]:
    """How often customers say again what they already said, per conversation.

    Read: they were not understood, not answered, or asked twice.
    Act: hand over what was said when a conversation changes hands.
    Source: metric catalogue CH-9.
    """
    return counted(t.places("reformulation")) if t.first("customer") is not None else ()


@metric(unit="per conversation", better="lower", estimate="rate")
def clarification_requests(t: Transcript) -> Iterable[Observation]:
    """How often responders ask the customer to say it in other words, per conversation.

    Read: forms that ask the right facts at the beginning bring it down.
    Act: see which matters cause it.
    Source: metric catalogue CH-9.
    """
    return counted(t.places("clarification_request")) if t.first(*RESPONDERS) is not None else ()


@metric(unit="per conversation", better="lower", estimate="rate", headline=True)
def nudges(t: Transcript) -> Iterable[Observation]:
    """How often customers prompt for an answer, per conversation.

    Read: a wait that was too long, in the customer's own judgement.
    Act: look at the length of the waits that end in a nudge.
    Source: definitions of nudge.
    """
    return counted(t.places("nudge")) if t.first("customer") is not None else ()


@metric(unit="share", better="lower", estimate="proportion", headline=True)
def prior_contacts(t: Transcript) -> Iterable[Observation]:
    """Share of conversations in which the customer mentions an earlier contact about the matter.

    Read: a lower bound of repeated contacts: many say nothing of it.
    Act: link the conversations; the channel they came from is in the finding.
    Source: definitions of prior_contact.
    """
    return whether(t.places("prior_contact")) if t.first("customer") is not None else ()


def _dated(transcripts: Sequence[Transcript]) -> list[Transcript]:
    return [t for t in transcripts if t.messages and t.messages[0].sent_at is not None]


@metric(unit="conversations", better="lower", estimate="mean", of="customer", headline=True)
def contacts(transcripts: Sequence[Transcript]) -> Iterator[tuple[Transcript, Observation]]:
    """Conversations per customer who can be recognised.

    Read: within the archive; customers at its edges had more. Counted where the customer first came.
    Act: read the histories of those with most.
    Source: metric catalogue XC-9.
    """
    if transcripts:
        yield transcripts[0], Observation(len(transcripts))


@metric(unit="share", better="lower", estimate="proportion", of="customer", headline=True, version=2)
def came_back(transcripts: Sequence[Transcript]) -> Iterator[tuple[Transcript, Observation]]:
    """Share of conversations after which the same customer came again within 7 days, in any channel.

    A conversation that ended less than 7 days before the data were cut is open, even if they have come back already: of the others nobody knows yet.

    Read: whether it was the same matter is not known here: an upper bound of repeats.
    Act: compare with resolution: coming back after "solved" is a revocation in disguise.
    Source: metric catalogue XC-11.
    """
    known = _dated(transcripts)
    for t, following in itertools.zip_longest(known, known[1:]):
        last = max((m.sent_at for m in t.messages if m.sent_at is not None), default=None)
        if last is None:
            continue
        begun = following.messages[0].sent_at if following is not None else None
        again = begun is not None and begun - last <= AGAIN
        young = t.as_of is not None and t.as_of - last < AGAIN
        yield t, Observation(float(again), censored=young, message=0)


@metric(unit="share", better="lower", estimate="proportion", of="customer")
def came_back_elsewhere(transcripts: Sequence[Transcript]) -> Iterator[tuple[Transcript, Observation]]:
    """Share of repeated contacts that came in another channel than the one before.

    Read: customers who changed the channel to be heard.
    Act: see from which channel to which.
    Source: metric catalogue XC-7.
    """
    known = _dated(transcripts)
    for t, following in itertools.pairwise(known):
        begun, before = following.messages[0].sent_at, t.messages[-1].sent_at
        if begun is not None and before is not None and begun - before <= AGAIN:
            yield t, Observation(float(following.channel != t.channel), message=0)
