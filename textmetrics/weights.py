"""Sums of weights that come out the same in whatever order they are added up: weights are whole numbers, and so are values, in small parts of 1.

What is asked of a few rows at a time is not worth columns. Their weights are added up one by one, those for all outputs as one long number with a field for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from msgspec import Struct

from .memo import Memo

FINE = 1 << 36  # parts of 1 that values are counted in: a field holds 4,096 times the greatest weight, and no text has half as many features
FIELD = 64  # bits of the sum for one output
LOWER = (1 << 18) - 1  # bits of a number
Features = Mapping[str, float]


class Row(Struct):
    """Features of one thing: the names of those it has, each once; and the values of those that have one."""

    shown: list[str]
    values: dict[str, float]

    def named(self) -> dict[str, float]:
        """All of them by name."""
        return dict.fromkeys(self.shown, 1.0) | self.values


class Packed:
    """The weights of the features in ``index``, those of each as one number; made when they are first asked for. What is not known weighs nothing."""

    def __init__(self, index: Mapping[str, int], weights: Any) -> None:
        import numpy as np

        self._index, self._weights = index, weights
        self._sign = np.uint64(1 << FIELD - 1)
        self._bias = sum([1 << (FIELD * k + FIELD - 1) for k in range(weights.shape[1])])
        self._names = Memo[str, int](lambda name: self._of(index.get(name, -1)))
        self._rows = Memo[int, int](self._of)

    def _of(self, row: int) -> int:
        return sum([weight << (FIELD * k) for k, weight in enumerate(self._weights[row].tolist())]) if 0 <= row < len(self._index) else 0

    def sums(self, rows: Sequence[Row], words: Sequence[Iterable[int]]) -> Any:
        """The sums of some rows, rows x outputs, in parts of `FINE`; ``words``: the features of the words of each, by their number."""
        import numpy as np

        of_name, of_row = self._names.__getitem__, self._rows.__getitem__
        size, bias, found = self._weights.shape[1] * FIELD // 8, self._bias, []
        for row, own in zip(rows, words, strict=True):
            total = (sum(map(of_name, row.shown)) + sum(map(of_row, own))) * FINE
            total += sum([of_name(name) * int(value * FINE) for name, value in row.values.items() if value], bias)
            found.append(total.to_bytes(size, "little"))
        biased = np.frombuffer(b"".join(found), np.uint64).reshape(len(rows), self._weights.shape[1])
        return (biased ^ self._sign).view(np.int64)


class Pairs(Struct, frozen=True):
    """The pairs of words that a model knows: the ``row`` of each; and, for many at once, the ``number`` of each word in them, sorted ``keys`` (first * number of words + second) and their ``rows``; ``maybe``: which lower bits any key has."""

    number: dict[str, int]
    row: dict[tuple[str, str], int]
    keys: Any
    rows: Any
    maybe: Any

    @classmethod
    def among(cls, index: Mapping[str, int]) -> Pairs:
        """Those of features by name."""
        import numpy as np

        rows = {(a, b): row for name, row in index.items() if name.startswith("b:") for a, b in [name[2:].split(" ")]}
        number = {word: n for n, word in enumerate(dict.fromkeys(chain.from_iterable(rows)))}
        keys = np.array([number[a] * len(number) + number[b] for a, b in rows], np.int64)
        order, maybe = np.argsort(keys), np.zeros(LOWER + 1, bool)
        maybe[keys & LOWER] = True
        return cls(number, rows, keys[order], np.array([*rows.values()], np.int64)[order], maybe)

    def of(self, numbers: Any, texts: Any) -> tuple[Any, Any]:
        """The known pairs of neighbours in some texts on end, of words by number: where they begin, and their rows."""
        import numpy as np

        if not len(self.keys):
            return (np.zeros(0, np.int64),) * 2
        at = np.nonzero((texts[1:] == texts[:-1]) & (numbers[1:] >= 0) & (numbers[:-1] >= 0))[0]
        keys = numbers[at] * len(self.number) + numbers[at + 1]
        likely = self.maybe[keys & LOWER]  # most pairs are none of the model's, and are not looked for
        at, keys = at[likely], keys[likely]
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        found = self.keys[places] == keys
        return at[found], self.rows[places[found]]
