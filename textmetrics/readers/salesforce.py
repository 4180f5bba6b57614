"""Salesforce Service: chat transcripts, cases with their e-mails and comments, conversation entries of Messaging."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import zip_longest
from typing import Any

from ..cleaning import part_of
from ..documents import Item, get, text_of
from ..exports import Messages, beside, channel, facts, false, given, html, ident, items, joined, number, once, sample, tidy, true, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

WHY = {
    "transcripts": "it holds bodies of Salesforce chat transcripts",
    "body": "it is the body of a Salesforce chat transcript",
    "cases": "its objects are Salesforce cases",
    "emails": "its objects are Salesforce e-mail messages (ParentId, Incoming)",
    "comments": "its objects are comments of Salesforce cases",
    "entries": "its objects are entries of Salesforce Messaging conversations",
    "users": "its objects are Salesforce users, joined to what lies beside them",
}
ROLES = {"enduser": "customer", "agent": "agent", "supervisor": "agent", "bot": "bot", "chatbot": "bot", "system": "system"}
DRAFT = ("5", "draft")  # status of an e-mail that was never sent
STARTED = re.compile(r">Chat [^<:]{3,30}: ([^<]{10,80})<")
# what cuts a transcript: a paragraph of its own, or "( 1h 2m 3s ) ", where units that are 0 are left out
MARK = re.compile(r"<p align=\"?center\"?[^>]*>(?P<event>.*?)</p>|(?:^|(?<=>)|(?<=> ))\(\s*(?P<time>(?:\d+[dhms]\s*){1,4})\)", re.DOTALL)
UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
REFERENCE = re.compile(r"\[?\s*\bref:_[\w.!]+:ref\b\s*\]?")
SAME = 15  # characters of an id: longer ones say again in which case its letters are
VISITOR = "Visitor"
ENDED = {"visitor": "customer", "agent": "agent", "system": "system"}


def kind(head: bytes) -> str | None:
    """What of Salesforce's exports a file holds; names of fields in any case."""
    if re.match(rb'(?:\xef\xbb\xbf)?\s*<p align="?center"?>Chat [^<]{3,30}: ', head):
        return "body"
    exact = sample(head, "records", "conversationEntries").keys()
    v = {k.lower() for k in exact}
    if "body" in v and v & {"chatkey", "livechatvisitorid", "chatduration", "livechatdeploymentid"}:
        return "transcripts"
    if v >= {"casenumber", "status"} and v & {"description", "subject"}:
        return "cases"
    if v >= {"parentid", "incoming", "messagedate"} and v & {"textbody", "htmlbody"}:
        return "emails"
    if v >= {"parentid", "commentbody", "createddate"}:
        return "comments"
    if v >= {"sender", "messagetext", "identifier"} or v >= {"conversationid", "actortype", "message", "entrytime"}:
        return "entries"
    return "users" if exact >= {"Id", "Username"} else None


