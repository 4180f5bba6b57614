"""Parquet, one message a row, under the generic names or any others with a map."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from ..errors import ReadError
from ..mapping import Map, Rows
from ..sources import DAMAGED, Source
from ..types import Problem, Record
from . import reader

ROWS = 10_000  # a batch: bounds memory, changes nothing else


def claims(source: Source, head: bytes) -> str | None:
    """The file begins with Parquet's magic number and has a text column."""
    if not head.startswith(b"PAR1"):
        return None
    return "it is a Parquet file with a text column" if "text" in _file(source).schema_arrow.names else None


@reader("parquet", claims=claims, shape="parquet")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem]:
    """Parquet: one message a row.

    *Export:* any table of messages of a warehouse or notebook; other names than the generic ones by ``--map``.
    *Reads:* the generic form (below), every further column for ``--by``.
    *Not:* files that were cut: Parquet keeps its index at the end.
    """
    turn = Rows(source.name, mapping, again=lambda: _rows(source))
    for number, row in enumerate(_rows(source), start=1):
        yield from turn.read(row, number)
    yield from turn.rest()


def _rows(source: Source) -> Iterator[dict[str, Any]]:
    with _sound(source):
        for batch in _file(source).iter_batches(ROWS):
            for row in batch.to_pylist():
                yield {k: _cell(v) for k, v in row.items()}


def _file(source: Source) -> Any:
    import pyarrow as pa
    from pyarrow import parquet

    with _sound(source), source.open() as stream:
        return parquet.ParquetFile(pa.BufferReader(stream.read()))


@contextmanager
def _sound(source: Source) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, UnicodeDecodeError, *DAMAGED) as error:
        raise ReadError(source.name, f"is no sound Parquet file: {' '.join(str(error).split())[:200]}") from error


def _cell(value: Any) -> Any:
    """Times as text, lists of pairs (how Parquet keeps a map) as objects."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list) and value and all(isinstance(p, tuple) and len(p) == 2 for p in value):
        return dict(value)
    return value
