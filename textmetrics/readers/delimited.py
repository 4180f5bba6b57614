"""CSV and TSV, one message a row, under the generic names or any others with a map."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from ..delimited import Row, header, rows
from ..mapping import Map, Rows
from ..sources import Source
from ..types import Problem, Record
from . import reader


def claims(source: Source, head: bytes) -> str | None:
    """The header has a text column and says who wrote or in which conversation."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return None  # JSON, whose first line may be all of it
    if head.startswith(b"PAR1") or (b"\x00" in head[:2000] and not head.startswith((b"\xff\xfe", b"\xfe\xff")) and head[1:2] != b"\x00"):
        return None
    names, delimiter = header(source)
    if "text" in names and {"author", "role", "conversation_id"} & set(names):
        return f"its header names the generic columns, cut at {delimiter!r}"
    return None


@reader("csv", claims=claims, shape="delimited")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem]:
    """CSV, TSV and the like: one message a row, column names in the first line.

    *Export:* any table of messages, in any delimiter and encoding; other names than the generic ones by ``--map``.
    *Reads:* the generic form (below), every further column for ``--by``; line breaks in quotes, ``sep=`` lines, bare carriage returns as text.
    *Not:* rows that do not fit the columns, and what a quote that never closes swallows: both are reported with their lines.
    """
    turn = Rows(source.name, mapping, cells=True, again=lambda: (row.cells for row in rows(source) if isinstance(row, Row)))
    found = (turn.read(row.cells, row.number, row.line, row.byte) if isinstance(row, Row) else [row] for row in rows(source))
    yield from turn.to_the_end(chain.from_iterable(found))
