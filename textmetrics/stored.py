"""The tables of a run where they lie: read when they are asked for, and no more of them than is.

``columns`` and ``batches`` look the same at tables in a folder and at tables in memory.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import addresses
from .sidetables import COLUMNS as SIDE
from .tables import TABLES

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 1 << 16  # of a batch


class Stored(Mapping[str, "pa.Table"]):
    """The tables of a run that lie in a folder, each read when it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names = [*TABLES, *(name for name in SIDE if (folder / f"{name}.parquet").is_file())]
        self._read: dict[str, pa.Table] = {}

    def __getitem__(self, name: str) -> pa.Table:
        from pyarrow import parquet

        if name not in self._names:
            raise KeyError(name)
        if name not in self._read:
            with _opened(self.path(name)) as file:
                self._read[name] = parquet.ParquetFile(file).read()
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def path(self, name: str) -> Path:
        """The file of a table."""
        return self.folder / f"{name}.parquet"

    def columns(self, name: str) -> list[str]:
        """The names of a table's columns, without reading it."""
        from pyarrow import parquet

        with _opened(self.path(name)) as file:
            return list(parquet.read_schema(file).names)


def columns(tables: Mapping[str, pa.Table], name: str, wanted: Sequence[str]) -> pa.Table:
    """Some columns of a table; those of a stored one are read anew, and not kept."""
    from pyarrow import parquet

    where = _home(tables, name)
    if not isinstance(where, Stored):
        return where[name].select(list(wanted))
    with _opened(where.path(name)) as file:
        return parquet.ParquetFile(file).read(list(wanted))


def batches(tables: Mapping[str, pa.Table], name: str, wanted: Sequence[str], coded: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:
    """Some columns of a table, `ROWS` rows or fewer at a time; of those to be ``coded`` a stored table gives codes and the words they stand for."""
    from pyarrow import parquet

    where = _home(tables, name)
    if isinstance(where, Stored):
        with _opened(where.path(name)) as file:
            whole = parquet.ParquetFile(file, read_dictionary=list(coded), pre_buffer=False)  # buffered, all that was read would stay until the end
            yield from whole.iter_batches(ROWS, columns=list(wanted), use_threads=False)  # each thread would keep memory of its own
    else:
        yield from where[name].select(list(wanted)).to_batches(ROWS)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """A file for Arrow: by its name, where it lies on this machine, so that none of Arrow's threads calls back into Python, which may be ending."""
    if addresses.is_address(path):
        with path.open("rb") as file:
            yield file
    else:
        yield str(path)


def _home(tables: Mapping[str, pa.Table], name: str) -> Mapping[str, pa.Table]:
    """Which of several layers of tables holds one."""
    while isinstance(tables, ChainMap):
        tables = next(m for m in tables.maps if name in m)
    return tables
