"""Cues over texts: which phrases of a language pack stand where.

A text's words say in one pass which phrases it can hold (`sieve`); only those are then searched for their places, and only texts that can
hold a token pattern are given to spaCy. What is asked first matches wherever the phrase or pattern does, so nothing is lost by it, and everything
runs in time linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from . import nlp, packs
from .expressions import Chooser, Expression, First, either, spans
from .packs import CuePack, Language
from .sieve import Sieve
from .types import Cue

_EDGES = " \n\t,.;:>)(]…-!?"


class Finder:
    """All cues of one language, compiled."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.cues = list(language.cues.values())
        told = [(n, *one) for n, cue in enumerate(self.cues) for one in (*_phrases(cue.phrases, cue.expressions, False), *_phrases(cue.barring, cue.unless, True))]
        self._phrases = [(number, barring, Expression([expression])) for number, _, expression, barring in told]
        self._sieve = Sieve([phrase for _, phrase, _, _ in told])
        self._patterned = [number for number, cue in enumerate(self.cues) if cue.patterns]
        self._patterns = Chooser([either([nlp.superset(p) for p in self.cues[number].patterns]) for number in self._patterned])

    def find(self, folded: Sequence[str]) -> list[tuple[Cue, ...]]:
        """The cues of folded texts, by place."""
        return [self._find(text, can) if can or self._patterned else () for text, can in zip(folded, self._sieve.of(folded), strict=True)]

    def _find(self, folded: str, can: Mapping[int, bool]) -> tuple[Cue, ...]:
        """The cues of one folded text, of the phrases that it can hold, once or more often."""
        data = folded.encode("utf-8", "surrogatepass")
        shown: dict[int, list[First]] = {self._patterned[k]: [] for k in self._patterns.of(data)} if self._patterned else {}
        barred: dict[int, list[First]] = {}
        for n in sorted(can):
            cue, barring, expression = self._phrases[n]
            if first := expression.first(data):
                (barred if barring else shown).setdefault(cue, []).append((first, expression, can[n]))
        found: list[Cue] = []
        for number, firsts in shown.items():
            found += self._shown(self.cues[number], firsts, barred.get(number, ()), folded, data)
        return tuple(sorted(found, key=_by_place)) if len(found) > 1 else tuple(found)

    def _shown(self, cue: CuePack, firsts: Sequence[First], barred: Sequence[First], folded: str, data: bytes) -> list[Cue]:
        """The places of one cue."""
        places = [_trimmed(folded, start, end) for start, end in spans(firsts, folded, data)]
        if cue.patterns:
            places += nlp.matches(self.language.code, cue.name, cue.patterns, folded)
        if barred:
            bars = spans(barred, folded, data)
            places = [p for p in places if not any([a < p[1] and p[0] < b for a, b in bars])]
        return [Cue(cue.name, start, end) for start, end in (dict.fromkeys(places) if len(places) > 1 else places)]


def _phrases(phrases: Sequence[str], expressions: Sequence[str], barring: bool) -> list[tuple[str, str, bool]]:
    return [(phrase, expression, barring) for phrase, expression in zip(phrases, expressions, strict=True)]


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
