"""VADER (Hutto and Gilbert 2014): an English lexicon with rules, equal to what the package vaderSentiment computes, several times faster.

Words are looked up once and remembered; rules run only around the words that have a value; time is linear in the text (the package's grows
with its square). Word lists and numbers are the package's own. Where its rules are odd (it scales equal values twice behind a "but"), so are these.
"""

from __future__ import annotations

import math
import string
from collections.abc import Mapping, Sequence
from functools import cache
from heapq import heapify, heappop, heappush
from typing import Any

from msgspec import Struct

from ..memo import Memo
from ..packs import Language
from . import Text, scorer

CAPITALS = 0.733  # what a word in capitals adds, where not all are; this and the following are of Hutto and Gilbert's experiments
TURNED = -0.74  # what is left of a negated value
FAR = (1.0, 0.95, 0.9)  # what is left of a modifier that stands one, two, three words before
CRIES, ASKS = (0.0, 0.292, 0.584, 0.292 * 3, 1.168), (0.0, 0.0, 0.36, 0.18 * 3, 0.96)  # what up to four ! and ? add
SPREAD = 15  # alpha of the normalisation
BUT, BEFORE, BEHIND = "but", 0.5, 1.5


class Word(Struct, frozen=True):
    """A word as VADER knows it.

    ``valence``: None where the lexicon has none; ``speaks``: it can bear on a word behind it; ``phrase``: it is the longest word of an idiom or
    of an intensifier of two words, which cannot be there without it.
    """

    lower: str
    upper: bool
    valence: float | None
    listed: bool
    boost: float
    negates: bool
    speaks: bool
    phrase: bool


class Rules(Struct):
    """The word lists, and the words that were met."""

    idioms: Mapping[str, float]
    boosters: Mapping[str, float]
    emoji: Mapping[str, str]
    words: Memo[str, Word]


@cache
def _rules() -> Rules:
    from vaderSentiment import vaderSentiment as package

    tables: Any = package.SentimentIntensityAnalyzer()
    lexicon, boosters, idioms = tables.lexicon, package.BOOSTER_DICT, package.SPECIAL_CASES
    negations = frozenset(package.NEGATE)
    longest = {max(phrase.split(), key=len) for phrase in (*idioms, *boosters) if " " in phrase}
    turning = {"no", "never", "so", "this", "without", "least"}

    def known(piece: str) -> Word:
        bare = piece.strip(string.punctuation)
        word = piece if len(bare) <= 2 else bare
        lower = word.lower()
        negates, listed = lower in negations or "n't" in lower, lower in lexicon
        valence = lexicon[lower] if listed and lower not in boosters else None
        return Word(lower, word.isupper(), valence, listed, boosters.get(lower, 0.0), negates, negates or lower in boosters or lower in turning, lower in longest)

    single = {c: words for c, words in tables.emojis.items() if len(c) == 1}
    return Rules(idioms, boosters, single, Memo(known))


@scorer("vader")
def vader(texts: Sequence[Text], language: Language) -> list[float]:
    """The compound of vaderSentiment, from -1 to 1."""
    scores = {text: compound(text) for text in dict.fromkeys(t.text for t in texts)}
    return [scores[t.text] for t in texts]


def compound(text: str) -> float:
    """How positive a text is, from -1 to 1.

    >>> compound("VADER is very smart, handsome, and funny!"), compound("Not bad at all"), compound("Restart the router")
    (0.8646, 0.431, 0.0)
    """
    rules = _rules()
    if not text.isascii() and not rules.emoji.keys().isdisjoint(text):
        text = "".join([c if c not in rules.emoji else rules.emoji[c] if before == " " else f" {rules.emoji[c]}" for before, c in zip(f" {text}", text, strict=False)])
    words = list(map(rules.words.__getitem__, text.split()))
    valued = [i for i, word in enumerate(words) if word.valence is not None]
    if not valued:
        return 0.0
    shouted = [word.upper for word in words]
    some = True in shouted and False in shouted  # some words in capitals, not all
    said = [word.lower for word in words]
    speaks, phrases = [word.speaks for word in words], [word.phrase for word in words]
    values = []
    for i in valued:
        value = _turned(words, said, i)
        if some and words[i].upper:
            value += CAPITALS if value > 0 else -CAPITALS
        start = max(0, i - 3)
        if True in speaks[start:i] or True in phrases[start : i + 3]:
            value = _led(words, said, i, value, some, rules)
        values.append(value)
    total = float(sum(_around_but(valued, values, said.index(BUT)) if BUT in said else values))
    if total:
        emphasis = CRIES[min(4, text.count("!"))] + ASKS[min(4, text.count("?"))]
        total += emphasis if total > 0 else -emphasis
    return round(max(-1.0, min(1.0, total / math.sqrt(total * total + SPREAD))), 4)


