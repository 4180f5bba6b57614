"""How much there is, and how it is shared out."""

from __future__ import annotations

from collections.abc import Iterator

from ..types import CUSTOMERS, RESPONDERS, WITH_SUBSTANCE, Observation, Transcript
from . import metric


@metric(unit="share", estimate="share", headline=True, version=2)
def handled(t: Transcript) -> Iterator[Observation]:
    """Share of all handled conversations that came in this channel (or group).

    Handled is what got a substantive reply, of a person or a bot: a greeting alone is none.

    Read: where the work is; the shares of all groups make 1.
    Act: none by itself.
    Source: metric catalogue XC-1.
    """
    answered = next((i for i, reply in enumerate(t.replies) if reply in WITH_SUBSTANCE), None)
    if answered is not None:
        yield Observation(1.0, message=answered)


@metric(unit="messages", estimate="quantile")
def messages(t: Transcript) -> Iterator[Observation]:
    """Messages per conversation, without system lines and notes.

    Read: long conversations are not bad ones: see what they hold.
    Act: none by itself.
    Source: ours.
    """
    if spoken := [i for i, turn in enumerate(t.turns) if turn is not None]:
        yield Observation(len(spoken), message=spoken[0])


@metric(unit="per conversation", better="higher", estimate="rate")
def solutions(t: Transcript) -> Iterator[Observation]:
    """Solutions given, per conversation of a customer.

    Read: below 1, some got none. Many in one conversation mean that the first did not do.
    Act: see solutions_acknowledged.
    Source: definitions of solution.
    """
    if any(role in CUSTOMERS for role in t.roles) and any(role in RESPONDERS for role in t.roles):
        found = {f.message for f in t.found("solution")}
        yield Observation(len(found), message=min(found, default=None))
