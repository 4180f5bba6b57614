"""Zendesk Chat (once Zopim): chats with their history, and the chat events of a warehouse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..documents import Item, get
from ..exports import Messages, facts, given, items, listed, many, sample, tidy, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..syntax import parse
from ..types import LeftOut, Problem, Record
from . import reader

WHY = {
    "chats": "its objects are Zendesk chats (visitor, history)",
    "events": "its columns are those of Zendesk chat events (chat_id, actor_id, chat_index)",
    "table": "it is a table of Zendesk chats without their messages",
}
SENDERS = {"visitor": "customer", "agent": "agent", "trigger": "bot", "bot": "bot", "system": "system"}
SAID = ("chat.msg", "chat.triggered", "chat.file", "chat.file.upload")
ACTORS = {"__system": "system", "__trigger": "bot"}


def kind(head: bytes) -> str | None:
    """What of Zendesk Chat's exports a file holds."""
    v = sample(head, "chats")
    if v.get("type") in ("chat", "offline_msg") and isinstance(v.get("visitor"), dict) and "messages" not in v:
        return "chats"
    if v.keys() >= {"chat_id", "actor_id", "chat_index", "original_message"}:
        return "events"
    return "table" if v.keys() >= {"chat_id", "ticket_id", "integration_id"} else None


@reader("zendesk_chat", claims=lambda source, head: WHY.get(kind(head) or ""), order="time", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Zendesk Chat: chats and messages left while nobody was there.

    *Export:* the interface ``chats`` or ``incremental/chats`` (Chat dashboard > History > Export holds no messages in CSV); or the table ticket_chat_event of a warehouse.
    *Reads:* what visitors, agents and triggers wrote, files, offline messages; department, tags, rating with its comment, the ticket as case; when the visitor first wrote, an agent joined, and the visitor left or the chat ended.
    *Not:* who else joined and left, transfers, rating requests, options that an agent offered, pages visited.
    """
    make, what = Messages(source, mapping), kind(source.head()) or "chats"
    for item in items(source, "chats"):
        if isinstance(item, Problem):
            yield item
        elif what == "chats":
            yield from _chat(make, item, item.value)
        elif what == "events":
            yield from _event(make, item, item.value)
        else:
            make.skip(what)
    yield from make.rest()


def _chat(make: Messages, item: Item, chat: Mapping[str, Any]) -> Iterator[Record | Problem]:
    id_, visitor, had = words(chat, "id"), words(chat, "visitor.name", "visitor.email"), 0
    history = many(chat, "history")
    rated = next((words(e, "new_rating") for e in reversed(history) if e.get("type") == "chat.rating"), "") or words(chat, "rating")
    about = {
        "customer_id": words(chat, "visitor.id") or None,
        "case_id": words(chat, "zendesk_ticket_id") or None,
        "queue": words(chat, "department_name") or None,
        "status": "missed" if chat.get("missed") is True else None,
        "rating": {"good": 1.0, "bad": 0.0}.get(rated),
        "columns": facts(csat=rated, csat_comment=words(chat, "comment"), tags=listed(chat.get("tags")), via=chat.get("type"), started_by=chat.get("started_by"), **_events(make, chat, history)),
    }
    if chat.get("type") == "offline_msg":
        answer = chat.get("reply") if isinstance(chat.get("reply"), dict) else {}
        yield from make.make(
            item,
            id_,
            tidy(chat.get("message")),
            time=chat.get("timestamp"),
            who=get(chat, "visitor.id"),
            name=visitor,
            role="customer",
            about=about,
            message_id=f"{id_}/0",
        )
        if text := tidy(verbatim(answer, "body", "message")):
            yield from make.make(item, id_, text, time=given(answer, "timestamp", "created_at"), name=words(answer, "name"), role="agent", message_id=f"{id_}/1")
        return
    for n, event in enumerate(history):
        if event.get("type") in SAID:
            had += event["type"] in SAID[:2]
            nick, name = words(event, "nick"), words(event, "name")
            role = SENDERS.get(words(event, "sender_type").lower()) or SENDERS.get(nick.removeprefix("agent:")) or SENDERS.get(nick.partition(":")[0])
            role = role or ("customer" if name and name == visitor else "agent" if name in listed(chat.get("agent_names")).split(", ") else "unknown")
            yield from make.make(
                item,
                id_,
                tidy(event.get("msg")),
                time=event.get("timestamp"),
                who=nick,
                name=name,
                role=role,
                about=about,
                attachments=[words(event, "attachment.name", "attachment.url", "url", "msg") or "file"] if "file" in event["type"] else (),
                message_id=(words(event, "msg_id") and f"{id_}/{words(event, 'msg_id')}") or f"{id_}/{n}",
                automatic=role == "bot",
            )
        else:
            make.skip(words(event, "type"))
    yield from make.missing(item, id_, had, get(chat, "count.total"))


def _events(make: Messages, chat: Mapping[str, Any], history: Sequence[Mapping[str, Any]]) -> dict[str, str | None]:
    """When the visitor first wrote, the first agent joined, and the visitor left for good, or the chat ended."""
    asked = next((e for e in history if e.get("type") == "chat.msg" and _visitor(e)), None)
    joined = next((e for e in history if e.get("type") == "chat.memberjoin" and words(e, "nick").startswith("agent") and not words(e, "nick").endswith((":trigger", ":system"))), None)
    mine = [e for e in history if _visitor(e)]
    left = mine[-1] if mine and mine[-1].get("type") == "chat.memberleave" else None
    return {
        "enqueued_at": make.at(get(asked, "timestamp")),
        "accepted_at": make.at(get(joined, "timestamp")),
        "ended_at": make.at(given(left or chat, "timestamp" if left else "end_timestamp")),
        "ended_by": "customer" if left else None,
    }


def _visitor(event: Mapping[str, Any]) -> bool:
    return words(event, "nick").startswith("visitor")


def _event(make: Messages, item: Item, row: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """One event of a warehouse; a message of the newer messaging lies as JSON in a cell."""
    original: Any = {}
    if cell := row.get("original_message"):
        try:
            original = parse(cell)
        except ValueError as error:
            yield make.lost(item, f"its original_message is no JSON: {error}", kept=True)
    fields = [words(f, "label", "name") for f in many(original, "content.form.fields")]
    text = tidy(verbatim(row, "message") or verbatim(original, "content.text.text", "content.alttext")) or "\n".join(f for f in fields if f)
    attached = [words(row, "filename", "url") or words(original, "content.image.media_url", "content.file.media_url")]
    type_ = words(row, "type")
    if not text and not any(attached) and type_ != "ChatMessage":
        make.skip(type_)
        return
    actor = words(row, "actor_id")
    told = words(original, "author.type").lower()
    if type_ and type_ not in ("ChatMessage", "ChatFileAttachment", "ChatAttachment"):
        role = "system"
    elif actor in ACTORS or words(original, "source.type") == "zd:answerBot":
        role = ACTORS.get(actor, "bot")
    else:
        role = {"business": "agent", "user": "customer"}.get(told) or SENDERS.get(actor.partition(":")[0], "unknown")
    name = words(original, "author.display_name") if role != "system" else ""
    id_ = words(row, "message_id") or words(original, "id")
    yield from make.make(
        item,
        words(row, "chat_id"),
        text,
        time=row.get("created_at"),
        who=actor,
        name=name,
        role=role,
        attachments=attached,
        message_id=id_ or None,
        automatic=actor == "__trigger",
    )
