"""Intercom: conversations with their parts, and the same as tables of a warehouse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..documents import Item, get
from ..exports import Messages, channel, facts, false, given, html, ident, items, joined, listed, many, number, sample, true, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

WHY = {
    "conversations": "its objects are Intercom conversations (source, parts)",
    "parts": "its objects are parts of Intercom conversations",
    "message": "it is a message of Intercom's interface",
    "admins": "its objects are Intercom admins, joined to the conversations beside them",
}
ROLES = {"user": "customer", "lead": "customer", "contact": "customer", "admin": "agent", "team": "agent", "bot": "bot"}
LISTS = {"conversations": ("conversations", "data.item", "data"), "parts": ("conversation_parts",), "admins": ("admins",), "message": ()}
PUSHED = ("campaign", "automated", "operator_initiated", "bulk")  # how it was delivered: sent by a rule, not written to somebody


def kind(head: bytes) -> str | None:
    """What of Intercom's exports a file holds."""
    v = sample(head, "conversations", "data.item", "conversation_parts", "admins", "data")
    if v.keys() >= {"source", "created_at"} and v.get("type") == "conversation":
        return "conversations"
    if v.keys() >= {"source_body", "source_author_type", "state"}:
        return "conversations"
    if v.get("type") == "conversation_part" or v.keys() >= {"conversation_id", "part_type", "author_type", "body"}:
        return "parts"
    if v.get("type") in ("user_message", "admin_message") and "conversation_id" in v:
        return "message"
    return "admins" if (v.get("type") == "admin" and "email" in v) or v.keys() >= {"id", "job_title", "email", "name", "_fivetran_deleted"} else None


@reader("intercom", claims=lambda source, head: WHY.get(kind(head) or ""), order="time", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Intercom: conversations, their first message and their parts.

    *Export:* the interface ``conversations/ID`` (a conversation each; lists and searches come without parts), webhooks, or the tables conversation_history,
    conversation_part_history and admin of a warehouse. Settings > Data > Export gives a CSV without messages.
    *Reads:* the first message (it lies outside of the parts), replies, notes (as notes), Fin and Operator as bots, outbound campaigns as automatic; rating with remark, state, team, tags.
    *Not:* assignments, closings, changed attributes and other parts without a body; older versions of rows of a warehouse.
    """
    make, what = Messages(source, mapping), kind(source.head()) or "conversations"
    admins, without = joined(source, kind, "admins", "admins"), 0
    for item in items(source, *LISTS[what]):
        v = item.value if isinstance(item, Item) else {}
        if isinstance(item, Problem):
            yield item
        elif false(v.get("_fivetran_active")) or what == "admins":
            make.skip("older version of a row" if what != "admins" else what)
        elif what == "message":
            role = "customer" if v.get("type") == "user_message" else "agent"
            yield from make.make(item, words(v, "conversation_id"), html(v.get("body")), time=v.get("created_at"), role=role, message_id=words(v, "id"))
        elif what == "parts":
            yield from _part(make, item, words(v, "conversation_id"), v, admins)
        else:
            yield from _source(make, item, v, admins)
            parts = many(v, "conversation_parts.conversation_parts")
            for part in parts:
                yield from _part(make, item, words(v, "id"), part, admins)
            says = max(number(get(v, path)) or 0 for path in ("conversation_parts.total_count", "statistics.count_conversation_parts"))  # the first is capped, too
            if "conversation_parts" in v:
                yield from make.missing(item, words(v, "id"), len(parts), says)
            elif "source" in v:
                without += 1
    yield from make.rest()
    if without:
        yield Problem(
            source.name, f"{without} conversations come without their parts (a list or search): only their first messages are read; export each conversation", kept=True
        )


def _source(make: Messages, item: Item, c: Mapping[str, Any], admins: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """The first message of a conversation, with what is said of the conversation."""
    text, delivered = html(verbatim(c, "source.body", "source_body")), words(c, "source.delivered_as", "source_delivered_as")
    attached = [words(a, "name", "url") for a in many(c, "source.attachments")]
    if not text and not any(attached):
        text = html(verbatim(c, "source.subject", "source_subject", "title"))
    if not text and not any(attached):
        return
    author = given(c, "source.author") or {"type": c.get("source_author_type"), "id": c.get("source_author_id")}
    role, who, name = _author(author, {}, admins)
    customer = words(c, "contacts.contacts.0.id", "user.id") or (who if role == "customer" else "")
    via, rating = given(c, "source.type", "source_type"), given(c, "conversation_rating.rating", "conversation_rating_value")
    columns = facts(
        via=via,
        delivered_as=delivered,
        subject=html(given(c, "title", "source.subject", "source_subject")),
        tags=listed(get(c, "tags.tags")),
        csat=rating,
        csat_comment=given(c, "conversation_rating.remark", "conversation_rating_remark"),
    )
    yield from make.make(
        item,
        words(c, "id"),
        text,
        time=c.get("created_at"),
        who=who,
        name=name,
        role=role,
        attachments=attached,
        message_id=f"{words(c, 'id')}/source",
        automatic=role != "customer" and any(p in delivered for p in PUSHED),
        told=make.when(c.get("updated_at")),
        customer_id=customer or None,
        status=words(c, "state") or None,
        severity="priority" if c.get("priority") == "priority" else None,
        queue=words(c, "team_assignee_id", "assignee_id") if words(c, "team_assignee_id") or c.get("assignee_type") == "team" else None,
        rating=number(rating),
        channel=channel(via, "chat"),
        columns=columns,
    )


def _part(make: Messages, item: Item, conversation: str, part: Any, admins: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """One part, if anybody said anything in it."""
    text = html(verbatim(part, "body"))
    attached = [words(a, "name", "url") for a in many(part, "attachments")]
    if get(part, "redacted") is True and not text:
        yield make.lost(item, f"part {ident(get(part, 'id'))} was redacted: its text is gone")
    if not text and not any(attached):
        if get(part, "redacted") is not True:
            make.skip(words(part, "part_type"))
        return
    author = given(part, "author") or {"type": get(part, "author_type"), "id": get(part, "author_id")}
    role, who, name = _author(author, part, admins)
    if words(part, "part_type").startswith("note"):
        role = "note"
    yield from make.make(
        item, conversation, text, time=get(part, "created_at"), who=who, name=name, role=role, attachments=attached, message_id=words(part, "id") or None
    )


def _author(author: Any, part: Any, admins: Mapping[str, Any]) -> tuple[str, str, str]:
    """Role, id and name. Operator writes as an admin, Fin as an admin or a bot; the export marks what an AI answered."""
    who = words(author, "id")
    name, mail = words(author, "name") or words(admins.get(who), "name"), words(author, "email")
    role = ROLES.get(words(author, "type"), "unknown")
    if role == "agent" and (
        mail.startswith("operator+") or name == "Operator" or true(get(author, "from_ai_agent")) or true(get(author, "is_ai_answer")) or true(get(part, "is_ai_answer"))
    ):
        role = "bot"
    return role, who, name or mail
