"""Which messages belong to one exchange because one answers another: millions of reply links, as numbers.

A link costs 24 bytes, and its root is found by asking who is above whom in doubling steps. Names go in as 64 bits of BLAKE2b: among ten million names
two are alike once in some 400,000 archives.
"""

from __future__ import annotations

from array import array
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def number(name: str) -> int:
    """A name as 64 bits, never 0.

    >>> number("a") == number("a") != number("b")
    True
    """
    return int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") or 1


class Links:
    """The messages of an export, each with the one it answers."""

    def __init__(self) -> None:
        self._own, self._above, self._place = array("Q"), array("Q"), array("q")

    def add(self, place: int, name: str, answers: str | None) -> None:
        """One message: its place in the export, its name, and the name of what it answers. Of two of one name the later says what they answer."""
        self._place.append(place)
        self._own.append(number(name))
        self._above.append(number(answers) if answers else 0)

    def roots(self) -> np.ndarray:
        """For each message, as they were added, the place of the first one of its exchange: what answers nothing, or nothing that is here; in a ring, the earliest."""
        import numpy as np

        if not self._place:
            return np.zeros(0, np.int64)
        own, above, place = np.frombuffer(self._own, np.uint64), np.frombuffer(self._above, np.uint64), np.frombuffer(self._place, np.int64)
        order = np.lexsort((place, own))
        names, first = np.unique(own[order], return_index=True)
        last = np.concatenate([first[1:], [len(own)]]) - 1
        earliest = place[order[first]]
        wanted = above[order[last.astype(np.int64)]]
        at = np.minimum(np.searchsorted(names, wanted), len(names) - 1)
        up = np.where(names[at] == wanted, at, np.arange(len(names)))
        top = up
        for _ in range(len(names).bit_length()):
            top = top[top]
        for ring in _rings(up, top):
            top[np.isin(top, ring)] = min(ring, key=lambda n: earliest[n])
        return earliest[top[np.searchsorted(names, own)]]


def _rings(up: np.ndarray, top: np.ndarray) -> list[list[int]]:
    """Those who answer each other in a ring."""
    import numpy as np

    found, seen = [], set()
    for start in np.unique(top[up[top] != top]).tolist():
        ring = []
        while start not in seen:
            seen.add(start)
            ring.append(start)
            start = int(up[start])
        if ring:
            found.append(ring)
    return found
