"""Zendesk Support: tickets with their comments, from the account export, the interfaces, or the tables of a warehouse."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from ..documents import Item, get, head_value
from ..exports import Messages, beside, channel, facts, given, html, ident, items, joined, listed, many, once, sample, tidy, true, verbatim, words
from ..filed import Filed
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

WHY = {
    "tickets": "its objects are Zendesk tickets (requester, submitter, via)",
    "comments": "its objects are comments of Zendesk tickets (author, body, public)",
    "audits": "its objects are audits of Zendesk tickets (ticket, events)",
    "users": "its objects are Zendesk users, who are joined to the comments beside them",
    "tags": "it is Zendesk's table of tags, joined to the tickets beside it",
    "groups": "its objects are Zendesk groups, joined to the tickets beside them",
    "ratings": "its objects are Zendesk satisfaction ratings, joined to the tickets beside them",
    "other": "its objects are of Zendesk, and hold no message",
    "history": "it is Zendesk's history of ticket fields, which holds no message",
}
ROLES = {"end-user": "customer", "agent": "agent", "admin": "agent"}
OTHER = ("engagements", "organizations", "ticket_metrics", "ticket_fields", "ticket_forms", "brands")
OTHERS = re.compile(r"/api/v2/(?:organizations|ticket_metrics|ticket_fields|ticket_forms|brands|custom_statuses|macros|triggers|views)/\d")
SYSTEM = "-1"  # the author of what Zendesk itself wrote
# a chat or messaging conversation, kept as one comment: "(12:29:41 PM) Ana: Hi", "(12:30:02 PM) *** Bob joined the chat ***"
CHAT = re.compile(r"^(?:Conversation with |Chat started|Chat transcript|\(\d\d?:\d\d)")
CHAT_LINE = re.compile(r"(?m)^\((?:\d{4}-\d\d-\d\d )?(\d\d?):(\d\d)(?::(\d\d))?(?:[ \u202f]?([AP]M))?\) (?:\*{1,3} (.+?) \*{1,3}$|([^:\n]{1,80}): ?)")
CHAT_DAY = re.compile(r"(?:Chat )?started(?: on)?:? (\d{4}-\d\d-\d\d)", re.IGNORECASE)
VISITOR = re.compile(r"^(?:Visitor|Web User|iOS User|Android User)\b")


def kind(head: bytes) -> str | None:
    """What of Zendesk's exports a file holds."""
    v = sample(head, "tickets", "comments", "audits", "ticket_events", "users", "satisfaction_ratings", "groups", *OTHER, "results", "ticket")
    if v.keys() >= {"requester_id", "submitter_id", "subject"} or ({"subject", "comments", "status"} <= v.keys() and "description" in v):
        return "tickets" if "responder_id" not in v and "messages" not in v else None
    if v.keys() >= {"author_id", "public", "body"} or ({"ticket_id", "public", "body", "user_id"} <= v.keys() and "incoming" not in v):
        return "comments" if "created" in v or "created_at" in v else None
    if "ticket_id" in v and ("events" in v or "child_events" in v):
        return "audits"
    if v.keys() >= {"id", "role", "email", "name"} and (words(v, "role") in ROLES or (v["role"] == "" and head_value(head) is None)):
        return "users"
    if v.keys() >= {"tag", "ticket_id"} and len(v) <= 4:
        return "tags"
    if v.keys() >= {"score", "ticket_id", "requester_id"}:
        return "ratings"
    if v.keys() >= {"field_name", "ticket_id", "value"}:
        return "history"
    if {"name", "url"} <= v.keys() and re.search(rb"/api/v2/groups/\d", head):
        return "groups"
    return "other" if v.keys() >= {"engagement_id", "ticket_id"} or ("url" in v and OTHERS.search(words(v, "url"))) else None


