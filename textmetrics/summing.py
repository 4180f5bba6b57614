"""The estimates of a run: every metric, by channel and by whatever else it is grouped, a metric at a time.

Observations are many more than messages, so they are not held as a table: one pass turns them to numbers in a temporary file, from which those of one
metric are read when its turn comes. Conversations are known by their place, groups by numbers.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from .errors import UnknownName
from .estimates import BESIDE, ESTIMATES, Array, Estimate, spread, standardised_difference
from .links import number
from .metrics import METRICS, Metric
from .stored import batches, columns
from .tables import ESTIMATE_COLUMNS, TABLES

if TYPE_CHECKING:
    import pyarrow as pa

BEYOND = "_beyond_comparison"  # the row of a metric minus the one it must be compared with
OTHER_ROWS = (BEYOND, *(f"_{name}" for name in BESIDE))  # what follows a metric's name in rows that say more of it than its estimate
Rows = tuple[list[list[Any]], list[str]]
Coded = tuple[Array, list[str]]  # a number a conversation, -1 where it has none, and the words that the numbers stand for
Key = tuple[str | None, ...]
IN_MEMORY = 8 << 20  # bytes of numbers that need no file
NUMBERS = (("at", np.int32), ("value", np.float64), ("exposure", np.float64), ("censored", np.bool_))
_NOWHERE = np.zeros(0, np.int64)


class Seen(Struct, frozen=True):
    """What one metric saw: the places of its conversations, values, exposures, whether each is open."""

    at: Array
    value: Array
    exposure: Array
    censored: Array


class Places:
    """Where conversations stand in their table, by id as a number: 12 bytes each. Of two of one id it is the later."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        lots = [_numbers(batch.column(0)) for batch in batches(tables, "conversations", ["conversation_id"])]
        keys = np.concatenate(lots) if lots else np.zeros(0, np.uint64)
        self._order = np.argsort(keys, kind="stable").astype(np.int32)
        self._keys = keys[self._order]

    def of(self, ids: pa.Array) -> Array:
        """The places of some."""
        return self._order[np.searchsorted(self._keys, _numbers(ids), side="right") - 1]


def _numbers(ids: pa.Array) -> Array:
    return np.fromiter(map(number, ids.to_pylist()), np.uint64, len(ids))


