"""Which phrases of a pack texts can hold, told by their words alone.

All phrases are followed together, from each word of a text along the ways that words can follow each other in them (`paths`). Whatever a phrase matches goes along there, so
nothing is lost by asking this first. Most ways end with the next word; where some lead is worked out once and kept, so that what a text costs hardly depends
on how many phrases there are. Many texts are followed at once, by columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from .memo import Memo
from .paths import END, TOUCHED, Alphabet, Paths, read
from .pieces import MANY, Pieces

NOWHERE = 0  # the number of no places
MOST = 100_000  # steps that are kept: some 10 MB
Array = Any


class Sieve:
    """Some phrases, of which the words of a text say which it can hold.

    >>> sieve = Sieve(["did not [really] work", "(send|mail*) me", "still ... nothing"])
    >>> sieve.of(["it did not work", "did it work? not", "mailing, me", "still, I see nothing"])
    [{0: False}, {}, {1: False}, {2: True}]
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        import numpy as np

        laid = list(map(read, phrases))
        alphabet = Alphabet()
        for nodes in laid:
            alphabet.learn(nodes)
        paths = Paths(alphabet)
        parts = list(map(paths.add, laid))
        self._wordless = [n for n, some in enumerate(parts) if not some]  # phrases of which words say nothing
        owners = {part: (n, len(some)) for n, some in enumerate(parts) for part in some}
        self._of_part = [owners.get(part, (0, 0)) for part in range(paths.parts)]  # of each part: its phrase, how many that has
        self._owner, self._needed = np.array([*self._of_part, (0, 0)]).T
        self._steps = _Steps(paths)
        self._letters: Memo[str, tuple[int, ...]] = Memo(lambda piece: tuple([n for token in TOUCHED.findall(piece) if (n := alphabet.letter(token)) is not None]))

    def of(self, texts: Sequence[str]) -> list[dict[int, bool]]:
        """Of each folded text the phrases that it can hold, by number in their order, and whether it may hold them more than once."""
        if len(texts) < MANY:
            return [self._of_one(text) for text in texts]
        import numpy as np

        found: list[dict[int, bool]] = [dict.fromkeys(self._wordless, True) for _ in texts]
        pieces = Pieces(texts)
        letter, text = pieces.unfolded(list(map(self._letters.__getitem__, pieces.known)))
        ends = np.flatnonzero(np.diff(text, append=-1)) + 1
        own, part = self._steps.ended(np.insert(letter, ends, END), np.insert(text, ends, text[ends - 1]))
        met, times = np.unique(own * len(self._owner) + part, return_counts=True)
        own, part = np.divmod(met, len(self._owner))
        last = np.flatnonzero(np.diff(own * len(self._owner) + self._owner[part], append=-1))  # the last part of each phrase
        own, part, has, times = own[last], part[last], np.diff(last, prepend=-1), times[last]
        kept = has == self._needed[part]
        own, phrase, again = own[kept], self._owner[part[kept]], (np.maximum(times, has) > 1)[kept]
        for n, p, more in zip(own.tolist(), phrase.tolist(), again.tolist(), strict=True):
            found[n][p] = more
        return found

    def _of_one(self, text: str) -> dict[int, bool]:
        """The same of one text, without columns."""
        times: dict[int, int] = {}
        for part in self._steps.ended_in(list(chain.from_iterable(map(self._letters.__getitem__, text.split())))):
            times[part] = times.get(part, 0) + 1
        found, has = dict.fromkeys(self._wordless, True), dict[int, int]()
        for part in sorted(times):
            n, needed = self._of_part[part]
            has[n] = has.get(n, 0) + 1
            if has[n] == needed:
                found[n] = max(needed, times[part]) > 1
        return found


class _Steps:
    """The places that runs of words lead to, sets of them as numbers, and by letter where the next word leads from each; worked out when first met, then kept."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._size = paths.alphabet.size()
        self._firsts: dict[int, list[int]] = {}
        for place in paths.next[0]:
            for letter in paths.letters[place]:
                self._firsts.setdefault(letter, []).append(place)
        self._forget()

    def _forget(self) -> None:
        import numpy as np

        self._known: dict[frozenset[int], int] = {frozenset(): NOWHERE}
        self._places: list[frozenset[int]] = [frozenset()]
        self._ends: list[tuple[int, ...]] = [()]
        self._begun = np.array([self._number(self._firsts.get(letter, ())) for letter in range(self._size)], np.int64)
        self._first: list[int] = self._begun.tolist()
        self._leads = Memo(self._lead_of)
        self._asked: Array = np.array([-1], np.int64)  # steps that columns asked for, in order
        self._lead: Array = np.array([NOWHERE], np.int64)

    def _bound(self) -> None:
        if max(len(self._asked), len(self._places)) > MOST:
            self._forget()

    def _number(self, places: Iterable[int]) -> int:
        key = frozenset(places)
        if key not in self._known:
            self._known[key] = len(self._places)
            self._places.append(key)
            self._ends.append(tuple({part for place in key for part in self._paths.ends[place]} - self._paths.ends[0]))
        return self._known[key]

    def ended(self, letters: Array, text: Array) -> tuple[Array, Array]:
        """The parts of phrases that words of texts go through, by text; as often as they do."""
        import numpy as np

        self._bound()
        at, places = np.arange(len(letters)), self._begun[letters]
        texts, ends = [], list[tuple[int, ...]]()
        while len(at := at[alive := places != NOWHERE]):
            places = places[alive]
            texts.append(text[at])
            ends += map(self._ends.__getitem__, places.tolist())
            at = at + 1
            places = self._led(places * self._size + letters[at])
        many = np.fromiter(map(len, ends), np.int64, len(ends))
        own = np.concatenate([*texts, np.zeros(0, np.int64)])
        return np.repeat(own, many), np.fromiter(chain.from_iterable(ends), np.int64, many.sum())

    def _led(self, steps: Array) -> Array:
        """Where steps lead: each some places, and a letter."""
        import numpy as np

        found = np.searchsorted(self._asked, steps).clip(max=len(self._asked) - 1)
        if (fresh := self._asked[found] != steps).any():
            new = np.unique(steps[fresh])
            where = np.searchsorted(self._asked, new)
            self._lead = np.insert(self._lead, where, list(map(self._leads.__getitem__, new.tolist())))
            self._asked = np.insert(self._asked, where, new)
            return self._lead[np.searchsorted(self._asked, steps)]
        return self._lead[found]

    def ended_in(self, letters: Sequence[int]) -> list[int]:
        """The same of the words of one text, without columns."""
        self._bound()
        found, leads, size = list[int](), self._leads, self._size
        behind = [*letters, END]
        for at, places in enumerate(map(self._first.__getitem__, letters), start=1):
            while places:
                found += self._ends[places]
                places, at = leads[places * size + behind[at]], at + 1
        return found

    def _lead_of(self, step: int) -> int:
        (places, letter), letters, after = divmod(step, self._size), self._paths.letters, self._paths.next
        return self._number([n for place in self._places[places] for n in after[place] if letter in letters[n]])
