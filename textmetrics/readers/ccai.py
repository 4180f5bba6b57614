"""Google Cloud's Conversational Insights (CCAI): entries of a conversation as they are imported, and conversations as they are exported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..documents import Item, get
from ..exports import Messages, after, channel, facts, items, listed, many, number, sample, tidy, words
from ..mapping import Map
from ..sources import Source
from ..types import Problem, Record
from . import reader

ROLES = {"AGENT": "agent", "HUMAN_AGENT": "agent", "CUSTOMER": "customer", "END_USER": "customer", "AUTOMATED_AGENT": "bot"}
OFFSET = 10**14  # below this a start_timestamp_usec cannot be microseconds since 1970: it is counted from the beginning


def claims(source: Source, head: bytes) -> str | None:
    """Entries with role and user, or a transcript of segments."""
    v = sample(head, "conversations")
    entry = get(v, "entries.0")
    if isinstance(entry, dict) and "text" in entry and ("start_timestamp_usec" in entry or words(entry, "role") in ROLES):
        return "it is a CCAI conversation (entries with role and start_timestamp_usec)"
    return "it is a conversation of Conversational Insights (transcriptSegments)" if get(v, "transcript.transcriptSegments") is not None else None


@reader("ccai", claims=claims, order="file", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem]:
    """Conversational Insights (CCAI): conversations.

    *Export:* the bucket that conversations are imported from (a JSON file each, named after the conversation), or the interface ``conversations?view=FULL``.
    *Reads:* entries or segments with their roles (automated agents as bots), times in microseconds, offsets of calls; categories, agents, labels, medium.
    *Not:* annotations and sentiments. Times that are 0 or the same for all entries are no times, and it is said so.
    """
    make = Messages(source, mapping)
    for item in items(source, "conversations"):
        if isinstance(item, Problem):
            yield item
            continue
        v = item.value
        id_ = words(v, "name").rpartition("/")[2] or (source.stem if item.number == 1 else f"{source.stem}-{item.number}")
        labels = v["labels"] if isinstance(v.get("labels"), dict) else {}
        entries, segments = many(v, "entries"), many(v, "transcript.transcriptSegments")
        medium = words(v, "medium", "conversation_info.medium")
        about = {
            "channel": channel("voice" if "PHONE" in medium else medium, "chat"),
            "language": words(v, "languageCode").partition("-")[0] or None,
            "columns": facts(
                categories=listed(get(v, "conversation_info.categories"), "display_name"),
                agent=listed(get(v, "conversation_info.agent_info"), "agent_id"),
                **labels,
            ),
        }
        yield from _entries(make, item, id_, entries, about)
        begun = make.when(v.get("startTime"))
        for n, segment in enumerate(segments):
            offset = number(words(segment, "words.0.startOffset").removesuffix("s"))
            time = words(segment, "messageTime") or after(begun, None if offset is None else offset * 1000)
            role, who = ROLES.get(words(segment, "segmentParticipant.role"), "unknown"), words(segment, "segmentParticipant.userId", "segmentParticipant.role")
            yield from make.make(item, id_, tidy(get(segment, "text")), time=time, who=who, role=role, about=about, message_id=f"{id_}/{n}")


def _entries(make: Messages, item: Item, id_: str, entries: list[Any], about: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """The entries of a conversation that was imported."""
    times = [number(get(e, "start_timestamp_usec")) for e in entries]
    known = [t for t in times if t]
    useless = not known or (len(entries) > 1 and len(set(times)) == 1)
    if entries and useless:
        yield make.lost(item, f"conversation {id_} has no times: start_timestamp_usec is 0, missing, or the same throughout", kept=True)
    relative = not useless and max(known) < OFFSET
    if relative:
        yield from make.began(item, id_, None)
    for n, (entry, time) in enumerate(zip(entries, times, strict=True)):
        role = ROLES.get(words(entry, "role"), "unknown")
        at = None if useless or time is None else after(None, time / 1000) if relative else int(time)
        who = words(entry, "user_id") or role
        yield from make.make(
            item,
            id_,
            tidy(get(entry, "text")),
            time=at,
            who=who,
            name=f"{role} {who}" if who != role else role,
            role=role,
            about=about,
            message_id=f"{id_}/{n}",
            zone_known=not relative,
            raw_time=words(entry, "start_timestamp_usec") or None,
        )
