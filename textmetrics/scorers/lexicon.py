"""The mood words of a language pack, with negation: for languages without a trained model."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..mood_words import NEGATED, TURNED
from ..packs import Language
from ..words import tokens
from . import Text, scorer

SPREAD = 3.0  # the sum that comes to 0.7: one strong word and a half


@scorer("lexicon")
def lexicon(texts: Sequence[Text], language: Language) -> list[float]:
    """The sum of the mood words, negated ones turned, pressed into -1 to 1."""
    return [_score(tokens(t.folded), language) for t in texts]


def _score(words: list[str], language: Language) -> float:
    total = 0.0
    for i, word in enumerate(words):
        value = language.lexicon.get(word)
        if value is not None:
            turned = any(w in language.negations for w in words[max(0, i - NEGATED) : i])
            total += value * (TURNED if turned else 1.0)
    return math.tanh(total / SPREAD)
