"""The rules of VADER (Hutto and Gilbert 2014), text by text: an English lexicon with modifiers, equal to what the package vaderSentiment computes.

Words are looked up once and remembered; rules run only around the words that have a value, and most of these stand in no rule's reach and are worth what the
lexicon says. Time is linear in the text (the package's grows with its square). Word lists and numbers are the package's own. Where its rules are odd (it scales
equal values twice behind a "but"), so are these. `scorers.vader` does the same for many texts at once.
"""

from __future__ import annotations

import math
import re
import string
from bisect import bisect
from collections.abc import Mapping, Sequence
from functools import cache
from heapq import heapify, heappop, heappush
from itertools import accumulate, chain, groupby
from typing import Any

from msgspec import Struct

from .memo import Memo

CAPITALS = 0.733  # what a word in capitals adds, where not all are; this and the following are of Hutto and Gilbert's experiments
TURNED = -0.74  # what is left of a negated value
LIFTED = 1.25  # what "never so" and "so" make of a value
FAR = (1.0, 0.95, 0.9)  # what is left of a modifier that stands one, two, three words before
CRIES, ASKS = (0.0, 0.292, 0.584, 0.292 * 3, 1.168), (0.0, 0.0, 0.36, 0.18 * 3, 0.96)  # what up to four ! and ? add
SPREAD = 15  # alpha of the normalisation
BUT, BEFORE, BEHIND = "but", 0.5, 1.5
LINKS = ("or", "nor")  # words over which a "no" reaches one word further
LIFTS = ("so", "this")  # words that raise a value three words behind another
RARE = ("never", "without", "least")  # words whose rules are rare
VALUED, UPPER, SPEAKS, BEGINS, GOES_ON, BUTS, LISTED, NEGATES, NOES, LINKING, LIFTING, SELDOM, BOOSTS = (1 << n for n in range(13))  # marks of a word
LOW = 0x3F  # the marks that a text is searched for, a byte


class Word(Struct, frozen=True):
    """A word as VADER knows it.

    ``valence``: None where the lexicon has none; ``marks``: what it is, a bit each. It SPEAKS where it can bear on a word behind it; it BEGINS an idiom
    or an intensifier of two words, or GOES_ON as the second word of one.
    """

    lower: str
    upper: bool
    valence: float | None
    listed: bool
    boost: float
    negates: bool
    marks: int


class Rules(Struct):
    """The word lists; ``meaning``: all words that mean something; ``words``, ``marks``: of pieces of texts, as they are met, the latter only LOW ones."""

    idioms: Mapping[str, float]
    boosters: Mapping[str, float]
    emoji: Mapping[str, str]
    meaning: Mapping[str, Word]
    words: Memo[str, Word]
    marks: Memo[str, int]


def bare(piece: str) -> str:
    """A piece of a text without the punctuation around it, or with it where hardly anything would be left: it may be an emoticon."""
    word = piece.strip(string.punctuation)
    return piece if len(word) <= 2 else word


@cache
def rules() -> Rules:
    """The rules with the package's lists."""
    from vaderSentiment import vaderSentiment as package

    tables: Any = package.SentimentIntensityAnalyzer()
    lexicon, boosters, idioms = tables.lexicon, package.BOOSTER_DICT, package.SPECIAL_CASES
    negations = frozenset(package.NEGATE)
    phrases = [phrase.split() for phrase in (*idioms, *boosters) if " " in phrase]
    first, second = {p[0] for p in phrases}, {p[1] for p in phrases}

    def told(word: str) -> Word:
        lower, upper = word.lower(), word.isupper()
        negates, listed, boosts = lower in negations or "n't" in lower, lower in lexicon, lower in boosters
        valence = lexicon[lower] if listed and not boosts else None
        speaks = negates or boosts or lower in ("no", *LIFTS, *RARE)
        bits = (valence is not None, upper, speaks, lower in first, lower in second, lower == BUT, listed, negates, lower == "no", lower in LINKS, lower in LIFTS, lower in RARE, boosts)
        return Word(lower, upper, valence, listed, boosters.get(lower, 0.0), negates, sum([1 << n for n, is_so in enumerate(bits) if is_so]))

    meaning = {word: told(word) for word in (*lexicon, *boosters, *negations, *first, *second, *LINKS, *LIFTS, *RARE, BUT)}

    def known(piece: str) -> Word:
        word = bare(piece)
        lower, upper = word.lower(), word.isupper()
        if lower in meaning:
            return told(word) if upper else meaning[lower]
        negates = "n't" in lower
        return Word(lower, upper, None, False, 0.0, negates, negates * (SPEAKS | NEGATES) | upper * UPPER)

    words = Memo(known)
    emoji = {c: said for c, said in tables.emojis.items() if len(c) == 1}
    return Rules(idioms, boosters, emoji, meaning, words, Memo(lambda piece: words[piece].marks & LOW))


def _any(*marks: int) -> re.Pattern[bytes]:
    """Finds in the marks of words, a byte each, words that have them, one behind the other."""
    return re.compile(b"".join([b"[%s]" % b"".join([re.escape(bytes([n])) for n in range(LOW + 1) if n & mark]) for mark in marks]))


_VALUED, _SPEAKS, _PAIR, _BUT = _any(VALUED), _any(SPEAKS), _any(BEGINS, GOES_ON), _any(BUTS)
_SHOUTED = bytes([n for n in range(LOW + 1) if n & UPPER])


