"""JSON Lines, one message a line, under the generic names or any others with a map."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ..mapping import Map, Rows
from ..sources import HEAD, Source, lines
from ..types import Problem, Record
from . import reader

LONGEST = 16 << 20  # bytes in which the first line must end
_decode = msgspec.json.Decoder().decode


def claims(source: Source, head: bytes) -> str | None:
    """The first line is a JSON object that has a text."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b"\n" not in head.strip() and len(head) == HEAD:
        head = source.head(LONGEST)
    first = head.lstrip(b"\xef\xbb\xbf \t\r\n").split(b"\n", 1)[0]
    if not first.startswith(b"{"):
        return None
    try:
        row = _decode(first)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return "its first line is a JSON object with a text" if isinstance(row.get("text"), str) else None


@reader("jsonl", claims=claims, shape="json")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem]:
    """JSON Lines: one message a line.

    *Export:* whatever writes an object a line; other names than the generic ones by ``--map``.
    *Reads:* the generic form (below), every further column for ``--by``.
    *Not:* lines that are no JSON object, which are reported with their number and byte.
    """
    rows, number = Rows(source.name, mapping), 0
    for line in lines(source):
        if isinstance(line, Problem):
            yield line
        elif line.text.strip():
            number += 1
            try:
                row = _decode(line.text)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                yield Problem(source.name, f"is no JSON: {error}", number, line.number, line.byte)
                continue
            if not isinstance(row, dict):
                yield Problem(source.name, f"is no JSON object but a {type(row).__name__}", number, line.number, line.byte)
                continue
            yield from rows.read(row, number, line.number, line.byte)
    yield from rows.rest()
