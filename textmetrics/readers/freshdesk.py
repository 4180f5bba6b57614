"""Freshdesk: tickets with their conversations, of both versions of its interface."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from ..documents import Item, get
from ..errors import ReadError
from ..exports import Messages, beside, facts, given, html, ident, items, joined, listed, many, number, once, sample, tidy, true, verbatim, words
from ..mapping import Map
from ..sources import DAMAGED, Source
from ..types import LeftOut, Problem, Record
from . import reader

WHY = {
    "tickets": "its objects are Freshdesk tickets (requester, responder)",
    "conversations": "its objects are Freshdesk conversations (incoming, private, body)",
    "people": "its objects are Freshdesk contacts or agents, joined to the tickets beside them",
    "ratings": "its objects are Freshdesk satisfaction ratings, joined to the tickets beside them",
}
LISTS = {"tickets": ("results", "tickets"), "conversations": ("conversations",)}
CHANNELS = {1: "email", 2: "email", 3: "voice", 4: "community", 5: "social", 6: "social", 7: "chat", 8: "chat", 9: "email", 10: "email", 12: "chat", 13: "chat"}
NAMES = ("", "email", "portal", "phone", "forum", "twitter", "facebook", "chat", "mobihelp", "feedback_widget", "outbound_email", "ecommerce", "bot", "whatsapp")
VIA = dict(enumerate(NAMES))
STATUS = {2: "open", 3: "pending", 4: "resolved", 5: "closed", 6: "waiting_on_customer", 7: "waiting_on_third_party"}
PRIORITY = {1: "low", 2: "medium", 3: "high", 4: "urgent"}
OUTBOUND = 10  # the ticket is a mail that an agent sent first
EMBEDDED = 10  # conversations that the interface hands out with a ticket, at most


def kind(head: bytes) -> str | None:
    """What of Freshdesk's exports a file holds."""
    if b"<helpdesk-tickets" in head[:2000] and b"<!DOCTYPE" not in head:
        return "tickets"
    v = sample(head, "results", "tickets", "conversations", "contacts", "agents")
    v = sample_ticket if isinstance(sample_ticket := v.get("helpdesk_ticket"), dict) else v
    if v.keys() >= {"requester_id", "responder_id", "subject"}:
        return "tickets"
    if v.keys() >= {"incoming", "private", "user_id"} and ("body" in v or "body_text" in v):
        return "conversations"
    if v.keys() >= {"survey_id", "ticket_id", "ratings"}:
        return "ratings"
    return "people" if v.keys() >= {"id", "email", "mobile", "twitter_id", "time_zone"} or v.keys() >= {"id", "contact", "ticket_scope"} else None


