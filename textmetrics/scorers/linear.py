"""A trained mood model: the writer's feeling about the service, learned from conversations that were read."""

from __future__ import annotations

from collections.abc import Sequence

from .. import models
from ..mood_words import OUTPUTS, features
from ..packs import Language
from . import Text, scorer

CALM = 0.1  # what is left of a mood where neutral is likelier than either side: its direction, not its weight


@scorer("linear")
def linear(texts: Sequence[Text], language: Language, *, model: str = "mood") -> list[float]:
    """The mood a reader is expected to see, from -1 (anger) to 1 (delight): the mean over how likely each is."""
    if not texts:
        return []
    part = models.load(model).parts["mood"]
    rows = [features(t.folded, t.text, t.cues, language, role=t.role, first=t.first, before=t.before) for t in texts]
    return [expected(dict(zip(OUTPUTS, chances, strict=True))) for chances in part.chances(rows).tolist()]


def expected(chance: dict[str, float]) -> float:
    """Moods are -1, -0.5, 0, 0.5 and 1; each output says how likely a mood is at least so far from 0."""
    value = (chance["positive"] + chance["very positive"] - chance["negative"] - chance["very negative"]) / 2
    neutral = 1.0 - chance["positive"] - chance["negative"]
    return round(max(-1.0, min(1.0, value if neutral < max(chance["positive"], chance["negative"]) else value * CALM)), 4)
