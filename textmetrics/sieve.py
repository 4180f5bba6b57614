"""Which phrases of a pack texts can hold, and where they would begin, told by their words alone.

All phrases are followed together, from each word of a text along the ways that words can follow each other in them (`paths`). Whatever a phrase matches goes along there, so
nothing is lost by asking this first. Most ways end with the next word; where some lead is worked out once and kept, so that what a text costs hardly depends
on how many phrases there are. Many texts are followed at once, by columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, chain, repeat
from typing import Any

from .memo import Memo
from .paths import END, TOUCHED, Alphabet, Paths, read
from .pieces import MANY, Pieces
from .words import spread

NOWHERE = 0  # the number of no places
NONE = -1  # the number of no phrase
UNKNOWN, ONCE = -1, -2  # where words begin that were not asked where; those that do but once
MOST = 20_000  # sets of places that are kept, with the ways on from them: some 40 MB
KEPT = 1 << 18  # steps that columns keep: 3 MB
SHIFT = 20  # bits of a word's number, above which stands where it begins in its piece
LETTER = (1 << SHIFT) - 1
Hit = tuple[int, int]  # a phrase, and where its words would begin
Ways = dict[int, Any]  # by letter the places a word leads to: as they are, or, once that was asked, by number
Array = Any


class Sieve:
    """Some phrases, of which the words of a text say which it can hold, and those of many texts where.

    >>> sieve = Sieve(["did not [really] work", "(send|mail*) me", "still ... nothing"])
    >>> sieve.of(["it did not work", "did it work? not", "mailing, me", "still, I see nothing"])
    [[(0, -2)], [], [(1, -2)], [(2, -1)]]
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        import numpy as np

        self.nodes = laid = list(map(read, phrases))
        alphabet = Alphabet()
        for nodes in laid:
            alphabet.learn(nodes)
        paths = Paths(alphabet)
        parts = list(map(paths.add, laid))
        self._wordless = [(n, UNKNOWN) for n, some in enumerate(parts) if not some]  # phrases of which words say nothing
        self._parts = {some[0]: (n, set(some[1:])) for n, some in enumerate(parts) if some}  # by its first part: each phrase, its other parts
        self._owner = np.full(paths.parts, NONE)  # of each part that a phrase begins with: its phrase
        self._several = np.zeros(paths.parts, np.int64)  # of each part of a phrase of several: its number among these
        self._others = np.zeros((max([1, *map(len, parts)]) - 1, paths.parts), np.int64)  # of the part that a phrase begins with: the numbers of its others
        for first, (n, others) in self._parts.items():
            self._owner[first] = n
            for k, part in enumerate(sorted(others)):
                self._several[part] = self._others[k:, first] = 1 + self._several.max()
        self._steps = _Steps(paths)
        self._letters = Memo[str, tuple[int, ...]](lambda piece: _letters(piece, alphabet))
        self._bare = Memo[str, tuple[int, ...]](lambda piece: tuple([letter & LETTER for letter in _letters(piece, alphabet)]))

    def of(self, texts: Sequence[str]) -> list[list[Hit]]:
        """Of each folded text the phrases that it can hold, by number in their order, and the bytes of UTF-8 at which the first word of each would begin, or `UNKNOWN` or `ONCE`."""
        if len(texts) < MANY:
            return [self._of_one(text) for text in texts]
        import numpy as np

        pieces = Pieces(texts)
        letters, piece = pieces.unfolded(list(map(self._letters.__getitem__, pieces.known)))
        ends = np.flatnonzero(np.diff(pieces.text[piece], append=-1)) + 1
        letters, piece = np.insert(letters, ends, END), np.insert(piece, ends, -1)
        part, at = self._whole(*self._steps.ended(letters & LETTER), pieces.text[piece])
        part, at = np.divmod(np.unique(part * len(letters) + at), len(letters))
        found = [self._wordless[:] for _ in texts]
        begins = pieces.begins[piece[at]] + (letters[at] >> SHIFT)
        for n, hit in zip(pieces.text[piece[at]].tolist(), zip(self._owner[part].tolist(), begins.tolist(), strict=True), strict=True):
            found[n].append(hit)
        return found

    def _whole(self, part: Array, at: Array, text: Array) -> tuple[Array, Array]:
        """Of parts that begin with words ``at`` some place those that phrases begin with of which the text has all other parts. ``text``: of each word, its text."""
        import numpy as np

        several = self._several[part]
        met = np.zeros((1 + text.max(initial=0), 1 + self._several.max(initial=0)), bool)
        met[text[at], several], met[:, 0] = True, True
        opening = np.flatnonzero(self._owner[part] != NONE)
        part, at = part[opening], at[opening]
        kept = np.ones(len(part), bool)
        for other in self._others:
            kept &= met[text[at], other[part]]
        return part[kept], at[kept]

    def _of_one(self, text: str) -> list[Hit]:
        """The same of one text, without columns: but for where, which would take as long as to search."""
        times: dict[int, int] = {}
        for part in self._steps.ended_in(list(chain.from_iterable(map(self._bare.__getitem__, text.split())))):
            times[part] = times.get(part, 0) + 1
        found = self._wordless[:]
        for part in sorted(times.keys() & self._parts.keys()):
            phrase, others = self._parts[part]
            if not others or times.keys() >= others:
                found.append((phrase, UNKNOWN if others or times[part] > 1 else ONCE))
        return found


