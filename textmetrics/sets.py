"""Many rows at once: a set of numbers for each, and features of each as they are gathered, by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from .models import Named
from .words import Vocabulary, spread

Array = Any
AT_ONCE = 1 << 20  # words that are looked for in other rows at once


def first_of_each(keys: Array) -> Array:
    """Where a number stands for the first time.

    >>> first_of_each(np.array([3, 1, 3, 3, 1])).tolist()
    [True, True, False, False, False]
    """
    order = np.argsort(keys, kind="stable")
    new = np.empty(len(keys), bool)
    new[order] = np.diff(keys[order], prepend=-1) != 0
    return new


class Sets:
    """A set of numbers below ``most`` for each row."""

    def __init__(self, rows: Array, numbers: Array, size: int, most: int) -> None:
        self.most = max(1, most)
        keys = np.sort(rows * self.most + numbers, kind="stable")
        self.keys = keys[np.diff(keys, prepend=-1) > 0]
        self.rows, self.numbers = np.divmod(self.keys, self.most)
        self.sizes = np.bincount(self.rows, minlength=size)
        self.starts = np.cumsum(self.sizes) - self.sizes

    def places(self, rows: Array) -> tuple[Array, Array]:
        """Where the sets of some rows stand in ``numbers``, on end; and for each which of the rows it is of."""
        return spread(self.starts[rows], self.sizes[rows]), np.repeat(np.arange(len(rows)), self.sizes[rows])

    def shared(self, rows: Array, others: Array) -> Array:
        """How much of the set of a row is in that of another, for many such pairs."""
        found = np.zeros(len(rows), np.int64)
        for some in _slices(self.sizes[rows]):
            places, pair = self.places(rows[some])
            wanted = others[some][pair] * self.most + self.numbers[places]
            there = self.keys[np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)] == wanted
            found[some] = np.bincount(pair[there], minlength=len(found[some]))
        return found


class Before:
    """What of the set of each row is in those of earlier rows of its writer. ``earlier``: how many such rows there are.

    Only rows that share a number meet: it takes as long as there are such meetings, and a moment for every two rows of a writer.
    """

    def __init__(self, sets: Sets, writer: Array, earlier: Array) -> None:
        self._sets, self._earlier = sets, earlier
        keys = writer[sets.rows] * sets.most + sets.numbers
        order = np.argsort(keys, kind="stable")
        at = np.arange(len(keys))
        first = np.maximum.accumulate(np.where(np.diff(keys[order], prepend=-1) != 0, at, 0))
        self._first, self._many = np.empty_like(at), np.empty_like(at)  # of each number in a set: where in ``order`` the sets of its writer that hold it begin, how many are earlier
        self._first[order], self._many[order] = first, at - first
        self._holders = earlier[sets.rows[order]]  # which of its writer's rows holds it
        self._all = np.concatenate(([0], np.cumsum(self._many)))

    def shared(self, rows: Array) -> tuple[Array, Array]:
        """Of some rows that have earlier ones: how much the one that shares most shares, and the first."""
        most, with_first = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
        starts, sizes = self._sets.starts[rows], self._earlier[rows]
        for some in _slices(sizes + self._all[starts + self._sets.sizes[rows]] - self._all[starts]):
            begins = np.cumsum(sizes[some]) - sizes[some]
            places, which = self._sets.places(rows[some])
            many = self._many[places]
            met = np.repeat(begins[which], many) + self._holders[spread(self._first[places], many)]
            counts = np.bincount(met, minlength=sizes[some].sum())
            most[some], with_first[some] = np.maximum.reduceat(counts, begins), counts[begins]
        return most, with_first


def _slices(sizes: Array) -> Iterator[slice]:
    """Slices of what is so large, of some `AT_ONCE` each."""
    ends = np.searchsorted(np.cumsum(sizes), np.arange(1, sizes.sum() // AT_ONCE + 1) * AT_ONCE, side="right")
    edges = np.unique([0, *ends, len(sizes)])
    return (slice(a, b) for a, b in pairwise(edges.tolist()) if sizes[a:b].any())


class Columns:
    """Features as they are gathered: blocks of rows, each with codes into its names, and values."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._blocks: list[tuple[Array, Array, Array]] = []
        self._worded: list[tuple[str, Array, Array, Vocabulary]] = []

    def add(self, rows: Array, names: Sequence[str], codes: Array | int = 0, values: Array | float = 1.0) -> None:
        """Features of one kind. ``codes``: which of the names each is."""
        if len(rows):
            self._blocks.append((rows, np.broadcast_to(codes, len(rows)) + len(self.names), np.broadcast_to(values, len(rows))))
            self.names += names

    def sets(self, prefix: str, names: Sequence[str], sets: Sets, of: Array, rows: Array | None = None, only: Array | None = None) -> None:
        """The names in the sets of some rows (``of``), as features of others (``rows``); ``only``: those that are so marked."""
        places, which = sets.places(of)
        if only is not None:
            places, which = places[only[places]], which[only[places]]
        self.add(which if rows is None else rows[which], [f"{prefix}{name}" for name in names], sets.numbers[places])

    def where(self, so: Array, name: str, values: Array | float = 1.0) -> None:
        """A feature of the rows where something is so."""
        self.add(np.nonzero(so)[0], [name], 0, values if np.isscalar(values) else np.asarray(values)[so])

    def words(self, prefix: str, rows: Array, words: Array, vocabulary: Vocabulary) -> None:
        """Words of some rows, by number of a vocabulary, as features."""
        self._worded.append((prefix, rows, words, vocabulary))

    def classes(self, names: Sequence[str]) -> None:
        """A feature of each row, named after the class it is in."""
        codes: dict[str, int] = {}
        numbers = [codes.setdefault(name, len(codes)) for name in names]
        self.add(np.arange(len(names)), list(codes), np.array(numbers))

    def table(self, names: Sequence[str], values: Array, rows: Array | None = None) -> None:
        """Values, rows x names, as features of these rows; what is not above 0 says nothing."""
        which, codes = np.nonzero(values > 0)
        self.add(which if rows is None else rows[which], names, codes, values[which, codes])

    def named(self, size: int) -> Named:
        """All of them; ``size``: the number of rows."""
        rows, codes, values = (np.concatenate(parts) for parts in zip(*self._blocks, strict=True)) if self._blocks else (np.zeros(0, np.int64),) * 3
        return Named(self.names, size, rows, codes, values.astype(float), self._worded)
