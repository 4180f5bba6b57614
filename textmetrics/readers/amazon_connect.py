"""Amazon Connect: Contact Lens analyses of calls and chats, and plain chat transcripts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ..documents import Item, get
from ..exports import Messages, after, facts, given, items, listed, many, sample, tidy, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..syntax import parse
from ..types import LeftOut, Problem, Record
from . import reader

ROLES = {"CUSTOMER": "customer", "AGENT": "agent", "SUPERVISOR": "agent", "SYSTEM": "system", "CUSTOM_BOT": "bot"}
RECORDED = re.compile(r"_(\d{4})(\d\d)(\d\d)T(\d\d)[:_](\d\d)(?:[:_](\d\d))?_UTC")  # in the name of a recording: when it began
ANALYSED = re.compile(r"_analysis(?:_redacted)?_(\d{4})-(\d\d)-(\d\d)T(\d\d)[:_-](\d\d)[:_-](\d\d)Z?")  # in the name of an analysis


def claims(source: Source, head: bytes) -> str | None:
    """A transcript whose turns name participants by id, or chat items with absolute times, of a contact."""
    v = sample(head)
    turn = next(iter(_turns(v)), None)
    if turn:
        if "AbsoluteTime" in turn and ("ParticipantRole" in turn or turn.get("Type") == "EVENT"):
            return "it is a chat transcript of Amazon Connect (AbsoluteTime, ParticipantRole)"
        return "it is a Contact Lens analysis of a call (ParticipantId, BeginOffsetMillis)" if turn.keys() >= {"ParticipantId", "BeginOffsetMillis"} else None
    if {"ContactId", "EventType", "Channel"} <= v.keys():
        return "its objects are events of Contact Lens' real-time stream"
    told = {"Channel", "ConversationCharacteristics", "ContentMetadata"} <= v.keys() or "CustomerMetadata" in v
    return "it is a Contact Lens analysis (Channel, ConversationCharacteristics)" if told and "JobName" not in v and "Participants" in v else None


@reader("amazon_connect", claims=claims, order="file", channel="chat", calls=True)
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Amazon Connect: Contact Lens (calls and chats) and chat transcripts.

    *Export:* the S3 bucket of the instance, folders ``Analysis/Voice``, ``Analysis/Chat`` and ``ChatTranscripts``, a file a contact; or the segments of its real-time stream.
    *Reads:* turns of customers and agents; messages, markdown and interactive messages (their titles) of a chat, attachments; bots apart from lines of the flow (system); the first
    contact as case; matched categories, overall sentiment of the customer, language; when an agent joined a chat, when it ended, and by whom.
    *Not:* further events (typing, transfers; when contacts were queued is not in transcripts), pauses and interruptions. A call begins when its recording does, to the minute (its name says so), else when its analysis was named; else its date is
    unknown, and reported.
    """
    make = Messages(source, mapping)
    for item in items(source):
        if isinstance(item, Problem):
            yield item
            continue
        v, turns = item.value, _turns(item.value)
        id_ = words(v, "CustomerMetadata.ContactId", "ContactId", "InitialContactId") or source.stem
        voice = get(v, "Channel") == "VOICE" or any("BeginOffsetMillis" in t for t in turns)
        begun = _begun(words(v, "CustomerMetadata.InputS3Uri"), source.path)
        about = {
            "case_id": words(v, "InitialContactId") or None,
            "channel": "voice" if voice else "chat",
            "language": words(v, "LanguageCode").partition("-")[0] or None,
            "columns": facts(
                via="contact_lens" if "LanguageCode" in v else "transcript",
                categories=listed(given(v, "Categories.MatchedCategories")),
                customer_sentiment=given(
                    v,
                    "ConversationCharacteristics.Sentiment.OverallSentiment.CUSTOMER",
                    "ConversationCharacteristics.Sentiment.DetailsByParticipantRole.CUSTOMER.OverallSentiment",
                ),
                **_events(make, turns),
            ),
        }
        if voice and turns:
            yield from make.began(item, id_, begun)
            by_id = {words(p, "ParticipantId"): words(p, "ParticipantRole") for p in many(v, "Participants")}
        for turn in turns:
            if voice:
                role = ROLES.get(by_id.get(words(turn, "ParticipantId")) or words(turn, "ParticipantRole", "ParticipantId"), "unknown")
                time = after(begun, get(turn, "BeginOffsetMillis"))
                who = words(turn, "ParticipantId") or role
                yield from make.make(
                    item,
                    id_,
                    tidy(get(turn, "Content")),
                    time=time,
                    who=who,
                    name=role,
                    role=role,
                    about=about,
                    message_id=words(turn, "Id") or None,
                    zone_known=begun is not None,
                    raw_time=words(turn, "BeginOffsetMillis"),
                )
            elif get(turn, "Type") in ("MESSAGE", "ATTACHMENT"):
                yield from _said(make, item, id_, turn, about)
            else:
                make.skip(words(turn, "ContentType").rpartition(".event.")[2] or words(turn, "Type"))
    yield from make.rest()


