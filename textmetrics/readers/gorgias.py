"""Gorgias: tickets of shops with their messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..documents import Item
from ..exports import Messages, beside, channel, facts, false, given, html, ident, items, joined, listed, many, number, once, sample, tidy, true, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import Problem, Record
from . import reader

WHY = {"tickets": "its objects are Gorgias tickets", "messages": "its objects are messages of Gorgias tickets (from_agent, ticket_id)"}
LISTS = {"tickets": ("data", "tickets"), "messages": ("data", "messages")}


def kind(head: bytes) -> str | None:
    """What of Gorgias' exports a file holds."""
    v = sample(head, "data", "tickets", "messages")
    if "from_agent" in v and {"public", "channel"} <= v.keys():
        return "messages"
    return "tickets" if v.keys() >= {"channel", "via", "customer", "status"} and ("assignee_user" in v or "satisfaction_survey" in v or "messages_count" in v) else None


@reader("gorgias", claims=lambda source, head: WHY.get(kind(head) or ""), order="time", channel="email")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem]:
    """Gorgias: tickets and their messages.

    *Export:* the interface ``tickets/ID`` (lists come without messages), or ``messages`` with ``tickets`` beside it.
    *Reads:* messages without what they quote, where Gorgias cut it; internal notes as notes, what rules sent as automatic; survey, status, tags, team, language. Times are UTC.
    *Not:* events of a ticket, views, excerpts of tickets whose messages are not here.
    """
    make, what, without = Messages(source, mapping), kind(source.head()) or "tickets", 0
    tickets = joined(source, kind, "tickets", *LISTS["tickets"])
    elsewhere = once(source, "gorgias messages", lambda: bool(beside(source, kind, "messages")))
    for item in items(source, *LISTS[what]):
        if isinstance(item, Problem):
            yield item
        elif what == "messages":
            ticket_id = words(item.value, "ticket_id") or source.stem
            yield from _message(make, item, ticket_id, item.value, tickets.get(ticket_id, {}))
        else:
            id_, said = words(item.value, "id"), many(item.value, "messages")
            for message in said:
                yield from _message(make, item, id_, message, item.value)
            if said:
                yield from make.missing(item, id_, len(said), item.value.get("messages_count"))
            without += not said and not elsewhere
    if without:
        yield Problem(source.name, f"{without} tickets come without their messages (a list): export each ticket, or the messages too", kept=True)


def _message(make: Messages, item: Item, ticket_id: str, m: Mapping[str, Any], t: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """One message; what a rule sent comes from a bot, although an agent stands as its sender."""
    by_rule = words(m, "via") == "rule" or bool(ident(m.get("rule_id")))
    private = false(m.get("public")) or words(m, "channel") == "internal-note"
    role = "note" if private else "customer" if false(m.get("from_agent")) else "bot" if by_rule else "agent" if true(m.get("from_agent")) else "unknown"
    score, via = given(t, "satisfaction_survey.score"), words(t, "channel") or words(m, "channel")
    about = {
        "told": given(t, "updated_datetime", "last_message_datetime"),
        "customer_id": words(t, "customer.id", "requester.id") or (words(m, "sender.id") if role == "customer" else None),
        "severity": words(t, "priority") or None,
        "status": words(t, "status") or None,
        "queue": words(t, "assignee_team.name", "assignee_team.id") or None,
        "language": words(t, "language") or None,
        "rating": number(score),
        "channel": channel(via, "email"),
        "columns": facts(
            subject=words(t, "subject"),
            tags=listed(t.get("tags")),
            via=via,
            csat=score,
            csat_comment=given(t, "satisfaction_survey.body_text"),
            spam=t.get("spam") is True or None,
        ),
    }
    text = tidy(verbatim(m, "stripped_text")) or html(verbatim(m, "stripped_html")) or tidy(verbatim(m, "body_text")) or html(verbatim(m, "body_html"))
    yield from make.make(
        item,
        ticket_id,
        text,
        time=given(m, "created_datetime", "sent_datetime"),
        who=words(m, "sender.id", "sender.email"),
        name=words(m, "sender.name", "source.from.name", "sender.email", "source.from.address"),
        role=role,
        about=about,
        attachments=[words(a, "name", "url") for a in many(m, "attachments")],
        message_id=words(m, "id") or None,
        automatic=by_rule and not private,
    )
