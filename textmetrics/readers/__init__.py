"""Readers: a source in, records or conversations out, one file per export format.

To add one, put a module here with a function decorated ``@reader("name", claims=...)``. It is given the source and the map and yields, as it goes,
``Record`` (a single message; conversations are cut later) or ``Conversation``, a ``Problem`` for whatever it could
not read, and a ``LeftOut`` for each kind of thing that is no message. ``claims`` looks at the first 64 KB and answers in words why the source is of this format, or None.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress

from msgspec import Struct

from ..errors import ReadError, UnknownFormat
from ..mapping import Map
from ..registry import Registry
from ..sources import DAMAGED, Source
from ..types import Conversation, LeftOut, Problem, Record

Read = Callable[[Source, Map], Iterator[Record | Conversation | Problem | LeftOut]]
Claims = Callable[[Source, bytes], str | None]


class Reader(Struct, frozen=True):
    """One export format. ``threads``, ``order`` and ``channel`` say how its records become conversations where the map does not.

    ``calls``: what it reads of the channel voice is calls, which are over with their last word: nobody waits on.
    """

    name: str
    doc: str
    claims: Claims
    read: Read
    threads: str
    order: str | None
    channel: str
    shape: str | None
    calls: bool = False


READERS: Registry[Reader] = Registry("reader", __name__)


def reader(
    name: str, *, claims: Claims, threads: str = "id", order: str | None = None, channel: str = "chat", shape: str | None = None, calls: bool = False
) -> Callable[[Read], Read]:
    """Register a reader. ``shape`` names the plain table form it reads (json, delimited, parquet, workbook), if any: a map then applies to it."""

    def register(function: Read) -> Read:
        READERS.add(name, Reader(name, inspect.getdoc(function) or "", claims, function, threads, order, channel, shape, calls), function.__code__.co_filename)
        return function

    return register


def claimants(source: Source) -> dict[str, str]:
    """The readers that claim a source, with the reason each of them gives; those of plain tables stand back where one knows the platform."""
    head = source.head()
    found = {name: why for name, r in READERS.items() if (why := r.claims(source, head))}
    return {name: why for name, why in found.items() if not READERS[name].shape} or found


def choose(source: Source, format: str | None, mapping: Map) -> Reader:
    """The reader of a source: the one named, else the only one that claims it."""
    if named := format or mapping.reader:
        return READERS[named]
    if not (head := source.head()):
        with suppress(*DAMAGED), source.open() as stream:  # what the system cannot read is told as such
            stream.read(1)
        raise UnknownFormat(source.name, "is empty, or its beginning cannot be read")
    if mapping.columns and not mapping.keep_rest:
        found = {n: r for n, r in READERS.items() if r.shape and r.shape == _shape(source, head)}
    else:
        found = {n: READERS[n] for n in claimants(source)}
    if not found:
        raise UnknownFormat(source.name, "no reader knows it: name one with --format (textmetrics list readers), or describe its columns with --map")
    if len(found) > 1:
        raise ReadError(source.name, f"more than one reader claims this file: choose with --format {' or '.join(found)}")
    return next(iter(found.values()))


def _shape(source: Source, head: bytes) -> str:
    """The plain form of a source that a map is given for."""
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "workbook"
    return "json" if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")) else "delimited"
