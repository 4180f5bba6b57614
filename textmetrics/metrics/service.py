"""Whether customers were answered in the time a channel promises: its target, on their clock and in opening hours."""

from __future__ import annotations

from collections.abc import Iterator

from .. import packs
from ..types import Observation, Transcript
from . import metric


def _within(seconds: float | None, censored: bool, target: float | None, message: int) -> Iterator[Observation]:
    """Whether a wait met a target: one that is open and younger is open still, one that is older has missed it whatever comes."""
    if seconds is not None and target is not None:
        yield Observation(float(seconds <= target and not censored), censored=censored and seconds <= target, message=message)


@metric(unit="share", better="higher", estimate="proportion", headline=True)
def service_level(t: Transcript) -> Iterator[Observation]:
    """Share of customers who had a substantive answer of a person within the channel's target, of all who asked.

    Who was not answered within it missed it, whether they left or not; who has not waited that long yet is open. The target is the channel pack's `first_response_wait`.

    Read: on the customer's clock. Vendors leave out who was never answered, or short waits, or count leaving as met: `summary --as` shows theirs.
    Act: read it beside abandonment: the level also rises where people leave out of the count.
    Source: metric catalogue CH-11 (offered).
    """
    for wait in t.waits()[:1]:
        yield from _within(wait.seconds, wait.censored, packs.channel(t.channel).targets.get("first_response_wait"), wait.start)


@metric(unit="share", better="higher", estimate="proportion")
def staffed_service_level(t: Transcript) -> Iterator[Observation]:
    """Share of customers who had a substantive answer within the channel's target in opening hours.

    Read: what a contract that counts opening hours would call met; service_level is what the customer met.
    Act: a wide gap between both asks for other hours, or for saying when answers come.
    Source: metric catalogue 1.2, CH-11.
    """
    for wait in t.waits()[:1]:
        yield from _within(t.staffed_seconds(wait.start, wait.stop), wait.censored, packs.channel(t.channel).targets.get("first_response_wait"), wait.start)
