"""Hold-out groups: to whom something was offered, and from whom it was withheld by lot."""

from __future__ import annotations

from collections.abc import Iterator

from ..sources import Source
from ..types import Problem
from . import EMAILS, Row, clock, heading, keys, pick, records, sidetable

TIMES = ("assigned at", "since", "assigned", "started at")
GROUPS = ("group", "arm", "variant")


def _claims(source: Source) -> bool:
    names = set(heading(source))
    return bool(names & set(GROUPS)) and bool(names & set(TIMES)) and bool(names & {"customer id", *EMAILS})


@sidetable("holdout", claims=_claims)
def holdout(source: Source) -> Iterator[Row | Problem]:
    """Hold-out groups, as CSV: ``customer_id`` (as orders name customers), ``group`` (such as offered and withheld) and ``assigned_at``, a row a customer."""
    found = list(records(source))
    read = clock([t for r in found if not isinstance(r, Problem) and (t := pick(r[1], TIMES))])
    for item in found:
        if isinstance(item, Problem):
            yield item
            continue
        record, cell = item
        group, since = pick(cell, GROUPS), read(pick(cell, TIMES))
        known = keys(cell)
        if group is None or since is None or (known["customer_id"] or known["email"]) is None:
            yield Problem(source.name, "names no customer, group or time of assignment: left out", record=record)
            continue
        yield {"customer_id": known["customer_id"] or known["email"], "group": group.lower(), "assigned_at": since, "record": record}
