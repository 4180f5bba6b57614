"""Zulip: messages of streams, by topic."""

from __future__ import annotations

from collections.abc import Iterator

from ..cleaning import plain
from ..documents import document, each, get
from ..exports import Messages, beside, items, many, once, sample, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader


def kind(head: bytes) -> str | None:
    """What of Zulip's exports a file holds."""
    v = sample(head, "messages", "zerver_message")
    if v.keys() >= {"content", "subject"} and ("sender" in v or "sender_id" in v) and ("date_sent" in v or "timestamp" in v):
        return "messages"
    return "realm" if "zerver_userprofile" in sample(head) else None


WHY = {"messages": "its objects are messages of Zulip (subject, sender, content)", "realm": "it holds the people of a Zulip export, joined to the messages beside it"}
TABLES = (  # of realm.json: the people, and what there may be millions of
    *("zerver_userprofile", "zerver_userprofile_crossrealm", "zerver_subscription", "zerver_recipient", "zerver_huddle", "zerver_usertopic", "zerver_mutedtopic"),
    *("zerver_userpresence", "zerver_useractivity", "zerver_useractivityinterval", "zerver_usergroupmembership", "zerver_realmauditlog", "zerver_stream"),
)


@reader("zulip", claims=lambda source, head: WHY.get(kind(head) or ""), threads="silence", order="time", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Zulip: messages of streams and direct messages.

    *Export:* ``manage.py export`` (messages-000001.json and so on, with realm.json beside), or the interface ``messages``.
    *Reads:* a topic of a stream as a room, names from realm.json, bots, reactions, edits; HTML or Markdown as text; times in seconds.
    *Not:* uploads, polls and widgets; who read what.
    """
    make, people = Messages(source, mapping), _people(source)
    if kind(source.head()) == "realm":
        yield from document(source, *TABLES)[1]
        return
    for item in items(source, "messages", "zerver_message"):
        if isinstance(item, Problem):
            yield item
            continue
        v = item.value
        who = words(v, "sender_id", "sender")
        known, bot = people.get(who, ("", False))
        stream = words(v, "display_recipient") or words(v, "stream_id") or words(v, "recipient")
        body = verbatim(v, "content")
        text = plain(words(v, "rendered_content") or body) if "rendered_content" in v or words(v, "content_type") == "text/html" else body
        likes = len(many(v, "reactions"))
        yield from make.make(
            item,
            "/".join(t for t in (stream, words(v, "subject", "topic")) if t) or source.stem,
            text or body,
            time=v.get("timestamp", v.get("date_sent")),
            who=who,
            name=words(v, "sender_full_name") or known,
            role="bot" if bot or get(v, "sender_is_bot") is True else "unknown",
            message_id=words(v, "id") or None,
            edited=bool(v.get("last_edit_timestamp") or v.get("last_edit_time")),
            reactions={"likes": float(likes)} if likes else {},
        )
    yield from make.rest()


def _people(source: Source) -> dict[str, tuple[str, bool]]:
    """What people are called, and who is a bot, from realm.json."""

    def made() -> dict[str, tuple[str, bool]]:
        realms = [document(side, *TABLES)[0] for side in beside(source, kind, "realm")]
        people = (p for realm in realms for table in TABLES[:2] for p in each(realm, table))
        return {words(p, "id"): (words(p, "full_name"), p.get("is_bot") is True) for p in people}

    return once(source, "zulip people", made)
