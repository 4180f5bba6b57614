"""Channels that never end and are more than memory should hold: brought into order and cut into conversations by way of files.

Their records go by four times: shuffled by the message's id, so that what overlapping files hold twice is merged; one by one, to see who talks; sorted, to be cut in the
order in which they were said (`cutting`); shuffled by conversation. In memory are some of them, what cutting remembers, and the conversations that come out, some at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, groupby

from .cutting import Cut, Room
from .falling import Falling
from .spool import Roll, Shuffle, Sort, Spool
from .types import Record

Placed = tuple[int, Record]  # a record and its place in its export
Said = tuple[tuple[int, int, int, int], Record]  # which channel, where its order puts it there, and among what it puts there, its place in the export
Found = list[tuple[int, list[Record]]]  # conversations: where each begins in its channel, its records
RECORD = 900  # bytes that a record costs beside its text, roughly
_EPOCH, _SMALLEST = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


def weight(record: Record) -> int:
    """What a record costs in memory, roughly."""
    return RECORD + len(record.text)


def placed_weight(row: Placed) -> int:
    """What a record with its place costs in memory, roughly."""
    return weight(row[1])


def moment(at: datetime | None) -> int:
    """A time as microseconds since 1970; 0 where there is none."""
    return 0 if at is None else (at - _EPOCH) // _SMALLEST


class Long:
    """Cuts channels by way of files. ``once``: keeps once what stands twice among rows; ``order``: that of the export (time, or as it came); ``apart``: threads are told by links."""

    def __init__(
        self, spool: Spool, once: Callable[[Iterable[Placed]], Iterable[Placed]], order: str | None, falling: Falling, apart: bool, silence: timedelta
    ) -> None:
        self._spool, self._once, self._order, self._falling, self._apart, self._silence = spool, once, order, falling, apart, silence

    def channels(self, rows: Iterable[Placed]) -> Iterator[tuple[Placed, Iterator[Found]]]:
        """Of each channel the first record, and the conversations, some at a time: take all of them before the next channel is asked for."""
        kept, rooms = self._heard(rows)
        numbers = {name: number for number, name in enumerate(rooms)}
        said = Sort[Said](self._spool, Said, lambda row: weight(row[1]))
        for place, r in kept:
            room = rooms[r.conversation_id]
            room.meet(r)
            said.add(((numbers[r.conversation_id], *self._stands(place, r, room), place), r))
        kept.forget()
        for _, one in groupby(said, key=lambda row: row[0][0]):
            talk = iter(one)
            (*_, place), first = head = next(talk)
            yield (place, first), self._found(chain([head], talk), rooms[first.conversation_id])
        said.forget()

    def _heard(self, rows: Iterable[Placed]) -> tuple[Roll[Placed], dict[str | None, Room]]:
        """Every message once, and what must be known of each channel."""
        named = Shuffle[Placed](self._spool, Placed, lambda row: str(row[0]) if row[1].message_id is None else row[1].message_id, placed_weight)
        for row in rows:
            named.add(row)
        kept, rooms = Roll[Placed](self._spool, Placed, placed_weight), dict[str | None, Room]()
        for lot in named.rolls():
            for place, r in self._once(lot):
                if r.conversation_id not in rooms:
                    rooms[r.conversation_id] = Room(self._apart)
                rooms[r.conversation_id].hear(r)
                kept.add((place, r))
        for room in rooms.values():
            room.settle()
        return kept, rooms

    def _stands(self, place: int, r: Record, room: Room) -> tuple[int, int]:
        """Where its order puts a record in its channel; what it puts in one place stays as it came, or as it would in a file with the oldest first."""
        if self._order != "time":
            return 0, place
        return (r.position or 0, place) if room.placed else (moment(r.sent_at), self._falling.stands(place, r))

    def _found(self, talk: Iterable[Said], room: Room) -> Iterator[Found]:
        """The conversations of a channel."""
        home = Cut(room, self._silence)
        exchanges = Shuffle[Placed](self._spool, Placed, lambda row: str(row[0]), placed_weight)
        for _, r in talk:
            exchanges.add((home(r), r))
        for leaf in exchanges.leaves():
            groups: dict[int, list[Record]] = {}
            for begins, r in leaf:
                groups.setdefault(begins, []).append(r)
            yield sorted(groups.items())
