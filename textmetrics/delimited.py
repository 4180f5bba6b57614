"""Comma-, semicolon- and tab-separated text as rows of cells, each with the line it begins at.

The standard library's reader does the cells; around it stands what exports need. A bare carriage return inside a cell is text (the library would end
the row there). A quote that is never closed costs its own line, not the rest of the file: reading goes on at the next line,
and what was set aside is reported. Of columns that share a name the first keeps it, and this is said. Every cell is text; nothing is taken for a number, a date or a missing value.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from msgspec import Struct

from .errors import ReadError
from .sources import Line, Source, lines
from .types import Problem

DELIMITERS = ",;\t|"
LONGEST_ROW = 2000  # lines one quoted cell may span before its quote counts as never closed
FIELD_LIMIT = 1 << 26
_CR = "\ue00d"  # stands for a carriage return inside the library: private use, restored right after


class Row(Struct, frozen=True):
    """One row: its number from 1 (the header is not counted), the line and byte it begins at, its cells by column name."""

    number: int
    line: int
    byte: int
    cells: dict[str, str]


def header(source: Source) -> tuple[list[str], str]:
    """The column names of a delimited text and its delimiter; ([], "") where there is no header.

    The delimiter is the one that cuts the first line into most columns; a first line ``sep=;`` names it.
    """
    head = [line.text for line in _first(source, 2)]
    if not head:
        return [], ""
    if match := re.fullmatch(r"(?i)sep=(.)", head[0].strip()):
        return (_cells(head[1], match[1]) if len(head) > 1 else []), match[1]
    delimiter = max(DELIMITERS, key=lambda d: len(_cells(head[0], d)))
    names = [n.strip() for n in _cells(head[0], delimiter)]
    return (names, delimiter) if len(names) > 1 else ([], "")


def apart(names: list[str]) -> list[str]:
    """Column names that tell columns apart: a second ``text`` becomes ``text (2)``, one without a name ``column 7``.

    >>> apart(["id", "text", "text", ""])
    ['id', 'text', 'text (2)', 'column 4']
    """
    found: list[str] = []
    for at, name in enumerate(names, start=1):
        own, n = name or f"column {at}", 1
        while own in found or (n > 1 and own in names):
            n += 1
            own = f"{name or f'column {at}'} ({n})"
        found.append(own)
    return found


def shared(source: str, names: list[str], own: list[str], line: int) -> Iterator[Problem]:
    """Say of columns that share a name how the later ones are called."""
    for name in dict.fromkeys(n for n in names if n and names.count(n) > 1):
        later = ", ".join(repr(o) for n, o in zip(names, own, strict=True) if n == name and o != name)
        yield Problem(source, f"{names.count(name)} columns are called {name!r}: the first is read, what else has the name is {later}; a map can choose", line=line, kept=True)


def rows(source: Source) -> Iterator[Row | Problem]:
    """The rows below the header. A row with too few or too many cells is a Problem, never cut to fit."""
    names, delimiter = header(source)
    if not names:
        raise ReadError(source.name, "has no header line with column names")
    own = apart(names)
    yield from shared(source.name, names, own, 1)
    number = -1
    for line, byte, text, problem in _logical(source, delimiter, len(names)):
        if problem is not None:
            yield problem
            continue
        if number < 0:
            number = 0
            if re.fullmatch(r"(?i)sep=.", text.strip()):
                number = -1
            continue
        if not text.strip():
            continue
        number += 1
        cells = _cells(text, delimiter)
        if len(cells) != len(names):
            yield Problem(source.name, f"has {len(cells)} cells where the header has {len(names)}", record=number, line=line, byte=byte)
        else:
            yield Row(number, line, byte, dict(zip(own, cells, strict=True)))


def _first(source: Source, count: int) -> Iterator[Line]:
    for line in lines(source):
        if isinstance(line, Line):
            yield line
            count -= 1
        if count == 0:
            return


def _cells(text: str, delimiter: str) -> list[str]:
    csv.field_size_limit(FIELD_LIMIT)
    protected = text.replace("\r", _CR) if "\r" in text else text
    cells = next(csv.reader([protected], delimiter=delimiter), [])
    return [c.replace(_CR, "\r") for c in cells] if protected is not text else cells


def _logical(source: Source, delimiter: str, width: int) -> Iterator[tuple[int, int, str, Problem | None]]:
    """Rows as text: lines joined while a quoted cell is open, with where they begin."""
    pending: list[Line] = []
    stream = lines(source)
    queue: list[Line] = []
    while True:
        item = queue.pop(0) if queue else next(stream, None)
        if isinstance(item, Problem):
            yield 0, 0, "", item
            continue
        if item is not None:
            pending.append(item)
            text = pending[0].text if len(pending) == 1 else "\n".join(p.text for p in pending)
            if not _open(text, delimiter):
                if len(pending) == 1 or len(_cells(text, delimiter)) == width:
                    yield pending[0].number, pending[0].byte, text, None
                    pending = []
                    continue
            elif len(pending) < LONGEST_ROW:
                continue
        if not pending:
            return
        first = pending[0]
        yield 0, 0, "", Problem(source.name, "a quote opens here and is never closed: the line was set aside", line=first.number, byte=first.byte)
        queue, pending = [*pending[1:], *queue], []


def _open(text: str, delimiter: str) -> bool:
    """Whether a text ends inside a quoted cell."""
    if text.count('"') % 2 == 0 and f'{delimiter}"' not in text and not text.startswith('"'):
        return False
    at, size = 0, len(text)
    while at < size:
        if text[at] == '"':
            at = text.find('"', at + 1)
            while at >= 0 and text.startswith('"', at + 1):
                at = text.find('"', at + 2)
            if at < 0:
                return True
            at += 1
        end = text.find(delimiter, at)
        newline = text.find("\n", at)
        if end < 0 and newline < 0:
            return False
        at = (min(x for x in (end, newline) if x >= 0)) + 1
    return False
