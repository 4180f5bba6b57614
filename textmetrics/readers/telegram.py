"""Telegram: chats as its desktop program exports them, updates as its interface for bots sends them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..bundles import Bundles
from ..documents import Item, document, each, get, head_value, objects
from ..exports import Messages, bare, facts, ident, likes, many, sample, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

PLACES = ("chats.list", "left_chats.list")
MEDIA = ("media_type", "photo", "file", "location_information", "contact_information", "poll")
UPDATES = ("message", "channel_post", "business_message", "edited_message", "edited_channel_post", "edited_business_message")
SENT = ("photo", "document", "video", "voice", "audio", "sticker", "animation", "video_note", "location", "contact", "poll", "venue")


def claims(source: Source, head: bytes) -> str | None:
    """It names a chat's type and its messages, or a list of such chats; or its objects are updates for a bot."""
    value = head_value(head)
    chats = [value, *(c for place in PLACES for c in (get(value, place) or [])[:1])] if isinstance(value, dict) else []
    if any(isinstance(c, dict) and "type" in c and "id" in c and isinstance(c.get("messages"), list) for c in chats):
        return "its chats have type, id and messages, as Telegram Desktop exports them"
    return "its objects are updates (update_id), as Telegram sends them to bots" if "update_id" in bare(sample(head, "result")) else None


@reader("telegram", claims=claims, threads="silence", order="file", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Telegram: chats, groups and channels, one or all of an account; what a bot was sent.

    *Export:* Telegram Desktop, a chat's menu, *Export chat history*, or *Settings > Advanced > Export Telegram data*; format: machine-readable JSON. For bots: what ``getUpdates`` answered or
    a webhook got, an update a line or a list, also as Perceval keeps it.
    *Reads:* texts with their entities, reply links, edits (of updates the last form), reactions, kinds of media; times by ``date_unixtime``, else local times by the map's zone.
    *Not:* joins, pins and other service messages, buttons that were pressed, which are counted; what media show; what a bot itself wrote, which it is not sent.
    """
    if "update_id" in bare(sample(source.head(), "result")):
        yield from _updates(source, mapping)
        return
    whole, problems = document(source, "messages", *(f"{place}.*.messages" for place in PLACES))
    yield from problems
    chats = [c for place in PLACES for c in many(whole, place)] or ([whole] if isinstance(whole, dict) else [])
    make, number = Messages(source, mapping, local=True), 0
    for chat in chats:
        room, columns = f"{source.stem}:{get(chat, 'id', '')}", facts(chat=words(chat, "name"))
        for m in each(chat, "messages"):
            number += 1
            item = Item(m, number)
            if not m:
                yield make.lost(item, "is no object")
            elif m.get("type") != "message":
                make.skip("service messages")
            else:
                reply = words(m, "reply_to_message_id")
                yield from make.make(
                    item,
                    room,
                    _text(m.get("text")),
                    time=words(m, "date_unixtime", "date"),
                    who=words(m, "from_id"),
                    name=words(m, "from", "from_id") or "deleted account",
                    attachments=[words(m, "mime_type", k) if k in ("media_type", "file") else k for k in MEDIA if m.get(k)][:1],
                    message_id=f"{room}/{words(m, 'id')}",
                    reply_to=f"{room}/{reply}" if reply else None,
                    edited="edited" in m or "edited_unixtime" in m,
                    reactions=likes(m),
                    columns=columns,
                )
    yield from make.rest()


def _updates(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    make = Messages(source, mapping, time="epoch")
    with Bundles() as messages:
        for item in objects(source, "result"):
            if isinstance(item, Problem):
                yield item
                continue
            v = bare(item.value)
            if kind := _kind(v):
                messages.add(f"{words(v, f'{kind}.chat.id')} {words(v, f'{kind}.message_id')}", item)
            else:
                make.skip(f"updates ({next((k for k in v if k != 'update_id'), 'of no kind')})")
        for _, forms in messages:
            for _ in forms[1:]:
                make.skip("earlier forms of messages")
            yield from _sent(make, forms)
    yield from make.rest()


def _kind(update: Mapping[str, Any]) -> str:
    """The kind of message that an update holds, if it holds any."""
    return next((k for k in UPDATES if isinstance(update.get(k), dict)), "")


def _sent(make: Messages, forms: Sequence[Item]) -> Iterator[Record | Problem]:
    """The last form of a message."""
    kind = _kind(bare(forms[-1].value))
    m = bare(forms[-1].value)[kind]
    media = [k for k in SENT if m.get(k)]
    text = verbatim(m, "text", "caption")
    if not text and not media:
        make.skip("service messages")
        return
    room = f"{make.source.stem}:{words(m, 'chat.id')}"
    reply = words(m, "reply_to_message.message_id")
    who = get(m, "from") or get(m, "sender_chat") or get(m, "chat")
    yield from make.make(
        forms[0],
        room,
        text,
        time=m.get("date"),
        who=ident(get(who, "id")),
        name=" ".join(filter(None, (words(who, "first_name", "title"), words(who, "last_name")))) or words(who, "username"),
        role="bot" if get(who, "is_bot") is True else "unknown",
        attachments=media,
        message_id=f"{room}/{words(m, 'message_id')}",
        reply_to=f"{room}/{reply}" if reply else None,
        edited=kind.startswith("edited") or "edit_date" in m or (len(forms) > 1 and _words(forms[-2]) != text),
        columns=facts(chat=words(m, "chat.title")),
    )


def _words(form: Item) -> str:
    """What a form of a message says."""
    v = bare(form.value)
    return verbatim(v[_kind(v)], "text", "caption")


def _text(value: Any) -> str:
    """A text, or the pieces it was cut into: links, mentions and the like are pieces of their own."""
    if isinstance(value, list):
        return "".join(p if isinstance(p, str) else str(get(p, "text", "")) for p in value)
    return value if isinstance(value, str) else ""
