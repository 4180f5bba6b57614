"""HubSpot: threads of the conversations inbox and their messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents import get
from ..exports import Messages, facts, html, items, joined, many, sample, tidy, true, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

WHY = {
    "messages": "its objects are messages of HubSpot threads (conversationsThreadId)",
    "threads": "its objects are HubSpot threads, joined to the messages beside them",
    "actors": "its objects are HubSpot actors, joined to the messages beside them",
}
ROLES = {"A": "agent", "V": "customer", "E": "customer", "B": "bot", "L": "bot", "S": "system", "I": "system"}  # by the first letter of an actor's id
CHANNELS = {"1000": "chat", "1001": "social", "1002": "email", "1007": "chat"}  # live chat, Facebook Messenger, mail, WhatsApp


def kind(head: bytes) -> str | None:
    """What of HubSpot's exports a file holds."""
    v = sample(head, "results")
    if v.keys() >= {"conversationsThreadId", "type", "createdAt"}:
        return "messages"
    if v.keys() >= {"inboxId", "status", "latestMessageTimestamp"}:
        return "threads"
    return "actors" if v.keys() >= {"id", "type", "name", "avatar"} and words(v, "type") in ("AGENT", "VISITOR", "BOT", "EMAIL", "SYSTEM", "INTEGRATION", "LLM") else None


@reader("hubspot", claims=lambda source, head: WHY.get(kind(head) or ""), order="time", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """HubSpot: threads of the inbox.

    *Export:* the interface ``conversations/v3/conversations/threads/ID/messages``, with ``threads`` and ``actors/batch/read`` beside it for status and names.
    *Reads:* messages, comments (as notes), welcome messages (as automatic); bots, agents and visitors by their actor; contact, inbox, ticket (as case), status.
    *Not:* assignments and changes of status or inbox. Mails are truncated to their most recent reply by HubSpot; a body truncated otherwise is reported: the whole one is at ``original-content``.
    """
    make = Messages(source, mapping)
    threads, actors = joined(source, kind, "threads", "results"), joined(source, kind, "actors", "results")
    for item in items(source, "results"):
        if isinstance(item, Problem):
            yield item
        elif (what := words(item.value, "type")) in ("MESSAGE", "COMMENT", "WELCOME_MESSAGE") and "conversationsThreadId" in item.value:
            v = item.value
            id_, who = words(v, "conversationsThreadId"), words(v, "senders.0.actorId") or words(v, "createdBy")
            thread: dict[str, Any] = threads.get(id_, {})
            role = ROLES.get(
                who[:1] if who[1:2] == "-" else "", "customer" if words(v, "direction") == "INCOMING" else "agent" if v.get("direction") == "OUTGOING" else "unknown"
            )
            if role == "customer" and words(v, "direction") == "OUTGOING":
                role = "agent"  # an address of the company's own is an e-mail actor, too
            role = {"COMMENT": "note", "WELCOME_MESSAGE": "bot"}.get(what, role)
            about = {
                "told": thread.get("latestMessageTimestamp"),
                "customer_id": words(thread, "associatedContactId") or (who if role == "customer" else None),
                "case_id": words(thread, "threadAssociations.associatedTicketId") or None,
                "status": words(thread, "status") or None,
                "queue": words(thread, "inboxId") or None,
                "channel": CHANNELS.get(words(v, "channelId") or words(thread, "originalChannelId"), "email" if words(v, "subject") else "chat"),
                "columns": facts(subject=words(v, "subject"), via=words(v, "channelId"), spam=true(thread.get("spam")) or None),
            }
            if words(v, "truncationStatus") == "TRUNCATED":
                yield make.lost(item, f"message {words(v, 'id')} was truncated by HubSpot: get its original content", kept=True)
            yield from make.make(
                item,
                id_,
                tidy(verbatim(v, "text")) or html(verbatim(v, "richText")),
                time=v.get("createdAt"),
                who=who,
                name=words(v, "senders.0.name") or words(actors.get(who), "name") or words(v, "senders.0.deliveryIdentifier.value"),
                role=role,
                about=about,
                attachments=[words(a, "name", "url", "fileId") for a in many(v, "attachments") if get(a, "type") in ("FILE", "IMAGE", "VIDEO", "AUDIO")],
                message_id=words(v, "id") or None,
                automatic=what == "WELCOME_MESSAGE",
            )
        else:
            make.skip(what or "thread")
    yield from make.rest()
