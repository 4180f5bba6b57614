"""Twilio Conversations and Flex: messages, with participants and conversations beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..documents import Item
from ..exports import Messages, channel, facts, given, items, joined, many, number, sample, tidy, words
from ..mapping import Map
from ..sources import Source
from ..syntax import parse
from ..types import LeftOut, Problem, Record
from . import reader

WHY = {
    "messages": "its objects are Twilio messages (conversation_sid, index, author)",
    "participants": "its objects are Twilio participants, joined to the messages beside them",
    "conversations": "its objects are Twilio conversations, joined to the messages beside them",
}
ADDRESS = re.compile(r"^(?:(?P<what>whatsapp|messenger|sms):)?\+?\d[\d ()-]{5,}$|^(?P<other>whatsapp|messenger):")


def kind(head: bytes) -> str | None:
    """What of Twilio's exports a file holds."""
    v = sample(head, "messages", "participants", "conversations")
    if v.keys() >= {"sid", "index", "body"} and v.keys() & {"conversation_sid", "channel_sid"}:
        return "messages"
    if v.keys() >= {"sid", "conversation_sid", "messaging_binding"}:
        return "participants"
    return "conversations" if v.keys() >= {"sid", "chat_service_sid", "state"} else None


@reader("twilio", claims=lambda source, head: WHY.get(kind(head) or ""), order="time", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Twilio: Conversations, Flex, Programmable Chat.

    *Export:* the interface ``Conversations/SID/Messages``, with ``Participants`` and ``Conversations`` beside it; without participants, an author that is a number or address is a customer.
    *Reads:* messages in the order of their index, media as attachments; identities as agents, addresses as customers; attributes of the conversation, its state. Gaps in the index are reported.
    *Not:* delivery receipts, attributes of single messages, logs of single SMS.
    """
    make, what = Messages(source, mapping), kind(source.head())
    people, conversations = joined(source, kind, "participants", "participants", by="sid"), joined(source, kind, "conversations", "conversations", by="sid")
    said: dict[str, list[Item]] = {}
    for item in items(source, "messages", "participants", "conversations"):
        if isinstance(item, Problem):
            yield item
        elif what == "messages":
            said.setdefault(words(item.value, "conversation_sid", "channel_sid"), []).append(item)
        else:
            make.skip(what or "other")
    yield from make.rest()
    for id_, group in said.items():
        c: dict[str, Any] = conversations.get(id_, {})
        for item in sorted(group, key=lambda i: number(i.value.get("index")) or 0):
            v, author = item.value, words(item.value, "author", "from")
            person, address = people.get(words(v, "participant_sid"), {}), ADDRESS.match(author)
            role = (
                "system"
                if author.lower() == "system"
                else "customer"
                if given(person, "messaging_binding") or address
                else "agent"
                if words(person, "identity")
                else "unknown"
            )
            via = words(person, "messaging_binding.type") or (address["what"] or address["other"] or "sms" if address else "")
            attributes = _attributes(words(c, "attributes"))
            about = {
                "status": words(c, "state") or None,
                "channel": channel(via, "chat"),
                "customer_id": words(person, "messaging_binding.address") or (author if role == "customer" else None),
                "columns": facts(subject=words(c, "friendly_name"), via=via, **attributes),
            }
            yield from make.make(
                item,
                id_,
                tidy(v.get("body")),
                time=v.get("date_created"),
                who=words(v, "participant_sid") or author,
                name=author,
                role=role,
                about=about,
                attachments=[words(m, "filename", "sid") for m in many(v, "media")] if isinstance(v.get("media"), list) else [words(v, "media.filename", "media.sid")],
                message_id=words(v, "sid") or None,
            )
        highest = max((number(i.value.get("index")) or 0 for i in group), default=0)
        yield from make.missing(group[-1], id_, len(group), highest + 1)


def _attributes(text: str) -> dict[str, Any]:
    """Attributes are JSON in a text; only plain values are facts."""
    try:
        value = parse(text or "{}")
    except ValueError:
        return {}
    return {k: v for k, v in value.items() if isinstance(v, str | int | float)} if isinstance(value, dict) else {}
