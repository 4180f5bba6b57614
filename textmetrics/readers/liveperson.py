"""LivePerson: messaging interactions, and engagements of the older chat history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..documents import Item, get
from ..exports import Messages, facts, given, head_number, html, items, many, number, sample, tidy, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..syntax import parse
from ..types import Problem, Record
from . import reader

LISTS = ("conversationHistoryRecords", "interactionHistoryRecords")
SENT = {"consumer": "customer", "agent": "agent", "bot": "bot", "controller": "system", "system": "system"}
TYPES = {"1": "agent", "human": "agent", "2": "bot", "bot": "bot", "0": "system", "system": "system"}
LINES = {"visitor": "customer", "agent": "agent", "system": "system", "info": "system"}


def claims(source: Source, head: bytes) -> str | None:
    """Records with an info and message records, or with a transcript of lines."""
    v = sample(head, *LISTS)
    if isinstance(v.get("info"), dict) and ("messageRecords" in v or "conversationId" in v["info"]):
        return "its objects are LivePerson conversations (info, messageRecords)"
    return "its objects are LivePerson engagements (info, transcript of lines)" if isinstance(v.get("info"), dict) and get(v, "transcript.lines") is not None else None


@reader("liveperson", claims=claims, order="file", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem]:
    """LivePerson: conversations, engagements.

    *Export:* the Messaging Interactions interface (``conversations/search`` with content ``messageRecords,agentParticipants,consumerParticipants,surveys``), or the Engagement History interface.
    *Reads:* messages in the order of their sequence, rich content (its texts and the names of its pictures), files; bots by their user type, messages that only agents see as notes; CSAT, survey answers, MCS, skill, device; when it was closed, and by whom.
    *Not:* statuses of delivery, transfers, co-browsing; ``undefined``, ``null`` and -1 are nothing. Records marked as partial are reported.
    """
    make = Messages(source, mapping)
    had = 0
    for item in items(source, *LISTS):
        if isinstance(item, Problem):
            yield item
            continue
        had += 1
        v = item.value
        id_ = words(v, "info.conversationId", "info.engagementId")
        survey: dict[str, str] = {}
        for part in many(v, "conversationSurveys"):
            survey |= {f"survey_{words(a, 'question')}": words(a, "answer") for a in many(part, "surveyData")}
        rate, skill = number(get(v, "info.csatRate")), words(v, "info.latestSkillName", "info.skillName")
        about = {
            "customer_id": words(v, "consumerParticipant.0.participantId", "consumerParticipants.0.participantId", "info.visitorId") or None,
            "status": words(v, "info.status").lower() or None,
            "queue": skill if skill != "Unassigned" else None,
            "rating": rate if rate is not None and rate >= 0 else None,
            "columns": facts(
                csat=rate if rate is not None and rate >= 0 else None, mcs=words(v, "info.mcs"), via=words(v, "info.source"), device=words(v, "info.device"), **_ended(make, v), **survey
            ),
        }
        if get(v, "info.isPartial") is True:
            yield make.lost(item, f"conversation {id_} is partial by its own account", kept=True)
        people = {words(p, "agentId"): p for p in many(v, "agentParticipants")}
        asking = given(v, "consumerParticipant.0", "consumerParticipants.0") or {}
        for m in sorted(many(v, "messageRecords"), key=lambda m: number(get(m, "seq")) or 0):
            yield from _message(make, item, id_, m, people, asking, about)
        for n, line in enumerate(sorted(many(v, "transcript.lines"), key=lambda x: number(get(x, "lineSeq")) or 0)):
            role, who = LINES.get(words(line, "source"), "unknown"), words(line, "agentId") or words(line, "source")
            text = html(get(line, "text"))
            time = given(line, "timeL", "time")
            yield from make.make(item, id_, text, time=time, who=who, name=words(line, "by"), role=role, about=about, message_id=f"{id_}/{words(line, 'lineSeq') or n}")
    if (counted := head_number(source, "_metadata.count")) is not None and counted > had:
        yield Problem(source.name, f"{counted:.0f} conversations by the export's own count, of which {had} are here: get the further pages", kept=True)


def _ended(make: Messages, v: Mapping[str, Any]) -> dict[str, str | None]:
    """When a conversation was closed, and by whom."""
    end = number(get(v, "info.endTimeL"))
    if end is None or end <= 0:
        return {}
    return {"ended_at": make.at(int(end)), "ended_by": {"CONSUMER": "customer", "AGENT": "agent"}.get(words(v, "info.closeReason"), "system")}


def _message(
    make: Messages, item: Item, id_: str, m: Mapping[str, Any], people: Mapping[str, Any], asking: Mapping[str, Any], about: Mapping[str, Any]
) -> Iterator[Record | Problem]:
    """One message record."""
    who = words(m, "participantId")
    person = people.get(who, {})
    role = SENT.get(words(m, "sentBy").lower(), "unknown")
    if role == "agent":
        role = TYPES.get(words(person, "userTypeName", "userType").lower(), "agent")
    if words(m, "audience") == "AGENTS_AND_MANAGERS":
        role = "note"
    text, attached = tidy(verbatim(m, "messageData.msg.text")), []
    if rich := words(m, "messageData.richContent.content"):
        try:
            shown = parse(rich)
            text = "\n".join([*filter(None, [text]), *_texts(shown)])
            attached = [*_images(shown)] or ([] if text else ["rich content"])
        except ValueError as error:
            yield make.lost(item, f"rich content of message {words(m, 'messageId')} is no JSON: {error}", kept=True)
    if get(m, "messageData.file"):
        text, attached = tidy(verbatim(m, "messageData.file.caption")) or text, [words(m, "messageData.file.relativePath") or "file"]
    name = words(asking, "consumerName", "firstName") if role == "customer" else words(person, "agentFullName", "agentNickname")
    yield from make.make(
        item, id_, text, time=given(m, "timeL", "time"), who=who, name=name, role=role, about=about, attachments=attached, message_id=words(m, "messageId") or None
    )


def _images(value: Any) -> Iterator[str]:
    """The pictures that rich content shows, by the names of their files."""
    if isinstance(value, list):
        for one in value:
            yield from _images(one)
    elif isinstance(value, dict):
        if value.get("type") == "image":
            yield words(value, "url").rpartition("/")[2] or "image"
        yield from _images(many(value, "elements"))


def _texts(value: Any) -> Iterator[str]:
    """What rich content says: its texts and the titles of its buttons, in order."""
    if isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        if text := words(value, "text") if value.get("type") == "text" else words(value, "title") if value.get("type") in ("button", "submitButton") else "":
            yield text
        yield from _texts(many(value, "elements"))
