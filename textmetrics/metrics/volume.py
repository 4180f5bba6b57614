"""How much there is, and how it is shared out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..types import CUSTOMERS, RESPONDERS, WITH_SUBSTANCE, Observation, Transcript
from . import counted, metric


@metric(unit="share", estimate="share", headline=True, version=2)
def handled(t: Transcript) -> Iterator[Observation]:
    """Share of all handled conversations that came in this channel (or group).

    Handled is what got a substantive reply, of a person or a bot: a greeting alone is none.

    Read: where the work is; the shares of all groups make 1.
    Act: none by itself.
    Source: metric catalogue XC-1.
    """
    for i, reply in enumerate(t.replies):
        if reply in WITH_SUBSTANCE:
            yield Observation(1.0, message=i)
            return


@metric(unit="messages", estimate="quantile")
def messages(t: Transcript) -> Iterator[Observation]:
    """Messages per conversation, without system lines and notes.

    Read: long conversations are not bad ones: see what they hold.
    Act: none by itself.
    Source: ours.
    """
    if spoken := len(t.turns) - t.turns.count(None):
        yield Observation(spoken, message=next(i for i, turn in enumerate(t.turns) if turn is not None))


@metric(unit="per conversation", better="higher", estimate="rate")
def solutions(t: Transcript) -> Iterable[Observation]:
    """Solutions given, per conversation of a customer.

    Read: below 1, some got none. Many in one conversation mean that the first did not do.
    Act: see solutions_acknowledged.
    Source: definitions of solution.
    """
    return counted(t.places("solution")) if t.first(*CUSTOMERS) is not None and t.first(*RESPONDERS) is not None else ()
