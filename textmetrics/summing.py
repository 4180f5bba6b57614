"""The estimates of a run: every metric, by channel and by whatever else it is grouped; what one metric saw in one channel at a time."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import UnknownName
from .estimates import BESIDE, BY_EXPOSURE, ESTIMATES, Array, Estimate, quantiles, standardised_difference
from .lots import ByMetric, Coded
from .metrics import METRICS, Metric
from .stored import batches
from .tables import ESTIMATE_COLUMNS, TABLES

if TYPE_CHECKING:
    import pyarrow as pa

BEYOND = "_beyond_comparison"  # the row of a metric minus the one it must be compared with
OTHER_ROWS = (BEYOND, *(f"_{name}" for name in BESIDE))  # what follows a metric's name in rows that say more of it than its estimate
Rows = tuple[list[list[Any]], list[str]]
Key = tuple[str | None, ...]
Columns = tuple[Array, Array, Array]  # values, exposures, whether each is open
Young = tuple[Array, Array]  # the places of conversations, and how much each has


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
            words: dict[str, int] = {}
            codes = [np.zeros(0, np.int32)]
            for batch in batches(self._tables, "conversations", [name], [name]):
                coded = batch.column(0).dictionary_encode()
                known = [words.setdefault(w, len(words)) for w in coded.dictionary.to_pylist()]
                codes.append(np.array([*known, -1], np.int32)[np.asarray(coded.indices.fill_null(-1))])
            self._of[name] = np.concatenate(codes), list(words)
        return self._of[name]

    def _told(self, wanted: Sequence[str]) -> dict[str, Coded]:
        """The columns that the export had besides; the words of those wanted."""
        words: dict[str, dict[str, int]] = {}
        codes = {w: array("i") for w in wanted}
        for batch in batches(self._tables, "conversations", ["columns"]):
            for cell in batch.column(0).to_pylist():
                told = json.loads(cell) if cell else {}
                for name in told:
                    words.setdefault(name, {})
                for name in wanted:
                    value = told.get(name)
                    codes[name].append(-1 if value is None else words[name].setdefault(value, len(words[name])))
        return {name: (np.array(codes.get(name, ()), np.int32), list(known)) for name, known in words.items()}


def estimate_rows(tables: Mapping[str, pa.Table], by: Sequence[str] = ()) -> Rows:
    """The estimates as plain rows, and the names of their columns (see `Report.estimate_rows`)."""
    by = tuple(b for b in by if b != "channel")
    groups = Groups(tables, by)
    with closing(ByMetric(tables, groups.of("channel"))) as observed:
        return _rows(tables, by, groups, observed)


def _rows(tables: Mapping[str, pa.Table], by: Sequence[str], groups: Groups, observed: ByMetric) -> Rows:
    young = _young(tables)
    metrics = [METRICS[name] for name in sorted({*observed.metrics, *young})]
    compared = {m.name for m in metrics if m.against in observed.metrics}
    moods = _moods(tables) if compared else None
    shown = ["channel", *by, *sorted({b for m in metrics for b in m.by} - set(by))]
    rows: list[list[Any]] = []
    for m in metrics:
        for level in dict.fromkeys([("channel",), *([("channel", *by)] if by else []), *[("channel", b) for b in m.by if b not in by]]):
            keys = [groups.of(g) for g in level]
            left_out = _counted(keys, *young[m.name]) if m.name in young else {}
            for key, columns in _grouped(observed, m, keys):
                cells = _cells(shown, level, key)
                rows += _told(m, cells, columns, left_out.pop(key, 0))
                if moods is not None and m.name in compared and len(level) == 1:
                    rows += _beyond(m, key[0], cells, columns[0], moods, observed)
            rows += [_row(m.name, _cells(shown, level, key), Estimate(0, None), m, m.estimate, n) for key, n in left_out.items() if _tells(key)]
    return sorted(rows, key=lambda r: _by_name(r[: len(shown) + 1])), ["metric", *shown, *ESTIMATE_COLUMNS]


def _cells(shown: Sequence[str], level: Sequence[str], key: Key) -> list[str | None]:
    """The cells of a group: those of the columns it is not grouped by are empty."""
    given = dict(zip(level, key, strict=True))
    return [given.get(c) for c in shown]


def _tells(key: Key) -> bool:
    """Whether a group within a channel has a name at all."""
    return len(key) == 1 or any(k is not None for k in key[1:])


def _told(m: Metric, cells: Sequence[Any], columns: Columns, young: int) -> Iterator[list[Any]]:
    """What one metric comes to in one group, and what stands beside it."""
    if not m.lasts:
        yield _row(m.name, cells, ESTIMATES[m.estimate](*columns), m, m.estimate, young)
        return
    median, *others = quantiles(m.estimate, *columns)
    yield _row(m.name, cells, median, m, m.estimate, young)
    for p, one in zip(BESIDE, others, strict=True):
        if f"{m.name}_{p}" not in METRICS:
            yield _row(f"{m.name}_{p}", cells, one, m, p)


def _young(tables: Mapping[str, pa.Table]) -> dict[str, Young]:
    """What each metric left out as too young."""
    found: dict[str, tuple[array[int], array[int]]] = {}
    place = 0
    for batch in batches(tables, "conversations", ["too_young"], ["too_young"]):
        coded = batch.column(0).dictionary_encode()
        told = [json.loads(cell) if cell else {} for cell in coded.dictionary.to_pylist()]
        for n, code in enumerate(coded.indices.to_pylist(), start=place):
            for name, count in told[code].items() if code is not None else ():
                places, counts = found.setdefault(name, (array("i"), array("i")))
                places.append(n)
                counts.append(count)
        place += batch.num_rows
    return {name: (np.array(places), np.array(counts)) for name, (places, counts) in found.items()}


def _moods(tables: Mapping[str, pa.Table]) -> Array:
    """Whether the mood of each conversation was low, middling or high to begin with."""
    found = [np.digitize(np.asarray(batch.column(0), float), (-0.05, 0.05)).astype(np.int8) for batch in batches(tables, "conversations", ["mood_before"])]
    return np.concatenate(found)


def _beyond(m: Metric, channel: str | None, cells: Sequence[Any], values: Array, moods: Array, observed: ByMetric) -> list[list[Any]]:
    """A metric minus its comparison, at equal moods to begin with."""
    against = str(m.against)
    strata, others = (moods[observed.column(name, channel, "at")] for name in (m.name, against))
    estimate = standardised_difference(values, strata, observed.column(against, channel, "value"), others)
    return [] if estimate is None else [_row(m.name + BEYOND, cells, estimate, m, "difference")]


def _grouped(observed: ByMetric, m: Metric, keys: Sequence[Coded]) -> Iterator[tuple[Key, Columns]]:
    """What a metric saw in each group that has a name, in the order of the table."""
    for channel in observed.channels(m.name) if m.name in observed.metrics else ():
        columns = _columns(observed, m, channel)
        if len(keys) == 1:
            yield (channel,), columns
            continue
        at = observed.column(m.name, channel, "at")
        whole = _whole(keys[1:], at)
        order = np.argsort(whole, kind="stable")
        for where in np.split(order, np.nonzero(np.diff(whole[order]))[0] + 1):
            if _tells(key := (channel, *_key(keys[1:], int(at[where[0]])))):
                value, exposure, censored = columns
                yield key, (value[where], exposure[where], censored[where])


def _columns(observed: ByMetric, m: Metric, channel: str | None) -> Columns:
    """What a metric saw in a channel; exposures only as far as its estimate looks at them."""
    value, censored = (observed.column(m.name, channel, c) for c in ("value", "censored"))
    if m.estimate in BY_EXPOSURE:
        return value, observed.column(m.name, channel, "exposure"), censored
    return value, np.broadcast_to(float(observed.count(m.name)) if m.estimate == "share" else 1.0, len(value)), censored


def _counted(keys: Sequence[Coded], places: Array, counts: Array) -> dict[Key, int]:
    """How much there is in each group, of counts at some places."""
    _, first, group = np.unique(_whole(keys, places), return_index=True, return_inverse=True)
    return {_key(keys, places[n]): int(count) for n, count in zip(first, np.bincount(group, counts), strict=True)}


def _whole(keys: Sequence[Coded], at: Array) -> Array:
    """The group of each of some places as one number."""
    whole = np.zeros(len(at), np.int64)
    for codes, words in keys:
        whole = whole * (len(words) + 1) + codes[at] + 1
    return whole.astype(np.min_scalar_type(prod(len(words) + 1 for _, words in keys)))


def _key(keys: Sequence[Coded], place: int) -> Key:
    return tuple(None if codes[place] < 0 else words[codes[place]] for codes, words in keys)


def _by_name(cells: Sequence[Any]) -> tuple[tuple[str, bool], ...]:
    """The order of rows: by the names of metrics and groups, what has none first."""
    return tuple(("" if c is None else str(c), c is not None) for c in cells)


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