def _letters(piece: str, alphabet: Alphabet) -> tuple[int, ...]:
    """The letters of the words and signs of a piece, with the bytes before each."""
    before = range(len(piece)) if piece.isascii() else [0, *accumulate([len(c.encode("utf-8", "surrogatepass")) for c in piece])]
    found = [(alphabet.letter(match[0]), before[match.start()]) for match in TOUCHED.finditer(piece)]
    return tuple([letter | begin << SHIFT for letter, begin in found if letter is not None])


class _Steps:
    """The places that runs of words lead to, sets of them as numbers, and by letter where the next word leads from each; worked out when first met, then kept."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._size = paths.alphabet.size()
        self._forget()

    def _forget(self) -> None:
        import numpy as np

        self._known: dict[frozenset[int], int] = {frozenset(): NOWHERE}
        self._places: list[frozenset[int]] = [frozenset()]
        self._ends: list[tuple[int, ...]] = [()]
        self._columns: tuple[Array, Array] = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self._ways: list[tuple[Ways, int] | None] = [None]
        self._first: list[int] = [self._number(places) for places in map(self._laid([0])[0].get, range(self._size), repeat(()))]
        self._begun = np.array(self._first, np.int64)
        self._asked: Array = np.full(KEPT, -1)  # steps that columns asked for, and where they lead; of two that share a row, the later
        self._lead: Array = np.zeros(KEPT, np.int32)

    def _bound(self) -> None:
        if len(self._places) > MOST:
            self._forget()

    def _number(self, places: Iterable[int]) -> int:
        key = frozenset(places)
        if key not in self._known:
            self._known[key] = len(self._places)
            self._places.append(key)
            self._ends.append(tuple({part for place in key for part in self._paths.ends[place]} - self._paths.ends[0]))
            self._ways.append(None)
        return self._known[key]

    def ended(self, letters: Array) -> tuple[Array, Array]:
        """The parts of phrases that words go through, and where each begins; as often as there are ways. ``letters``: of all texts, an `END` behind each."""
        import numpy as np

        self._bound()
        places = self._begun[letters]
        begun = np.flatnonzero(places)
        places, behind = places[begun], 0
        starts, led = [begun], [places]
        while len(begun):
            behind += 1
            places = self._led(places * self._size + letters[begun + behind])
            alive = np.flatnonzero(places)
            begun, places = begun[alive], places[alive]
            starts.append(begun)
            led.append(places)
        places, (sizes, parts) = np.concatenate(led), self._all_ends()
        many = sizes[places]
        return parts[spread((np.cumsum(sizes) - sizes)[places], many)], np.repeat(np.concatenate(starts), many)

    def _all_ends(self) -> tuple[Array, Array]:
        """How many parts end at each set of places, and which, all on end."""
        import numpy as np

        if len(self._columns[0]) < len(self._ends):
            sizes = np.fromiter(map(len, self._ends), np.int64, len(self._ends))
            self._columns = sizes, np.fromiter(chain.from_iterable(self._ends), np.int64, sizes.sum())
        return self._columns

    def _led(self, steps: Array) -> Array:
        """Where steps lead: each some places, and a letter."""
        import numpy as np

        rows = steps & (KEPT - 1)
        found = self._lead[rows]
        fresh = np.flatnonzero(self._asked[rows] != steps)
        if len(fresh):
            new, which = np.unique(steps[fresh], return_inverse=True)
            lead = np.fromiter([self._lead_of(*divmod(step, self._size)) for step in new.tolist()], np.int32, len(new))
            self._asked[rows[fresh]], self._lead[rows[fresh]] = steps[fresh], lead[which]
            found[fresh] = lead[which]
        return found.astype(np.int64)

    def ended_in(self, letters: Sequence[int]) -> list[int]:
        """The same of the words of one text, without columns and without where they begin."""
        self._bound()
        found, ends, ways = list[int](), self._ends, self._ways
        behind = [*letters, END]
        for at, places in enumerate(map(self._first.__getitem__, letters), start=1):
            while places:
                found += ends[places]
                known, others = ways[places] or self._way(places)
                led = known.get(behind[at], others)
                places, at = led if led.__class__ is int else self._lead_of(places, behind[at]), at + 1
        return found

    def _lead_of(self, places: int, letter: int) -> int:
        """Where a word leads from some places."""
        known, others = self._ways[places] or self._way(places)
        led = known.get(letter, others)
        if not isinstance(led, int):
            led = known[letter] = self._number(led)
        return led

    def _way(self, places: int) -> tuple[Ways, int]:
        """The ways on from some places."""
        known, others = self._laid(self._places[places])
        found = self._ways[places] = known, self._number(others)
        return found

    def _laid(self, places: Iterable[int]) -> tuple[Ways, Sequence[int]]:
        """By letter the places that can come behind some, where not every word leads there; and those where every word does."""
        known: Ways = {}
        letters, anything, every = self._paths.letters, self._paths.alphabet.every, []
        for place in chain.from_iterable(map(self._paths.next.__getitem__, places)):
            if letters[place] is anything:
                every.append(place)
            else:
                for letter in letters[place]:
                    known.setdefault(letter, []).append(place)
        return ({letter: (*behind, *every) for letter, behind in known.items()} | {END: known.get(END, ())} if every else known), every
