"""Front: messages and comments of conversations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..documents import Item, get
from ..exports import Messages, channel, facts, given, html, items, joined, listed, many, sample, tidy, true, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

WHY = {
    "messages": "its objects are Front messages (is_inbound, recipients)",
    "comments": "its objects are comments of Front conversations",
    "conversations": "its objects are Front conversations, joined to the messages beside them",
}
LISTS = ("_results", "messages", "comments")


def kind(head: bytes) -> str | None:
    """What of Front's exports a file holds."""
    v = sample(head, *LISTS, "conversations")
    if v.keys() >= {"is_inbound", "created_at", "type"}:
        return "messages"
    if v.keys() >= {"author", "body", "posted_at"} and words(v, "id").startswith("com_"):
        return "comments"
    return "conversations" if words(v, "id").startswith("cnv_") and "status" in v else None


@reader("front", claims=lambda source, head: WHY.get(kind(head) or ""), order="time", channel="email")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Front: conversations.

    *Export:* the interface ``conversations/ID/messages`` and ``conversations/ID/comments``, with ``conversations`` beside them for status and tags. Analytics' CSV holds no bodies.
    *Reads:* messages, comments (as notes); authors, or the recipient a message came from; status, tags, assignee.
    *Not:* drafts, events, bodies that Front may not hand out (``[REDACTED]``, reported one by one).
    """
    make, conversations = Messages(source, mapping), joined(source, kind, "conversations", "_results", "conversations")
    for item in items(source, *LISTS):
        if isinstance(item, Problem):
            yield item
        elif "is_inbound" in item.value or "posted_at" in item.value:
            id_ = _conversation(source, item.value)
            yield from _said(make, item, id_, item.value, conversations.get(id_, {}))
        else:
            make.skip("conversation")
    yield from make.rest()


def _conversation(source: Source, v: Mapping[str, Any]) -> str:
    """A message names its conversation in a link, or its file does."""
    link = words(v, "_links.related.conversation", "conversation_id", "conversation.id") or source.stem
    found = re.search(r"cnv_\w+", link)
    return found[0] if found else link


def _said(make: Messages, item: Item, id_: str, v: Mapping[str, Any], c: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """A message or comment."""
    if true(v.get("is_draft")):
        make.skip("draft")
        return
    sender: Any = next((r for r in many(v, "recipients") if get(r, "role") == "from"), {})
    text = html(verbatim(v, "body")) or tidy(verbatim(v, "text")) or words(v, "subject")
    if text == "[REDACTED]":
        yield make.lost(item, f"message {words(v, 'id')} is redacted: Front may not hand out its text")
        return
    inbound = true(v.get("is_inbound"))
    author = given(v, "author") or {}
    name = " ".join(n for n in (words(author, "first_name"), words(author, "last_name")) if n) or words(author, "email", "username")
    if inbound or not name:
        name = words(sender, "name", "handle") or name
    role = "note" if "posted_at" in v else "customer" if inbound else "agent"
    about = {
        "customer_id": words(c, "recipient.handle") or (words(sender, "handle") if inbound else None),
        "status": words(c, "status") or None,
        "queue": words(c, "inbox.name", "inboxes.0.name") or None,
        "channel": channel(words(v, "type"), "email") if "type" in v else None,
        "columns": facts(subject=words(c, "subject") or words(v, "subject"), tags=listed(c.get("tags")), via=words(v, "type"), assignee=words(c, "assignee.email")),
    }
    yield from make.make(
        item,
        id_,
        text,
        time=given(v, "created_at", "posted_at"),
        who=words(sender, "handle") if inbound else words(author, "id", "email"),
        name=name,
        role=role,
        about=about,
        attachments=[words(a, "filename", "url") for a in many(v, "attachments")],
        message_id=words(v, "id") or None,
        automatic=not inbound and role == "agent" and "author" in v and not author and words(v, "type") == "email",
    )
