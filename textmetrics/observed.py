"""Observations of a run as arrays, with what they may be grouped and held together by."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from msgspec import Struct

from .errors import UnknownName
from .estimates import Array
from .report import Report

PERIODS = ("day", "week", "month", "quarter", "year")


class Seen(Struct, frozen=True):
    """What a metric saw: values with their conversation, its customer (``cluster``), stratum and groups."""

    value: Array
    exposure: Array
    censored: Array
    conversation: Array
    cluster: Array
    stratum: Array
    groups: Mapping[str, Array]

    def group(self, name: str) -> list[str]:
        """The groups the observations belong to, one by one."""
        return list(self.groups[name])

    def where(self, name: str, is_: str, *, without: bool = False) -> Seen:
        """The observations of one group or stratum; of all other known groups with ``without``."""
        of = self.stratum if name == "stratum" else self.groups[name]
        keep = (of != is_) & (of != "") if without else of == is_
        groups = {g: v[keep] for g, v in self.groups.items()}
        return Seen(self.value[keep], self.exposure[keep], self.censored[keep], self.conversation[keep], self.cluster[keep], self.stratum[keep], groups)


def period_of(moment: datetime | None, length: str) -> str | None:
    """The period a moment lies in, by a name that sorts.

    >>> from datetime import UTC
    >>> [period_of(datetime(2026, 3, 2, tzinfo=UTC), p) for p in ("day", "week", "month", "quarter")]
    ['2026-03-02', '2026-W10', '2026-03', '2026-Q1']
    """
    if length not in PERIODS:
        raise UnknownName("period", length, PERIODS)
    if moment is None:
        return None
    if length == "week":
        year, week, _ = moment.isocalendar()
        return f"{year}-W{week:02d}"
    if length == "quarter":
        return f"{moment.year}-Q{(moment.month + 2) // 3}"
    return moment.strftime({"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}[length])


def columns(report: Report, period: str = "month") -> dict[str, dict[str, str]]:
    """What conversations may be grouped by: column -> conversation -> group. ``period`` is when they began."""
    found: dict[str, dict[str, str]] = {}
    for r in report.rows("conversations"):
        extra: dict[str, Any] = json.loads(r["columns"]) if r["columns"] else {}
        own = {k: r[k] for k in ("channel", "language", "severity", "queue", "status", "resolution", "request_type", "customer_id", "case_id")}
        for name, value in {**extra, **own, "period": period_of(r["opened_at"], period)}.items():
            if value is not None and value != "":
                found.setdefault(name, {})[r["conversation_id"]] = str(value)
    return found


def seen(report: Report, metrics: Sequence[str], strata: Sequence[str] = (), *, by: str | None = None, period: str = "month") -> dict[str, Seen]:
    """The observations of some metrics."""
    told = columns(report, period)
    if by is not None and by not in told:
        raise UnknownName("column", by, told)
    observed = report.arrow("observations")
    metric = np.asarray(observed["metric"].to_pylist(), object)
    ids = np.asarray(observed["conversation_id"].to_pylist(), object)
    value, exposure, censored = (np.asarray(observed[c]) for c in ("value", "exposure", "censored"))
    found = {}
    for name in metrics:
        at = np.nonzero(metric == name)[0]
        if not len(at):
            continue
        mine = ids[at]
        stratum = np.asarray([" / ".join(told.get(s, {}).get(i, "?") for s in strata) for i in mine], object)
        groups = {"channel": _column(told, "channel", mine), **({"by": _column(told, by, mine)} if by else {})}
        customer = told.get("customer_id", {})
        cluster = np.asarray([customer.get(i, f"conversation {i}") for i in mine]).astype(str)
        found[name] = Seen(value[at], exposure[at], censored[at], mine, cluster, stratum, groups)
    return found


def _column(told: Mapping[str, Mapping[str, str]], name: str, ids: Array) -> Array:
    return np.asarray([told.get(name, {}).get(i, "") for i in ids], object)
