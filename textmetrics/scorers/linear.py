"""A trained mood model: the writer's feeling about the service, learned from conversations that were read."""

from __future__ import annotations

from collections.abc import Sequence

from .. import models
from ..mood_words import features
from ..packs import Language
from . import Text, scorer


@scorer("linear")
def linear(texts: Sequence[Text], language: Language, *, model: str = "mood") -> list[float]:
    """What a linear model over words and cues gives, from -1 to 1."""
    if not texts:
        return []
    part = models.load(model).parts["mood"]
    sums = part.sums([features(t.folded, t.text, t.cues, language) for t in texts])[:, 0]
    return [round(max(-1.0, min(1.0, s)), 4) for s in sums.tolist()]