def _turns(v: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The turns of a transcript, also those that come as segments while a call goes on."""
    return many(v, "Transcript") or [s["Transcript"] for s in many(v, "Segments") if isinstance(s.get("Transcript"), dict)]


def _events(make: Messages, turns: Sequence[Mapping[str, Any]]) -> dict[str, str | None]:
    """When the first agent joined a chat, when it ended, and who left it first."""
    events = [(words(t, "ContentType").rpartition(".event.")[2], words(t, "ParticipantRole"), get(t, "AbsoluteTime")) for t in turns if get(t, "Type") == "EVENT"]
    joined = next((time for what, role, time in events if what == "participant.joined" and role == "AGENT"), None)
    left = next((role for what, role, _ in events if what == "participant.left" and role in ("CUSTOMER", "AGENT")), None)
    ended = next((time for what, role, time in reversed(events) if what == "chat.ended" or (what == "participant.left" and role == "CUSTOMER")), None)
    by = None if ended is None else ROLES[left] if left else "system"
    return {"accepted_at": make.at(joined), "ended_at": make.at(ended), "ended_by": by}


def _said(make: Messages, item: Item, id_: str, turn: Mapping[str, Any], about: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """A message of a chat. Flows and bots write as SYSTEM alike; only the lines of a flow are called SYSTEM_MESSAGE."""
    name, interactive = words(turn, "DisplayName"), ".interactive" in words(turn, "ContentType")
    role = ROLES.get(words(turn, "ParticipantRole"), "unknown")
    if role == "system" and (interactive or name not in ("", "SYSTEM_MESSAGE")):
        role = "bot"
    if name in ("[PII]", "SYSTEM_MESSAGE"):
        name = role
    attached = [words(a, "AttachmentName", "AttachmentId") for a in many(turn, "Attachments")]
    text = _shown(verbatim(turn, "Content")) if interactive else tidy(turn.get("Content"))
    yield from make.make(
        item,
        id_,
        text,
        time=turn.get("AbsoluteTime"),
        who=words(turn, "ParticipantId"),
        name=name,
        role=role,
        about=about,
        attachments=attached,
        message_id=words(turn, "Id") or None,
    )


def _shown(content: str) -> str:
    """What an interactive message shows: its title and its elements; the JSON itself where it is of another kind."""
    try:
        value = parse(content)
    except ValueError:
        return content
    shown = get(value, "data.content") or get(value, "data") or value
    if not isinstance(shown, dict):
        return words(value, "action") or content
    lines = [words(shown, k) for k in ("title", "subtitle", "body", "text")] + [words(e, "title") for e in many(shown, "elements", "options")]
    return "\n".join(line for line in lines if line) or words(value, "action") or content


def _begun(recording: str, path: str) -> datetime | None:
    """When a call began: by the name of its recording, else by that of its analysis."""
    if match := RECORDED.search(recording) or RECORDED.search(path) or ANALYSED.search(path):
        year, month, day, hour, minute, second = match.groups()
        return datetime.fromisoformat(f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}+00:00")
    return None
