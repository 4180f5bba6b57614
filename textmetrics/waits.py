"""The times of one conversation: how long from one message to another, and how long its customer waited for answers."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime

from msgspec import Struct

from .hours import Schedule


class Wait(Struct, frozen=True, gc=False):
    """How long somebody waited, in seconds, from one message to the one that ended it.

    ``stop`` is None and ``censored`` true while the wait is still open: then ``seconds`` is a lower bound.
    """

    start: int
    stop: int | None
    seconds: float
    censored: bool


class Clock:
    """When messages were ``sent``, in UTC, and until when they were watched: until the conversation ``ended``, as far as is known, else until ``as_of``.

    ``skewed``: the clocks cannot be right, and nothing is told from them.
    """

    def __init__(self, sent: Sequence[datetime | None], as_of: datetime | None, ended: datetime | None, skewed: bool) -> None:
        self._sent, self._as_of, self._skewed = sent, as_of, skewed
        self._ended = ended if ended is not None and (as_of is None or ended <= as_of) else None

    def watched(self, start: int) -> datetime | None:
        """Until when what a message waits for could have been seen to come."""
        begun, ended = self._sent[start], self._ended
        return ended if ended is not None and begun is not None and begun <= ended else self._as_of

    def seconds(self, start: int, stop: int | None) -> float | None:
        """Seconds from one message to another, or to ``as_of``; None where a clock is missing or cannot be right."""
        begun, until = self._sent[start], self._as_of if stop is None else self._sent[stop]
        if begun is None or until is None or self._skewed:
            return None
        seconds = (until - begun).total_seconds()
        return seconds if seconds > 0 else 0.0

    def staffed(self, start: int, stop: int | None, hours: Schedule) -> float | None:
        """Seconds of opening hours from one message to another, or for as long as it was waited for."""
        begun, until = self._sent[start], self.watched(start) if stop is None else self._sent[stop]
        return None if begun is None or until is None or self._skewed else hours.seconds(begun, until)

    def wait(self, start: int, stop: int | None) -> Wait | None:
        """The wait from one message to another, censored while there is no other; None without clocks."""
        begun, until = self._sent[start], self.watched(start) if stop is None else self._sent[stop]
        if begun is None or until is None or self._skewed:
            return None
        return Wait(start, stop, max(0.0, (until - begun).total_seconds()), stop is None)

    def waits(self, roles: Sequence[str], open: Sequence[bool], replies: Sequence[str | None], stops: Set[str | None]) -> list[Wait]:
        """Every wait of the customer from a message that wants an answer to a reply that ``stops`` it, be it none."""
        found: list[Wait | None] = []
        asked: int | None = None
        for i, (role, wants, reply) in enumerate(zip(roles, open, replies, strict=True)):
            if asked is None:
                asked = i if wants and role == "customer" else None
            elif reply in stops:
                found.append(self.wait(asked, i))
                asked = None
        if asked is not None:
            found.append(self.wait(asked, None))
        return [wait for wait in found if wait is not None]
