"""Google Chat: Takeout of spaces and direct messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from ..documents import document, get
from ..exports import Messages, items, many, sample, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

_PERSON = re.compile(r"<users/([^>]+)>")


def kind(head: bytes) -> str | None:
    """What of a Takeout of Google Chat a file holds."""
    v = sample(head, "messages")
    if "message_id" in v and "topic_id" in v:
        return "messages"
    v = sample(head)
    return "group" if v.keys() >= {"members"} and v.keys() <= {"name", "members"} else "user" if v.keys() == {"user", "membership_info"} else None


WHY = {
    "messages": "its messages have topic_id and message_id, as Takeout writes Google Chat",
    "group": "it names the members of a space of Google Chat",
    "user": "it names the spaces of a member of Google Chat",
}


@reader("google_chat", claims=lambda source, head: WHY.get(kind(head) or ""), threads="id", order="time", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Google Chat: spaces and direct messages.

    *Export:* takeout.google.com, *Google Chat*: the zip, or its folder ``Google Chat/Groups``.
    *Reads:* topics as conversations, texts, names, bots, edits, names of attached files, times in the words of many languages.
    *Not:* deleted messages, which are counted; reactions, which Takeout leaves out.
    """
    make, room = Messages(source, mapping), PurePosixPath(source.path).parent.name or source.stem
    if kind(source.head()) in ("group", "user"):
        value, problems = document(source)
        yield from problems
        yield LeftOut(source.name, "members and spaces", len(many(value, "members", "membership_info.membership", "membership_info")) or 1)
        return
    for item in items(source, "messages"):
        if isinstance(item, Problem):
            yield item
            continue
        v = item.value
        if words(v, "message_state") == "DELETED" or words(v, "deleted_date"):
            make.skip("deleted messages")
            continue
        yield from make.make(
            item,
            f"{room}/{words(v, 'topic_id')}",
            _PERSON.sub(r"@\1", verbatim(v, "text")),
            time=v.get("created_date"),
            who=words(v, "creator.email") or words(v, "creator.name"),
            name=words(v, "creator.name"),
            role="bot" if words(v, "creator.user_type").lower() == "bot" else "unknown",
            attachments=[words(f, "original_name", "export_name") for f in many(v, "attached_files")],
            message_id=words(v, "message_id") or None,
            edited=bool(get(v, "updated_date")),
        )
    yield from make.rest()
