"""Rows that are too many for memory: kept in order, brought together by key, sorted, merged back into order.

While they are few they stay objects. From `BUDGET` on, over everything that shares a ``Spool``, they go to files of its folder, as many rows a block as a
reader takes in at once. What comes out is the same rows in the same order, whether or when that happened.

    spool = Spool()
    rows = Shuffle(spool, tuple[int, Record], key=lambda row: row[1].author, weigh=...)
    rows.add((0, record))
    for together in rows.leaves(): ...       # all rows of a key are in one of them, in their order
    spool.close()
"""

from __future__ import annotations

import heapq
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar
from zlib import crc32

import msgspec

T = TypeVar("T")
BUDGET = 24 << 20  # bytes, by rough weight, of rows that wait in memory
LEAF = 3 << 20  # bytes of a file beyond which its rows are shared out among `FAN` others, so that each can be read whole
FAN_BITS = 5
FAN = 1 << FAN_BITS
WAYS = 128  # runs that are merged at once
BLOCK = 1 << 17  # bytes, by rough weight, that are read at once
NARROW = 1 << 14  # and of each run that is merged
DEEPEST = 32 // FAN_BITS  # then a key's bits are used up: what is left is of one key
_SIZE = 4  # bytes in front of a block that say how long it is


class Spool:
    """What rows of one run share: how many may wait in memory, and the folder that they go to from then on (a temporary one, where none is named)."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder, self._made, self._held = folder, False, 0
        self._rolls: dict[int, Roll[Any]] = {}
        self._count = 0

    def enter(self, roll: Roll[Any]) -> int:
        """Know one more roll; its number."""
        self._count += 1
        self._rolls[self._count] = roll
        return self._count

    def leave(self, number: int, weight: int) -> None:
        """A roll is no longer needed, with what waits in it."""
        self._rolls.pop(number, None)
        self._held -= weight

    def hold(self, weight: int) -> None:
        """Count what waits; when it is too much, it is written."""
        self._held += weight
        if self._held > BUDGET:
            for roll in list(self._rolls.values()):
                roll.make_room()
            self._held = 0
            for roll in self._rolls.values():
                roll.write()

    def path(self, number: int) -> Path:
        """The file of a roll."""
        folder = self._folder or Path(tempfile.mkdtemp(prefix="textmetrics-"))
        if not self._made:
            folder.mkdir(parents=True, exist_ok=True)
            self._folder, self._made = folder, True
        return folder / f"{number}.rows"

    def close(self) -> None:
        """Throw everything away."""
        self._rolls.clear()
        if self._made and self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._made = False


class Roll(Generic[T]):
    """Rows in the order they were added, for reading as often as need be. ``block``: the rough weight of rows that are read at once.

    ``share``: takes its rows elsewhere, asked for when more than `LEAF` of them would have to be written.
    """

    def __init__(self, spool: Spool, type_: Any, weigh: Callable[[T], int], block: int = BLOCK, share: Callable[[], None] | None = None) -> None:
        self._spool, self._weigh, self._block, self._share = spool, weigh, block, share
        self._decode = _decoder(type_)
        self._waiting: list[T] = []
        self._held = 0
        self.size = 0  # bytes on disk
        self._number = spool.enter(self)

    def add(self, row: T) -> None:
        """Take in one row."""
        self._waiting.append(row)
        weight = self._weigh(row)
        self._held += weight
        self._spool.hold(weight)

    def make_room(self) -> None:
        """Memory is full: what would make a file that is too long to be read whole goes elsewhere, where it can."""
        if self._share is not None and self._held > LEAF:
            self._share()

    def write(self) -> None:
        """Put what waits into the file."""
        waiting, self._waiting, self._held = self._waiting, [], 0
        if not waiting:
            return
        with self._spool.path(self._number).open("ab") as file:
            begin = open_ = 0
            for end, row in enumerate(waiting, start=1):
                open_ += self._weigh(row)
                if open_ >= self._block or end == len(waiting):
                    self.size += put(file, waiting[begin:end])
                    begin, open_ = end, 0

    def __iter__(self) -> Iterator[T]:
        if self.size:
            yield from blocks(self._spool.path(self._number), self._decode)
        yield from self._waiting

    def drain(self) -> Iterator[T]:
        """The rows for the last time: what waits is given up at once, the file at the end."""
        waiting = self._waiting
        self._spool.leave(self._number, self._held)
        self._waiting, self._held = [], 0
        if self.size:
            yield from blocks(self._spool.path(self._number), self._decode)
        yield from waiting
        self.forget()

    @property
    def long(self) -> bool:
        """It should not be held whole."""
        return self.size > LEAF

    def forget(self) -> None:
        """Give back memory and disk."""
        if self.size:
            self._spool.path(self._number).unlink(missing_ok=True)
        self._spool.leave(self._number, self._held)
        self._waiting, self._held, self.size = [], 0, 0


def put(file: BinaryIO, rows: Sequence[Any]) -> int:
    """Write some rows as a block; its bytes."""
    data = _encode(rows)
    return file.write(len(data).to_bytes(_SIZE, "big")) + file.write(data)


def blocks(path: Path, decode: Callable[[bytes], Sequence[T]], rest: int = 0) -> Iterator[T]:
    """The rows of a file of blocks, all but the last bytes of it; the file is open only while a block is read, as there may be thousands of them."""
    at = 0
    while True:
        with path.open("rb") as file:
            end = file.seek(0, 2) - rest
            if at >= end:
                return
            file.seek(at)
            size = int.from_bytes(file.read(_SIZE), "big")
            data = file.read(size)
        at += _SIZE + size
        yield from decode(data)


class Shuffle(Generic[T]):
    """Rows that are wanted by key: `leaves` gives them in lots, all of a key in one lot."""

    def __init__(self, spool: Spool, type_: Any, key: Callable[[T], str], weigh: Callable[[T], int], _level: int = 0) -> None:
        self._made = (spool, type_, key, weigh)
        self._key, self._level = key, _level
        self._roll: Roll[T] = Roll(spool, type_, weigh, share=self._share if _level < DEEPEST else None)
        self._children: list[Shuffle[T]] = []

    def add(self, row: T) -> None:
        """Take in one row."""
        here = self
        if here._children:
            bits = crc32(self._key(row).encode("utf-8", "surrogatepass"))
            while here._children:
                here = here._children[bits >> here._level * FAN_BITS & FAN - 1]
        here._roll.add(row)
        if here._roll.long and here._level < DEEPEST:
            here._share()

    def _share(self) -> None:
        self._children = [Shuffle(*self._made, self._level + 1) for _ in range(FAN)]
        for row in self._roll.drain():
            self.add(row)

    def leaves(self) -> Iterator[list[T]]:
        """The lots, each in the order its rows were added; each is forgotten when the next is asked for."""
        for roll in self.rolls():
            rows = list(roll.drain())
            if rows:
                yield rows

    def rolls(self) -> Iterator[Roll[T]]:
        """The lots where they lie, some perhaps empty: what is of one key may be more than memory holds. Each is forgotten when the next is asked for."""
        if self._children:
            for child in self._children:
                yield from child.rolls()
        else:
            yield self._roll
            self._roll.forget()


class Merge(Generic[T]):
    """Rows that begin with what they are sorted by, in runs that are sorted each: iterate for all of them in order."""

    def __init__(self, spool: Spool, type_: Any, weigh: Callable[[T], int]) -> None:
        self._made = (spool, type_, weigh, NARROW)
        self._levels: list[list[Roll[T]]] = []  # of each level as many as `WAYS` of the one below make one

    def add(self, run: Iterable[T]) -> None:
        """Take in a run."""
        self._add(run, 0)

    def _add(self, run: Iterable[T], level: int) -> None:
        roll: Roll[T] = Roll(*self._made)
        for row in run:
            roll.add(row)
        self._levels += [[] for _ in range(level + 1 - len(self._levels))]
        runs = self._levels[level]
        runs.append(roll)
        if len(runs) == WAYS:
            self._levels[level] = []
            self._add(heapq.merge(*runs, key=_first), level + 1)
            for one in runs:
                one.forget()

    def __iter__(self) -> Iterator[T]:
        runs = [run for level in reversed(self._levels) for run in level]
        return heapq.merge(*runs, key=_first) if len(runs) > 1 else iter(runs[0] if runs else ())

    def forget(self) -> None:
        """Give back memory and disk."""
        for run in chain.from_iterable(self._levels):
            run.forget()
        self._levels = []


class Sort(Generic[T]):
    """Rows that begin with what they are wanted in order of, in any order: iterate for all of them in order."""

    def __init__(self, spool: Spool, type_: Any, weigh: Callable[[T], int]) -> None:
        self._runs: Merge[T] = Merge(spool, type_, weigh)
        self._weigh, self._held = weigh, 0
        self._waiting: list[T] = []

    def add(self, row: T) -> None:
        """Take in one row."""
        self._waiting.append(row)
        self._held += self._weigh(row)
        if self._held > BUDGET:
            self._sort()

    def _sort(self) -> None:
        waiting, self._waiting, self._held = self._waiting, [], 0
        if waiting:
            self._runs.add(sorted(waiting, key=_first))

    def __iter__(self) -> Iterator[T]:
        self._sort()
        return iter(self._runs)

    def forget(self) -> None:
        """Give back memory and disk."""
        self._runs.forget()


_first: Callable[[Any], Any] = itemgetter(0)
_encode = msgspec.msgpack.Encoder().encode


@lru_cache(maxsize=64)
def _decoder(type_: Any) -> Callable[[bytes], list[Any]]:
    """Reads rows of one type: a decoder costs more than a small roll holds."""
    return msgspec.msgpack.Decoder(list[type_]).decode
