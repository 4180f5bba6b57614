"""The result of a run: its tables, and the estimates over any group. The one door to pandas.

``messages``, ``conversations``, ``findings``, ``ledger``, ``observations`` and ``problems`` are DataFrames, joined by ``conversation_id`` and ``message_id``;
``estimates(...)`` sums up. ``write`` puts it all into a folder, whole or not at all.
"""

from __future__ import annotations

import csv
import errno
import io
import json
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import addresses
from .errors import OutputError, ReadError, UnknownName
from .estimates import BESIDE, ESTIMATES, Estimate, beside, standardised_difference
from .metrics import METRICS, Metric
from .sidetables import COLUMNS as SIDE
from .tables import ESTIMATE_COLUMNS, TABLES, Tables
from .types import Problem
from .work import Work

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO)  # the disk's fault, not the name's
CALIBRATION = "calibration.json"  # what people read of a run, written beside it by `calibrate`
BEYOND = "_beyond_comparison"  # the row of a metric minus the one it must be compared with
OTHER_ROWS = (BEYOND, *(f"_{name}" for name in BESIDE))  # what follows a metric's name in rows that say more of it than its estimate


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
            with (self.folder / f"{name}.parquet").open("rb") as file:
                self._read[name] = parquet.read_table(file)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def columns(self, name: str) -> list[str]:
        """The names of a table's columns, without reading it."""
        from pyarrow import parquet

        with (self.folder / f"{name}.parquet").open("rb") as file:
            return list(parquet.read_schema(file).names)


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
        import numpy as np

        by = tuple(b for b in by if b != "channel")
        groups = self._groups()
        if unknown := [b for b in by if b not in groups]:
            raise UnknownName("column", unknown[0], groups)
        observed = self._arrow["observations"]
        metric = observed["metric"].combine_chunks().dictionary_encode()
        codes = np.asarray(metric.indices)
        names = metric.dictionary.to_pylist()
        index = {c: n for n, c in enumerate(self._arrow["conversations"]["conversation_id"].to_pylist())}
        at = np.fromiter((index[c] for c in observed["conversation_id"].to_pylist()), np.int64, len(observed))
        value, exposure, censored = (np.asarray(observed[c]) for c in ("value", "exposure", "censored"))
        young = self._young()
        columns = ["channel", *by, *sorted({b for n in {*names, *young} for b in METRICS[n].by} - set(by))]
        rows: list[list[Any]] = []
        for name in sorted({*names, *young}):
            chosen = np.nonzero(codes == names.index(name))[0] if name in names else np.zeros(0, np.int64)
            m = METRICS[name]
            levels = dict.fromkeys([("channel",), *([("channel", *by)] if by else []), *[("channel", b) for b in m.by if b not in by]])
            for level in levels:
                seen = dict(_grouped([groups[g][at[chosen]] for g in level], chosen))
                left_out = _counted([groups[g] for g in level], young.get(name, {}))
                for key in sorted({*seen, *left_out}, key=_by_name):
                    if len(level) > 1 and all(k is None for k in key[1:]):
                        continue
                    where = seen.get(key, chosen[:0])
                    given = dict(zip(level, key, strict=True))
                    weight = np.full(len(where), float(len(chosen))) if m.estimate == "share" else exposure[where]
                    estimate = ESTIMATES[m.estimate](value[where], weight, censored[where]) if len(where) else Estimate(0, None)
                    cells = [given.get(c) for c in columns]
                    rows.append(_row(name, cells, estimate, m, m.estimate, left_out.get(key, 0)))
                    if not len(where):
                        continue
                    for p in BESIDE if m.lasts else ():
                        if f"{name}_{p}" not in METRICS:
                            rows.append(_row(f"{name}_{p}", cells, beside(m.estimate, p, value[where], weight, censored[where]), m, p))
                    if m.against in names and len(level) == 1:
                        rows += self._beyond(m, given, columns, value, at, where, groups, np.nonzero(codes == names.index(m.against))[0])
        return sorted(rows, key=lambda r: tuple("" if c is None else str(c) for c in r[: len(columns) + 1])), ["metric", *columns, *ESTIMATE_COLUMNS]

    def _beyond(
        self,
        m: Metric,
        given: Mapping[str, Any],
        columns: Sequence[str],
        value: np.ndarray,
        at: np.ndarray,
        where: np.ndarray,
        groups: Mapping[str, Any],
        other: np.ndarray,
    ) -> list[list[Any]]:
        """A metric minus its comparison, at equal moods to begin with."""
        import numpy as np

        other = other[groups["channel"][at[other]] == given["channel"]]
        before = np.asarray(self._arrow["conversations"]["mood_before"].to_pylist(), float)
        strata = [np.digitize(before[at[w]], (-0.05, 0.05)) for w in (where, other)]
        estimate = standardised_difference(value[where], strata[0], value[other], strata[1])
        return [] if estimate is None else [_row(m.name + BEYOND, [given.get(c) for c in columns], estimate, m, "difference")]

    def _young(self) -> dict[str, dict[int, int]]:
        """What each metric left out as too young: how much, by the place of the conversation."""
        found: dict[str, dict[int, int]] = {}
        for place, told in enumerate(self._arrow["conversations"]["too_young"].to_pylist()):
            for name, n in json.loads(told).items() if told else ():
                found.setdefault(name, {})[place] = n
        return found

    def _groups(self) -> dict[str, np.ndarray]:
        """The columns conversations may be grouped by: those of the table that hold words, and those the export had besides."""
        import numpy as np

        table = self._arrow["conversations"]
        found = {c: np.asarray(table[c].to_pylist(), object) for c in TABLES["conversations"] if TABLES["conversations"][c] == "string" and c not in ("columns", "too_young")}
        extra = [json.loads(c) if c else {} for c in table["columns"].to_pylist()]
        for name in sorted({k for e in extra for k in e}):
            found.setdefault(name, np.asarray([e.get(name) for e in extra] + [None], object)[:-1])
        return found

    def write(self, folder: str | Path, by: Sequence[str] = ()) -> Path:
        """Write all tables into a folder: whole, or not at all. A folder that holds something else is an OutputError."""
        work = Work(folder)
        try:
            self.write_into(work.tables, by)
            work.settle()
        finally:
            work.forget()
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