@reader("salesforce", claims=lambda source, head: WHY.get(kind(head) or ""), order="time", channel="email")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Salesforce Service: Chat, cases, Messaging.

    *Export:* Setup > Data Export, Data Loader, or a query (CSV or JSON) of LiveChatTranscript with Body, Case with EmailMessage, CaseComment and User,
    ConversationEntry; a single Body as HTML.
    *Reads:* each line of a transcript at its offset from the start of the chat, colons and all; e-mails and comments of a case as one conversation (unpublished comments as
    notes); the description of a case where it has no e-mail; contact, owner, priority, status, origin; when a chat was asked for, taken on and ended, by whom, also of those who gave up before a word. Ids of 15 and 18 characters are the same.
    *Not:* drafts, deleted rows, who joined or left a chat. Reports write times in the reporter's zone and form: give both in a map.
    """
    make, what = Messages(source, mapping, local=True), kind(source.head())
    if what == "body":
        data, problems = text_of(source)
        yield from problems
        yield from _transcript(make, Item({}, 1), source.stem, data.decode("utf-8", "replace"), {"Body": ""})
        return
    cases, users = joined(source, kind, "cases", "records", digits=SAME), joined(source, kind, "users", "records", digits=SAME)
    for item in items(source, "records", "conversationEntries"):
        if isinstance(item, Problem):
            yield item
        elif true(get(item.value, "IsDeleted")) or what == "users":
            make.skip("deleted row" if what != "users" else what)
        elif what == "transcripts":
            yield from _transcript(make, item, words(item.value, "Id", "ChatKey", "Name"), str(get(item.value, "Body") or ""), item.value)
        elif what == "entries":
            yield from _entry(make, item, item.value)
        else:
            yield from _letter(make, item, item.value, what or "", cases, users)
    yield from make.rest()


def _letter(make: Messages, item: Item, v: Mapping[str, Any], what: str, cases: Mapping[str, Any], users: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """An e-mail, a comment, or the description of a case that has no e-mail."""
    case = v if what == "cases" else cases.get(words(v, "ParentId")[:SAME], {})
    id_ = words(case, "Id", "CaseNumber") or words(v, "ParentId") or f"{make.source.stem}/{words(v, 'Id')}"
    owner = words(users.get(words(case, "OwnerId")[:SAME]), "Name") or words(case, "Owner.Name", "OwnerId")
    about: dict[str, Any] = {
        "told": given(case, "LastModifiedDate", "SystemModstamp"),
        "customer_id": words(case, "ContactId", "AccountId", "SuppliedEmail") or None,
        "case_id": id_,
        "severity": words(case, "Priority").lower() or None,
        "status": words(case, "Status") or None,
        "queue": owner or None,
        "channel": channel(words(case, "Origin"), "email"),
        "columns": facts(
            subject=words(case, "Subject"), via=words(case, "Origin"), case_number=words(case, "CaseNumber"), type=words(case, "Type"), reason=words(case, "Reason")
        ),
    }
    if what == "cases":
        mailed = once(
            make.source,
            "salesforce mailed",
            lambda: {words(i.value, "ParentId")[:SAME] for s in beside(make.source, kind, "emails") for i in items(s, "records") if isinstance(i, Item)},
        )
        if id_[:SAME] not in mailed and (text := tidy(verbatim(v, "Description", "Subject"))):
            name = words(v, "SuppliedName", "Contact.Name")
            yield from make.make(
                item,
                id_,
                text,
                time=get(v, "CreatedDate"),
                who=words(v, "ContactId", "SuppliedEmail"),
                name=name,
                role="customer",
                about=about,
                message_id=f"{id_}/description",
                opener=True,
            )
        return
    if what == "comments":
        who = words(v, "CreatedById")
        role = "note" if false(get(v, "IsPublished")) else "agent" if users.get(who[:SAME]) or who.startswith("005") else "unknown"
        yield from make.make(
            item,
            id_,
            tidy(get(v, "CommentBody")),
            time=get(v, "CreatedDate"),
            who=who,
            name=words(users.get(who[:SAME]), "Name"),
            role=role,
            about=about,
            message_id=words(v, "Id") or None,
        )
        return
    if words(v, "Status").lower() in DRAFT:
        make.skip("draft")
        return
    asks = true(get(v, "Incoming"))
    text = tidy(REFERENCE.sub("", verbatim(v, "TextBody"))) or html(REFERENCE.sub(_blank, verbatim(v, "HtmlBody"))) or words(v, "Subject")
    about["columns"] = {**facts(subject=REFERENCE.sub("", words(v, "Subject")).strip()), **about["columns"]}
    yield from make.make(
        item,
        id_,
        text,
        time=given(v, "MessageDate", "CreatedDate"),
        who=words(v, "FromAddress"),
        name=words(v, "FromName"),
        role="customer" if asks else "agent",
        about=about,
        message_id=words(v, "Id") or None,
        automatic=words(v, "IsAutomated") != "" and true(get(v, "IsAutomated")),
    )


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _transcript(make: Messages, item: Item, id_: str, body: str, v: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """The lines of a chat; what stands between two offsets is one message, whatever colons it holds."""
    marks = list(MARK.finditer(body))
    begun = next((t for s in STARTED.findall(body[:2000]) if (t := make.when(s))), None) or make.when(given(v, "StartTime", "CreatedDate"))
    events = [html(m["event"]) for m in marks if m["event"] is not None]
    owner = words(joined(make.source, kind, "users", "records", digits=SAME).get(words(v, "OwnerId")[:SAME]), "Name")
    agents = {e.removeprefix("Agent ").strip() for e in events if e.startswith("Agent ")} | ({owner} if owner else set())
    said: list[tuple[timedelta, str, str]] = []
    now = timedelta(0)
    for mark, after in zip_longest(marks, marks[1:]):
        if mark["event"] is not None:
            event = part_of(html(mark["event"]), 0, mark.start("event"))
            if said and not event.startswith(("Agent ", "Chat Started", "Chat Origin")):
                said.append((now, "", event))
            continue
        now = timedelta(seconds=sum(int(n) * UNITS[u] for n, u in re.findall(r"(\d{1,5})([dhms])", mark["time"])))
        line = html(body[mark.end() : after.start() if after else len(body)])
        name, colon, _ = line.partition(": ")
        if colon or name.endswith(":"):
            said.append((now, name.removesuffix(":").strip(), part_of(line, len(name) + len(colon), mark.end())))
        elif name:
            said.append((now, "", part_of(line, 0, mark.end())))
    speakers = {name for _, name, _ in said if name}
    asking = {n for n in speakers if n in (VISITOR, words(v, "Contact.Name", "VisitorName"))} or (speakers - agents if speakers & agents else set())
    counts = [number(get(v, k)) for k in ("VisitorMessageCount", "OperatorMessageCount")]
    if not asking and len(speakers) == 2 and None not in counts and counts[0] != counts[1]:
        asking = {n for n in speakers if sum(name == n for _, name, _ in said) == counts[0]}
    clock = _events(make, v)
    about = {
        "customer_id": words(v, "ContactId", "AccountId", "LiveChatVisitorId") or None,
        "case_id": words(v, "CaseId") or None,
        "status": words(v, "Status") or None,
        "queue": words(v, "Skill.MasterLabel", "SkillId", "LiveChatButton.MasterLabel") or None,
        "channel": "chat",
        "columns": facts(
            via=next((e.partition(":")[2].strip() for e in events if e.startswith("Chat Origin")), "") or words(v, "LiveChatButton.MasterLabel"), **clock
        ),
    }
    for n, (offset, name, text) in enumerate(said):
        role = "system" if not name else "customer" if name in asking else "agent" if name in agents or asking else "unknown"
        if text:
            time = (begun + offset).isoformat() if begun else None
            yield from make.make(item, id_, text, time=time, name=name, role=role, about=about, message_id=f"{id_}/{n}")
    yield from make.missing(item, id_, sum(bool(name) for _, name, _ in said), sum(c or 0 for c in counts))
    if not said and clock["enqueued_at"] and clock["ended_at"] and not clock.get("accepted_at"):
        yield from make.make(item, id_, "", time=v["RequestTime"], role="system", about=about, message_id=f"{id_}/0", empty=True)  # gave up in the queue, before a word
    elif not said and "Body" in v:
        yield make.lost(item, f"transcript {id_} has an empty body, or none that is cut by times such as ( 1m 5s )")


def _events(make: Messages, v: Mapping[str, Any]) -> dict[str, str | None]:
    """When a chat was asked for, taken on and ended, and by whom; who gave up waiting ended it so many seconds after asking."""
    asked, gone = make.when(get(v, "RequestTime")), number(get(v, "Abandoned"))
    if asked is not None and gone:
        return {"enqueued_at": asked.isoformat(), "ended_at": (asked + timedelta(seconds=gone)).isoformat(), "ended_by": "customer"}
    by = ENDED.get(words(v, "EndedBy").lower())
    return {"enqueued_at": make.at(get(v, "RequestTime")), "accepted_at": make.at(get(v, "StartTime")), "ended_at": make.at(get(v, "EndTime")), "ended_by": by}


def _entry(make: Messages, item: Item, v: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """An entry of Messaging, as the interface or the object ConversationEntry writes it."""
    role = ROLES.get(words(v, "sender.role", "ActorType").lower().replace(" ", ""), "unknown")
    text = tidy(verbatim(v, "messageText", "Message"))
    if not text:
        make.skip(words(v, "EntryType", "sender.role") or "entry without text")
        return
    yield from make.make(
        item,
        words(v, "ConversationId", "conversationIdentifier", "relatedRecords.0") or make.source.stem,
        text,
        time=given(v, "serverReceivedTimestamp", "EntryTime", "clientTimestamp"),
        who=words(v, "sender.subject", "ActorId"),
        name=words(v, "ActorName", "senderDisplayName"),
        role=role,
        about={"channel": "chat"},
        message_id=ident(given(v, "identifier", "Id")) or None,
    )
