"""Signal: messages of one chat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from ..exports import Messages, items, many, sample, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader


def claims(source: Source, head: bytes) -> str | None:
    """Messages of Signal's desktop store, or as signal-export writes them."""
    v = sample(head, "messages")
    if v.keys() >= {"sent_at", "conversationId", "type"} and "body" in v:
        return "its objects are messages of Signal's desktop store (sent_at, conversationId, body)"
    return "its objects hold date, sender, body, quote and sticker, as signal-export writes them" if v.keys() >= {"date", "sender", "body", "quote", "sticker"} else None


@reader("signal", claims=claims, threads="silence", order="time", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Signal: one chat, or the store of a desktop.

    *Export:* signal-export (data.json of a chat), or the rows of the table ``messages`` of a desktop's store as JSON.
    *Reads:* texts, who wrote (outgoing as *me*), quotes as reply links, reactions, names of attachments; times that name no zone by the map's.
    *Not:* calls, deleted messages, changes of keys and groups, which are counted; the backup of a phone, which is encrypted.
    """
    make, room = Messages(source, mapping, local=True), PurePosixPath(source.path).parent.name if source.stem == "data" else source.stem
    for item in items(source, "messages"):
        if isinstance(item, Problem):
            yield item
            continue
        v = item.value
        desktop = "conversationId" in v
        if desktop and words(v, "type") not in ("incoming", "outgoing"):
            make.skip(f"notices ({words(v, 'type') or 'of no type'})")
            continue
        if v.get("deleted") is True or v.get("call") is True:
            make.skip("deleted messages" if v.get("deleted") is True else "calls")
            continue
        own = words(v, "type") == "outgoing"
        likes = len(many(v, "reactions"))
        yield from make.make(
            item,
            words(v, "conversationId") or room,
            verbatim(v, "body"),
            time=v.get("sent_at") if desktop else v.get("date"),
            who="me" if own else words(v, "sourceServiceId", "sourceUuid", "source", "sender"),
            attachments=[*(words(a, "fileName", "name", "contentType") for a in many(v, "attachments")), *(["sticker"] if v.get("sticker") else [])],
            message_id=words(v, "sent_at") or None,
            reply_to=words(v, "quote.id") or None,
            edited=bool(many(v, "editHistory")),
            reactions={"likes": float(likes)} if likes else {},
        )
    yield from make.rest()
