"""A trained mood model: the writer's feeling about the service, learned from conversations that were read."""

from __future__ import annotations

from collections.abc import Sequence

from .. import models
from ..mood_words import BAD, GOOD, beyond_words, columns
from ..packs import Language
from ..words import tokens
from . import Text, Texts, scorer

EVEN = 1.5  # times likelier than either side that neutral must be for a mood to be told as 0; from cross-validation
OUTSPOKEN = 3.0  # the same where mood words of one side alone stand in the text


@scorer("linear")
def linear(texts: Sequence[Text], language: Language, *, model: str = "mood") -> list[float]:
    """The mood a reader is expected to see, from -1 (anger) to 1 (delight): the mean over how likely each is."""
    if not texts:
        return []
    part = models.load(model).parts["mood"]
    if isinstance(texts, Texts):
        named, words, good, bad = columns(texts.batch, texts.at, language)
        chances = part.weigh_columns(named, models.Worded(words)).chances()
        return [expected(*row) for row in zip(*chances.T.tolist(), good, bad, strict=True)]
    cut = [tokens(t.folded) for t in texts]
    rows = [beyond_words(w, t.folded, t.text, t.cues, language, role=t.role, first=t.first, before=t.before, chances=t.chances) for w, t in zip(cut, texts, strict=True)]
    return [expected(*[*chances, row.values[GOOD], row.values[BAD]]) for chances, row in zip(part.few(rows, cut).chances().tolist(), rows, strict=True)]


def expected(negative: float, positive: float, very_negative: float, very_positive: float, good: float = 0.0, bad: float = 0.0) -> float:
    """The mood that four chances make expected: moods are -1, -0.5, 0, 0.5 and 1, and each chance says how likely a mood is at least so far from 0.

    ``good`` and ``bad``: how much of each the mood words of the text say.

    >>> expected(0.2, 0.1, 0.1, 0.0)
    0.0
    """
    value = (positive + very_positive - negative - very_negative) / 2
    neutral = 1.0 - positive - negative
    spoken = (good > 0) != (bad > 0) and (value > 0) == (good > 0)
    even = neutral >= (OUTSPOKEN if spoken else EVEN) * max(positive, negative)
    return 0.0 if even else round(max(-1.0, min(1.0, value)), 4)
