"""LiveChat (text.com): chats of archives with their threads and events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..documents import Item, get, has
from ..exports import Messages, facts, given, items, listed, many, number, sample, tidy, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

WHY = {
    "chats": "its objects are LiveChat chats (users, threads of events)",
    "summaries": "its objects are LiveChat chat summaries, which hold only last events",
    "older": "its objects are LiveChat chats of the older interface (visitor, messages)",
    "threads": "its objects are threads of LiveChat chats (events, user_ids)",
    "events": "its objects are LiveChat events (author_id, visibility)",
}
EVENTS = ("message", "system_message", "file", "filled_form", "form", "rich_message", "custom", "system")
OLDER = {"visitor": "customer", "agent": "agent", "supervisor": "note", "bot": "bot"}


def kind(head: bytes) -> str | None:
    """What of LiveChat's exports a file holds."""
    v = sample(head, "chats", "chats_summary", "threads")
    if isinstance(v.get("users"), list) and (has(v, "thread" if get(v, "thread") else "threads.0", "events") or has(v, "thread", "restricted_access")):
        return "chats"
    if v.keys() >= {"events", "user_ids"} and "access" in v:
        return "threads"
    if v.keys() >= {"last_thread_summary", "users"}:
        return "summaries"
    if isinstance(get(v, "messages.0"), dict) and "user_type" in v["messages"][0]:
        return "older"
    return "events" if v.get("type") in EVENTS and v.keys() >= {"id", "created_at", "visibility"} else None


@reader("livechat", claims=lambda source, head: WHY.get(kind(head) or ""), order="time", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """LiveChat: chats; each thread of a chat is a conversation.

    *Export:* the interfaces ``list_archives`` or ``get_chat`` (Agent Chat, version 3), or ``chats`` of version 2; Archives > Export sends a CSV without messages.
    *Reads:* messages, rich messages, files, filled forms (label and answer), system messages; what only agents see as notes; rating, tags, group; when it was queued, when it was closed, and by whom; agents whose id is no address as bots.
    *Not:* empty forms, custom events, events of stores. Threads that the exporter may not see are reported; a chat that goes on later is a further conversation of its customer.
    """
    make, what, last = Messages(source, mapping), kind(source.head()) or "chats", 0
    for item in items(source, *(("threads",) if what == "threads" else ("chats", "chats_summary"))):
        if isinstance(item, Problem):
            yield item
        elif what == "events":
            yield from _event(make, item, words(item.value, "thread_id", "chat_id") or source.stem, item.value, {}, {})
        elif what == "threads":
            yield from _thread(make, item, {}, item.value, {})
        elif what == "older":
            yield from _older(make, item, item.value)
        else:
            users = {words(u, "id"): u for u in many(item.value, "users")}
            threads = many(item.value, "threads") or [t for t in [item.value.get("thread")] if isinstance(t, dict)]
            if what == "summaries":
                last += 1
                one = item.value["last_thread_summary"]
                threads = [{**(one if isinstance(one, dict) else {}), "events": _last(item.value)}]
            for thread in threads:
                yield from _thread(make, item, item.value, thread, users)
    yield from make.rest()
    if last:
        yield Problem(source.name, f"{last} chats are summaries, which hold only the last event of each type: export the archives", kept=True)


def _last(summary: Mapping[str, Any]) -> list[Any]:
    """The last events of a chat that a summary holds."""
    found = summary.get("last_event_per_type")
    return [get(e, "event") for e in found.values()] if isinstance(found, dict) else []


def _thread(make: Messages, item: Item, chat: Mapping[str, Any], thread: Mapping[str, Any], users: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """One thread with what is said of it."""
    score = number(given(thread, "properties.rating.score.value", "properties.rating.score"))
    customer = next((id_ for id_, u in users.items() if u.get("type") == "customer"), None)
    about = {
        "customer_id": customer,
        "status": "open" if thread.get("active") is True else "closed" if thread.get("active") is False else None,
        "queue": listed(given(thread, "access.group_ids")) or None,
        "rating": score,
        "columns": facts(
            chat=words(chat, "id"),
            tags=listed(thread.get("tags")),
            csat=score,
            csat_comment=given(thread, "properties.rating.comment.value", "properties.rating.comment"),
            enqueued_at=make.at(get(thread, "queue.queued_at")),
            **_ended(make, thread),
        ),
    }
    if thread.get("restricted_access") and not thread.get("events"):
        yield make.lost(item, f"thread {words(thread, 'id')} of chat {words(chat, 'id')} is restricted: its events are not here")
    for event in many(thread, "events"):
        yield from _event(make, item, words(thread, "id"), event, users, about)


def _ended(make: Messages, thread: Mapping[str, Any]) -> dict[str, str | None]:
    """When a thread was closed, and by whom, as its last system message of that kind says."""
    for e in reversed(many(thread, "events")):
        what = words(e, "system_message_type")
        if "archived" in what:
            by = "customer" if "customer" in what else "agent" if what == "manual_archived_agent" else "system"
            return {"ended_at": make.at(get(e, "created_at")), "ended_by": by}
    return {}


def _event(make: Messages, item: Item, thread: str, e: Mapping[str, Any], users: Mapping[str, Any], about: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """One event, if it says anything."""
    what, who = words(e, "type"), words(e, "author_id")
    if what not in ("message", "system_message", "file", "filled_form", "rich_message"):
        make.skip(what)
        return
    text = tidy(verbatim(e, "text"))
    if what == "filled_form":
        answers = [(words(f, "label"), verbatim(f, "answer", "answer.label") or listed(get(f, "answers"), "label")) for f in many(e, "fields")]
        text = "\n".join(f"{label} {answer}".strip() for label, answer in answers if answer)
        if not text:
            make.skip("empty form")
            return
    elif what == "rich_message":
        text = "\n".join(t for one in many(e, "elements") for k in ("title", "subtitle") if (t := verbatim(one, k)))
    user = users.get(who, {})
    role = {"customer": "customer", "agent": "agent"}.get(words(user, "type")) or ("unknown" if not who else "agent" if "@" in who else "customer")
    role = "system" if what == "system_message" else "note" if words(e, "visibility") == "agents" else "bot" if role == "agent" and "@" not in who else role
    yield from make.make(
        item,
        thread,
        text,
        time=e.get("created_at"),
        who=who,
        name=words(user, "name", "email"),
        role=role,
        about=about,
        attachments=[words(e, "name", "url")] if what == "file" else (),
        message_id=words(e, "id") or None,
    )


def _older(make: Messages, item: Item, chat: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """A chat of version 2: one list of messages."""
    rate = words(chat, "rate").removeprefix("rated_")
    about = {
        "customer_id": words(chat, "visitor.id", "visitor_id") or None,
        "queue": listed(chat.get("group")) or None,
        "rating": {"good": 1.0, "bad": 0.0}.get(rate),
        "columns": facts(csat=rate if rate in ("good", "bad") else None, csat_comment=words(chat, "rate_comment"), tags=listed(chat.get("tags"))),
    }
    for n, m in enumerate(many(chat, "messages")):
        role = "note" if words(m, "message_type") == "whisper" else OLDER.get(words(m, "user_type"), "unknown")
        who = words(m, "agent_id") or words(m, "user_type")
        yield from make.make(
            item,
            words(chat, "id"),
            tidy(get(m, "text")),
            time=given(m, "timestamp", "date"),
            who=who,
            name=words(m, "author_name"),
            role=role,
            about=about,
            message_id=words(m, "event_id") or f"{words(chat, 'id')}/{n}",
        )
