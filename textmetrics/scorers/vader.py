"""VADER over many texts at once, equal to what the package vaderSentiment computes and many times faster; the rules, and few texts, in `valence`.

The texts of a batch stand as one column of words, which Arrow looks up. Words that have a value keep it as it is in the lexicon but for those that a word
before can bear on, whose rules run over all of them at a time; the few near idioms or rare turns of phrase go the way of a single text.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from functools import cache
from itertools import chain, islice, pairwise
from typing import Any

from msgspec import Struct

from ..memo import Memo
from ..packs import Language
from ..pieces import Laid, beyond, on_end, table
from ..valence import (
    ASKS,
    BEFORE,
    BEGINS,
    BEHIND,
    BOOSTS,
    BUTS,
    CAPITALS,
    CRIES,
    FAR,
    GOES_ON,
    LIFTED,
    LIFTING,
    LINKING,
    LISTED,
    NEGATES,
    NOES,
    SELDOM,
    SPEAKS,
    SPREAD,
    TURNED,
    UPPER,
    VALUED,
    Word,
    around_but,
    bare,
    pressed,
    rules,
    scored,
    valued,
)
from ..words import spread
from . import Text, scorer

MANY = 40_000  # characters from which columns pay
BATCH = 2_000_000  # characters whose columns are held at a time
REACH = 3  # words from which one can bear on another
KELVIN = "\u212a"  # the one letter beyond ASCII whose small letter is the "k" of ASCII
Array = Any


class Columns(Struct):
    """The words that mean something as columns, a row each; the last two rows are any other word with "n't" and any other.

    ``listed``: the words; ``met``: of pieces of texts, as they are met, twice the row, and one more for capitals; ``spelled``: which characters
    are put in others; ``spelling``: in which, in UTF-8.
    """

    listed: Any
    valence: Array
    boost: Array
    marks: Array
    met: Memo[str, int]
    spelled: Array
    spelling: dict[str, bytes]


@cache
def _columns() -> Columns:
    import numpy as np
    import pyarrow as pa

    known = rules()
    row = {word: n for n, word in enumerate(known.meaning)}
    words = [*known.meaning.values(), known.words["n't?"], known.words[""]]

    def met(piece: str) -> int:
        word = bare(piece)
        lower = word.lower()
        return 2 * row.get(lower, len(row) + ("n't" not in lower)) + word.isupper()

    valence, boost = np.array([word.valence or 0.0 for word in words]), np.array([word.boost for word in words])
    marks = np.array([word.marks & ~UPPER for word in words], np.uint16)
    spelling = {KELVIN: b"K"} | {c: f" {said}".encode() for c, said in known.emoji.items()}
    return Columns(pa.array(row, pa.string()), valence, boost, marks, Memo(met), table(spelling), spelling)


@scorer("vader")
def vader(texts: Sequence[Text], language: Language) -> list[float]:
    """The compound of vaderSentiment, from -1 to 1."""
    return compounds([t.text for t in texts])


def compounds(texts: Sequence[str]) -> list[float]:
    """The compound of each of some texts, by columns where there are many."""
    sizes = list(map(len, texts))
    if sum(sizes) < MANY:
        return scored(texts)
    import numpy as np

    ends = np.cumsum(np.fromiter(sizes, np.int64, len(sizes)))
    cuts = (np.flatnonzero(np.diff(ends // BATCH)) + 1).tolist()
    return list(chain.from_iterable([_Batch(texts[a:b]).compounds() for a, b in pairwise([0, *cuts, len(texts)])]))


class _Batch:
    """Some texts as a column of words.

    ``sizes``, ``ends``: how many words each text has, and where they end; ``rows``, ``kinds``: of each word its row in `Columns`, and its marks. ``places``: the words
    that have a value; ``of``: the text each is of.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        import numpy as np

        self.laid = Laid(_spelled(on_end(texts)))
        self.sizes = self.laid.sizes()
        self.ends = np.cumsum(self.sizes)
        self.rows, self.kinds = _looked_up(self.laid)
        self.places = np.flatnonzero(self.kinds & VALUED)
        self.of = self.owners(self.places)
        self.first, self.last = (self.ends - self.sizes)[self.of], self.ends[self.of] - 1
        self.bounds = np.searchsorted(self.of, np.arange(len(texts) + 1))  # where the values of each text begin

    def owners(self, places: Array) -> Array:
        """The text each of some words is of."""
        import numpy as np

        return np.searchsorted(self.ends, places, "right")

    def compounds(self) -> list[float]:
        """The compound of each text."""
        return self.pressed(self.around_but(self.values()))

    def values(self) -> Array:
        """What `valence.valued` makes of each word that has a value."""
        import numpy as np

        columns, places = _columns(), self.places
        loud = np.bincount(self.owners(np.flatnonzero(self.kinds & UPPER)), minlength=len(self.sizes))
        some = ((loud > 0) & (loud < self.sizes))[self.of]  # some words of its text are in capitals, not all
        before = [np.where(places - d >= self.first, self.kinds[np.maximum(places - d, 0)], np.uint16(LISTED)) for d in (1, 2, 3)]  # what is not there does not bear
        me, valence = self.kinds[places], columns.valence[self.rows[places]]
        values = np.where(some & (me & UPPER > 0), valence + np.where(valence > 0, CAPITALS, -CAPITALS), valence)
        bears = before[0] | before[1] | before[2]
        led = np.flatnonzero((bears | me) & SPEAKS)
        boosts = [columns.boost[self.rows[np.maximum(places[led] - d, 0)]] for d in (1, 2, 3)]
        follows = np.where(places[led] < self.last[led], self.kinds[np.minimum(places[led] + 1, len(self.kinds) - 1)], 0)
        values[led] = _values(valence[led], me[led], follows, [marks[led] for marks in before], boosts, some[led])
        pairs = np.flatnonzero((self.kinds[:-1] & BEGINS > 0) & (self.kinds[1:] & GOES_ON > 0))
        odd = np.flatnonzero((bears & SELDOM > 0) | (np.searchsorted(pairs, places + 1) > np.searchsorted(pairs, places - REACH)))
        for k, words, i in zip(odd.tolist(), *self.windows(odd), strict=True):
            values[k] = valued(words, [w.lower for w in words], i, bool(some[k]), rules())
        return values

    def windows(self, which: Array) -> tuple[list[list[Word]], list[int]]:
        """Some valued words with those around them, and where each stands among these."""
        import numpy as np

        places = self.places[which]
        first, end = np.maximum(self.first[which], places - REACH), np.minimum(self.last[which] + 1, places + REACH)
        words = map(rules().words.__getitem__, self.laid.said(spread(first, end - first)))
        return [list(islice(words, n)) for n in (end - first).tolist()], (places - first).tolist()

    def around_but(self, values: Array) -> Array:
        """What `valence.around_but` makes of the values of each text; only where values of a text are equal, before or after, it is asked."""
        import numpy as np

        buts = np.flatnonzero(self.kinds & BUTS)
        contrasted, firsts = np.unique(self.owners(buts), return_index=True)
        turn = np.full(len(self.sizes), -1)
        turn[contrasted] = buts[firsts]
        which = np.flatnonzero(turn[self.of] >= 0)
        own, of = values[which], self.of[which]
        scaled = own * np.where(self.places[which] < turn[of], BEFORE, BEHIND)
        both, text = np.concatenate([own, scaled]), np.concatenate([of, of])
        order = np.lexsort((both, text))
        equal = (np.diff(both[order]) == 0) & (np.diff(text[order]) == 0)
        changed = values.copy()
        changed[which] = scaled
        for n in np.unique(text[order][1:][equal]).tolist():
            span = slice(self.bounds[n], self.bounds[n + 1])
            changed[span] = around_but(self.places[span].tolist(), values[span].tolist(), int(turn[n]))
        return changed

    def pressed(self, values: Array) -> list[float]:
        """What `valence.pressed` makes of the sums of values; where rounding could turn on how it is summed, it is asked."""
        import numpy as np

        total = np.bincount(self.of, values, len(self.sizes)).astype(float)  # whole numbers where there are none
        close = (np.abs(total) < 1e-9) & (np.diff(self.bounds) > 0)
        cries, asks = self.count("!"), self.count("?")
        total += np.sign(total) * (np.take(CRIES, cries) + np.take(ASKS, asks))
        score = total / np.sqrt(total * total + SPREAD) * 10_000
        near = np.rint(score)
        scores = (near / 10_000).tolist()
        for n in np.flatnonzero(close | (np.abs(score - near) > 0.5 - 1e-6)).tolist():
            scores[n] = pressed(sum(values[self.bounds[n] : self.bounds[n + 1]].tolist()), int(cries[n]), int(asks[n]))
        return scores

    def count(self, mark: str) -> Array:
        """How often a mark stands in each text, four times at most."""
        import numpy as np

        texts = np.searchsorted(self.laid.begins, np.flatnonzero(self.laid.row == ord(mark)), "right") - 1
        return np.minimum(np.bincount(texts, minlength=len(self.sizes)), 4)


