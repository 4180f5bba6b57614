"""VADER (Hutto and Gilbert 2014): an English lexicon with rules, equal to what the package vaderSentiment computes, several times faster.

Words are looked up once and remembered; rules run only around the words that have a value; time is linear in the text (the package's grows
with its square). A batch goes by columns (`compounds`): each distinct word is looked up once, and the rules run over all valued words at a time; the
few words near idioms or rare turns of phrase go the way of a single text (`_valued`). Word lists and numbers are the package's own. Where its rules are odd (it scales equal values twice behind a "but"), so are these.
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
from ..pieces import Pieces
from . import Text, scorer

CAPITALS = 0.733  # what a word in capitals adds, where not all are; this and the following are of Hutto and Gilbert's experiments
TURNED = -0.74  # what is left of a negated value
FAR = (1.0, 0.95, 0.9)  # what is left of a modifier that stands one, two, three words before
CRIES, ASKS = (0.0, 0.292, 0.584, 0.292 * 3, 1.168), (0.0, 0.0, 0.36, 0.18 * 3, 0.96)  # what up to four ! and ? add
SPREAD = 15  # alpha of the normalisation
BUT, BEFORE, BEHIND = "but", 0.5, 1.5
LINKS = ("or", "nor")  # words over which a "no" reaches one word further
ODD = frozenset(["never", "so", "this", "without", "least"])  # words whose rules are rare: a value that one leads to is worked out by itself
MANY = 100  # texts from which columns pay
Array = Any


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


NOTHING = Word("", False, None, False, 0.0, False, False, False)  # what stands beyond the ends of a text
MARKS = ("valued", "listed", "upper", "negates", "phrase", "no", "but", "links", "odd")


class Columns(Struct):
    """Some words as columns: what they are worth, what they add, and what they are (``MARKS``)."""

    valence: Array
    boost: Array
    marks: Mapping[str, Array]

    @classmethod
    def of(cls, words: Sequence[Word], rules: Rules) -> Columns:
        """The columns of some words."""
        import numpy as np

        each = np.array([rules.marks[word] for word in words])
        marks = {name: (each >> n & 1).astype(bool) for n, name in enumerate(MARKS)}
        valence = np.zeros(len(words))
        valence[marks["valued"]] = [word.valence for word in words if word.valence is not None]
        return cls(valence, np.array([word.boost for word in words]), marks)


def _marks(w: Word) -> int:
    """The ``MARKS`` of a word, one a bit."""
    told = (w.valence is not None, w.listed, w.upper, w.negates, w.phrase, w.lower == "no", w.lower == BUT, w.lower in LINKS, w.lower in ODD)
    return sum([1 << n for n, is_so in enumerate(told) if is_so])


class Rules(Struct):
    """The word lists, and the words that were met."""

    idioms: Mapping[str, float]
    boosters: Mapping[str, float]
    emoji: Mapping[str, str]
    words: Memo[str, Word]
    marks: Memo[Word, int]


@cache
def _rules() -> Rules:
    from vaderSentiment import vaderSentiment as package

    tables: Any = package.SentimentIntensityAnalyzer()
    lexicon, boosters, idioms = tables.lexicon, package.BOOSTER_DICT, package.SPECIAL_CASES
    negations = frozenset(package.NEGATE)
    longest = {max(phrase.split(), key=len) for phrase in (*idioms, *boosters) if " " in phrase}
    turning = {"no", *ODD}

    def known(piece: str) -> Word:
        bare = piece.strip(string.punctuation)
        word = piece if len(bare) <= 2 else bare
        lower = word.lower()
        negates, listed = lower in negations or "n't" in lower, lower in lexicon
        valence = lexicon[lower] if listed and lower not in boosters else None
        return Word(lower, word.isupper(), valence, listed, boosters.get(lower, 0.0), negates, negates or lower in boosters or lower in turning, lower in longest)

    single = {c: words for c, words in tables.emojis.items() if len(c) == 1}
    return Rules(idioms, boosters, single, Memo(known), Memo(_marks))


@scorer("vader")
def vader(texts: Sequence[Text], language: Language) -> list[float]:
    """The compound of vaderSentiment, from -1 to 1."""
    distinct = list(dict.fromkeys(t.text for t in texts))
    scores = dict(zip(distinct, compounds(distinct), strict=True))
    return [scores[t.text] for t in texts]


def compounds(texts: Sequence[str]) -> list[float]:
    """The compound of each of some texts, by columns where there are many."""
    if len(texts) < MANY:
        return [compound(text) for text in texts]
    import numpy as np

    rules = _rules()
    pieces = Pieces([_in_words(text, rules) for text in texts])
    words = [*map(rules.words.__getitem__, pieces.known), NOTHING]
    known = Columns.of(words, rules)
    at = np.append(pieces.at, len(pieces.known))  # at its end stands the word that is none
    sizes, begins = pieces.sizes, pieces.starts
    owners = pieces.text
    places = np.nonzero(known.marks["valued"][at])[0]
    if not len(places):
        return [0.0] * len(texts)
    of = owners[places]
    first, end = begins[of], begins[of] + sizes[of]
    near = {d: at[np.where((places + d >= first) & (places + d < end), places + d, -1)] for d in (-3, -2, -1, 0, 1, 2)}
    loud = np.bincount(owners, known.marks["upper"][at[:-1]], len(texts))
    some = ((loud > 0) & (loud < sizes))[of]
    values = _values(known, near, some).tolist()
    odd = np.any([known.marks["phrase"][w] for w in near.values()] + [known.marks["odd"][near[d]] for d in (-3, -2, -1)], axis=0)
    for k in np.nonzero(odd)[0].tolist():
        window = [words[n] for n in at[max(first[k], places[k] - 3) : min(end[k], places[k] + 3)].tolist()]
        values[k] = _valued(window, [w.lower for w in window], min(3, int(places[k] - first[k])), bool(some[k]), rules)
    buts = {int(owners[place]): int(place) for place in np.nonzero(known.marks["but"][at])[0][::-1]}  # the first of each text
    scores = [0.0] * len(texts)
    found, starts = np.unique(of, return_index=True)
    for n, a, b in zip(found.tolist(), starts.tolist(), [*starts[1:].tolist(), len(values)], strict=True):
        own = values[a:b]
        scores[n] = _pressed(sum(_around_but(places[a:b].tolist(), own, buts[n]) if n in buts else own), texts[n])
    return scores


def _values(known: Columns, near: Mapping[int, Array], some: Array) -> Array:
    """What `_valued` makes of many valued words at once, where no idiom and no rare turn of phrase is near; ``near``: the words so far from each."""
    import numpy as np

    me, marks = near[0], known.marks
    no = marks["no"]
    value = np.where(no[me] & marks["listed"][near[1]], 0.0, known.valence[me])
    value = np.where(no[near[-1]] | no[near[-2]] | (no[near[-3]] & marks["links"][near[-1]]), known.valence[me] * TURNED, value)
    value = np.where(some & marks["upper"][me], value + np.where(value > 0, CAPITALS, -CAPITALS), value)
    for d, far in enumerate(FAR, start=1):
        word = near[-d]
        bears = ~marks["listed"][word]
        boost = np.where(value < 0, -known.boost[word], known.boost[word])
        boost = np.where(some & marks["upper"][word], boost + np.where(value > 0, CAPITALS, -CAPITALS), boost)
        value = np.where((known.boost[word] != 0) & bears, value + boost * far, value)
        value = np.where(marks["negates"][word] & bears, value * TURNED, value)
    return value


def _in_words(text: str, rules: Rules) -> str:
    """A text with its emoji in words."""
    if not text.isascii() and not rules.emoji.keys().isdisjoint(text):
        return "".join([c if c not in rules.emoji else rules.emoji[c] if before == " " else f" {rules.emoji[c]}" for before, c in zip(f" {text}", text, strict=False)])
    return text


def _pressed(total: float, text: str) -> float:
    """A sum of values between -1 and 1, after the text's exclamation and question marks."""
    total = float(total)
    if total:
        emphasis = CRIES[min(4, text.count("!"))] + ASKS[min(4, text.count("?"))]
        total += emphasis if total > 0 else -emphasis
    return round(max(-1.0, min(1.0, total / math.sqrt(total * total + SPREAD))), 4)


