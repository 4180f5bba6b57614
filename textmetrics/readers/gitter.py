"""Gitter: messages of rooms."""

from __future__ import annotations

from collections.abc import Iterator

from ..exports import Messages, bare, items, sample, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader


def claims(source: Source, head: bytes) -> str | None:
    """Messages with fromUser, sent and text."""
    return "its objects are messages of Gitter (fromUser, sent)" if bare(sample(head)).keys() >= {"fromUser", "sent", "text"} else None


@reader("gitter", claims=claims, threads="silence", order="time", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Gitter: messages of rooms.

    *Export:* the interface ``rooms/ID/chatMessages``, a file a room, or Perceval's archive of it.
    *Reads:* texts, names, threads, edits.
    *Not:* who read what; reactions, which Gitter has none of. A file names its room where its messages do not.
    """
    make = Messages(source, mapping)
    for item in items(source):
        if isinstance(item, Problem):
            yield item
            continue
        v = bare(item.value)
        room = "/".join(t for t in (words(item.value, "search_fields.group"), words(item.value, "search_fields.room")) if t) or source.stem
        yield from make.make(
            item,
            room,
            verbatim(v, "text"),
            time=v.get("sent"),
            who=words(v, "fromUser.id"),
            name=words(v, "fromUser.username", "fromUser.displayName"),
            message_id=words(v, "id") or None,
            reply_to=words(v, "parentId") or None,
            edited=bool(words(v, "editedAt")),
        )
    yield from make.rest()
