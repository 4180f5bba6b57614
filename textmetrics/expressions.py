"""The only door to RE2: regular expressions that run in time linear in the text, whatever the text.

An ``Expression`` finds places; a ``Chooser`` says in one pass which of many expressions a text can hold. Texts are given to RE2 as bytes
and places are counted back to characters, which costs nothing where the text is ASCII.
"""

from __future__ import annotations

from collections.abc import Sequence

import re2

MEMORY = 1 << 28  # bytes RE2 may use for one set; a set of 2,000 phrases needs about a tenth
ANYWHERE = re2._re2.RE2.Anchor.UNANCHORED
Span = tuple[int, int]


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
        # The wrapper's match objects cost five times the match itself, so the compiled expression is asked directly.
        self._match = re2.compile(either(expressions).encode(), _options())._regexp.Match

    def spans(self, text: str) -> list[Span]:
        """Every place that is not empty, from left to right, none over another."""
        data = text.encode("utf-8", "surrogatepass")
        found: list[Span] = []
        at, size = 0, len(data)
        while at < size:
            start, end = self._match(ANYWHERE, data, at, size)[0]
            if start < 0:
                break
            if end > start:
                found.append((start, end))
            at = end if end > start else end + 1
        return found if size == len(text) else _characters(data, found)


class Chooser:
    """Many expressions, of which one pass over a text says which it holds."""

    def __init__(self, expressions: Sequence[str]) -> None:
        self._set = re2.Set.SearchSet(_options())
        for expression in expressions:
            self._set.Add(expression)
        self._set.Compile()

    def of(self, text: str) -> Sequence[int]:
        """The numbers of the expressions that match somewhere in a text."""
        return self._set.Match(text.encode("utf-8", "surrogatepass")) or ()


def _characters(data: bytes, spans: Sequence[Span]) -> list[Span]:
    """Places in UTF-8 as places in the text."""
    found, seen, at = [], 0, 0
    for start, end in spans:
        at += len(data[seen:start].decode("utf-8", "surrogatepass"))
        size = len(data[start:end].decode("utf-8", "surrogatepass"))
        found.append((at, at + size))
        at, seen = at + size, end
    return found
