"""Side tables to the conversations they are about: by conversation, by case, by customer, by time; what joins nothing is counted and said.

A row that names a conversation or case is joined to that and to nothing else. One that names a customer goes to the last conversation that the customer
began before it. One that names nobody goes to the only conversation that ended shortly before it, if there is only one.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import sources
from .sidetables import COLUMNS, Row, recognise
from .types import Problem

if TYPE_CHECKING:
    import pyarrow as pa

RECENT = timedelta(days=30)  # a customer's answer is about a conversation begun within this before it
SHORTLY = timedelta(hours=1)  # an answer of nobody known is about the conversation that ended within this before it
MOMENTS = {"surveys": "answered_at", "orders": "ordered_at"}


class Index:
    """The conversations of a run, by what a side table may know of them."""

    def __init__(self, conversations: Iterable[Mapping[str, Any]]) -> None:
        self.ids: dict[str, str] = {}
        self.cases: dict[str, list[str]] = {}
        self.customers: dict[str, list[tuple[datetime, str, str]]] = {}
        self.ended: list[tuple[datetime, str]] = []
        for c in conversations:
            i = c["conversation_id"]
            self.ids[i] = i
            if c["case_id"] is not None:
                self.cases.setdefault(c["case_id"], []).append(i)
            if c["closed_at"] is not None:
                self.ended.append((c["closed_at"], i))
            extra = json.loads(c["columns"]) if c["columns"] else {}
            for known in {c["customer_id"], str(extra.get("email", "")).lower() or None, str(c["customer_id"] or "").lower()} - {None, ""}:
                if c["opened_at"] is not None:
                    self.customers.setdefault(known, []).append((c["opened_at"], i, c["customer_id"] or known))
        for history in self.customers.values():
            history.sort()
        self.ended.sort()

    def find(self, row: Row, at: datetime | None) -> tuple[str | None, str | None, str | None]:
        """The conversation of a row, how it was found, and its customer."""
        key, customer = row.get("key"), row.get("customer_id")
        people = [p for p in (customer, row.get("email")) if p]
        known = next((self.customers[p] for p in people if p in self.customers), [])
        name = known[0][2] if known else customer
        if key is not None:
            found = self.ids.get(key)
            if found:
                return found, "conversation", name
            of_case = self.cases.get(key, [])
            return (of_case[-1], "case", name) if of_case else (None, None, name)
        if people:
            before = [i for begun, i, _ in known if at is not None and begun <= at <= begun + RECENT]
            return (before[-1], "customer", name) if before else (None, None, name)
        if at is not None:
            end = bisect_right(self.ended, at, key=lambda e: e[0])
            recent = [i for closed, i in self.ended[max(0, end - 2) : end] if at - closed <= SHORTLY]
            if len(recent) == 1:
                return recent[0], "time", None
        return None, None, name


def join(paths: Sequence[str | Path], conversations: Iterable[Mapping[str, Any]]) -> tuple[dict[str, pa.Table], list[Problem], list[dict[str, Any]]]:
    """The side tables in some files, joined: tables by name, problems, and a line a file that says what became of its rows."""
    import pyarrow as pa

    index = Index(conversations)
    rows: dict[str, list[Row]] = {}
    problems: list[Problem] = []
    told = []
    for source in sorted(sources.sources(paths), key=lambda s: s.name):
        format_ = recognise(source)
        kept: list[Row] = []
        for item in format_.read(source):
            if isinstance(item, Problem):
                problems.append(item)
            else:
                kept.append({**item, "source": source.name})
        how: Counter[str] = Counter()
        if format_.table in MOMENTS:
            for row in kept:
                row["conversation_id"], row["joined"], row["customer_id"] = index.find(row, row.get(MOMENTS[format_.table]))
                how[row["joined"] or "nothing"] += 1
        elif format_.table == "articles":
            for row in kept:
                known = next((index.customers[p] for p in (row.get("customer_id"), row.get("email")) if p and p in index.customers), None)
                row["customer_id"] = known[0][2] if known else row.get("customer_id")
                if row["customer_id"] is not None:
                    how["customer" if known else "nothing"] += 1
                else:
                    how["time" if row.get("began") else "nothing"] += 1
        if how["nothing"] and format_.table in MOMENTS:
            problems.append(Problem(source.name, f"{how['nothing']:,} of {len(kept):,} rows join no conversation", kept=True))
        rows.setdefault(format_.table, []).extend(kept)
        told.append({"name": source.name, "format": format_.name, "table": format_.table, "rows": len(kept), "joined": dict(sorted(how.items())), "sha256": source.sha256()})
    types = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "timestamp": pa.timestamp("us", tz="UTC")}
    tables = {}
    for name in sorted(rows):
        schema = pa.schema([(column, types[kind]) for column, kind in COLUMNS[name].items()])
        tables[name] = pa.Table.from_pylist([{c: r.get(c) for c in COLUMNS[name]} for r in rows[name]], schema=schema)
    return tables, problems, told
