"""Which language a text is in, by its frequent little words.

A message too short to tell is taken to be in the language of its conversation. A language without a pack is still told
apart (``languages/_others.toml``), so that it is not read with a neighbour's words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from . import packs

ENOUGH = 4  # little words of a language that must be seen before one message is believed to be in it
AHEAD = 1.5  # times more than of the language the conversation is said to be in
SHARE = 0.12  # of all words, from which a conversation counts as recognised at all
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_LOOKED_AT = 1500  # characters of a text that are looked at


def recognise(folded: Sequence[str], stated: str | None = None) -> tuple[str | None, list[str | None]]:
    """The language of a conversation and of each of its messages (folded texts); None where it cannot be told.

    ``stated`` is what the export says; it holds for the conversation, and for every message that does not clearly speak otherwise.
    """
    counts = [_counts(text) for text in folded]
    whole = stated or _best(sum((c for c, _ in counts), Counter()), sum(n for _, n in counts))
    return whole, [_of_message(c, whole) for c, _ in counts]


def _counts(text: str) -> tuple[Counter[str], int]:
    """How many little words of each language a text has, and how many words."""
    words = _WORD.findall(text[:_LOOKED_AT])
    found: Counter[str] = Counter()
    table = _table()
    for word in words:
        for code in table.get(word, ()):
            found[code] += 1
    return found, len(words)


@cache
def _table() -> dict[str, tuple[str, ...]]:
    """Little word -> the languages it is one of."""
    table: dict[str, tuple[str, ...]] = {}
    for code, words in packs.recognisable().items():
        for word in words:
            table[word] = (*table.get(word, ()), code)
    return table


def _best(counts: Counter[str], n: int) -> str | None:
    ranked = sorted(counts.items(), key=lambda x: (-x[1], x[0]))
    if not ranked or ranked[0][1] < max(2, SHARE * n):
        return None
    return ranked[0][0]


def _of_message(counts: Counter[str], whole: str | None) -> str | None:
    ranked = sorted(counts.items(), key=lambda x: (-x[1], x[0]))
    if ranked and ranked[0][1] >= ENOUGH and ranked[0][1] > AHEAD * counts[whole or ""]:
        return ranked[0][0]
    return whole
