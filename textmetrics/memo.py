"""Answers kept: what was worked out for a word, a pair of words or a piece of text is looked up the next time it is met.

Texts repeat their words; most of what annotation asks of a text is asked of its words. A memo is bounded, and forgets everything when it
is full, so it costs the same memory whatever is read and can never change an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from itertools import islice
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST = 25_000  # answers one memo keeps: some 4 MB of words; a dozen of them fill up in a large archive, and twice as many save no time
LONG = 60  # characters (or parts) of a key from which it is not kept: links and the like do not come again


class Memo(dict[K, V]):
    """A function of one argument as a dictionary that fills itself.

    >>> lengths = Memo(len)
    >>> [lengths[w] for w in "to be or not to be".split()], len(lengths)
    ([2, 2, 2, 3, 2, 2], 4)
    """

    def __init__(self, work: Callable[[K], V]) -> None:
        super().__init__()
        self._work = work

    def __missing__(self, key: K) -> V:
        value = self._work(key)
        if not isinstance(key, str) or len(key) <= LONG:
            if len(self) >= MOST:
                self.clear()
            self[key] = value
        return value


def forget_oldest(kept: dict[K, V], most: int) -> None:
    """Let go of what came first, so that what is remembered does not grow with an export: who comes back after so many others is met anew.

    An eighth goes at once: to the first of what is left, a dictionary has to go past all that went before.

    >>> kept = dict.fromkeys(range(18))
    >>> forget_oldest(kept, 16)
    >>> len(kept), min(kept)
    (16, 2)
    """
    if len(kept) >= most + (lot := max(1, most // 8)):
        for key in list(islice(kept, lot)):
            del kept[key]
