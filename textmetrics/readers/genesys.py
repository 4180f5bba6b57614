"""Genesys Cloud: transcripts of calls and messages, and messages of digital conversations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ..documents import Item, get
from ..exports import Messages, after, channel, facts, items, many, number, sample, tidy, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import Problem, Record
from . import reader

ROLES = {"external": "customer", "customer": "customer", "internal": "agent", "agent": "agent", "user": "agent"}
ROLES |= dict.fromkeys(("ivr", "acd", "voicemail", "workflow", "system", "station"), "system") | {"bot": "bot", "botflow": "bot", "digitalbot": "bot"}
OFFSET = 10**11  # below this a startTimeMs cannot be milliseconds since 1970: it is counted from the beginning
LISTS = ("entities", "messages")


def claims(source: Source, head: bytes) -> str | None:
    """Transcripts of phrases, or messages with a direction and a normalized form."""
    v = sample(head, *LISTS)
    if v.keys() >= {"conversationId", "transcripts"} and isinstance(get(v, "transcripts"), list):
        return "it is a transcript of Genesys Cloud (conversationId, transcripts of phrases)"
    if v.keys() >= {"direction", "timestamp"} and ("normalizedMessage" in v or {"textBody", "messengerType"} <= v.keys()):
        return "its objects are messages of Genesys Cloud (direction, normalizedMessage)"
    return None


@reader("genesys", claims=claims, order="time", channel="voice", calls=True)
def read(source: Source, mapping: Map) -> Iterator[Record | Problem]:
    """Genesys Cloud: transcripts, messages.

    *Export:* the interface ``speechandtextanalytics/conversations/ID/communications/ID/transcripturl`` and what lies at that address, a file a communication;
    ``conversations/messages/ID/messages/bulk`` for web messaging.
    *Reads:* phrases, in their decorated form where there is one; customers, agents, bots, the IVR (as system); several communications of a conversation (transfers) as one; media, queue.
    *Not:* sentiment of phrases, topics. Where only offsets are given the date is unknown, and it is said so.
    """
    make = Messages(source, mapping)
    for item in items(source, *LISTS):
        if isinstance(item, Problem):
            yield item
        elif "transcripts" in item.value:
            yield from _transcript(make, item)
        else:
            v = item.value
            inbound = words(v, "direction", "normalizedMessage.direction").lower() == "inbound"
            role = "customer" if inbound else "bot" if words(v, "normalizedMessage.originatingEntity", "originatingEntity").lower() == "bot" else "agent"
            content = many(v, "normalizedMessage.content")
            yield from make.make(
                item,
                words(v, "conversationId") or source.stem,
                tidy(verbatim(v, "normalizedMessage.text", "textBody")),
                time=v.get("timestamp"),
                who=words(v, "fromAddress") if inbound else words(v, "createdBy.id", "fromAddress"),
                name=words(v, "normalizedMessage.channel.from.nickname", "createdBy.name") if inbound else words(v, "createdBy.name"),
                role=role,
                about={"channel": channel(words(v, "messengerType", "normalizedMessage.channel.platform"), "chat"), "columns": facts(via=words(v, "messengerType"))},
                attachments=[words(c, "attachment.filename", "attachment.url") for c in content if get(c, "attachment")],
                message_id=words(v, "id") or None,
            )


def _transcript(make: Messages, item: Item) -> Iterator[Record | Problem]:
    """The phrases of one communication."""
    v, media = item.value, words(item.value, "mediaType")
    id_, part = words(v, "conversationId"), words(v, "communicationId")
    people = {words(p, "participantPurpose"): p for p in many(v, "participants")}
    begun: datetime | None = make.when(get(v, "conversationStartTime") or get(v, "startTime"))
    about = {
        "customer_id": words(people.get("external") or people.get("customer"), "ani", "externalContactId") or None,
        "queue": next((q for p in people.values() if (q := words(p, "queueName", "queueId"))), None),
        "channel": channel(media, "voice"),
        "language": words(v, "transcripts.0.language", "language").partition("-")[0] or None,
        "columns": facts(via=media),
    }
    phrases = [(t, p) for t in many(v, "transcripts") for p in many(t, "phrases")]
    if begun is None and any((number(get(p, "startTimeMs")) or 0) < OFFSET for _, p in phrases):
        yield from make.began(item, id_, None)
    for n, (transcript, phrase) in enumerate(phrases):
        purpose, start = words(phrase, "participantPurpose"), number(get(phrase, "startTimeMs"))
        role, person = ROLES.get(purpose.lower(), "unknown"), people.get(purpose, {})
        epoch = start is not None and start >= OFFSET
        yield from make.make(
            item,
            id_,
            tidy(verbatim(phrase, "decoratedText", "text")),
            time=int(start) if epoch and start is not None else after(begun, start),
            who=f"customer {words(person, 'ani')}" if role == "customer" else words(person, "userId") or purpose,  # purposes differ between communications
            name=role if role == "customer" else words(person, "name", "userId") or purpose,
            role=role,
            about=about,
            message_id="/".join(p for p in (part, words(transcript, "transcriptId"), str(n)) if p),
            zone_known=epoch or begun is not None,
            raw_time=words(phrase, "startTimeMs"),
        )
