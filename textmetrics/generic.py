"""Conversations as rows of the generic form, a message a row: the way back of mapping.py."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from .types import Conversation, Participant

FACTS = ("channel", "language", "customer_id", "case_id", "severity", "queue", "status", "rating")
COLUMNS: dict[str, str] = {  # in the order they are written, with the kind of their values
    **dict.fromkeys(("conversation_id", "message_id", "author", "role"), "text"),
    "sent_at": "time",
    "channel": "text",
    "language": "text",
    "text": "text",
    "reply_to": "text",
    "automatic": "flag",
    "visibility": "text",
    "edited": "flag",
    "reactions": "numbers",
    "attachments": "list",
    "origin": "counts",
    **dict.fromkeys(("customer_id", "case_id", "severity", "queue", "status"), "text"),
    "rating": "number",
    "raw_time": "text",
    "zone_known": "flag",
    "role_confidence": "number",
    "position": "count",
    "cut": "time",
    "columns": "texts",
}
USUAL: dict[str, Any] = {"automatic": False, "visibility": "public", "edited": False, "zone_known": True, "role_confidence": 1.0, "reactions": {}, "attachments": [], "origin": [], "columns": {}}


def rows(conversation: Conversation) -> Iterator[dict[str, Any]]:
    """Every message of a conversation with all that is known of it, under the names of COLUMNS; times as datetimes."""
    people = {p.id: p for p in conversation.participants}
    shared = {name: getattr(conversation, name) for name in FACTS} | {"cut": conversation.cut, "columns": dict(conversation.columns)}
    for position, m in enumerate(conversation.messages):
        person = people[m.participant_id]
        row = shared | {
            "conversation_id": conversation.id,
            "message_id": m.id,
            "author": author(person),
            "role": person.role,
            "role_confidence": person.confidence,
            "sent_at": m.sent_at,
            "text": m.text,
            "reply_to": m.reply_to,
            "automatic": m.automatic,
            "visibility": "private" if m.private else "public",
            "edited": m.edited,
            "reactions": dict(m.reactions),
            "attachments": list(m.attachments),
            "origin": list(m.origin),
            "raw_time": m.raw_time,
            "zone_known": m.zone_known,
            "position": position,
        }
        yield {name: row[name] for name in COLUMNS}


def author(person: Participant) -> str:
    """The name somebody writes under, in the open and in notes alike; a note of nobody has none.

    >>> author(Participant("Bo (note)", "note"))
    'Bo'
    """
    if person.role != "note":
        return person.id
    return "" if person.id == person.role else person.id.removesuffix(" (note)")


def short(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what is unknown or as usual; times as ISO text. A raw time that is unknown stays, else it would be taken from the time."""
    return {
        name: value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
        for name, value in row.items()
        if (value is not None or (name == "raw_time" and row["sent_at"] is not None)) and (name not in USUAL or value != USUAL[name])
    }
