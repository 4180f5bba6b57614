"""Whether those who ask for help in public are heard there, and what becomes of those who are asked to write in private."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from .. import packs
from ..types import RESPONDERS, Observation, Transcript
from . import metric

PUBLIC = ("social", "community")
PRIVATE = "chat"  # direct messages are read as this channel
NO_HELP = ("praise", "feedback", "chatter")  # request types that ask for nothing
TAKEN_UP = timedelta(hours=24)  # a message later than this after the invitation is taken to be for another reason


@metric(unit="share", better="higher", estimate="proportion", channels=PUBLIC, headline=True, version=2)
def posts_answered(t: Transcript) -> Iterator[Observation]:
    """Share of the posts that need help that got a substantive answer of a person within the channel's target `posts_answered`.

    Praise, feedback and chatter need none. Where the request type cannot be told (no model for the language) the post is left out; one younger than the target is open, answered or not.

    Read: of the posts in the archive, a "please write to us" counted as an answer: see moved_to_private. Exports that hold only posts which mention the company leave out those who ask without naming it.
    Act: read the unanswered ones: are they hard, or did nobody see them?
    Source: metric catalogue SO-5.
    """
    target = packs.channel(t.channel).targets.get("posts_answered")
    if target is None or t.request_type is None or t.request_type in NO_HELP:
        return
    for wait in t.first_wait():
        age = t.seconds(wait.start, None)
        yield Observation(float(wait.seconds <= target and not wait.censored), censored=age is not None and age <= target, message=wait.start)


def _invited(t: Transcript) -> list[int]:
    """The messages that ask the customer to write a direct message."""
    if t.channel not in PUBLIC or "redirect" not in t.labelled:
        return []
    return [f.message for f in t.found("redirect", by=RESPONDERS) if f.attributes.get("channel") == "dm"]


@metric(unit="share", estimate="proportion", channels=PUBLIC)
def moved_to_private(t: Transcript) -> Iterator[Observation]:
    """Share of the answered public conversations in which the customer is asked to go on by direct message.

    Read: what became of these is not in public: every outcome of this channel is a bound by as much.
    Act: answer in public what needs no personal data; others have the same question.
    Source: metric catalogue SO-1, SO-6.
    """
    answered = t.first(*RESPONDERS)
    if answered is not None and t.first("customer") is not None:
        invited = _invited(t)
        yield Observation(float(bool(invited)), message=invited[0] if invited else answered)


@metric(unit="share", better="higher", estimate="bounds", of="customer", version=2)
def handoffs_completed(transcripts: Sequence[Transcript]) -> Iterator[tuple[Transcript, Observation]]:
    """Share of the public conversations with an invitation to write privately whose customer did so within 24 hours.

    It counts that a direct message of theirs is in the archive, or that they say in public that they have written. Of who does neither and has no direct messages
    in the archive at all nothing is known: the interval reaches from none to all of these. An invitation younger than 24 hours is left out, taken up or not.

    Read: only customers who can be recognised (`customer_id`) on both sides. The rest of the way is lost.
    Act: ask for what is needed in one message, with a link that opens the private one.
    Source: metric catalogue SO-6.
    """
    private = [t for t in transcripts if t.channel == PRIVATE]
    written = [at for t in private for i in t.by("customer") if (at := t.messages[i].sent_at) is not None]
    for t in transcripts:
        invited = [(i, at) for i in _invited(t) if (at := t.messages[i].sent_at) is not None]
        if not invited or t.conversation.skewed or t.as_of is None:
            continue
        done = any(at < w <= at + TAKEN_UP for _, at in invited for w in [*written, *_said(t, invited[0][0])])
        if t.as_of - invited[-1][1] >= TAKEN_UP:
            yield t, Observation(float(done), censored=not done and not private, message=invited[0][0])


def _said(t: Transcript, after: int) -> list[datetime]:
    """When the customer said in public that they had written a direct message, or had done what the invitation asked for."""
    told = [f.message for f in t.found("prior_contact", by=("customer",)) if f.message > after and f.attributes.get("channel") == "dm"]
    invited = set(_invited(t))
    for f in t.found("acknowledgement", "used", by=("customer",)):
        before = [i for i in t.by(*RESPONDERS) if i < f.message]
        told += [f.message] if before and before[-1] in invited else []
    return [at for i in told if (at := t.messages[i].sent_at) is not None]
