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
FREE, HERE = re2._re2.RE2.Anchor.UNANCHORED, re2._re2.RE2.Anchor.ANCHOR_START
Span = tuple[int, int]
Place = tuple[int, int, int]  # where a match begins, the number of its expression, where it ends
ANYWHERE = -1  # begins and ends a place that is to be searched
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
        return characters(apart([(ANYWHERE, 0, ANYWHERE)], [self], data), data)

    def first(self, data: bytes, at: int = 0) -> Span | None:
        """The first place in UTF-8 from a byte on, in bytes."""
        place: Span = self._match(FREE, data, at, len(data))[0]
        return place if place[0] >= 0 else None

    def end(self, data: bytes, begin: int) -> int:
        """Where in UTF-8 a match ends that begins at a byte; -1 where none does."""
        return self._match(HERE, data, begin, len(data))[0][1]


def apart(places: Sequence[Place], expressions: Sequence[Expression], data: bytes) -> list[Span]:
    """Every place of some expressions that is not empty, from left to right, none over another: what one expression of them all would find.

    ``places``: all that each expression has, or one `ANYWHERE` where they are to be searched; ``expressions``: by number; ``data``: the text in UTF-8, in which places are bytes.
    Apart, expressions need few states each, where the one of them all would build new ones for every text.
    """
    known = sorted(places) if len(places) > 1 else places
    if known and known[0][0] == ANYWHERE:
        return _searched(known, expressions, data)
    found, at = list[Span](), 0
    for start, _, end in known:  # of those that begin together, the first expression's
        if at <= start < end:
            found.append((start, end))
            at = end
    return found


def _searched(places: Sequence[Place], expressions: Sequence[Expression], data: bytes) -> list[Span]:
    """The same of sorted places, the first of which are to be searched."""
    searched = [p for p in dict.fromkeys(places) if p[0] == ANYWHERE]
    waiting = [p for p in reversed(places) if p[0] != ANYWHERE]
    found, at = list[Span](), 0
    while True:
        while waiting and waiting[-1][0] < at:
            waiting.pop()
        searched = [p for place in searched if (p := place if place[0] >= at else _next(expressions[place[1]], place[1], data, at))]
        if not (nexts := waiting[-1:] + searched):
            return found
        start, _, end = min(nexts)
        if start < end:
            found.append((start, end))
        at = max(end, start + 1)


def _next(expression: Expression, number: int, data: bytes, at: int) -> Place | None:
    place = expression.first(data, at) if at < len(data) else None
    return (place[0], number, place[1]) if place else None


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


def characters(spans: Sequence[Span], data: bytes) -> list[Span]:
    """Places in UTF-8, from left to right, as places in the text."""
    found, seen, at = [], 0, 0
    for start, end in spans:
        at += len(data[seen:start].decode("utf-8", "surrogatepass"))
        size = len(data[start:end].decode("utf-8", "surrogatepass"))
        found.append((at, at + size))
        at, seen = at + size, end
    return found
