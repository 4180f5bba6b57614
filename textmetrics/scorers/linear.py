"""A trained mood model: the writer's feeling about the service, learned from conversations that were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .. import models
from ..mood_words import OUTPUTS, beyond_words
from ..packs import Language
from ..words import tokens
from . import Text, scorer

EVEN = 1.5  # times likelier than either side that neutral must be for a mood to be told as 0; from cross-validation
OUTSPOKEN = 3.0  # the same where mood words of one side alone stand in the text


@scorer("linear")
def linear(texts: Sequence[Text], language: Language, *, model: str = "mood") -> list[float]:
    """The mood a reader is expected to see, from -1 (anger) to 1 (delight): the mean over how likely each is."""
    if not texts:
        return []
    part = models.load(model).parts["mood"]
    words = [tokens(t.folded) for t in texts]
    rows = [
        beyond_words(w, t.folded, t.text, t.cues, language, role=t.role, first=t.first, before=t.before, chances=t.chances) for w, t in zip(words, texts, strict=True)
    ]
    return [expected(dict(zip(OUTPUTS, chances, strict=True)), row) for chances, row in zip(part.chances(rows, words).tolist(), rows, strict=True)]


def expected(chance: Mapping[str, float], row: Mapping[str, float]) -> float:
    """The mood that four chances make expected: moods are -1, -0.5, 0, 0.5 and 1, and each output says how likely a mood is at least so far from 0.

    >>> expected({"positive": 0.1, "negative": 0.2, "very positive": 0.0, "very negative": 0.1}, {})
    0.0
    """
    value = (chance["positive"] + chance["very positive"] - chance["negative"] - chance["very negative"]) / 2
    neutral = 1.0 - chance["positive"] - chance["negative"]
    good, bad = row.get("is:mood words, good", 0.0) > 0, row.get("is:mood words, bad", 0.0) > 0
    spoken = good != bad and (value > 0) == good
    even = neutral >= (OUTSPOKEN if spoken else EVEN) * max(chance["positive"], chance["negative"])
    return 0.0 if even else round(max(-1.0, min(1.0, value)), 4)