def _spelled(whole: bytes) -> bytes:
    """Texts that are put on end with their emoji in words, and `KELVIN` as the letter it is to all rules."""
    import numpy as np

    if whole.isascii():
        return whole
    columns = _columns()
    at, codes = beyond(np.frombuffer(whole, np.uint8))
    which = np.flatnonzero(columns.spelled[codes])
    parts: list[bytes] = []
    last = 0
    for n, c in zip(at[which].tolist(), map(chr, codes[which].tolist()), strict=True):
        parts += whole[last:n], columns.spelling[c]
        last = n + len(c.encode())
    return b"".join([*parts, whole[last:]])


def _looked_up(laid: Laid) -> tuple[Array, Array]:
    """The row of each piece of some texts among the words that mean something, and its marks."""
    import numpy as np
    from pyarrow import compute

    columns, pieces = _columns(), laid.pieces()
    words, other = compute.ascii_trim(pieces, string.punctuation + " "), len(columns.listed) + 1
    rows = compute.index_in(compute.ascii_lower(words), columns.listed).fill_null(other).to_numpy().copy()
    small = laid.row - ord("a") < 26
    loud = ~(small[laid.starts] | small[laid.stops - 1])  # no other piece can be in capitals
    which, upper = np.flatnonzero(loud), np.zeros(len(rows), np.uint16)
    upper[which] = compute.ascii_is_upper(pieces.take(which)).to_numpy(zero_copy_only=False)
    which = _single(laid, rows == other, loud, compute.binary_length(words).to_numpy())
    met = np.fromiter(map(columns.met.__getitem__, laid.said(which)), np.int32, len(which))
    rows[which], upper[which] = met >> 1, met & 1
    return rows, columns.marks[rows] | upper * np.uint16(UPPER)


