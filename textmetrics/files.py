"""The tables of a run as files that grow while it goes on."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from .tables import TABLES, schema

if TYPE_CHECKING:
    import pyarrow as pa

GROUP = 1 << 16  # rows of a row group
LARGE = 8 << 20  # bytes from which fewer rows make one, so that texts do not pile up


class Files:
    """The tables of a run as files that grow, within, a row group at a time, so that memory does not grow with them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: dict[str, list[pa.Table]] = {}
        self._rows, self._bytes = Counter[str](), Counter[str]()  # of what waits
        self._writers: dict[str, Any] = {}

    def __enter__(self) -> Files:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for writer in self._writers.values():
            with suppress(OSError):
                writer.close()
            writer.is_open = False  # what could not be ended it would try to end again

    def add(self, name: str, table: pa.Table) -> None:
        """Take in some rows."""
        self._waiting.setdefault(name, []).append(table)
        self._rows[name] += table.num_rows
        self._bytes[name] += table.nbytes
        if self._rows[name] >= GROUP or self._bytes[name] >= LARGE:
            self._write(name)

    def close(self) -> None:
        """Write what waits, and end the files. A table that was given nothing is an empty file."""
        for name in TABLES:
            self.add(name, schema(name).empty_table())
            self._write(name)
        for writer in self._writers.values():
            writer.close()

    def _write(self, name: str) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        if name not in self._writers:
            self._writers[name] = parquet.ParquetWriter(self._folder / f"{name}.parquet", schema(name), compression="zstd")
        table = pa.concat_tables(self._waiting.pop(name))
        self._rows[name] = self._bytes[name] = 0
        if table.num_rows:
            self._writers[name].write_table(table.combine_chunks(), row_group_size=2 * GROUP)
            pa.default_memory_pool().release_unused()
