"""Cues over texts: which phrases of a language pack stand where.

A text's words say in one pass which phrases it can hold, and where (`sieve`); only these are then matched, and only there, and only texts that can
hold a token pattern are given to spaCy. What is asked first matches wherever the phrase or pattern does, so nothing is lost by it, and everything
runs in time linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from . import nlp, packs
from .expressions import ANYWHERE, Chooser, Expression, Place, Span, apart, characters, either
from .packs import CuePack, Language
from .paths import Node, bounded, sharp
from .phrases import START
from .sieve import ONCE, Hit, Sieve
from .types import Cue

SHORT, EDGED, LONG, SEARCHED = "short", "edged", "long", "searched"
SELDOM = 200  # matches of a phrase up to which RE2 does them
EDGE = 7  # bytes that an edge of a sentence takes at most
Match = Callable[[bytes, int], re.Match[bytes] | None]
_EDGE = re.compile(rf"{START}\Z".encode())
_EDGES = " \n\t,.;:>)(]…-!?"


class Finder:
    """All cues of one language, compiled."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.cues = list(language.cues.values())
        told = [(n, *one) for n, cue in enumerate(self.cues) for one in (*_phrases(cue.phrases, cue.expressions, False), *_phrases(cue.barring, cue.unless, True))]
        self._sieve = Sieve([phrase for _, phrase, _, _ in told])
        self._phrases = [(cue, barring, _kind(phrase, nodes)) for (cue, phrase, _, barring), nodes in zip(told, self._sieve.nodes, strict=True)]
        self._expressions = [expression for _, _, expression, _ in told]
        self._long = [Expression([expression]) for expression in self._expressions]
        self._often: dict[int, Match] = {}  # those that ``re`` matches
        self._met = [0] * len(told)  # how often each of the others was matched
        self._patterned = [number for number, cue in enumerate(self.cues) if cue.patterns]
        self._patterns = Chooser([either([nlp.superset(p) for p in self.cues[number].patterns]) for number in self._patterned])

    def find(self, folded: Sequence[str]) -> list[tuple[Cue, ...]]:
        """The cues of folded texts, by place."""
        return [self._find(text, hits) if hits or self._patterned else () for text, hits in zip(folded, self._sieve.of(folded), strict=True)]

    def _find(self, folded: str, hits: Sequence[Hit]) -> tuple[Cue, ...]:
        """The cues of one folded text, of the phrases that it can hold."""
        data = folded.encode("utf-8", "surrogatepass")
        shown: dict[int, list[Place]] = {self._patterned[k]: [] for k in self._patterns.of(data)} if self._patterned else {}
        barred: dict[int, list[Place]] = {}
        often = self._often
        for n, begin in hits:
            cue, barring, kind = self._phrases[n]
            if kind is not SHORT or begin < 0:
                places = self._placed(n, kind, data, begin)
            elif n in often:
                if not (match := often[n](data, begin)):
                    continue
                places = ((begin, n, match.end()),)
            elif (end := self._end(n, data, begin)) >= 0:
                places = ((begin, n, end),)
            else:
                continue
            if places:
                (barred if barring else shown).setdefault(cue, []).extend(places)
        found: list[Cue] = []
        for number, met in shown.items():
            found += self._shown(self.cues[number], met, barred.get(number, ()), folded, data)
        return tuple(sorted(found, key=_by_place)) if len(found) > 1 else tuple(found)

    def _placed(self, n: int, kind: str, data: bytes, begin: int) -> Sequence[Place]:
        """Where in UTF-8 a phrase stands whose first word begins at a byte; all of the text is to be searched where words do not say it."""
        if begin == ONCE and kind is not SEARCHED:
            place = self._long[n].first(data)
            return [(place[0], n, place[1])] if place else ()
        if begin < 0 or kind is SEARCHED:
            return ((ANYWHERE, n, ANYWHERE),)
        if kind is EDGED:
            return [(at, n, end) for at in edges(data, begin) if (end := self._end(n, data, at)) >= 0]
        end = self._long[n].end(data, begin)
        return [(begin, n, end)] if end >= 0 else ()

    def _end(self, n: int, data: bytes, begin: int) -> int:
        """Where in UTF-8 a phrase ends that begins at a byte; -1 where it does not. Not by ``re`` before it pays, which takes ten times as long to compile."""
        if n in self._often:
            match = self._often[n](data, begin)
            return match.end() if match else -1
        self._met[n] += 1
        if self._met[n] == SELDOM:
            self._often[n] = re.compile(self._expressions[n].encode()).match
        return self._long[n].end(data, begin)

    def _shown(self, cue: CuePack, met: Sequence[Place], barred: Sequence[Place], folded: str, data: bytes) -> list[Cue]:
        """The places of one cue, of those that its phrases have."""
        places = [_trimmed(folded, start, end) for start, end in self._apart(met, folded, data)]
        if cue.patterns:
            places += nlp.matches(self.language.code, cue.name, cue.patterns, folded)
        if barred:
            bars = self._apart(barred, folded, data)
            places = [p for p in places if not any([a < p[1] and p[0] < b for a, b in bars])]
        return [Cue(cue.name, start, end) for start, end in (dict.fromkeys(places) if len(places) > 1 else places)]

    def _apart(self, places: Sequence[Place], folded: str, data: bytes) -> list[Span]:
        spans = apart(places, self._long, data)
        return spans if len(data) == len(folded) else characters(spans, data)


def _phrases(phrases: Sequence[str], expressions: Sequence[str], barring: bool) -> list[tuple[str, str, bool]]:
    return [(phrase, expression, barring) for phrase, expression in zip(phrases, expressions, strict=True)]


def _kind(phrase: str, nodes: Sequence[Node]) -> str:
    """How a phrase is matched where its words are: by ``re``, which takes a fifth of the time but must not be given much to look at, or by RE2."""
    if "^" in phrase.removeprefix("^ ") or not sharp(nodes):
        return SEARCHED
    if phrase.startswith("^ "):
        return EDGED if bounded(nodes) else SEARCHED
    return SHORT if bounded(nodes) else LONG


def edges(data: bytes, begin: int) -> list[int]:
    """Where the edges of a sentence begin that end at a byte."""
    found, at = list[int](), max(0, begin - EDGE)
    while match := _EDGE.search(data, at, begin):
        found.append(match.start())
        at = match.start() + 1
    return found


@cache
def finder(code: str) -> Finder:
    """The compiled cues of a language, once."""
    return Finder(packs.language(code))


def find(folded: Sequence[str], code: str) -> list[tuple[Cue, ...]]:
    """The cues of folded texts (see ``folding.fold``) in one language."""
    return finder(code).find(folded)


def shows(cue: CuePack, folded: str) -> bool:
    """Whether a text shows one cue: for tests of packs, which ask for one cue at a time."""
    found = [_trimmed(folded, *m.span()) for e in cue.expressions for m in re.finditer(e, folded)]
    found += nlp.matches("", cue.name, cue.patterns, folded) if cue.patterns else []
    barred = [m.span() for e in cue.unless for m in re.finditer(e, folded)]
    return any(not any(a < s[1] and s[0] < b for a, b in barred) for s in found)


def _by_place(cue: Cue) -> tuple[int, int, str]:
    return cue.start, cue.end, cue.name


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A match without the punctuation that only marked the edge of its sentence."""
    while start < end - 1 and text[start] in _EDGES:
        start += 1
    while end > start + 1 and text[end - 1] in " \n\t,;:-":
        end -= 1
    return start, end