def _single(laid: Laid, other: Array, loud: Array, left: Array) -> Array:
    """Which pieces are looked up one by one. ``other``: which mean nothing by themselves; ``loud``: which can be in capitals; ``left``: bytes that are left without punctuation.

    Those that may be emoticons; those with "n't"; those with characters beyond ASCII, of which Python says what their capitals are.
    """
    import numpy as np

    row, size = laid.row, laid.stops - laid.starts
    single = (left <= 2) & (left < size) & (size > 1)
    quotes = np.flatnonzero(row == ord("'"))
    nots = laid.holding(quotes[(row[quotes - 1] | 32 == ord("n")) & (row[quotes + 1] | 32 == ord("t"))])
    foreign = laid.holding(np.flatnonzero(row >= 0xC0))
    single[nots[other[nots]]] = True
    single[foreign[loud[foreign]]] = True
    return np.flatnonzero(single)


def _values(valence: Array, me: Array, follows: Array, before: Sequence[Array], boosts: Sequence[Array], some: Array) -> Array:
    """What `valued` makes of many words at once, where no idiom and no rare turn of phrase is near; ``before``: the marks of the words one, two, three before."""
    import numpy as np

    one, two, three = before
    value = np.where((me & NOES > 0) & (follows & LISTED > 0), 0.0, valence)
    value = np.where(((one | two) & NOES > 0) | ((three & NOES > 0) & (one & LINKING > 0)), valence * TURNED, value)
    value = np.where(some & (me & UPPER > 0), value + np.where(value > 0, CAPITALS, -CAPITALS), value)
    for word, boost, far in zip(before, boosts, FAR, strict=True):
        bears = word & LISTED == 0
        boost = np.where(value < 0, -boost, boost)
        boost = np.where(some & (word & UPPER > 0), boost + np.where(value > 0, CAPITALS, -CAPITALS), boost)
        value = np.where(bears & (word & BOOSTS > 0), value + boost * far, value)
        turned = np.where(word & NEGATES > 0, value * TURNED, value)
        value = np.where(bears, np.where(one & LIFTING > 0, value * LIFTED, turned) if word is three else turned, value)
    return value
