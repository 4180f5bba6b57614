"""Texts cut into words, with links, names, numbers and the like as one word each.

No single product, person, address or number can then carry a decision: ``<url>``, ``<mail>``, ``<name>``, ``<number>``, ``<path>``. No word spans
white space, so a text is its pieces between white space, and each piece is cut once, however often it comes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from copy import copy
from functools import cache
from itertools import chain, count, islice, pairwise
from typing import Any

from .memo import MOST, Memo

NAME = "<name>"
LONG = 400  # words of a text that are looked at
LATIN, UPPER, OTHER = 0x250, 2, 3
LOOKED_AT = 2000  # characters of a text that are looked at for capitals
TOKEN = re.compile(
    r"(?P<url>https?://\S+|www\.\S+)|(?P<mail>\S{1,64}@\S{1,64}\.\w+)|(?P<name>[@#]\w+|__\w+__)|(?P<number>\d[\d.,:/]*\w*)|(?P<path>[/~]\w[\w/.-]+)"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)|(?P<asks>\?+)|(?P<cries>!+)|(?P<arrow>[>→»]+)|(?P<smile>[:;=]-?[)(dp/|]+)|(?P<dots>\.{2,}|…)"
    r"|(?P<emoji>[\u2600-\u27bf\U0001f300-\U0001faff])"
)
_BEHIND = frozenset(",.;:)\"")  # signs that, alone behind a word, are none
STEM = 5  # letters that stand for all words that begin with them
_LETTERS, _LOUD = re.compile(r"[^\W\d_]{3,}"), re.compile(r"[A-Z][A-Z]{2}")  # written so, what begins with no capital is gone past at once


def tokens(folded: str, people: Collection[str] = ()) -> list[str]:
    """The words of a folded text; names of ``people`` are ``<name>``.

    >>> tokens("ana: did you see http://x.org/a?? it's 10 euros :)", {"ana"})
    ['<name>', 'did', 'you', 'see', '<url>', "it's", '<number>', 'euros', ':)']
    """
    return unnamed(list(chain.from_iterable(map(_PIECES.__getitem__, folded.split())))[:LONG], people)


def unnamed(words: list[str], people: Collection[str]) -> list[str]:
    """The same words, those that are names of ``people`` as ``<name>``; the same list where there are none."""
    if people and not set(people).isdisjoint(words):
        return [NAME if w in people and w[0].isalnum() else w for w in words]
    return words


def _cut(piece: str) -> tuple[str, ...]:
    """The words of a text without white space."""
    plain = piece[:-1] if piece[-1] in _BEHIND else piece
    if plain.isalpha():
        return (plain,)
    found = []
    for match in TOKEN.finditer(piece):
        kind, text = match.lastgroup, match[0]
        if kind in ("asks", "cries"):
            found.append(text[0] * min(2, len(text)))
        elif kind in ("word", "smile", "emoji"):
            found.append(text)
        else:
            found.append(f"<{kind}>")
    return tuple(found)


def of_words(words: Sequence[str]) -> dict[str, float]:
    """The features every model is told of a text's words: each word, how it begins, each pair of neighbours.

    >>> list(of_words(["still", "nothing"]))
    ['w:still', 'w:nothing', 's:nothi', 'b:still nothing']
    """
    return dict.fromkeys(chain(chain.from_iterable(map(_WORDS.__getitem__, words)), map(PAIRS.__getitem__, pairwise(words))), 1.0)


def _of_word(word: str) -> tuple[str, ...]:
    return (f"w:{word}", f"s:{word[:STEM]}") if len(word) > STEM and word[0] != "<" else (f"w:{word}",)


def _of_pair(pair: tuple[str, str]) -> str:
    return f"b:{pair[0]} {pair[1]}"


def spread(starts: Any, sizes: Any) -> Any:
    """The places of some runs, on end: arrays of whole numbers.

    >>> import numpy as np
    >>> spread(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    import numpy as np

    return np.arange(sizes.sum()) + np.repeat(starts - np.cumsum(sizes) + sizes, sizes)


class Vocabulary:
    """Words by number, the same from batch to batch, so that what is asked of each is worked out once; when it is full, another one is begun."""

    def __init__(self) -> None:
        number = self.number = defaultdict[str, int](count().__next__)
        self.words: list[str] = []
        self._pieces = Memo[str, tuple[int, ...]](lambda piece: tuple(map(number.__getitem__, _cut(piece))))
        self._told: dict[int, tuple[Any, Any]] = {}

    def numbers(self, words: Sequence[str]) -> list[int]:
        """The numbers of some words; those that are new get theirs."""
        found = list(map(self.number.__getitem__, words))
        self._meet()
        return found

    def said(self, texts: Sequence[str]) -> list[list[int]]:
        """The numbers of the words of some folded texts: those that `tokens` finds."""
        found = [list(chain.from_iterable(map(self._pieces.__getitem__, text.split())))[:LONG] for text in texts]
        self._meet()
        return found

    def _meet(self) -> None:
        """Keep the words that got a number."""
        self.words += [*islice(reversed(self.number), len(self.number) - len(self.words))][::-1]

    def told(self, who: object, work: Callable[[str], Any], kind: type = int) -> Any:
        """What ``work`` says of each word, as an array. ``who``: whose work it is, by which it is known again."""
        import numpy as np

        _, known = self._told.get(id(who), (None, None))
        if known is None or len(known) < len(self.words):
            more: Any = np.array([work(word) for word in self.words[0 if known is None else len(known) :]], kind)
            known = np.concatenate((known, more)) if known is not None and len(known) else more
            self._told[id(who)] = who, known
        return known


class Numbered:
    """The words of many texts as numbers of a ``vocabulary``: ``at`` of all texts on end, ``text`` the text each is of."""

    _latest = Vocabulary()

    def __init__(self, vocabulary: Vocabulary, numbers: Sequence[Sequence[int]]) -> None:
        import numpy as np

        self.vocabulary = vocabulary
        self.sizes = np.fromiter(map(len, numbers), np.int64, len(numbers))
        self.at = np.fromiter(chain.from_iterable(numbers), np.int64, self.sizes.sum())
        self.text = np.repeat(np.arange(len(numbers)), self.sizes)

    @classmethod
    def cut(cls, folded: Sequence[str]) -> Numbered:
        """The words of some folded texts."""
        vocabulary = cls._vocabulary()
        return cls(vocabulary, vocabulary.said(folded))

    @classmethod
    def of(cls, texts: Sequence[Sequence[str]]) -> Numbered:
        """Words of texts that have been cut."""
        vocabulary = cls._vocabulary()
        return cls(vocabulary, [vocabulary.numbers(words) for words in texts])

    @classmethod
    def _vocabulary(cls) -> Vocabulary:
        if len(cls._latest.words) > MOST:
            cls._latest = Vocabulary()
        return cls._latest

    def unnamed(self, people: Sequence[Collection[str]], whose: Any) -> Numbered:
        """The same texts as `unnamed` leaves them. ``people``: the names of some people, ``whose``: which of these hold for each text."""
        import numpy as np

        known = [(n, self.vocabulary.number[name]) for n, names in enumerate(people) for name in names if name in self.vocabulary.number and name[0].isalnum()]
        (blank,) = self.vocabulary.numbers([NAME])
        groups, names = np.array(known, np.int64).reshape(-1, 2).T
        named = np.zeros(len(self.vocabulary.words), bool)
        named[names] = True
        at = np.nonzero(named[self.at])[0]
        some = copy(self)
        some.at = self.at.copy()
        some.at[at[np.isin(whose[self.text[at]] * len(named) + self.at[at], groups * len(named) + names)]] = blank
        return some

    def among(self, texts: Any) -> Numbered:
        """The same of some of the texts."""
        import numpy as np

        some = copy(self)
        some.sizes = self.sizes[texts]
        some.text = np.repeat(np.arange(len(texts)), some.sizes)
        some.at = self.at[spread(np.cumsum(self.sizes)[texts] - some.sizes, some.sizes)]
        return some


def capitals(text: str) -> tuple[int, int]:
    """How many words of three letters or more a text has in capitals, and how many at all; the latter is only counted where there are capitals.

    >>> capitals("WHERE is my BOX, please")
    (2, 3)
    """
    text = text[:LOOKED_AT]
    if text.isascii() and not _LOUD.search(text):
        return 0, 0
    words = _LETTERS.findall(text)
    loud = sum([word.isupper() for word in words])
    return (loud, len(words)) if loud else (0, 0)


def capitals_of(texts: Sequence[str]) -> tuple[Any, Any]:
    """`capitals` of many texts, as two arrays; those whose letters are small or capital ones are gone through at once."""
    import numpy as np

    looked_at = [text[:LOOKED_AT] for text in texts]
    data = np.frombuffer("\n".join(["", *looked_at, ""]).encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds, far = _kinds()[np.minimum(data, LATIN)], np.nonzero(data >= LATIN)[0]
    kinds[far] = [_KINDS[c] for c in data[far].tolist()]
    ends = np.cumsum([len(text) + 1 for text in looked_at])

    def long(marked: Any) -> tuple[Any, Any]:
        """Where runs of three or more begin and end."""
        edges = np.nonzero(np.diff(marked))[0] + 1
        runs = np.nonzero(edges[1::2] - edges[::2] > 2)[0]
        return edges[2 * runs], edges[2 * runs + 1]

    words, (begin, end) = long(kinds > 0)[0], long(kinds == UPPER)
    loud = np.bincount(np.searchsorted(ends, begin[(kinds[begin - 1] == 0) & (kinds[end] == 0)]), minlength=len(texts))
    every, some = np.zeros(len(texts), np.int64), np.nonzero(loud)[0]
    every[some] = np.searchsorted(words, ends[some]) - np.searchsorted(words, ends[some] - [len(looked_at[n]) for n in some.tolist()])
    for n in np.unique(np.searchsorted(ends, np.nonzero(kinds == OTHER)[0])).tolist():
        loud[n], every[n] = capitals(texts[n])
    return loud, every


def _kind(character: int) -> int:
    """What a character is: no letter (0), a small one (1), an `UPPER` or an `OTHER` one."""
    c = chr(character)
    return 0 if not _LETTERS.match(c * 3) else UPPER if c.isupper() else 1 if c.islower() else OTHER


@cache
def _kinds() -> Any:
    """The kinds of the first characters, as an array."""
    import numpy as np

    return np.array([*map(_kind, range(LATIN)), 0], np.uint8)


_KINDS = Memo(_kind)
_PIECES = Memo(_cut)
_WORDS = Memo(_of_word)
PAIRS = Memo(_of_pair)
