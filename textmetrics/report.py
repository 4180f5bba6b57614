"""The result of a run: its tables, and the estimates over any group. The one door to pandas.

``messages``, ``conversations``, ``findings``, ``ledger``, ``observations`` and ``problems`` are DataFrames, joined by ``conversation_id`` and ``message_id``;
``estimates(...)`` sums up. ``write`` puts it all into a folder, whole or not at all.
"""

from __future__ import annotations

import csv
import io
import json
from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import addresses
from .errors import FULL, OutputError, ReadError
from .sidetables import COLUMNS as SIDE
from .stored import Stored, columns
from .summing import estimate_rows
from .tables import TABLES, Tables
from .types import Problem
from .work import Work

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

CALIBRATION = "calibration.json"  # what people read of a run, written beside it by `calibrate`


class Report:
    """What a run found. ``run`` says what it was made from: version, as_of, settings, inputs, counts, notes."""

    def __init__(self, arrow: Mapping[str, pa.Table], run: Mapping[str, Any], calibration: Mapping[str, Any] | None = None) -> None:
        self._arrow, self.run, self.calibration = arrow, dict(run), calibration

    @classmethod
    def of(cls, tables: Tables, run: Mapping[str, Any]) -> Report:
        """The report of filled tables."""
        tables.finish()
        return cls({name: tables.table(name) for name in TABLES}, run)

    @classmethod
    def load(cls, folder: str | Path) -> Report:
        """A report that was written to a folder, here or behind an address."""
        folder = addresses.place(folder)
        if not (folder / "run.json").is_file():
            raise ReadError(folder, "holds no run of textmetrics (no run.json): make one with textmetrics mine INPUT --out FOLDER")
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        told = folder / CALIBRATION
        calibration = json.loads(told.read_text(encoding="utf-8")) if told.is_file() else None
        tables = Stored(folder)
        for name in tables:
            if not (folder / f"{name}.parquet").is_file():
                raise ReadError(folder, f"was made by another version, or is not whole (it has no {name}.parquet): mine the inputs again")
            if missing := sorted({*(TABLES.get(name) or SIDE[name])} - {*tables.columns(name)}):
                raise ReadError(folder, f"was made by another version (its {name} have no {', '.join(missing)}): mine the inputs again")
        return cls(tables, run, calibration)

    def arrow(self, table: str) -> pa.Table:
        """One table as Arrow."""
        return self._arrow[table]

    def columns(self, table: str, *names: str) -> pa.Table:
        """Some columns of a table as Arrow, and no more than these are read."""
        return columns(self._arrow, table, names)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """One table as plain rows; none of a side table that was not given."""
        return self._arrow[table].to_pylist() if table in self._arrow else []

    def add(self, tables: Mapping[str, pa.Table], run: Mapping[str, Any]) -> Report:
        """The report with further tables, or others in place of its own, and more said of the run."""
        return Report(ChainMap(dict(tables), self._arrow), {**self.run, **run}, self.calibration)  # type: ignore[arg-type]

    def problems_with(self, more: Iterable[Problem]) -> pa.Table:
        """The table of problems with more of them."""
        import pyarrow as pa

        old = self._arrow["problems"]
        rows = [{"source": p.source, "record": p.record, "line": p.line, "byte": p.byte, "reason": p.reason} for p in more]
        return pa.concat_tables([old, pa.Table.from_pylist(rows, schema=old.schema)])

    def _frame(self, table: str) -> pd.DataFrame:
        return self._arrow[table].to_pandas()

    @cached_property
    def messages(self) -> pd.DataFrame:
        """A row a message."""
        return self._frame("messages")

    @cached_property
    def conversations(self) -> pd.DataFrame:
        """A row a conversation."""
        return self._frame("conversations")

    @cached_property
    def findings(self) -> pd.DataFrame:
        """A row a finding."""
        return self._frame("findings")

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """A row a promise, and a time by which a customer needed an answer."""
        return self._frame("ledger")

    @cached_property
    def observations(self) -> pd.DataFrame:
        """A row an observation."""
        return self._frame("observations")

    @cached_property
    def problems(self) -> pd.DataFrame:
        """A row for each thing that could not be read."""
        return self._frame("problems")

    def estimates(self, *by: str) -> pd.DataFrame:
        """A row a metric and group: channel, the columns in ``by`` (of conversations, or kept from the export), n, value, low, high, unit, better, estimate, n_open, n_young.

        Durations have three rows more, ``NAME_p75``, ``NAME_p90`` and ``NAME_p95``; a percentile of fewer observations than it needs has no value.
        """
        import pandas as pd

        rows, columns = self.estimate_rows(by)
        return pd.DataFrame(rows, columns=columns)

    def estimate_rows(self, by: Sequence[str] = ()) -> tuple[list[list[Any]], list[str]]:
        """The estimates as plain rows, and the names of their columns. A group column that is empty means: all.

        ``n_young`` counts what a metric leaves out because it is too young to have an outcome; where that is all there is, ``n`` is 0.
        """
        return estimate_rows(self._arrow, by)

    def write(self, folder: str | Path, by: Sequence[str] = ()) -> Path:
        """Write all tables into a folder: whole, or not at all. A folder that holds something else is an OutputError."""
        with Work(folder) as work:
            self.write_into(work.tables, by)
            work.settle()
        return addresses.place(work.made)

    def write_into(self, folder: Path, by: Sequence[str] = (), *, there: Sequence[str] = ()) -> None:
        """Write the tables, but for those that are ``there`` already, the estimates and what is said of the run."""
        from pyarrow import parquet

        try:
            for name in self._arrow:
                if name not in there:
                    parquet.write_table(self._arrow[name], folder / f"{name}.parquet", compression="zstd")
            rows, columns = self.estimate_rows(by)
            (folder / "estimates.csv").write_text(as_csv([columns, *rows]), encoding="utf-8")
            (folder / "run.json").write_text(json.dumps({**self.run, "by": list(by)}, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError as error:
            if error.errno in FULL:
                raise
            raise OutputError(f"{folder}: cannot be written: {error.strerror or error}") from error

    def to_html(self, path: str | Path) -> Path:
        """Write a page that needs nothing else: every metric, and messages behind it."""
        from .render.html import page

        path = Path(path)
        try:
            path.write_text(page(self), encoding="utf-8")
        except OSError as error:
            raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
        return path

    def __rich__(self) -> Any:
        from .render.terminal import summary

        return summary(self)

    def __repr__(self) -> str:
        return (
            f"<Report: {self._arrow['conversations'].num_rows} conversations, {self._arrow['messages'].num_rows} messages, {self._arrow['problems'].num_rows} problems>"
        )


def as_csv(rows: Iterable[Sequence[Any]]) -> str:
    """CSV that spreadsheets open without running anything: a cell that would begin a formula gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        writer.writerow(["" if c is None else f"'{c}" if isinstance(c, str) and c.startswith(("=", "+", "-", "@", "\t", "\r")) else c for c in row])
    return out.getvalue()