def compound(text: str) -> float:
    """How positive a text is, from -1 to 1.

    >>> compound("VADER is very smart, handsome, and funny!"), compound("Not bad at all"), compound("Restart the router")
    (0.8646, 0.431, 0.0)
    """
    rules = _rules()
    words = list(map(rules.words.__getitem__, _in_words(text, rules).split()))
    valued = [i for i, word in enumerate(words) if word.valence is not None]
    if not valued:
        return 0.0
    shouted = [word.upper for word in words]
    some = True in shouted and False in shouted  # some words in capitals, not all
    said = [word.lower for word in words]
    values = [_valued(words[max(0, i - 3) : i + 3], said[max(0, i - 3) : i + 3], min(3, i), some, rules) for i in valued]
    return _pressed(sum(_around_but(valued, values, said.index(BUT)) if BUT in said else values), text)


def _valued(words: Sequence[Word], said: Sequence[str], i: int, some: bool, rules: Rules) -> float:
    """The value of one word among the three before it and the two behind it; ``some``: some words of the text are in capitals, not all."""
    value = _turned(words, said, i)
    if some and words[i].upper:
        value += CAPITALS if value > 0 else -CAPITALS
    if any([w.speaks for w in words[:i]]) or any([w.phrase for w in words]):
        value = _led(words, said, i, value, some, rules)
    return value


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
