"""Texts cut into words, with links, names, numbers and the like as one word each.

No single product, person, address or number can then carry a decision: ``<url>``, ``<mail>``, ``<name>``, ``<number>``, ``<path>``. No word spans
white space, so a text is its pieces between white space, and each piece is cut once, however often it comes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from copy import copy
from itertools import chain, pairwise
from typing import Any

from .memo import Memo

NAME = "<name>"
LONG = 400  # words of a text that are looked at
LOOKED_AT = 2000  # characters of a text that are looked at for capitals
TOKEN = re.compile(
    r"(?P<url>https?://\S+|www\.\S+)|(?P<mail>\S{1,64}@\S{1,64}\.\w+)|(?P<name>[@#]\w+|__\w+__)|(?P<number>\d[\d.,:/]*\w*)|(?P<path>[/~]\w[\w/.-]+)"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)|(?P<asks>\?+)|(?P<cries>!+)|(?P<arrow>[>→»]+)|(?P<smile>[:;=]-?[)(dp/|]+)|(?P<dots>\.{2,}|…)"
    r"|(?P<emoji>[\u2600-\u27bf\U0001f300-\U0001faff])"
)
STEM = 5  # letters that stand for all words that begin with them
_LETTERS, _LOUD = re.compile(r"[^\W\d_]{3,}"), re.compile(r"[A-Z]{3}")


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


class Numbered:
    """The words of many texts as numbers: ``at`` of all texts on end, ``text`` the text each is of; ``vocabulary`` the words by number."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        import numpy as np

        every = list(chain.from_iterable(texts))
        number = dict(zip(fresh := dict.fromkeys(every), range(len(fresh)), strict=True))
        self.vocabulary = list(number)
        self.at = np.fromiter(map(number.__getitem__, every), np.int64, len(every))
        self.sizes = np.fromiter(map(len, texts), np.int64, len(texts))
        self.text = np.repeat(np.arange(len(texts)), self.sizes)

    def unnamed(self, texts: Sequence[Sequence[str]], others: Sequence[Sequence[str]]) -> Numbered:
        """The ``texts`` that were numbered, with the names that `unnamed` took out of them: ``others``."""
        changed = [n for n, (words, left) in enumerate(zip(texts, others, strict=True)) if words is not left]
        some = copy(self)
        some.vocabulary = self.vocabulary if NAME in self.vocabulary else [*self.vocabulary, NAME]
        starts = self.sizes.cumsum() - self.sizes
        some.at = self.at.copy()
        some.at[[starts[n] + k for n in changed for k, word in enumerate(others[n]) if word == NAME]] = some.vocabulary.index(NAME)
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


_PIECES = Memo(_cut)
_WORDS = Memo(_of_word)
PAIRS = Memo(_of_pair)
