"""Microsoft Teams: messages of chats and channels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..cleaning import plain
from ..documents import get
from ..exports import Messages, items, many, sample, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

_FILE = re.compile(r"<attachment\b[^>]*>(?:</attachment>)?", re.IGNORECASE)


def claims(source: Source, head: bytes) -> str | None:
    """Messages with a body of contentType and content, and a messageType, in any case."""
    v = {k.lower(): k for k in sample(head, "value")}
    return "its objects are messages of Teams (messageType, body.content)" if v.keys() >= {"messagetype", "body", "createddatetime"} else None


@reader("teams", claims=claims, threads="silence", order="time", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Microsoft Teams: chats and channels.

    *Export:* Graph's interface ``chats/ID/messages`` or ``teams/ID/channels/ID/messages`` with ``replies``, or a tool that saves it (names in any case);
    Purview's content search gives mails instead: read those as .eml.
    *Reads:* texts of HTML bodies, people, applications as bots, replies, reactions, mentions as names, names of attachments, edits.
    *Not:* system messages (joined, renamed, calls) and deleted ones, which are counted; what files hold.
    """
    make = Messages(source, mapping)
    for item in items(source, "value"):
        if isinstance(item, Problem):
            yield item
            continue
        v = item.value
        for one in [v, *many(v, "replies")]:
            yield from _message(make, item, one, source)
    yield from make.rest()


def _message(make: Messages, item: Any, v: Mapping[str, Any], source: Source) -> Iterator[Record | Problem]:
    body = verbatim(v, "body.content")
    if words(v, "messageType") != "message" or "<systemEventMessage" in body:
        make.skip("system messages")
    elif words(v, "deletedDateTime"):
        make.skip("deleted messages")
    else:
        html = words(v, "body.contentType").lower() == "html"
        room = words(v, "chatId", "channelIdentity.channelId") or source.stem
        likes = len(many(v, "reactions"))
        application = get(v, "from.application")
        yield from make.make(
            item,
            room,
            plain(_FILE.sub(lambda match: " " * len(match[0]), body)) if html else body,
            time=get(v, "createdDateTime"),
            who=words(v, "from.user.id", "from.application.id", "from.device.id"),
            name=words(v, "from.user.displayName", "from.application.displayName", "from.device.displayName"),
            role="bot" if application else "customer" if words(v, "from.user.userIdentityType") in ("anonymousGuest", "emailUser") else "unknown",
            attachments=[words(a, "name", "contentType") for a in many(v, "attachments")],
            message_id=words(v, "id") or None,
            reply_to=words(v, "replyToId") or None,
            edited=bool(words(v, "lastEditedDateTime")),
            reactions={"likes": float(likes)} if likes else {},
        )
