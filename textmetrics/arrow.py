"""The whole job as one function over Arrow batches, for engines that shuffle rows by themselves: Spark's ``mapInArrow``, Ray's ``map_batches``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from . import parts
from .annotation import Settings
from .errors import UnknownName
from .parts import Job
from .plain_data import to_conversations
from .tables import schema

if TYPE_CHECKING:
    import pyarrow as pa

Mapped = Callable[[Iterable["pa.RecordBatch"]], Iterator["pa.RecordBatch"]]


def arrow_function(table: str = "observations", *, as_of: datetime, **settings: Any) -> Mapped:
    """A function of Arrow batches of messages, in the generic form, that yields batches of one table of a run (schema: `arrow_schema`).

    All messages of a conversation must be in the batches of one call, in their order: in Spark ``df.repartition("conversation_id")`` and
    ``sortWithinPartitions("conversation_id", "sent_at")`` see to that. ``as_of`` is when the data were cut; no partition can know. Metrics of whole
    customers see the customers of one call; partition by customer for them. ``settings`` are those of `annotation.Settings`.
    """
    if table not in parts.MEASURED:
        raise UnknownName("table", table, parts.MEASURED)
    job = Job(as_of, Settings(**settings))

    def function(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        rows = [row for batch in batches for row in batch.to_pylist()]
        for chunk in parts.cut(to_conversations(rows) if rows else [], parts.SIZE):
            yield from parts.measure(job, chunk).table(table).to_batches()

    return function


def arrow_schema(table: str = "observations") -> pa.Schema:
    """The columns that `arrow_function` yields."""
    if table not in parts.MEASURED:
        raise UnknownName("table", table, parts.MEASURED)
    return schema(table)
