"""Help Scout: conversations and their threads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..documents import Item, document, get
from ..exports import Messages, beside, channel, facts, given, html, items, joined, listed, many, once, sample, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

WHY = {"conversations": "its objects are Help Scout conversations (mailboxId, number)", "threads": "its objects are threads of a Help Scout conversation"}
ROLES = {"customer": "customer", "message": "agent", "note": "note", "phone": "note", "forwardparent": "note", "forwardchild": "note"}
LINK = re.compile(r"helpscout\.net/v2/conversations(?:/(\d+)/threads)?")
RATINGS = {"great": 1.0, "okay": 0.5, "not good": 0.0}


def kind(head: bytes) -> str | None:
    """What of Help Scout's exports a file holds."""
    v = sample(head, "_embedded.conversations", "_embedded.threads", "threads")
    if v.keys() >= {"mailboxId", "number", "subject"}:
        return "conversations"
    if v.keys() >= {"type", "state", "createdBy"} and ("action" in v or "body" in v) and ("createdAt" in v or "_links" in v):
        return "threads"
    link = LINK.search(words(v, "_links.self.href")) if {"_links", "page"} <= v.keys() else None  # an empty page holds nothing else
    return ("threads" if link[1] else "conversations") if link else None


@reader("helpscout", claims=lambda source, head: WHY.get(kind(head) or ""), order="time", channel="email")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Help Scout: conversations with their threads.

    *Export:* the interface ``conversations?embed=threads`` or ``conversations/ID/threads`` (name the file after the conversation where its links are cut away), or webhooks.
    *Reads:* letters of customers and agents, chats, notes, logged calls and forwards (both as notes); rating with comment, status, mailbox, tags, custom fields.
    *Not:* line items (changes of status and assignment), drafts; previews of conversations whose threads are not here.
    """
    make = Messages(source, mapping)
    if kind(source.head()) == "threads":
        value, problems = document(source)
        yield from problems
        envelope = isinstance(value, dict) and ("_embedded" in value or "page" in value or "threads" in value)
        threads = many(value, "_embedded.threads", "threads") if envelope else [t for t in (value if isinstance(value, list) else [value]) if isinstance(t, dict)]
        link = LINK.search(words(value, "_links.self.href"))
        id_ = link[1] if link and link[1] else (re.findall(r"\d+", source.stem) or [source.stem])[-1]
        yield from _threads(make, Item({}, 1), id_, threads, joined(source, kind, "conversations", "_embedded.conversations").get(id_, {}))
        yield from make.missing(Item({}, 1), id_, len(threads), get(value, "page.totalElements"))
        yield from make.rest()
        return
    elsewhere, without = once(source, "helpscout threads", lambda: bool(beside(source, kind, "threads"))), 0
    for item in items(source, "_embedded.conversations"):
        if isinstance(item, Problem):
            yield item
        elif threads := many(item.value, "_embedded.threads", "threads"):
            yield from _threads(make, item, words(item.value, "id"), threads, item.value)
        elif given(item.value, "threads"):  # how many there are
            without += not elsewhere
    yield from make.rest()
    if without:
        yield Problem(source.name, f"{without} conversations come without their threads: export them with embed=threads", kept=True)


def _threads(make: Messages, item: Item, id_: str, threads: list[Any], c: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """The threads of a conversation, oldest first: Help Scout lists the newest first."""
    told = [words(t, "createdAt") for t in threads]
    fields = {words(f, "name"): words(f, "text", "value") for f in many(c, "customFields")}
    about: dict[str, Any] = {
        "told": c.get("userUpdatedAt"),
        "customer_id": words(c, "primaryCustomer.id", "customer.id", "createdBy.id") or None,
        "status": words(c, "status") or None,
        "queue": words(c, "mailbox.name", "mailboxId") or None,
        "channel": channel(words(c, "type"), "email") if c else None,
        "columns": facts(subject=words(c, "subject"), tags=listed(c.get("tags"), "tag"), via=words(c, "source.type", "type"), number=words(c, "number"), **fields),
    }
    for t in reversed(threads) if told and told[0] > told[-1] else threads:
        what, by = words(t, "type"), words(t, "createdBy.type")
        if what == "lineitem" or words(t, "state") == "draft":
            make.skip("draft" if what != "lineitem" else what)
            continue
        who = given(t, "createdBy") or {}
        name = " ".join(n for n in (words(who, "first"), words(who, "last")) if n) or words(who, "email")
        if by == "customer" and (words(who, "id") == words(t, "customer.id") or words(who, "email") == words(t, "customer.email")):
            name = " ".join(n for n in (words(t, "customer.first"), words(t, "customer.last")) if n) or name
        rated = words(t, "rating.rating")
        extra: dict[str, Any] = (
            {"rating": RATINGS.get(rated.lower().replace("_", " ")), "columns": facts(csat=rated, csat_comment=words(t, "rating.comments"))} if rated else {}
        )
        role = ROLES.get(what) or {"customer": "customer", "user": "agent"}.get(by, "unknown")
        first = {**about, **extra, "columns": {**about["columns"], **extra.get("columns", {})}}
        yield from make.make(
            item,
            id_,
            html(t.get("body")),
            time=given(t, "createdAt", "createdBy.createdAt"),
            who=f"{by} {words(who, 'id')}".strip(),
            name=name,
            role=role,
            about=first,
            attachments=[words(a, "filename", "fileName") for a in many(t, "_embedded.attachments", "attachments")],
            message_id=words(t, "id") or None,
            **extra,
        )