def _grouped(keys: Sequence[np.ndarray], chosen: np.ndarray) -> Iterable[tuple[tuple[Any, ...], np.ndarray]]:
    """The positions of each group, in order of the groups' names."""
    import numpy as np

    found: dict[tuple[Any, ...], list[int]] = {}
    for place, key in zip(chosen.tolist(), zip(*keys, strict=True), strict=True):
        found.setdefault(key, []).append(place)
    for key in sorted(found, key=_by_name):
        yield key, np.asarray(found[key])


def row_of(name: str) -> tuple[str, str]:
    """The metric that a row of estimates tells of, and which of its further rows it is: "", ``beyond_comparison``, or a percentile.

    >>> row_of("first_response_wait_p90"), row_of("nudges")
    (('first_response_wait', 'p90'), ('nudges', ''))
    """
    end = "" if name in METRICS else next((e for e in OTHER_ROWS if name.endswith(e)), "")
    return name.removesuffix(end), end[1:]


def _by_name(key: tuple[Any, ...]) -> tuple[str, ...]:
    """The order of groups: by their names, what has none first."""
    return tuple("" if x is None else str(x) for x in key)


def _counted(keys: Sequence[np.ndarray], at: Mapping[int, int]) -> dict[tuple[Any, ...], int]:
    """How much there is in each group, of counts at some places."""
    found: dict[tuple[Any, ...], int] = {}
    for place, n in at.items():
        key = tuple(k[place] for k in keys)
        found[key] = found.get(key, 0) + n
    return found


def _row(name: str, groups: Sequence[Any], e: Estimate, m: Metric, estimate: str, young: int = 0) -> list[Any]:
    return [name, *groups, e.n, _round(e.value), _round(e.low), _round(e.high), m.unit, m.better, estimate, e.n_open, young]


def _round(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.9g}")


def as_csv(rows: Iterable[Sequence[Any]]) -> str:
    """CSV that spreadsheets open without running anything: a cell that would begin a formula gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        writer.writerow(["" if c is None else f"'{c}" if isinstance(c, str) and c.startswith(("=", "+", "-", "@", "\t", "\r")) else c for c in row])
    return out.getvalue()
