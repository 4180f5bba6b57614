"""What is measured in conversations as one function over Arrow batches, for engines that shuffle rows by themselves: Spark's ``mapInArrow``, Ray's ``map_batches``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any

from . import parts
from .annotation import Settings, batches
from .errors import UnknownName, UsageError
from .parts import Job
from .plain_data import of_rows
from .tables import schema
from .times import zoned

if TYPE_CHECKING:
    import pyarrow as pa

Mapped = Callable[[Iterable["pa.RecordBatch"]], Iterator["pa.RecordBatch"]]


def arrow_function(table: str = "observations", *, as_of: datetime, **settings: Any) -> Mapped:
    """A function of Arrow batches of messages, in the generic form, that yields batches of one table of a run (schema: `arrow_schema`).

    All messages of a conversation must be in the batches of one call, one after the other and in their order: in Spark
    ``df.repartition("conversation_id").sortWithinPartitions("conversation_id", "sent_at")`` sees to that, also where a thread's messages lie
    in several files. A conversation that comes back after others is a UsageError. Memory holds some thousand messages, however many a call is given.
    ``as_of`` is when the data were cut; no partition can know. ``settings`` are those of `annotation.Settings`.

    Left out is what only a whole archive tells: metrics of customers and cases over several conversations, and first replies that are automatic because ten conversations
    were met with them at once; say so in the column ``automatic``.
    """
    if table not in parts.MEASURED:
        raise UnknownName("table", table, parts.MEASURED)
    job = Job(zoned(as_of), Settings(**settings))

    def function(given: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for some in batches(_together(given), parts.SIZE, len):
            conversations = of_rows(chain.from_iterable(some))
            yield from parts.measure(job, conversations).table(table).to_batches()

    return function


def _together(batches: Iterable[pa.RecordBatch]) -> Iterator[list[dict[str, Any]]]:
    """The rows of each conversation."""
    done: set[Any] = set()
    rows = (row for batch in batches for row in batch.to_pylist())
    for name, own in groupby(rows, key=lambda row: row.get("conversation_id")):
        if name in done:
            raise UsageError(f"conversation {name!r} comes back after others: sort the rows of each partition by conversation_id, then by sent_at")
        done.add(name)
        yield list(own)


def arrow_schema(table: str = "observations") -> pa.Schema:
    """The columns that `arrow_function` yields."""
    if table not in parts.MEASURED:
        raise UnknownName("table", table, parts.MEASURED)
    return schema(table)
