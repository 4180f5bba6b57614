"""VADER (Hutto and Gilbert 2014): an English lexicon with rules, as the package vaderSentiment computes it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from ..packs import Language
from . import Text, scorer

if TYPE_CHECKING:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

MOST = 400  # words of a text that are scored: VADER's time grows with their square


@cache
def _analyzer() -> SentimentIntensityAnalyzer:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


@scorer("vader")
def vader(texts: Sequence[Text], language: Language) -> list[float]:
    """The compound of vaderSentiment, from -1 to 1; of the first 400 words."""
    return [_analyzer().polarity_scores(" ".join(t.text.split()[:MOST]))["compound"] for t in texts]
