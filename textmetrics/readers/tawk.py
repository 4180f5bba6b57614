"""tawk.to: transcripts that its webhook sends when a chat is over."""

from __future__ import annotations

from collections.abc import Iterator

from ..documents import Item, get, has
from ..exports import Messages, beside, facts, html, items, many, once, sample, tidy, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

WHY = {
    "transcript": "its objects are tawk.to transcripts (chat, messages of senders t)",
    "start": "its objects are the beginnings of tawk.to chats",
    "ticket": "its objects are tawk.to tickets",
    "end": "its objects are the ends of tawk.to chats, which hold no message",
}
ROLES = {"v": "customer", "visitor": "customer", "a": "agent", "agent": "agent", "s": "system", "system": "system"}


def kind(head: bytes) -> str | None:
    """Which of tawk.to's events a file holds."""
    v = sample(head, "data")
    if isinstance(get(v, "chat.messages"), list) and (has(v, "chat.messages.0.sender", "t") or words(v, "event") == "chat:transcript_created"):
        return "transcript"
    if words(v, "event") == "chat:start" and "chatId" in v:
        return "start"
    if words(v, "event") == "chat:end" and "chatId" in v:
        return "end"
    return "ticket" if words(v, "event") == "ticket:create" and "ticket" in v else None


@reader("tawk", claims=lambda source, head: WHY.get(kind(head) or ""), order="file", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """tawk.to: chats and tickets.

    *Export:* Administration > Settings > Webhooks, events *chat transcript created* and *ticket create*, a body a line or a file; tawk.to exports no chats otherwise.
    *Reads:* what visitors, agents and the system wrote, files; a chat's first message from *chat start* where its transcript is not there.
    *Not:* who joined and left; ratings (they are in no webhook).
    """
    make = Messages(source, mapping)
    whole = once(
        source, "tawk transcripts", lambda: {words(i.value, "chat.id") for s in beside(source, kind, "transcript", "start") for i in items(s) if isinstance(i, Item)}
    )
    for item in items(source):
        if isinstance(item, Problem):
            yield item
            continue
        v, visitor = item.value, words(item.value, "chat.visitor.name", "visitor.name", "requester.name")
        about = {
            "customer_id": words(v, "chat.visitor.email", "visitor.email", "requester.email", "chat.visitor.id", "visitor.id") or visitor or None,
            "columns": facts(property=words(v, "property.name"), country=words(v, "chat.visitor.country", "visitor.country")),
        }
        if "ticket" in v:
            id_ = words(v, "ticket.humanId", "ticket.id")
            text = tidy(get(v, "ticket.message")) or words(v, "ticket.subject")
            about["channel"] = "email"
            yield from make.make(item, id_, text, time=v.get("time"), who=words(v, "requester.email"), name=visitor, role="customer", about=about, message_id=f"{id_}/0")
        elif "message" in v and words(v, "chatId") not in whole:
            id_, role = words(v, "chatId"), ROLES.get(words(v, "message.sender.type"), "unknown")
            name = visitor if role == "customer" else words(v, "message.sender.name")
            yield from make.make(item, id_, html(get(v, "message.text")), time=v.get("time"), who=role, name=name, role=role, about=about, message_id=f"{id_}/0")
        for n, m in enumerate(many(v, "chat.messages")):
            role = ROLES.get(words(m, "sender.t"), "unknown")
            yield from make.make(
                item,
                words(v, "chat.id"),
                html(get(m, "msg")),
                time=get(m, "time"),
                who=words(m, "sender.id") or role,
                name=visitor if role == "customer" else words(m, "sender.n"),
                role=role,
                about=about,
                attachments=[words(a, "content.file.name", "content.file.url", "type") for a in many(m, "attchs")],
                message_id=f"{words(v, 'chat.id')}/{n}",
            )
        if words(v, "event") == "chat:end" or (words(v, "event") == "chat:start" and words(v, "chatId") in whole):
            make.skip(words(v, "event"))
    yield from make.rest()
