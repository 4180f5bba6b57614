"""Cues over texts: which phrases of a language pack stand where.

One RE2 set says in one pass which cues a text can hold; only those are then searched for their places, and only texts that can
hold a token pattern are given to spaCy. The set is built from the very expressions (for token patterns: from a superset of them)
that find the places, so nothing is lost by asking it first, and everything runs in time linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from . import nlp, packs
from .expressions import Chooser, Expression, Span, either
from .packs import CuePack, Language
from .types import Cue

_EDGES = " \n\t,.;:>)(]…-!?"


class Finder:
    """All cues of one language, compiled."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.cues = list(language.cues.values())
        self._may_show = Chooser([either((*c.expressions, *(nlp.superset(p) for p in c.patterns))) for c in self.cues])
        self._places = [Expression(c.expressions) if c.expressions else None for c in self.cues]
        self._unless = [Expression(c.unless) if c.unless else None for c in self.cues]

    def find(self, folded: str) -> tuple[Cue, ...]:
        """The cues of one folded text, by place."""
        found: list[Cue] = []
        for number in self._may_show.of(folded):
            name = self.cues[number].name
            found += [Cue(name, start, end) for start, end in self.places(number, folded)]
        return tuple(sorted(found, key=_by_place)) if len(found) > 1 else tuple(found)

    def places(self, number: int, folded: str) -> list[Span]:
        """Where one cue stands in a folded text."""
        cue, places, unless = self.cues[number], self._places[number], self._unless[number]
        spans = [_trimmed(folded, start, end) for start, end in places.spans(folded)] if places else []
        if cue.patterns:
            spans += nlp.matches(self.language.code, cue.name, cue.patterns, folded)
        if unless and spans:
            barred = unless.spans(folded)
            spans = [s for s in spans if not any(a < s[1] and s[0] < b for a, b in barred)]
        return list(dict.fromkeys(spans)) if len(spans) > 1 else spans


@cache
def finder(code: str) -> Finder:
    """The compiled cues of a language, once."""
    return Finder(packs.language(code))


def find(folded: Sequence[str], code: str) -> list[tuple[Cue, ...]]:
    """The cues of folded texts (see ``folding.fold``) in one language."""
    one = finder(code)
    return [one.find(text) if text else () for text in folded]


def shows(cue: CuePack, folded: str) -> bool:
    """Whether a text shows one cue: for tests of packs, which ask for one cue at a time."""
    spans = [_trimmed(folded, *m.span()) for e in cue.expressions for m in re.finditer(e, folded)]
    spans += nlp.matches("", cue.name, cue.patterns, folded) if cue.patterns else []
    barred = [m.span() for e in cue.unless for m in re.finditer(e, folded)]
    return any(not any(a < s[1] and s[0] < b for a, b in barred) for s in spans)


def _by_place(cue: Cue) -> tuple[int, int, str]:
    return cue.start, cue.end, cue.name


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A match without the punctuation that only marked the edge of its sentence."""
    while start < end - 1 and text[start] in _EDGES:
        start += 1
    while end > start + 1 and text[end - 1] in " \n\t,;:-":
        end -= 1
    return start, end
