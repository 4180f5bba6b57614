"""The conversations of whole customers, for metrics that look at all of them: kept until every conversation is in.

They are shuffled by customer (`spool`), so that no more than some customers' are in memory, however many there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from .observations import customer_of, of_customer
from .spool import Merge, Shuffle, Spool
from .tables import schema
from .types import Transcript

if TYPE_CHECKING:
    import pyarrow as pa

Contact = tuple[str, int, Transcript]  # customer, number of the conversation, the conversation
Cells = tuple[str, str, str | None, float, float, bool]  # a row of the table of observations
Told = tuple[str, list[Cells]]
ROWS = 1 << 14  # of a table
MESSAGE, ROW = 500, 200  # bytes that one costs, roughly


class Histories:
    """Transcripts in, in their order; what metrics of whole customers see in them out, in the order of the customers' names."""

    def __init__(self, spool: Spool, metrics: Sequence[str] | None = None) -> None:
        self._spool, self._metrics, self._count = spool, metrics, 0
        self._contacts: Shuffle[Contact] = Shuffle(spool, Contact, lambda c: c[0], lambda c: MESSAGE * (3 + len(c[2].messages)))

    def add(self, t: Transcript) -> None:
        """Take in one transcript whose customer is known."""
        if (customer := customer_of(t.conversation)) is not None:
            self._contacts.add((customer, self._count, t))
            self._count += 1

    def observations(self) -> Iterator[pa.Table]:
        """The rows of the table of observations, some at a time; what was taken in is gone afterwards."""
        told: Merge[Told] = Merge(self._spool, Told, lambda t: ROW * (1 + len(t[1])))
        for leaf in self._contacts.leaves():
            customers: dict[str, list[tuple[int, Transcript]]] = {}
            for customer, number, t in leaf:
                customers.setdefault(customer, []).append((number, t))
            told.add((customer, list(_rows(customers[customer], self._metrics))) for customer in sorted(customers))
        waiting: list[Cells] = []
        for _, cells in told:
            waiting += cells
            if len(waiting) >= ROWS:
                yield _table(waiting)
                waiting = []
        yield _table(waiting)
        told.forget()


def _rows(history: Sequence[tuple[int, Transcript]], metrics: Iterable[str] | None) -> Iterator[Cells]:
    """What metrics of whole customers see in the numbered conversations of one, as rows of the table of observations."""
    numbered = dict(history)
    for number, name, o in of_customer(history, metrics):
        t = numbered[number]
        yield name, t.id, None if o.message is None else t.messages[o.message].id, float(o.value), float(o.exposure), bool(o.censored)


def _table(rows: Sequence[Cells]) -> pa.Table:
    """Rows of the table of observations, as Arrow."""
    import pyarrow as pa

    wanted = schema("observations")
    columns = list(zip(*rows, strict=True)) or [()] * len(wanted)
    return pa.Table.from_arrays([pa.array(c, t) for c, t in zip(columns, wanted.types, strict=True)], schema=wanted)
