"""The only door to RE2: regular expressions that run in time linear in the text, whatever the text.

An ``Expression`` finds places; a ``Chooser`` says in one pass which of many expressions a text can hold. Texts are given to RE2 as bytes
and places are counted back to characters, which costs nothing where the text is ASCII.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property

import re2

MEMORY = 1 << 28  # bytes RE2 may use for one set; a set of 2,000 phrases needs about a tenth
ANYWHERE = re2._re2.RE2.Anchor.UNANCHORED
Span = tuple[int, int]
_PLAIN = re.compile(r"[\t\n\f\r -~]*\Z")


def alike(text: str) -> bool:
    """Whether a text is of characters of which RE2 and ``re`` say alike what is a letter, a digit, a space."""
    return _PLAIN.match(text) is not None


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem, options.log_errors = MEMORY, False
    return options


def either(expressions: Sequence[str]) -> str:
    """One expression that matches what any of some does, the first preferred."""
    return "|".join(f"(?:{e})" for e in expressions)


class Expression:
    """Any of some expressions, compiled.

    >>> Expression(["caf.", "th+e"]).spans("the café, thhe end")
    [(0, 3), (4, 8), (10, 14)]
    """

    def __init__(self, expressions: Sequence[str]) -> None:
        self._expressions = expressions

    @cached_property
    def _match(self) -> Callable[..., list[Span]]:
        """Compiled when it is first asked. The wrapper's match objects cost five times the match itself, so what lies below is asked directly."""
        return re2.compile(either(self._expressions).encode(), _options())._regexp.Match

    def spans(self, text: str) -> list[Span]:
        """Every place that is not empty, from left to right, none over another."""
        data = text.encode("utf-8", "surrogatepass")
        return spans([(place, self, True)], text, data) if (place := self.first(data)) else []

    def first(self, data: bytes, at: int = 0) -> Span | None:
        """The first place in UTF-8 from a byte on, in bytes."""
        place: Span = self._match(ANYWHERE, data, at, len(data))[0]
        return place if place[0] >= 0 else None


First = tuple[Span, Expression, bool]  # the first place of an expression in a text, and whether behind it there may be more


def spans(firsts: Sequence[First], text: str, data: bytes) -> list[Span]:
    """Every place of some expressions that is not empty, from left to right, none over another: what one expression of them all would find.

    ``firsts``: the first place of each that has one; ``data``: the text in UTF-8. Apart, expressions need few states each, where the one of them all
    would build new ones for every text.
    """
    found: list[Span] = []
    left, at, size = firsts, 0, len(data)
    if len(firsts) == 1 and not firsts[0][2] and firsts[0][0][0] < firsts[0][0][1]:
        found, left = [firsts[0][0]], ()
    while left and at < size:
        start, end = left[0][0] if len(left) == 1 else min([place for place, _, _ in left], key=_start)  # of those that begin together, the first expression's
        if end > start:
            found.append((start, end))
        at = end if end > start else end + 1
        left = [(p, e, more) for place, e, more in left if (p := place if place[0] >= at else e.first(data, at) if more or at < place[1] else None)]
    return found if not found or size == len(text) else _characters(data, found)


def _start(place: Span) -> int:
    return place[0]


class Chooser:
    """Many expressions, of which one pass over a text says which it holds."""

    def __init__(self, expressions: Sequence[str]) -> None:
        self._set = re2.Set.SearchSet(_options())
        for expression in expressions:
            self._set.Add(expression)
        self._set.Compile()

    def of(self, text: str | bytes) -> Sequence[int]:
        """The numbers of the expressions that match somewhere in a text, which may be given in UTF-8."""
        return self._set._set.Match(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))


def _characters(data: bytes, spans: Sequence[Span]) -> list[Span]:
    """Places in UTF-8 as places in the text."""
    found, seen, at = [], 0, 0
    for start, end in spans:
        at += len(data[seen:start].decode("utf-8", "surrogatepass"))
        size = len(data[start:end].decode("utf-8", "surrogatepass"))
        found.append((at, at + size))
        at, seen = at + size, end
    return found
