"""Discord, as DiscordChatExporter writes a channel: JSON or CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .. import delimited
from ..delimited import Row
from ..documents import document, get, head_value
from ..exports import likes, many
from ..mapping import Map
from ..sources import Source
from ..times import Clock
from ..types import LeftOut, Problem, Record
from . import reader

HEADER = {"AuthorID", "Author", "Date", "Content", "Attachments", "Reactions"}
SPOKEN = {"Default", "Reply", "ChatInputCommand", "ContextMenuCommand", "ThreadStarterMessage", "0", "19", "20", "21", "23"}


def claims(source: Source, head: bytes) -> str | None:
    """A guild, a channel and messages in JSON; AuthorID, Author, Date, Content in CSV."""
    value = head_value(head)
    if isinstance(value, dict):
        return "it has guild, channel and messages, as DiscordChatExporter writes them" if {"guild", "channel", "messages"} <= value.keys() else None
    return "its header is that of DiscordChatExporter's CSV" if b"AuthorID" in head[:200] and set(delimited.header(source)[0]) >= HEADER else None


@reader("discord", claims=claims, threads="silence", order="file", channel="community")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Discord: a channel, thread or direct chat, as DiscordChatExporter writes it.

    *Export:* DiscordChatExporter, format JSON (best) or CSV.
    *Reads:* texts, names, bots, reply links, edits, reactions, attachments by name.
    *Not:* joins, pins and calls, which are counted; the HTML and plain text forms; CSV has no ids and no reply links.
    """
    if head_value(source.head()) is None:
        yield from _of_csv(source, mapping)
        return
    whole, problems = document(source)
    yield from problems
    clock, room = Clock(), str(get(whole, "channel.id") or source.stem)
    messages = many(whole, "messages")
    told = get(whole, "messageCount")
    if isinstance(told, int) and told != len(messages):
        yield Problem(source.name, f"the export says {told} messages, {len(messages)} are there")
    for number, m in enumerate(messages, start=1):
        if not isinstance(m, Mapping):
            yield Problem(source.name, f"is no object but a {type(m).__name__}", number)
        elif str(m.get("type", "Default")) not in SPOKEN:
            yield LeftOut(source.name, f"notices ({m.get('type')})", 1)
        else:
            yield _record(source, mapping, room, whole, m, number, clock)


def _record(source: Source, mapping: Map, room: str, whole: Any, m: Mapping[str, Any], number: int, clock: Clock) -> Record:
    reply = get(m, "reference.messageId")
    return Record(
        text=str(m.get("content") or "\n".join(str(get(e, "description") or get(e, "title") or "") for e in many(m, "embeds"))),
        author=str(get(m, "author.nickname") or get(m, "author.name") or get(m, "author.id") or ""),
        role="bot" if get(m, "author.isBot") else "unknown",
        sent_at=clock.read(str(m.get("timestamp", ""))),
        raw_time=str(m.get("timestamp") or "") or None,
        message_id=str(m["id"]) if m.get("id") else None,
        reply_to=str(reply) if reply else None,
        conversation_id=room,
        channel=mapping.channel or "community",
        language=mapping.language,
        edited=bool(m.get("timestampEdited")),
        attachments=tuple(str(get(a, "fileName") or "file") for a in many(m, "attachments")),
        reactions=likes(m),
        columns={k: str(v) for k, v in (("room", get(whole, "channel.name")), ("guild", get(whole, "guild.name"))) if v},
        source=source.name,
        number=number,
    )


def _of_csv(source: Source, mapping: Map) -> Iterator[Record | Problem]:
    clock = Clock(timezone=mapping.timezone, order=mapping.dates, dates=lambda: (row.cells["Date"] for row in delimited.rows(source) if isinstance(row, Row)), rising=True)
    for row in delimited.rows(source):
        if isinstance(row, Problem):
            yield row
            continue
        cells = row.cells
        if fault := clock.fault(cells["Date"]):
            yield Problem(source.name, fault, row.number, row.line, row.byte, kept=True)
        yield Record(
            text=cells["Content"],
            author=cells["Author"],
            sent_at=clock.read(cells["Date"]),
            raw_time=cells["Date"],
            zone_known=clock.names_zone(cells["Date"]),
            conversation_id=source.stem,
            message_id=f"{source.stem}/{row.number}",
            channel=mapping.channel or "community",
            language=mapping.language,
            attachments=tuple(a for a in cells["Attachments"].split(",") if a),
            source=source.name,
            number=row.number,
        )
