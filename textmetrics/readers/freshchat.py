"""Freshchat: messages in parts, written by users, agents and bots."""

from __future__ import annotations

from collections.abc import Iterator

from ..cleaning import in_one
from ..documents import get, head_value
from ..exports import Messages, facts, items, joined, many, sample, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

WHY = {
    "messages": "its objects are Freshchat messages (message_parts, actor_type)",
    "conversations": "its objects are Freshchat conversations, joined to the messages beside them",
    "people": "its objects are Freshchat users or agents, joined to the messages beside them",
}
ROLES = {"user": "customer", "agent": "agent", "bot": "bot", "system": "system"}
TYPES = {"private": "note", "system": "system"}


def kind(head: bytes) -> str | None:
    """What of Freshchat's exports a file holds."""
    v = sample(head, "messages", "conversations", "users", "agents")
    if v.keys() >= {"message_parts", "actor_type"}:
        return "messages"
    if v.keys() >= {"conversation_id", "status", "assigned_group_id"} or v.keys() >= {"conversation_id", "status", "assigned_agent_id"}:
        return "conversations"
    return "people" if v.keys() >= {"id", "first_name", "avatar"} and ("properties" in v or "social_profiles" in v) else None


@reader("freshchat", claims=lambda source, head: WHY.get(kind(head) or ""), order="time", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Freshchat: messages of conversations.

    *Export:* the interface ``conversations/ID/messages``, with ``conversations/ID``, ``users/ID`` and ``agents`` beside it for status, group and names; or Analytics > Reports > Raw data as JSON.
    *Reads:* all text parts of a message as one text, images and files as attachments, private messages as notes, lines of the system as such; status and group.
    *Not:* buttons and quick replies that were offered, ratings (they lie in reports).
    """
    make = Messages(source, mapping)
    people = joined(source, kind, "people", "users", "agents")
    conversations = joined(source, kind, "conversations", "conversations", by="conversation_id")
    if kind(source.head()) in ("people", "conversations"):
        for item in items(source, "users", "agents", "conversations"):
            if isinstance(item, Problem):
                yield item
            else:
                make.skip(kind(source.head()) or "other")
        yield from make.rest()
        return
    envelope = head_value(source.head())  # a conversation may come with its messages
    for item in items(source, "messages"):
        if isinstance(item, Problem):
            yield item
            continue
        v = item.value
        parts = many(v, "message_parts")
        text = in_one(verbatim(p, "text.content", "email.content", "url_button.label", "template_content.type") for p in parts)
        attached = [f"{what} {words(p, f'{what}.name', f'{what}.url')}".strip() for p in parts for what in ("image", "file", "video", "audio") if what in p]
        id_, who = words(v, "conversation_id") or words(envelope, "conversation_id") or source.stem, words(v, "actor_id")
        c, person = conversations.get(id_) or (envelope if words(envelope, "conversation_id") == id_ else {}), people.get(who)
        role = TYPES.get(words(v, "message_type")) or ROLES.get(words(v, "actor_type"), "unknown")
        about = {
            "told": get(c, "updated_time"),
            "status": words(c, "status") or None,
            "queue": words(c, "assigned_group_name", "assigned_group_id") or None,
            "customer_id": who if role == "customer" else None,
            "columns": facts(via=words(v, "channel_name", "channel_id"), **(c["properties"] if isinstance(c.get("properties"), dict) else {})),
        }
        yield from make.make(
            item,
            id_,
            text,
            time=v.get("created_time"),
            who=who,
            name=" ".join(n for n in (words(person, "first_name"), words(person, "last_name")) if n),
            role=role,
            about=about,
            attachments=attached,
            message_id=words(v, "id") or None,
        )