class Observed:
    """The observations of a run, by metric."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  lives as long as this
        self._lots: dict[str, list[tuple[int, int]]] = {}  # by metric: where its numbers stand, and how many they are
        names = ("metric", "conversation_id", "value", "exposure", "censored")
        places = Places(tables)
        for batch in batches(tables, "observations", names, names[:2]):
            self._take(batch, places)

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    @property
    def metrics(self) -> list[str]:
        """The metrics that saw anything."""
        return sorted(self._lots)

    def of(self, metric: str) -> Seen:
        """What a metric saw, in the order of the table."""
        found: list[list[Array]] = [[] for _ in NUMBERS]
        for place, count in self._lots.get(metric, ()):
            self._file.seek(place)
            for column, (_, kind) in zip(found, NUMBERS, strict=True):
                column.append(np.frombuffer(self._file.read(count * np.dtype(kind).itemsize), kind))
        return Seen(*(np.concatenate(c) if c else np.zeros(0, kind) for c, (_, kind) in zip(found, NUMBERS, strict=True)))

    def _take(self, batch: pa.RecordBatch, places: Places) -> None:
        """Take in some rows."""
        metric = batch.column(0).dictionary_encode()
        known = batch.column(1).dictionary_encode()
        numbers = [places.of(known.dictionary)[np.asarray(known.indices)], *(np.asarray(batch.column(n)) for n in (2, 3, 4))]
        codes = np.asarray(metric.indices).astype(np.int16)
        order = np.argsort(codes, kind="stable")
        ends = np.searchsorted(codes[order], np.arange(len(metric.dictionary) + 1)).tolist()
        ordered = [column[order] for column in numbers]
        place = self._file.seek(0, 2)
        for name, (begin, end) in zip(metric.dictionary.to_pylist(), pairwise(ends), strict=True):
            self._lots.setdefault(name, []).append((place, end - begin))
            place += sum([self._file.write(column[begin:end].tobytes()) for column in ordered])


class Groups:
    """What conversations may be grouped by: the columns of their table that hold words, and those the export had besides. Each as numbers and what they stand for."""

    STANDARD = tuple(c for c, kind in TABLES["conversations"].items() if kind == "string" and c not in ("columns", "too_young"))

    def __init__(self, tables: Mapping[str, pa.Table], wanted: Sequence[str]) -> None:
        self._tables = tables
        self._of: dict[str, Coded] = {}
        further = [w for w in wanted if w not in self.STANDARD]
        told = self._told(further) if further else {}
        if unknown := [w for w in further if w not in told]:
            raise UnknownName("column", unknown[0], [*self.STANDARD, *sorted(told)])
        self._of.update({name: told[name] for name in further})

    def of(self, name: str) -> Coded:
        """One column."""
        if name not in self._of:
            coded = columns(self._tables, "conversations", [name])[name].combine_chunks().dictionary_encode()
            self._of[name] = np.asarray(coded.indices.fill_null(-1)), coded.dictionary.to_pylist()
        return self._of[name]

    def _told(self, wanted: Sequence[str]) -> dict[str, Coded]:
        """The columns that the export had besides; the words of those wanted."""
        words: dict[str, dict[str, int]] = {}
        codes: dict[str, list[int]] = {w: [] for w in wanted}
        for batch in batches(self._tables, "conversations", ["columns"]):
            for cell in batch.column(0).to_pylist():
                told = json.loads(cell) if cell else {}
                for name in told:
                    words.setdefault(name, {})
                for name in wanted:
                    value = told.get(name)
                    codes[name].append(-1 if value is None else words[name].setdefault(value, len(words[name])))
        return {name: (np.asarray(codes.get(name, []), np.int32), list(known)) for name, known in words.items()}


def estimate_rows(tables: Mapping[str, pa.Table], by: Sequence[str] = ()) -> Rows:
    """The estimates as plain rows, and the names of their columns (see `Report.estimate_rows`)."""
    by = tuple(b for b in by if b != "channel")
    groups = Groups(tables, by)
    with closing(Observed(tables)) as observed:
        return _rows(tables, by, groups, observed)


def _rows(tables: Mapping[str, pa.Table], by: Sequence[str], groups: Groups, observed: Observed) -> Rows:
    young = _young(tables)
    names = sorted({*observed.metrics, *young})
    shown = ["channel", *by, *sorted({b for n in names for b in METRICS[n].by} - set(by))]
    rows: list[list[Any]] = []
    for name in names:
        m, seen = METRICS[name], observed.of(name)
        for level in dict.fromkeys([("channel",), *([("channel", *by)] if by else []), *[("channel", b) for b in m.by if b not in by]]):
            keys = [groups.of(g) for g in level]
            found, left_out = _grouped(keys, seen.at), _counted(keys, young.get(name, []))
            for key in sorted({*found, *left_out}, key=_by_name):
                if len(level) > 1 and all(k is None for k in key[1:]):
                    continue
                where, given = found.get(key, _NOWHERE), dict(zip(level, key, strict=True))
                cells = [given.get(c) for c in shown]
                rows += _told(m, cells, seen, where, left_out.get(key, 0))
                if m.against in observed.metrics and len(where) and len(level) == 1:
                    rows += _beyond(tables, m, given["channel"], cells, seen, where, groups, observed.of(m.against))
    return sorted(rows, key=lambda r: tuple("" if c is None else str(c) for c in r[: len(shown) + 1])), ["metric", *shown, *ESTIMATE_COLUMNS]


def _told(m: Metric, cells: Sequence[Any], seen: Seen, where: Array, young: int) -> Iterator[list[Any]]:
    """What one metric comes to in one group, and what stands beside it."""
    if not len(where):
        yield _row(m.name, cells, Estimate(0, None), m, m.estimate, young)
        return
    weight = np.full(len(where), float(len(seen.at))) if m.estimate == "share" else seen.exposure[where]
    columns_ = seen.value[where], weight, seen.censored[where]
    if not m.lasts:
        yield _row(m.name, cells, ESTIMATES[m.estimate](*columns_), m, m.estimate, young)
        return
    median, *others = spread(m.estimate, *columns_)
    yield _row(m.name, cells, median, m, m.estimate, young)
    for p, one in zip(BESIDE, others, strict=True):
        if f"{m.name}_{p}" not in METRICS:
            yield _row(f"{m.name}_{p}", cells, one, m, p)


def _young(tables: Mapping[str, pa.Table]) -> dict[str, list[tuple[int, int]]]:
    """What each metric left out as too young: the place of the conversation, and how much."""
    found: dict[str, list[tuple[int, int]]] = {}
    for place, told in enumerate(cell for batch in batches(tables, "conversations", ["too_young"]) for cell in batch.column(0).to_pylist()):
        for name, n in json.loads(told).items() if told else ():
            found.setdefault(name, []).append((place, n))
    return found


def _beyond(
    tables: Mapping[str, pa.Table], m: Metric, channel: str | None, cells: Sequence[Any], seen: Seen, where: Array, groups: Groups, against: Seen
) -> list[list[Any]]:
    """A metric minus its comparison, at equal moods to begin with."""
    codes, words = groups.of("channel")
    other = np.nonzero(codes[against.at] == (words.index(channel) if channel is not None else -1))[0]
    before = np.asarray(columns(tables, "conversations", ["mood_before"])["mood_before"], float)
    strata = [np.digitize(before[at], (-0.05, 0.05)) for at in (seen.at[where], against.at[other])]
    estimate = standardised_difference(seen.value[where], strata[0], against.value[other], strata[1])
    return [] if estimate is None else [_row(m.name + BEYOND, cells, estimate, m, "difference")]


def _grouped(keys: Sequence[Coded], at: Array) -> dict[Key, Array]:
    """Which observations each group has, in their order."""
    if not len(at):
        return {}
    several = [codes[at] for codes, _ in keys]
    whole = np.zeros(len(at), np.int64)
    for codes, (_, words) in zip(several, keys, strict=True):
        whole = whole * (len(words) + 1) + codes + 1
    order = np.argsort(whole, kind="stable")
    found = np.split(order, np.nonzero(np.diff(whole[order]))[0] + 1)
    return {_key(keys, int(at[where[0]])): where for where in found}


def _counted(keys: Sequence[Coded], young: Sequence[tuple[int, int]]) -> dict[Key, int]:
    """How much there is in each group, of counts at some places."""
    found: dict[Key, int] = {}
    for place, n in young:
        key = _key(keys, place)
        found[key] = found.get(key, 0) + n
    return found


def _key(keys: Sequence[Coded], place: int) -> Key:
    return tuple(None if codes[place] < 0 else words[codes[place]] for codes, words in keys)


def _by_name(key: Key) -> tuple[tuple[str, bool], ...]:
    """The order of groups: by their names, what has none first."""
    return tuple((k or "", k is not None) for k in key)


def row_of(name: str) -> tuple[str, str]:
    """The metric that a row of estimates tells of, and which of its further rows it is: "", ``beyond_comparison``, or a percentile.

    >>> row_of("first_response_wait_p90"), row_of("nudges")
    (('first_response_wait', 'p90'), ('nudges', ''))
    """
    end = "" if name in METRICS else next((e for e in OTHER_ROWS if name.endswith(e)), "")
    return name.removesuffix(end), end[1:]


def _row(name: str, cells: Sequence[Any], e: Estimate, m: Metric, estimate: str, young: int = 0) -> list[Any]:
    return [name, *cells, e.n, _round(e.value), _round(e.low), _round(e.high), m.unit, m.better, estimate, e.n_open, young]


def _round(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.9g}")