@reader("zendesk", claims=lambda source, head: WHY.get(kind(head) or ""), order="time", channel="email")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Zendesk Support: tickets and their comments.

    *Export:* Admin Center > Account > Tools > Reports > Export > JSON (Zendesk enables it on request); or the interfaces ``incremental/tickets``,
    ``tickets/ID/comments``, ``ticket_audits``; or the tables ticket, ticket_comment, user, group, ticket_tag of a warehouse, as CSV.
    *Reads:* public comments and private notes (as notes), voicemail that was transcribed, chats that Zendesk keeps as one comment (message by message); roles from
    the users beside them; requester, priority, status, group, tags, rating, custom fields of the ticket; follow-ups as one case.
    *Not:* changes of fields, other events of audits, views saved as CSV (they hold no comments). A description is read only where its ticket has no comments here, as written by whoever submitted it.
    """
    make, what = Messages(source, mapping), kind(source.head()) or "comments"
    if what not in ("tickets", "comments", "audits"):
        for item in items(source, "users", "groups", "satisfaction_ratings", *OTHER):
            if isinstance(item, Problem):
                yield item
            else:
                make.skip(what)
        yield from make.rest()
        return
    people = _people(source)
    if what == "tickets":
        yield from _tickets(source, make, people)
        return
    tickets, bare = joined(source, kind, "tickets", "tickets"), 0
    for item in items(source, "comments", "audits", "ticket_events"):
        if isinstance(item, Problem):
            yield item
            continue
        ticket_id = words(item.value, "ticket_id") or _named(source)
        ticket = tickets.get(ticket_id, {"id": ticket_id})
        if what == "comments":
            yield from _comment(make, item, item.value, ticket, people)
        else:
            for event in many(item.value, "events", "child_events"):
                bare += true(event.get("comment_present")) and not verbatim(event, "body", "html_body", "plain_body")
                if str(given(event, "type", "event_type")) in ("Comment", "VoiceComment", "TpeVoiceComment") and (
                    verbatim(event, "body", "html_body", "plain_body") or given(event, "data")
                ):
                    said = {
                        "created_at": given(item.value, "created_at", "timestamp"),
                        "via": item.value.get("via"),
                        "author_id": given(item.value, "author_id", "updater_id"),
                    }
                    yield from _comment(make, item, {**said, **{k: v for k, v in event.items() if v is not None}}, ticket, people)
                else:
                    make.skip(words(event, "type", "event_type"))
    yield from make.rest()
    if bare:
        yield Problem(source.name, f"{bare} comments are mentioned without their text: get the events with include=comment_events", kept=True)


def _tickets(source: Source, make: Messages, people: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """Tickets that hold their comments, or their descriptions where the comments lie nowhere."""
    elsewhere = once(
        source, "commented", lambda: {words(i.value, "ticket_id") or _named(s) for s in _comments(source) for i in items(s, "comments", "audits") if isinstance(i, Item)}
    )
    versions = joined(source, kind, "tickets", "tickets", "results", "ticket") if "comments" not in sample(source.head(), "tickets", "results", "ticket") else {}
    newest = {}
    for item in items(source, "tickets", "results", "ticket"):
        if isinstance(item, Problem):
            yield item
        elif comments := many(item.value, "comments"):
            for comment in comments:
                yield from _comment(make, item, comment, item.value, people)
            yield from make.missing(item, ident(item.value.get("id")), len(comments), item.value.get("comment_count"))
        elif (id_ := ident(item.value.get("id"))) not in elsewhere and str(item.value.get("updated_at")) >= str(versions.get(id_, {}).get("updated_at")):
            newest[id_] = item
    alone = 0
    for id_, item in newest.items():
        ticket = item.value
        if ticket.get("status") == "deleted":
            yield make.lost(item, f"ticket {id_} is deleted and holds no comment")
        else:
            alone += "comments" not in ticket
            body = {"id": f"{id_}/description", "body": verbatim(ticket, "description", "subject"), "author_id": _writer(ticket), "created_at": ticket.get("created_at")}
            yield from _comment(make, item, body, ticket, people)
    if alone:
        yield Problem(source.name, f"{alone} tickets come without their comments: only their descriptions are read; export the comments too", kept=True)


def _comment(make: Messages, item: Item, c: Mapping[str, Any], ticket: Mapping[str, Any], people: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """One comment; a chat kept in one comment message by message."""
    ticket_id, requester = ident(ticket.get("id")), _requester(ticket)
    author = words(c, "author_id", "user_id")
    said = partial(make.make, item, ticket_id, about=partial(_about, make.source, ticket))
    text = tidy(verbatim(c, "plain_body", "body")) or html(verbatim(c, "html_body"))
    attached = [words(a, "file_name", "content_url") for a in many(c, "attachments")]
    time, id_ = given(c, "created_at", "created"), ident(c.get("id")) or None
    role = "system" if author == SYSTEM or get(c, "via.source.rel") == "merge" else _role(author, ticket, people)
    private = "public" in c and not true(c["public"])
    if "Voice" in str(c.get("type")) or true(c.get("voice_comment")):
        role, text = ("system", text) if not (spoken := words(c, "data.transcription_text")) else (role, spoken)
    elif CHAT.match(text) and len(lines := list(CHAT_LINE.finditer(text))) > 1:
        yield from _chat(said, text, lines, make.when(time), id_, ticket, people)
        return
    elif private:
        role = "note"
    elif role == "agent" and get(c, "via.channel") == "rule":
        role = "bot"
    name = "Zendesk" if author == SYSTEM else words(people.get(author), "name", "email")
    yield from said(
        text,
        time=time,
        who=author,
        name=name,
        role=role,
        attachments=attached,
        message_id=id_,
        automatic=author == SYSTEM or role == "bot",
        opener=bool(author) and author == requester and role == "customer",
    )


def _chat(
    said: Any, text: str, lines: list[re.Match[str]], at: datetime | None, id_: str | None, ticket: Mapping[str, Any], people: Mapping[str, Any]
) -> Iterator[Record | Problem]:
    """The messages of a chat in one comment: times of day in UTC, on the day it says it began, or that of the comment."""
    day = datetime.fromisoformat(match[1]).replace(tzinfo=UTC) if (match := CHAT_DAY.search(text)) else at and at.replace(hour=0, minute=0, second=0, microsecond=0)
    asks, last = words(people.get(_requester(ticket)), "name"), timedelta(0)
    for n, line in enumerate(lines):
        hour, minute, second, half, event, name = line.groups()
        since = timedelta(hours=int(hour) % 12 + 12 * (half == "PM") if half else int(hour), minutes=int(minute), seconds=int(second or 0))
        if day and since < last - timedelta(hours=12):
            day += timedelta(days=1)
        last = since
        body = event or text[line.end() : lines[n + 1].start() if n + 1 < len(lines) else len(text)].strip()
        role = "system" if event else "customer" if name == asks or VISITOR.match(name) else "bot" if re.search(r"(?i)\bbot$", name) else "agent"
        if body:
            yield from said(
                body,
                time=(day + since).isoformat() if day else None,
                name=name or "",
                role=role,
                message_id=f"{id_ or ticket.get('id')}/{n}",
                opener=role == "customer",
                channel="chat",
            )


def _about(source: Source, t: Mapping[str, Any]) -> dict[str, Any]:
    """What a ticket says of its conversation."""
    id_, group = ident(t.get("id")), words(t, "group_id", "group.id")
    rated = given(t, "satisfaction_rating.score") or words(joined(source, kind, "ratings", "satisfaction_ratings", by="ticket_id").get(id_), "score")
    tags = listed(t.get("tags")) or ", ".join(_tags(source).get(id_, ()))
    via = given(t, "via.channel", "via_channel")
    case = words(t, "via_followup_source_id") or (words(t, "via.source.from.ticket_id") if get(t, "via.source.rel") == "follow_up" else "")
    fields = {f"field_{words(f, 'id')}": get(f, "value") for f in many(t, "custom_fields") if isinstance(get(f, "value"), str | int | float)}
    return {
        "told": t.get("updated_at"),
        "customer_id": _requester(t) or None,
        "case_id": case or id_ or None,
        "severity": words(t, "priority") or None,
        "status": words(t, "status") or None,
        "queue": words(t, "group.name") or words(joined(source, kind, "groups", "groups").get(group), "name") or group or None,
        "rating": {"good": 1.0, "bad": 0.0}.get(str(rated).split("_")[0]),
        "channel": "chat" if t.get("from_messaging_channel") is True else channel(via, "email") if via else None,
        "columns": facts(
            subject=t.get("subject"), tags=tags, via=via, type=t.get("type"), brand=words(t, "brand.name", "brand_id"), organization=words(t, "organization.name", "organization_id"),
            csat=rated, csat_comment=get(t, "satisfaction_rating.comment"), **fields,
        ),
    }  # fmt: skip


def _requester(ticket: Mapping[str, Any]) -> str:
    return words(ticket, "requester_id", "requester.id")


def _writer(ticket: Mapping[str, Any]) -> str:
    """Who wrote the description: whoever submitted the ticket, be it for somebody else; but the sample that each account begins with speaks for its customer."""
    submitted = words(ticket, "submitter_id", "submitter.id")
    return submitted if submitted and given(ticket, "via.channel", "via_channel") != "sample_ticket" else _requester(ticket)


def _role(author: str, ticket: Mapping[str, Any], people: Mapping[str, Any]) -> str:
    """A role from the users; without them from the ticket: who asked, who was assigned or is copied, who wrote for somebody else."""
    if role := ROLES.get(words(people.get(author), "role")):
        return role
    if author and author == _requester(ticket):
        return "customer"
    if author and author in (words(ticket, "assignee_id", "assignee.id"), words(ticket, "submitter_id", "submitter.id")):
        return "agent"
    copied = {i for key in ("email_cc_ids", "collaborator_ids") for i in listed(ticket.get(key)).split(", ")}
    return "customer" if author in copied else "unknown"


def _people(source: Source) -> Mapping[str, Any]:
    """Everybody by id: the users beside, those in the same document, those inside of tickets."""
    users, others = joined(source, kind, "users", "users"), Filed()
    head = head_value(source.head())
    lists = ("tickets", "users") if isinstance(head, dict) and "id" not in head else ("tickets",)  # an envelope may hold users anywhere
    for item in (i for name in lists for i in items(source, name) if isinstance(i, Item)):
        for one in [item.value, *(item.value.get(k) for k in ("requester", "assignee", "submitter"))]:
            if not isinstance(one, dict) or (words(one, "role") not in ROLES and ("name" not in one or "subject" in one)):
                continue
            if (id_ := ident(one.get("id"))) not in users and id_ not in others:
                others.put(id_, one)
    return ChainMap(users, others)  # type: ignore[arg-type]  # nothing is ever put into it


def _comments(source: Source) -> list[Source]:
    return beside(source, kind, "comments", "audits")


def _tags(source: Source) -> dict[str, list[str]]:
    """The tags of tickets from a table of their own."""

    def make() -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for side in beside(source, kind, "tags"):
            for item in items(side):
                if isinstance(item, Item) and (tag := words(item.value, "tag")) not in found.setdefault(words(item.value, "ticket_id"), []):
                    found[words(item.value, "ticket_id")].append(tag)
        return found

    return once(source, "zendesk tags", make)


def _named(source: Source) -> str:
    """The ticket that a file of comments is named after: they do not name it themselves."""
    numbers = re.findall(r"\d+", source.stem)
    return numbers[-1] if numbers else source.stem