@reader("freshdesk", claims=lambda source, head: WHY.get(kind(head) or ""), order="time", channel="email")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Freshdesk: tickets and what was written in them.

    *Export:* Admin > Account > Export data (XML); or the interfaces ``tickets?include=description``, ``tickets/ID/conversations``, ``contacts``, ``agents`` (version 2), or ``helpdesk/tickets/ID.json`` (version 1).
    The CSV of the ticket list holds no messages.
    *Reads:* the description (the first message, which is not among the conversations), replies, private notes (as notes); requester, priority, status, group, tags, satisfaction rating.
    *Not:* changes of fields, time entries; deleted users keep their number as name. The interface embeds at most ten conversations in a ticket: it is said where that was reached.
    """
    make, what = Messages(source, mapping), kind(source.head()) or "tickets"
    people, tickets = joined(source, kind, "people", "contacts", "agents"), joined(source, kind, "tickets", "results", "tickets")
    for item in _xml(source) if b"<helpdesk-tickets" in source.head(2000) else items(source, *LISTS.get(what, ())):
        if isinstance(item, Problem):
            yield item
        elif what == "conversations":
            yield from _said(make, item, words(item.value, "ticket_id") or source.stem, item.value, people, tickets.get(words(item.value, "ticket_id"), {}))
        elif what == "tickets":
            wrapped = item.value.get("helpdesk_ticket")
            yield from _ticket(make, item, wrapped if isinstance(wrapped, dict) else item.value, people)
        else:
            make.skip(what)
    yield from make.rest()


def _xml(source: Source) -> Iterator[Item | Problem]:
    """The tickets of an account export, one by one; a document with definitions of its own is not claimed in the first place."""
    number, root = 0, None
    try:
        with source.open() as stream:
            for event, element in ElementTree.iterparse(stream, ("start", "end")):
                root = element if root is None else root
                if event == "end" and element.tag == "helpdesk-ticket":
                    number += 1
                    value = _object(element)
                    yield Item(value, number) if isinstance(value, dict) else Problem(source.name, "a ticket without any field", number)
                    root.clear()
    except ReadError:
        raise
    except (ElementTree.ParseError, LookupError, ValueError, *DAMAGED) as error:
        yield Problem(source.name, f"is no sound XML after {number} tickets: {error}", number + 1)


def _object(element: ElementTree.Element) -> Any:
    """An element as the JSON of the interface has it: names with _, lists where it is an array, text otherwise."""
    if element.get("type") == "array":
        return [_object(child) for child in element]
    if len(element):
        return {child.tag.replace("-", "_"): _object(child) for child in element}
    return element.text if element.get("nil") != "true" else None


def _ticket(make: Messages, item: Item, t: Mapping[str, Any], people: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """A ticket: its description, and the conversations that came with it."""
    id_ = words(t, "display_id", "id")
    source = number(t.get("source"))
    outbound = source == OUTBOUND
    requester, responder = words(t, "requester_id"), words(t, "responder_id")
    rated = number(get(joined(make.source, kind, "ratings", by="ticket_id").get(id_), "ratings.default_question"))
    about = {
        "told": t.get("updated_at"),
        "customer_id": requester or None,
        "severity": PRIORITY.get(int(number(t.get("priority")) or 0)) or words(t, "priority_name").lower() or None,
        "status": STATUS.get(int(number(t.get("status")) or 0)) or words(t, "status_name").lower() or None,
        "queue": words(t, "group.name", "group_name", "group_id") or None,
        "rating": None if rated is None else (abs(rated) - 100) * (1 if rated > 0 else -1),  # -103 to 103 without 100 in between: -3 to 3
        "channel": CHANNELS.get(int(source or 0), "email"),
        "columns": facts(
            subject=t.get("subject"),
            tags=listed(t.get("tags")),
            via=VIA.get(int(source or 0)) or t.get("source_name"),
            type=given(t, "type", "ticket_type"),
            company=words(t, "company.name", "company_id"),
            product=words(t, "product_id"),
            csat=rated,
            spam=t.get("spam") is True or None,
        ),
    }
    who, role = (responder, "agent") if outbound else (requester, "customer")
    name = words(people.get(who), "name", "contact.name") or (words(t, "responder_name") if outbound else words(t, "requester.name", "requester_name", "requester.email"))
    text = html(verbatim(t, "description_html", "description")) or tidy(t.get("description_text")) or words(t, "subject")
    attached = [words(a, "name", "attachment_url") for a in many(t, "attachments")]
    yield from make.make(
        item,
        id_,
        text,
        time=t.get("created_at"),
        who=who,
        name=name,
        role=role,
        about=about,
        attachments=attached,
        message_id=f"{id_}/description",
        opener=role == "customer",
    )
    said = [given(n, "note") if isinstance(given(n, "note"), dict) else n for n in many(t, "conversations", "notes")]
    for one in said:
        yield from _said(make, item, id_, one, people, t)
    elsewhere = once(make.source, "freshdesk conversations", lambda: bool(beside(make.source, kind, "conversations")))
    if len(said) == EMBEDDED and "conversations" in t and not elsewhere:
        yield make.lost(item, f"ticket {id_} came with {EMBEDDED} conversations, the most that come with a ticket: later ones may be missing", kept=True)


def _said(make: Messages, item: Item, ticket_id: str, c: Mapping[str, Any], people: Mapping[str, Any], ticket: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """A reply or note. Who is ``incoming`` is a customer, also where an agent asks; the mail quoted in it is marked as such in the HTML body."""
    who = words(c, "user_id")
    asks = bool(who) and who == words(ticket, "requester_id")
    role = "note" if true(c.get("private")) else "customer" if true(c.get("incoming")) else "agent"
    name = (
        words(people.get(who), "name", "contact.name")
        or (words(ticket, "requester.name", "requester_name") if asks else words(ticket, "responder_name") if who == words(ticket, "responder_id") else "")
        or words(c, "from_email")
    )
    text = html(verbatim(c, "body_html", "body")) or tidy(c.get("body_text"))
    attached = [words(a, "name", "attachment_url") for a in many(c, "attachments")]
    id_ = ident(c.get("id"))
    yield from make.make(
        item,
        ticket_id,
        text,
        time=c.get("created_at"),
        who=who,
        name=name,
        role=role,
        attachments=attached,
        message_id=id_ or None,
        opener=asks and role == "customer",
    )
