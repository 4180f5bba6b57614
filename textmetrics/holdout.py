"""Revenue of customers to whom a channel was offered against those from whom it was withheld by lot: the only comparison that says what the channel sells.

Everybody counts in the group they were assigned to, whether they wrote or not, bought or not (intention to treat): whoever counts only those who wrote compares buyers with others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

import numpy as np

from .figures import Figure, Section, share, some
from .money import difference, per_customer
from .report import Report


def holdout(report: Report, window: timedelta) -> Section:
    """Each group's revenue per customer within a window after assignment, the share who bought and wrote, and the difference between groups."""
    orders = [r for r in report.rows("orders") if r["customer_id"] is not None and r["ordered_at"] is not None]
    if not orders or not report.rows("holdout"):
        return Section("Revenue by group of a hold-out", ())
    as_of = max([r["ordered_at"] for r in orders] + [r["as_of"] for r in report.rows("conversations") if r["as_of"] is not None])
    since, twice = _assigned(report.rows("holdout"))
    ripe = {who: (group, at) for who, (group, at) in since.items() if as_of - at >= window}
    wrote: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for r in report.rows("conversations"):
        if r["customer_id"] is not None and r["opened_at"] is not None:
            wrote[r["customer_id"]].append((r["opened_at"], r["conversation_id"]))
    figures = []
    for currency in sorted({r["currency"] or "no currency" for r in orders}):
        spent = dict.fromkeys(ripe, 0.0)
        for r in orders:
            if (r["currency"] or "no currency") == currency and r["customer_id"] in ripe and timedelta(0) <= r["ordered_at"] - ripe[r["customer_id"]][1] <= window:
                spent[r["customer_id"]] += r["amount"]
        groups = {g: np.array([spent[w] for w, (mine, _) in sorted(ripe.items()) if mine == g]) for g in sorted({g for g, _ in ripe.values()})}
        for group, values in groups.items():
            n = len(values)
            figures.append(Figure(group, f"{currency} per customer", per_customer(values), currency, f"median {np.median(values):,.0f}"))
            figures.append(share(group, f"bought ({currency})", int((values > 0).sum()), n))
        for a, b in combinations(groups, 2):
            figures.append(Figure(f"{a} less {b}", f"{currency} per customer", difference(groups[a], groups[b]), currency))
    for group in sorted({g for g, _ in ripe.values()}):
        mine = {w: at for w, (g, at) in ripe.items() if g == group}
        talks = {w: [i for begun, i in wrote.get(w, ()) if at <= begun <= at + window] for w, at in mine.items()}
        figures.append(share(group, "wrote", sum(bool(t) for t in talks.values()), len(mine), some(i for t in talks.values() for i in t)))
    notes = [f"{len(since) - len(ripe):,} customers assigned too recently are not counted."] if len(ripe) < len(since) else []
    notes += [f"{twice:,} customers were assigned to several groups: left out."] if twice else []
    read = f"Everybody in the group they were drawn for, {window.days} days from assignment, buyers or not. It holds if the groups were drawn by lot."
    return Section("Revenue by group of a hold-out", tuple(figures), read, tuple(notes))


def _assigned(rows: Sequence[Mapping[str, Any]]) -> tuple[dict[str, tuple[str, datetime]], int]:
    """Group and time of each customer, and how many stand in several groups."""
    first: dict[str, tuple[str, datetime]] = {}
    groups: dict[str, set[str]] = defaultdict(set)
    for r in rows:
        who = r["customer_id"]
        groups[who].add(r["group"])
        if who not in first or r["assigned_at"] < first[who][1]:
            first[who] = (r["group"], r["assigned_at"])
    torn = Counter(w for w, g in groups.items() if len(g) > 1)
    return {w: told for w, told in first.items() if w not in torn}, len(torn)
