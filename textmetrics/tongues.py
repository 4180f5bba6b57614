"""Which language a text is in, by its frequent little words.

A message too short to tell is taken to be in the language of its conversation. A language without a pack is still told
apart (``languages/_others.toml``), so that it is not read with a neighbour's words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain, islice, repeat
from typing import Any

from . import packs
from .memo import Memo
from .pieces import MANY, Pieces

Counts = tuple[dict[str, int], int]

ENOUGH = 4  # little words of a language that must be seen before one message is believed to be in it
AHEAD = 1.5  # times more than of the language the conversation is said to be in
SHARE = 0.12  # of all words, from which a conversation counts as recognised at all
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_LOOKED_AT = 1500  # characters of a text that are looked at


def code_of(stated: str | None) -> str | None:
    """The code of a language as packs have it, of a tag with a region or script.

    >>> code_of("en-US"), code_of("pt_BR"), code_of("")
    ('en', 'pt', None)
    """
    return re.split(r"[-_]", stated.strip())[0].lower() or None if stated else None


def recognise(folded: Sequence[str], stated: str | None = None) -> tuple[str | None, list[str | None]]:
    """The language of a conversation and of each of its messages (folded texts); None where it cannot be told.

    ``stated`` is what the export says; it holds for the conversation, and for every message that does not clearly speak otherwise.
    """
    stated = code_of(stated)
    counts = [_counts(text) for text in folded]
    whole = stated or _best(counts)
    return whole, [_of_message(c, whole) for c, _ in counts]


def recognise_all(conversations: Sequence[tuple[Sequence[str], str | None]]) -> list[tuple[str | None, list[str | None]]]:
    """`recognise` of many conversations, by columns where they have many texts: the little words of each distinct piece are looked up once."""
    texts = [text[:_LOOKED_AT] for folded, _ in conversations for text in folded]
    if len(texts) < MANY or not any(map(str.strip, texts)):
        return [recognise(folded, stated) for folded, stated in conversations]
    import numpy as np

    pieces, codes = Pieces(texts), sorted(packs.recognisable())
    column = {code: n for n, code in enumerate(codes)}
    little, words = zip(*map(_pieces().__getitem__, pieces.known), strict=True)
    seen, piece = pieces.unfolded([[column[code] for code in some] for some in little])
    counts = np.bincount(pieces.text[piece] * (len(codes) + 1) + seen, minlength=len(texts) * (len(codes) + 1)).reshape(len(texts), -1)
    counts[:, -1] = np.bincount(pieces.text, np.array(words)[pieces.at], len(texts))  # of each text: its little words by language, and how many words it has
    sizes = np.array([len(folded) for folded, _ in conversations])
    wholes = [code_of(stated) or code for (_, stated), code in zip(conversations, _best_of(counts, sizes, codes), strict=True)]
    best, most = _most_of(counts)  # of equals the first by name
    own = np.append(counts[:, :-1], np.zeros((len(texts), 1), int), axis=1)[np.arange(len(texts)), np.repeat([column.get(whole or "", -1) for whole in wholes], sizes)]
    of_texts = list(chain.from_iterable(map(repeat, wholes, sizes.tolist())))
    for n in np.flatnonzero((most >= ENOUGH) & (most > AHEAD * own)).tolist():
        of_texts[n] = codes[best[n]]
    rest = iter(of_texts)
    return [(whole, list(islice(rest, size))) for whole, size in zip(wholes, sizes.tolist(), strict=True)]


def _most_of(counts: Any) -> tuple[Any, Any]:
    """The column of the language with most little words, in each row, and how many these are."""
    best = counts[:, :-1].argmax(axis=1)
    return best, counts[range(len(counts)), best]


def _best_of(counts: Any, sizes: Any, codes: Sequence[str]) -> list[str | None]:
    """The language of most little words of each conversation, if it has enough of them. ``sizes``: how many texts each has."""
    import numpy as np

    upto = np.cumsum(np.insert(counts, 0, 0, axis=0), axis=0)[np.cumsum(np.insert(sizes, 0, 0))]
    total = np.diff(upto, axis=0)
    best, most = _most_of(total)
    return [codes[n] if enough else None for n, enough in zip(best.tolist(), (most >= np.maximum(2, SHARE * total[:, -1])).tolist(), strict=True)]


def _counts(text: str) -> Counts:
    """How many little words of each language a text has, and how many words."""
    known, words = _pieces(), 0
    found: dict[str, int] = {}
    for codes, n in map(known.__getitem__, text[:_LOOKED_AT].split()):
        words += n
        for code in codes:
            found[code] = found.get(code, 0) + 1
    return found, words


@cache
def _pieces() -> Memo[str, tuple[tuple[str, ...], int]]:
    """A piece of a text between white space -> the languages its little words are of, how many words it has."""
    table = _table()

    def cut(piece: str) -> tuple[tuple[str, ...], int]:
        words = _WORD.findall(piece)
        return tuple(code for word in words for code in table.get(word, ())), len(words)

    return Memo(cut)


@cache
def _table() -> dict[str, tuple[str, ...]]:
    """Little word -> the languages it is one of."""
    table: dict[str, tuple[str, ...]] = {}
    for code, words in packs.recognisable().items():
        for word in words:
            table[word] = (*table.get(word, ()), code)
    return table


def _best(counts: Sequence[Counts]) -> str | None:
    """The language of most little words of a conversation, if it has enough of them."""
    total: dict[str, int] = {}
    for found, _ in counts:
        for code, n in found.items():
            total[code] = total.get(code, 0) + n
    best, n = _most(total)
    return None if n < max(2, SHARE * sum(words for _, words in counts)) else best


def _of_message(found: Mapping[str, int], whole: str | None) -> str | None:
    if max(found.values(), default=0) < ENOUGH:
        return whole
    best, n = _most(found)
    return best if n >= ENOUGH and n > AHEAD * found.get(whole or "", 0) else whole


def _most(found: Mapping[str, int]) -> tuple[str | None, int]:
    """The language with most little words; of equals the first by name."""
    return min(found.items(), key=lambda x: (-x[1], x[0])) if found else (None, 0)
