"""The job cut into parts: some whole conversations in, their rows of every table out, wherever that is done.

``measure`` is one plain function of its arguments. A process beside this one, a machine of a cluster, or this very process call it alike, so what
comes out is the same bytes whoever did the work. What needs more than one part, the metrics of whole customers, travels with each part as ``customers``
and is looked at when all are in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, TypeVar
from zlib import crc32

import msgspec
from msgspec import Struct

from .annotation import BATCH, Settings, annotate
from .garbage import uncollected
from .profile import stage
from .tables import Tables, packed, schema, unpacked
from .types import Conversation, Message, Participant, Transcript

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")

SIZE = BATCH  # messages from which a part is full: about a second of work, so that a killed run loses no more and memory stays low
AT_ONCE = 32  # conversations that are observed together
STAMP = 4  # bytes of the checksum in front of a packed part
MEASURED = ("messages", "conversations", "findings", "ledger", "observations")


class Job(Struct, frozen=True):
    """What is the same for all parts of a run. ``stamp`` names the definitions it is measured by, so that a part made by others is not taken for one of its own."""

    as_of: datetime | None = None
    settings: Settings = Settings()
    metrics: tuple[str, ...] | None = None
    stamp: str = ""


class Part(Struct):
    """What some conversations came to: the rows of `MEASURED`, the transcripts of customers that are known, and how much it was."""

    tables: dict[str, bytes]
    customers: list[Transcript]
    conversations: int
    messages: int
    skewed: int
    latest: datetime | None

    def table(self, name: str) -> pa.Table:
        """One table, as Arrow."""
        table, wanted = unpacked(self.tables[name]), schema(name)
        return table if table.schema.equals(wanted) else table.cast(wanted)


_conversations = msgspec.msgpack.Decoder(list[Conversation])
_job = msgspec.msgpack.Decoder(Job)
_part = msgspec.msgpack.Decoder(Part)


def cut(conversations: Iterable[T], size: int) -> Iterator[list[T]]:
    """So many at a time, in their order."""
    waiting = iter(conversations)
    while chunk := list(islice(waiting, size)):
        yield chunk


def measure(job: Job, chunk: Sequence[Conversation]) -> Part:
    """Annotate some conversations and observe every metric in them."""
    tables = Tables(job.metrics)
    for some in cut(annotate(chunk, as_of=job.as_of, settings=job.settings), AT_ONCE):
        with stage("tables"):
            tables.add(*some)
    with stage("tables"):
        rows = {name: packed(tables.compact(name)) for name in MEASURED}
    return Part(
        tables=rows,
        customers=[_slim(t) for t in tables.customers()],
        conversations=len(chunk),
        messages=tables.n_messages,
        skewed=sum(c.skewed for c in chunk),
        latest=max((m.sent_at for c in chunk for m in c.messages if m.sent_at is not None), default=None),
    )


def prepare(job: bytes) -> None:
    """Load what measuring needs before there is anything to measure: packs, models, libraries."""
    measure(_job.decode(job), [Conversation(id="", channel="chat", participants=(Participant("", "customer"),), messages=(Message(id="", participant_id="", text="Hello"),))])


@uncollected()
def measure_packed(job: bytes, chunk: bytes) -> bytes:
    """`measure` over bytes, as they travel to another process and back."""
    return pack(measure(_job.decode(job), _conversations.decode(chunk)))


def pack(value: Part | Job | Sequence[Conversation]) -> bytes:
    """A job, a part or some conversations as bytes; a part with its checksum in front."""
    data = msgspec.msgpack.encode(value)
    return _sum(data) + data if isinstance(value, Part) else data


def unpack(data: bytes) -> Part:
    """A part out of its bytes; ValueError where they are not what was packed."""
    told, packed_part = data[:STAMP], memoryview(data)[STAMP:]
    if _sum(packed_part) != told:
        raise ValueError("is damaged")
    return _part.decode(packed_part)


def name_of(job: bytes, chunk: bytes) -> str:
    """A name that only this work has: what was made for other conversations, settings or definitions goes by another."""
    name = hashlib.blake2b(job + b"\0", digest_size=12)
    name.update(chunk)
    return name.hexdigest()


def _sum(data: bytes | memoryview) -> bytes:
    return crc32(data).to_bytes(STAMP, "big")


def _slim(t: Transcript) -> Transcript:
    """A transcript as metrics of whole customers see it: they go by times, findings and channels, not by words."""
    c = t.conversation
    messages = tuple(msgspec.structs.replace(m, text="", raw_time=None, attachments=()) for m in c.messages)
    return msgspec.structs.replace(t, conversation=msgspec.structs.replace(c, messages=messages), cues=((),) * len(messages))
