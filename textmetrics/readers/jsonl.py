"""JSON Lines, one message a line, under the generic names or any others with a map."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from ..documents import LONGEST_LINE, Item, by_line
from ..mapping import Map, Rows
from ..sources import HEAD, Source
from ..syntax import parse
from ..types import Problem, Record
from . import reader


def claims(source: Source, head: bytes) -> str | None:
    """The first line is a JSON object that has a text."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b"\n" not in head.strip() and len(head) == HEAD:
        head = source.head(LONGEST_LINE)
    first = head.lstrip(b"\xef\xbb\xbf \t\r\n").split(b"\n", 1)[0]
    if not first.startswith(b"{"):
        return None
    try:
        row = parse(first)
    except ValueError:
        return None
    return "its first line is a JSON object with a text" if isinstance(row.get("text"), str) else None


@reader("jsonl", claims=claims, shape="json")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem]:
    """JSON Lines: one message a line.

    *Export:* whatever writes an object a line; other names than the generic ones by ``--map``.
    *Reads:* the generic form (below), every further column for ``--by``.
    *Not:* lines that are no JSON object, which are reported with their number and byte.
    """
    rows = Rows(source.name, mapping, again=lambda: (item.value for item in by_line(source) if isinstance(item, Item)))
    found = ([item] if isinstance(item, Problem) else rows.read(item.value, item.number, item.line, item.byte) for item in by_line(source))
    yield from rows.to_the_end(chain.from_iterable(found))
