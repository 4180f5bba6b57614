"""Rocket.Chat: messages of rooms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..documents import Item, each, get, objects
from ..exports import Messages, bare, many, number, sample, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

QUOTE = re.compile(r"\[ ?\]\(https?://[^()\s]*[?&]msg=(\w+)\)\s*")  # what stands in front of an answer to a message that is quoted


def claims(source: Source, head: bytes) -> str | None:
    """Messages with rid, msg and u."""
    return "its objects are messages of Rocket.Chat (rid, msg, u)" if bare(sample(head, "messages")).keys() >= {"rid", "msg", "u"} else None


@reader("rocketchat", claims=claims, threads="silence", order="time", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Rocket.Chat: messages of rooms.

    *Export:* the interface ``channels.messages``, ``groups.messages`` or ``im.messages``; or a room's menu *Export messages*, format JSON.
    *Reads:* messages, threads, which message is answered by quoting it, names, bots and visitors of the livechat (as customers), reactions, edits, names of files.
    *Not:* joins, removals and other messages with a type of their own, earlier forms of edited messages: they are counted.
    """
    make = Messages(source, mapping)
    for item in _items(source):
        if isinstance(item, Problem):
            yield item
            continue
        v = bare(item.value)
        if words(v, "t"):
            make.skip(f"notices ({words(v, 't')})")
            continue
        if v.get("_hidden") is True:
            make.skip("earlier forms of edited messages")
            continue
        likes = sum(len(names) for r in _values(v.get("reactions")) if isinstance(names := r.get("usernames"), list))
        quoted = QUOTE.findall(said := verbatim(v, "msg"))
        text = QUOTE.sub("", said).strip() or "\n".join(t for a in many(v, "attachments") if (t := words(a, "text")))
        yield from make.make(
            item,
            words(v, "channel_info.name", "rid"),
            text,
            time=get(v, "ts.$date") or v.get("ts"),
            who=words(v, "u._id"),
            name=words(v, "alias", "u.username"),
            role="bot" if v.get("bot") else "customer" if words(v, "token") else "unknown",
            attachments=[words(f, "name") for f in [*many(v, "files"), *([v["file"]] if isinstance(v.get("file"), dict) else [])]],
            message_id=words(v, "_id") or None,
            reply_to=words(v, "tmid") or next(iter(quoted), None),
            edited="editedAt" in v,
            reactions={"likes": float(likes)} if likes else {},
        )
    yield from make.rest()


def _items(source: Source) -> Iterator[Item | Problem]:
    """Messages, alone or on a page, which says how many there are."""
    place = 0
    for item in objects(source, within=["messages"]):
        if isinstance(item, Problem) or "messages" not in item.value:
            yield item
            continue
        page = each(item.value, "messages")
        yield from (Item(m, place := place + 1, item.line, item.byte) for m in page)
        if (total := number(item.value.get("total"))) is not None and total > len(page):
            yield Problem(source.name, f"is one page of several: {len(page)} of {total:.0f} messages are here", item.number, kept=True)


def _values(value: Any) -> list[Mapping[str, Any]]:
    return [r for r in value.values() if isinstance(r, dict)] if isinstance(value, dict) else []
