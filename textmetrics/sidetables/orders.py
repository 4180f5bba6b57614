"""Orders and revenue."""

from __future__ import annotations

from collections.abc import Iterator

from ..sources import Source
from ..types import Problem
from . import Row, clock, heading, keys, number, pick, records, sidetable

AMOUNTS = ("amount", "total", "revenue", "total price", "order total")
TIMES = ("ordered at", "created at", "paid at", "order date", "date")
IDS = ("order id", "name", "order number", "id")


def _claims(source: Source) -> bool:
    names = set(heading(source))
    known = "order id" in names or "order number" in names or {"name", "financial status"} <= names
    return known and bool(names & set(AMOUNTS))


@sidetable("orders", claims=_claims)
def orders(source: Source) -> Iterator[Row | Problem]:
    """Orders, as CSV: ``order_id, customer_id`` or ``email, ordered_at, amount, currency``, also as Shopify exports them (a row a line of the order, its total on the first).

    Refunds are negative amounts, or a column ``refunded amount``, which is taken off.
    """
    found = list(records(source))
    read = clock([t for r in found if not isinstance(r, Problem) and (t := pick(r[1], TIMES))])
    for item in found:
        if isinstance(item, Problem):
            yield item
            continue
        record, cell = item
        written = pick(cell, AMOUNTS)
        if written is None and "financial status" in cell:
            continue  # a further line of the order above
        amount = number(written)
        if amount is None:
            yield Problem(source.name, f"the amount {written!r} is no number", record=record)
            continue
        yield {
            **keys(cell),
            "order_id": pick(cell, IDS),
            "ordered_at": read(pick(cell, TIMES)),
            "amount": amount - (number(cell.get("refunded amount")) or 0.0),
            "currency": cell.get("currency") or None,
            "record": record,
        }
