"""Telegram Desktop: one chat, or all of an account, as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..documents import document, get, head_value
from ..exports import likes, many
from ..mapping import Map
from ..sources import Source
from ..times import Clock
from ..types import LeftOut, Problem, Record
from . import reader

PLACES = ("chats.list", "left_chats.list")
MEDIA = ("media_type", "photo", "file", "location_information", "contact_information", "poll")


def claims(source: Source, head: bytes) -> str | None:
    """It names a chat's type and its messages, or a list of such chats."""
    value = head_value(head)
    chats = [value, *(c for place in PLACES for c in (get(value, place) or [])[:1])] if isinstance(value, dict) else []
    found = any(isinstance(c, dict) and "type" in c and "id" in c and isinstance(c.get("messages"), list) for c in chats)
    return "its chats have type, id and messages, as Telegram Desktop exports them" if found else None


@reader("telegram", claims=claims, threads="silence", order="file", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Telegram Desktop: chats, groups and channels, one or all of an account.

    *Export:* Telegram Desktop, a chat's menu, *Export chat history*, or *Settings > Advanced > Export Telegram data*; format: machine-readable JSON.
    *Reads:* texts with their entities, reply links, edits, reactions, kinds of media; times by ``date_unixtime``, else local times by the map's zone.
    *Not:* joins, pins and other service messages, which are counted; what media show; the HTML export.
    """
    whole, problems = document(source)
    yield from problems
    chats = [c for place in PLACES for c in many(whole, place) if isinstance(c, dict)] or ([whole] if isinstance(whole, dict) else [])
    clock, local, number = Clock("epoch"), Clock("iso", mapping.timezone), 0
    for chat in chats:
        room = f"{source.stem}:{get(chat, 'id', '')}"
        for m in many(chat, "messages"):
            number += 1
            if m.get("type") != "message":
                yield LeftOut(source.name, "service messages", 1)
            else:
                stamp, written = m.get("date_unixtime"), str(m.get("date") or "")
                if written and not stamp and (fault := local.fault(written)):
                    yield Problem(source.name, fault, number, kept=True)
                yield _record(source, mapping, room, chat, m, number, clock, local)


def _record(source: Source, mapping: Map, room: str, chat: Mapping[str, Any], m: Mapping[str, Any], number: int, clock: Clock, local: Clock) -> Record:
    stamp, written = m.get("date_unixtime"), m.get("date")
    reply = m.get("reply_to_message_id")
    return Record(
        text=_text(m.get("text")),
        author=str(m.get("from") or m.get("from_id") or "deleted account"),
        role="bot" if m.get("via_bot") else "unknown",
        sent_at=clock.read(str(stamp)) if stamp else local.read(str(written)) if written else None,
        raw_time=str(stamp or written or "") or None,
        zone_known=bool(stamp),
        message_id=f"{room}/{m.get('id')}",
        reply_to=f"{room}/{reply}" if reply else None,
        conversation_id=room,
        channel=mapping.channel or "chat",
        language=mapping.language,
        edited="edited" in m or "edited_unixtime" in m,
        attachments=tuple(str(m.get("mime_type") or m[k]) if k in ("media_type", "file") else k for k in MEDIA if m.get(k))[:1],
        reactions=likes(m),
        columns={"chat": str(chat["name"])} if chat.get("name") else {},
        source=source.name,
        number=number,
    )


def _text(value: Any) -> str:
    """A text, or the pieces it was cut into: links, mentions and the like are pieces of their own."""
    if isinstance(value, list):
        return "".join(p if isinstance(p, str) else str(get(p, "text", "")) for p in value)
    return value if isinstance(value, str) else ""