def _turned(words: Sequence[Word], said: Sequence[str], i: int) -> float:
    """The value of one word by itself, or turned by a "no" before it; "no" itself, before a word that has a value, has none."""
    value = words[i].valence or 0.0
    if said[i] == "no" and i + 1 < len(words) and words[i + 1].listed:
        value = 0.0
    if i and "no" in said[max(0, i - 3) : i] and ("no" in said[max(0, i - 2) : i] or said[i - 1] in ("or", "nor")):
        value = (words[i].valence or 0.0) * TURNED
    return value


def _led(words: Sequence[Word], said: Sequence[str], i: int, value: float, some: bool, rules: Rules) -> float:
    """A value under the up to three words that lead to it; ``some``: some words of the text are in capitals, not all."""
    if said[i : i + 2] == ["kind", "of"]:
        return 0.0
    for d in range(min(3, i)):
        other = words[i - 1 - d]
        if other.listed:
            continue
        if other.boost:
            value += _boost(other, value, some) * FAR[d]
        value = _negated(other, said, i, d, value)
        if d == 2:
            value = _idioms(said, i, value, rules)
    if i and said[i - 1] == "least" and not words[i - 1].listed and (i == 1 or said[i - 2] not in ("at", "very")):
        value *= TURNED
    return value


def _boost(word: Word, value: float, some: bool) -> float:
    """What an intensifier or a dampener adds to a value."""
    boost = -word.boost if value < 0 else word.boost
    if word.upper and some:
        boost += CAPITALS if value > 0 else -CAPITALS
    return boost


def _negated(other: Word, said: Sequence[str], i: int, d: int, value: float) -> float:
    """A value under a word that stands ``d`` words before its neighbour: a negation, "never so", "without doubt"."""
    next_to = said[i - 1]
    if d == 1:
        if other.lower == "never" and next_to in ("so", "this"):
            return value * 1.25
        if other.lower == "without" and next_to == "doubt":
            return value
    elif d == 2:
        middle = said[i - 2]
        if (other.lower == "never" and middle in ("so", "this")) or next_to in ("so", "this"):
            return value * 1.25
        if other.lower == "without" and "doubt" in (middle, next_to):
            return value
    return value * TURNED if other.negates else value


def _idioms(said: Sequence[str], i: int, value: float, rules: Rules) -> float:
    """A value in an idiom ("the bomb"), or behind an intensifier of two words ("kind of")."""
    three, two, one, me = said[i - 3 : i + 1]
    idioms = rules.idioms
    for phrase in (f"{one} {me}", f"{two} {one} {me}", f"{two} {one}", f"{three} {two} {one}", f"{three} {two}"):
        if phrase in idioms:
            value = idioms[phrase]
            break
    behind = said[i + 1 : i + 3]
    for n in range(1, len(behind) + 1):
        value = idioms.get(" ".join([me, *behind[:n]]), value)
    for phrase in (f"{three} {two} {one}", f"{three} {two}", f"{two} {one}"):
        value += rules.boosters.get(phrase, 0.0)
    return value


def _around_but(places: Sequence[int], values: Sequence[float], but: int) -> list[float]:
    """Values with those before a "but" halved and those behind it raised. Of equal values, the package always takes the first that is left."""
    values = list(values)
    where: dict[float, list[int]] = {}
    for n, value in enumerate(values):
        where.setdefault(value, []).append(n)
    for heap in where.values():
        heapify(heap)
    for n in range(len(values)):
        value = values[n]
        first = where[value][0]
        if value and places[first] != but:
            heappop(where[value])
            values[first] = value * (BEFORE if places[first] < but else BEHIND)
            heappush(where.setdefault(values[first], []), first)
    return values