def scored(texts: Sequence[str]) -> list[float]:
    """How positive each text is, from -1 to 1. The words of all are looked up at once; only texts in which some have a value are looked at one by one.

    >>> scored(["VADER is very smart, handsome, and funny!", "Not bad at all", "Restart the router"])
    [0.8646, 0.431, 0.0]
    """
    known = rules()
    texts = [text if text.isascii() else in_words(text, known) for text in texts]
    pieces = [text.split() for text in texts]
    kinds = bytes(map(known.marks.__getitem__, chain.from_iterable(pieces)))
    bounds, scores = list(accumulate(map(len, pieces), initial=0)), [0.0] * len(texts)
    for n, places in groupby([found.start() for found in _VALUED.finditer(kinds)], lambda place: bisect(bounds, place) - 1):
        first, end = bounds[n : n + 2]
        scores[n] = _compound(texts[n], pieces[n], kinds[first:end], [place - first for place in places], known)
    return scores


def _compound(text: str, pieces: Sequence[str], kinds: bytes, valued: Sequence[int], known: Rules) -> float:
    """The compound of a text; ``kinds``: the marks of its words; ``valued``: where it has words of value."""
    some = 0 < len(kinds.translate(None, _SHOUTED)) < len(kinds)  # some words in capitals, not all
    values = [_value(pieces, kinds, i, some, known) for i in valued]
    but = _BUT.search(kinds)
    return pressed(sum(around_but(valued, values, but.start()) if but else values), text.count("!"), text.count("?"))


def _value(pieces: Sequence[str], kinds: bytes, i: int, some: bool, known: Rules) -> float:
    """The value of one word of a text; ``kinds``: the marks of its words."""
    first = max(0, i - 3)
    if not _SPEAKS.search(kinds, first, i + 1) and not _PAIR.search(kinds, first, i + 2):
        value = known.words[pieces[i]].valence or 0.0
        return value if not (some and kinds[i] & UPPER) else value + CAPITALS if value > 0 else value - CAPITALS
    near = list(map(known.words.__getitem__, pieces[first : i + 3]))
    return valued(near, [w.lower for w in near], i - first, some, known)


def in_words(text: str, known: Rules) -> str:
    """A text with its emoji in words."""
    for c in sorted(filter(known.emoji.__contains__, set(text))):
        text = text.replace(c, f" {known.emoji[c]}")  # one space too many at times, which no rule sees
    return text


def pressed(total: float, cries: int, asks: int) -> float:
    """A sum of values between -1 and 1, after the text's exclamation and question marks."""
    if not total:
        return 0.0
    emphasis = CRIES[cries if cries < 4 else 4] + ASKS[asks if asks < 4 else 4]
    total += emphasis if total > 0 else -emphasis
    return round(total / math.sqrt(total * total + SPREAD), 4)


def valued(words: Sequence[Word], said: Sequence[str], i: int, some: bool, known: Rules) -> float:
    """The value of one word among the three before it and the two behind it; ``some``: some words of the text are in capitals, not all."""
    value = _turned(words, said, i)
    if some and words[i].upper:
        value += CAPITALS if value > 0 else -CAPITALS
    return _led(words, said, i, value, some, known)


def _turned(words: Sequence[Word], said: Sequence[str], i: int) -> float:
    """The value of one word by itself, or turned by a "no" before it; "no" itself, before a word that has a value, has none."""
    value = words[i].valence or 0.0
    if said[i] == "no" and i + 1 < len(words) and words[i + 1].listed:
        value = 0.0
    if i and "no" in said[max(0, i - 3) : i] and ("no" in said[max(0, i - 2) : i] or said[i - 1] in ("or", "nor")):
        value = (words[i].valence or 0.0) * TURNED
    return value


def _led(words: Sequence[Word], said: Sequence[str], i: int, value: float, some: bool, known: Rules) -> float:
    """A value under the up to three words that lead to it; ``some``: some words of the text are in capitals, not all."""
    if said[i : i + 2] == ["kind", "of"]:
        return 0.0
    for d in range(min(3, i)):
        other = words[i - 1 - d]
        if other.listed:
            continue
        if other.boost:
            value += _boost(other, value, some) * FAR[d]
        if d == 2 or other.marks & SPEAKS:
            value = _negated(other, said, i, d, value)
        if d == 2 and any([w.marks & GOES_ON for w in words]):
            value = _idioms(said, i, value, known)
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
            return value * LIFTED
        if other.lower == "without" and next_to == "doubt":
            return value
    elif d == 2:
        middle = said[i - 2]
        if (other.lower == "never" and middle in ("so", "this")) or next_to in ("so", "this"):
            return value * LIFTED
        if other.lower == "without" and "doubt" in (middle, next_to):
            return value
    return value * TURNED if other.negates else value


def _idioms(said: Sequence[str], i: int, value: float, known: Rules) -> float:
    """A value in an idiom ("the bomb"), or behind an intensifier of two words ("kind of")."""
    three, two, one, me = said[i - 3 : i + 1]
    idioms = known.idioms
    for phrase in (f"{one} {me}", f"{two} {one} {me}", f"{two} {one}", f"{three} {two} {one}", f"{three} {two}"):
        if phrase in idioms:
            value = idioms[phrase]
            break
    behind = said[i + 1 : i + 3]
    for n in range(1, len(behind) + 1):
        value = idioms.get(" ".join([me, *behind[:n]]), value)
    for phrase in (f"{three} {two} {one}", f"{three} {two}", f"{two} {one}"):
        value += known.boosters.get(phrase, 0.0)
    return value


def around_but(places: Sequence[int], values: Sequence[float], but: int) -> list[float]:
    """Values with those before a "but" halved and those behind it raised. Of equal values, the package always takes the first that is left."""
    scaled = [value * (BEFORE if place < but else BEHIND) for place, value in zip(places, values, strict=True)]
    if len({*values, *scaled}) == 2 * len(values):
        return scaled
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
