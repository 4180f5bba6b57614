"""What responders do besides solving."""

from __future__ import annotations

from collections.abc import Iterable

from ..types import RESPONDERS, Observation, Transcript
from . import counted, metric, whether


@metric(unit="per conversation", better="lower", estimate="rate", headline=True)
def holds(t: Transcript) -> Iterable[Observation]:
    """How often responders ask to wait or promise a later answer, per conversation.

    Read: each is a wait with a name. Many holds with short waits are better than few with long ones.
    Act: see what is looked up, and put it where agents see it.
    Source: definitions of hold.
    """
    return counted(t.places("hold")) if t.first(*RESPONDERS) is not None else ()


@metric(unit="share", better="lower", estimate="proportion", headline=True)
def redirected(t: Transcript) -> Iterable[Observation]:
    """Share of answered conversations in which the customer is asked to go on elsewhere.

    Read: what becomes of them is not seen here: they leave this channel's figures.
    Act: for the commonest targets, let the first channel do it.
    Source: definitions of redirect; metric catalogue SO-6.
    """
    return whether(t.places("redirect")) if t.first(*RESPONDERS) is not None else ()


@metric(unit="per conversation", estimate="rate", headline=True)
def apologies(t: Transcript) -> Iterable[Observation]:
    """Apologies and words of sympathy, per conversation.

    Read: neither good nor bad: an apology without a solution is a sign, one with it is manners.
    Act: compare conversations with an apology and no solution.
    Source: definitions of apology.
    """
    return counted(t.places("apology")) if t.first(*RESPONDERS) is not None else ()
