"""Parquet in the generic form."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..generic import COLUMNS, rows
from ..types import Conversation
from . import writer

ROWS = 50_000  # a row group: bounds memory, changes nothing else


@writer("parquet")
def write(conversations: Iterable[Conversation], path: Path) -> None:
    """Parquet, a message a row in the generic form, all columns typed.

    *Not:* where a message stood (file and record), participants who never wrote.
    """
    import pyarrow as pa
    from pyarrow import parquet

    text = pa.string()
    kinds = {"text": text, "time": pa.timestamp("us", tz="UTC"), "flag": pa.bool_(), "number": pa.float64(), "count": pa.int64(), "list": pa.list_(text), "counts": pa.list_(pa.int64())}
    kinds |= {"numbers": pa.map_(text, pa.float64()), "texts": pa.map_(text, text)}
    schema = pa.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])
    maps = [name for name, kind in COLUMNS.items() if kind in ("numbers", "texts")]
    waiting: list[dict[str, Any]] = []
    with parquet.ParquetWriter(path, schema, compression="zstd") as file:
        for conversation in conversations:
            waiting += [row | {name: list(row[name].items()) for name in maps} for row in rows(conversation)]
            if len(waiting) >= ROWS:
                file.write_table(pa.Table.from_pylist(waiting, schema=schema))
                waiting = []
        file.write_table(pa.Table.from_pylist(waiting, schema=schema))
