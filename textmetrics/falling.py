"""Which files of an export have the newest first: what they have of one second stands in them the last first, too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from .memo import forget_oldest
from .threads import settle
from .types import Record

LATEST = 65_536  # conversations of one file whose last time is remembered


class Falling:
    """Told by the times along each file, within its conversations: `hear` every record as it comes, file by file, `settle`, then ask."""

    def __init__(self) -> None:
        self._source, self._first, self._forward, self._backward = "", 0, 0, 0
        self._before: dict[str | None, datetime] = {}
        self._mirrors: dict[str, int] = {}  # of each file found: the places of its first and last record, summed

    def hear(self, place: int, r: Record) -> None:
        """A record, and its place in the export."""
        if r.source != self._source:
            self.settle(place)
            self._source, self._first = r.source, place
        if r.sent_at is not None:
            before = self._before.get(r.conversation_id)
            self._before[r.conversation_id] = r.sent_at
            if before is None:
                forget_oldest(self._before, LATEST)
            elif before != r.sent_at:
                self._forward += before < r.sent_at
                self._backward += before > r.sent_at

    def settle(self, end: int) -> None:
        """A file is at its end; ``end``: the place behind it."""
        if settle(self._forward, self._backward) == "reverse":
            self._mirrors[self._source] = self._first + end - 1
        self._forward = self._backward = 0
        self._before.clear()

    def stands(self, place: int, r: Record) -> int:
        """The place of a record if its file had the oldest first."""
        return self._mirrors[r.source] - place if r.source in self._mirrors else place

    def upright(self, group: Sequence[Record]) -> list[Record]:
        """Records as they would come if their files had the oldest first; what is of one file keeps to its places."""
        turned = list(group)
        for source in self._mirrors.keys() & {r.source for r in group}:
            at = [n for n, r in enumerate(group) if r.source == source]
            for n, m in zip(at, reversed(at), strict=True):
                turned[n] = group[m]
        return turned
