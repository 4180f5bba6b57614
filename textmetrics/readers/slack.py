"""Slack: the export of a workspace, pages and events of its interfaces, archives of slackdump."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from msgspec import Struct

from ..bundles import Bundles
from ..documents import Item, document, each, head_value, objects
from ..exports import Messages, ident, likes, many, once, sample, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..streamed import Elements
from ..types import LeftOut, Problem, Record
from . import reader

DAY = re.compile(r"\d{4}-\d\d-\d\d$")
SIDE = ("users", "channels", "groups", "dms", "mpims", "org_users", "integration_logs", "canvases", "file_conversations")
SPOKEN = {"", "bot_message", "me_message", "thread_broadcast", "file_share", "file_comment", "reply_broadcast", "reminder_add"}
SHOWN = ("pretext", "title", "text")  # of an attachment, as Slack shows it; where there is none of these, its fallback
LINK = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
CHUNK = {"n", "m", "p", "u", "w", "ch", "ci", "cu", "f"}  # what slackdump writes of a call of the interface, by the letters it uses


class Sides(Struct):
    """What lies beside the messages: names and bots by id, names of channels by id."""

    people: dict[str, tuple[str, bool]]
    rooms: dict[str, str]


def _form(v: Mapping[str, Any]) -> str | None:
    """What an object of Slack is: a chunk of slackdump, an event, a page of the interface, a message."""
    if isinstance(v.get("t"), int) and isinstance(v.get("ts"), int) and v.keys() & CHUNK:
        return "chunk"
    if words(v, "event.type") == "message" and v.keys() & {"event_id", "event_time", "team_id"}:
        return "event"
    if any(isinstance(m.get("ts"), str) and "type" in m for m in many(v, "messages")[:5]) or (v.get("messages") == [] and v.keys() >= {"ok", "has_more"}):
        return "page"
    return "message" if v.get("type") == "message" and isinstance(v.get("ts"), str) and v.keys() & {"text", "user", "bot_id", "subtype"} else None


WHY = {
    "chunk": "its lines are chunks, as slackdump keeps Slack",
    "event": "its objects are events of Slack with messages",
    "page": "its messages have ts and a type, as Slack's interface gives them",
    "message": "its objects are messages of Slack (type, ts)",
}


def claims(source: Source, head: bytes) -> str | None:
    """Messages with ``ts``, alone, by day, in pages, events or chunks; or the users and channels that lie beside days."""
    value = head_value(head)
    if form := _form(sample(head)):
        return WHY[form]
    if not isinstance(value, list):
        return None
    if source.stem in SIDE and any(DAY.search(s.stem) for s in source.siblings):
        return f"its {source.stem} belong to the days of Slack channels beside it"
    return "an empty day of a Slack channel" if DAY.search(source.stem) and not value else None


@reader("slack", claims=claims, threads="rooms", order="time", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Slack: the export of a workspace, as zip or folder; pages and events of its interfaces; archives of slackdump.

    *Export:* *Settings & administration > Workspace settings > Import/Export data > Export*; or pages of the interface ``conversations.history`` and ``replies``; or what the Events interface
    sent, an event a line or a file; or slackdump, any of its forms but the database.
    *Reads:* threads, also those that a dump keeps below their first message; what is written outside of one goes with what is said around it, until there is silence; names from users.json; mentions, links and entities as text; texts of integrations from their
    attachments; files, reactions, edits; bots as bots; of a message that events change, the last form.
    *Not:* joins, topics, deletions and other notices, which are counted; what files hold; the broadcast copy of a reply.
    """
    make = Messages(source, mapping, time="epoch")
    if source.stem in SIDE and not _form(sample(source.head())):
        value, problems = document(source, "")
        yield from problems
        yield LeftOut(source.name, source.stem.replace("_", " "), len(value) if isinstance(value, list | Elements) else 1)
        return
    sides: Sides = once(source, "slack", lambda: _sides(source), everywhere=True)
    folder, place = PurePosixPath(source.path).parent.name or "channel", 0
    with Bundles() as events:
        for item in objects(source, within=["messages"]):
            if isinstance(item, Problem):
                yield item
                continue
            v, form = item.value, _form(item.value)
            if form == "event":
                events.add(_about(v["event"]), item)
            elif form == "chunk":
                if not many(v, "m"):
                    make.skip("chunks without messages")
                for m in many(v, "m"):
                    place += 1
                    yield from _message(make, Item(m, place, item.line, item.byte), sides.rooms.get(words(v, "id")) or words(v, "id"), m, sides)
            elif form == "message" or "messages" not in v:
                yield from _message(make, item, folder if DAY.search(source.stem) else source.stem, v, sides)
            else:
                if v.get("has_more") is True:
                    yield make.lost(item, "is one page of several: the older messages are on others", kept=True)
                if not v.get("messages"):
                    make.skip("empty pages")
                for m in (one for first in each(v, "messages") for one in (first, *many(first, "slackdump_thread_replies"))):
                    place += 1
                    yield from _message(make, Item(m, place, item.line, item.byte), words(v, "name", "channel_id") or source.stem, m, sides)
        for _, heard in events:
            yield from _last(make, heard, sides)
    yield from make.rest()


def _about(event: Mapping[str, Any]) -> str:
    """The message that an event is about: its channel and time."""
    named = {"message_deleted": ("deleted_ts", "previous_message.ts"), "message_changed": ("message.ts", "ts")}
    return f"{words(event, 'channel')} {words(event, *named.get(words(event, 'subtype'), ('ts',)))}"


def _last(make: Messages, heard: Sequence[Item], sides: Sides) -> Iterator[Record | Problem]:
    """What became of a message by all events about it: its last form, or that it is gone."""
    for item in heard:
        if words(item.value, "event.subtype") == "message_deleted":
            make.skip("deleted messages")
    event = heard[-1].value["event"]
    kind, room = words(event, "subtype"), words(event, "channel")
    if kind != "message_deleted":
        m = {"type": "message", "edited": True, **event["message"]} if kind == "message_changed" and isinstance(event.get("message"), dict) else event
        yield from _message(make, heard[-1], sides.rooms.get(room) or room or make.source.stem, m, sides)


def _message(make: Messages, item: Item, room: str, m: Mapping[str, Any], sides: Sides) -> Iterator[Record | Problem]:
    if words(m, "subtype") not in SPOKEN or m.get("type") != "message":
        make.skip(f"notices ({m.get('subtype') or m.get('type') or 'of no type'})")
        return
    stamp = words(m, "ts")
    if make.when(stamp) is None:
        yield make.lost(item, f"its ts {stamp[:30]!r} is no time")
        return
    who = words(m, "user", "comment.user", "bot_profile.name", "username", "bot_id")
    name, bot = sides.people.get(who, ("", False))
    root = words(m, "thread_ts") or stamp
    yield from make.make(
        item,
        room,
        _said(m, sides.people),
        time=stamp,
        who=who,
        name=name or words(m, "user_profile.real_name", "username"),
        role="bot" if bot or m.get("bot_id") or m.get("subtype") == "bot_message" else "unknown",
        attachments=[words(f, "name", "title") or "file" for f in many(m, "files") or ([m["file"]] if _shares(m) else [])],
        message_id=f"{room}/{stamp}",
        reply_to=f"{room}/{root}" if root != stamp else None,
        edited="edited" in m,
        reactions=likes(m),
        columns={"room": room},
    )


def _sides(source: Source) -> Sides:
    """Users and channels of all files that came together."""
    sides = Sides({}, {})
    for side in source.siblings:
        listed = side.stem in SIDE and isinstance(head_value(side.head()), list)
        if not listed and _form(sample(side.head())) != "chunk":
            continue
        for item in objects(side):
            v = item.value if isinstance(item, Item) else {}
            users, rooms = ([v], [v]) if listed else (many(v, "u"), [*many(v, "ch"), *([v["ci"]] if isinstance(v.get("ci"), dict) else [])])
            for u in users if not listed or side.stem.endswith("users") else ():
                name = words(u, "profile.display_name", "profile.real_name", "real_name", "name")
                sides.people[ident(u.get("id"))] = name or ident(u.get("id")), bool(u.get("is_bot"))
            for r in rooms if not listed or not side.stem.endswith("users") else ():
                if name := words(r, "name"):
                    sides.rooms[ident(r.get("id"))] = name
    return sides


def _shares(m: Mapping[str, Any]) -> bool:
    """Whether it is a file sent along as exports before 2018 have it: one file, and a sentence of Slack's for a text."""
    return m.get("subtype") == "file_share" and isinstance(m.get("file"), dict)


def _said(m: Mapping[str, Any], people: Mapping[str, tuple[str, bool]]) -> str:
    """What a message says: its text, or what was written to a file, else that of the attachments and blocks of an integration."""
    text = verbatim(m, "comment.comment") or m.get("text")
    if _shares(m):
        text = verbatim(m, "file.initial_comment.comment")
    elif not isinstance(text, str) or not text:
        parts = [verbatim(a, k) for a in many(m, "attachments") for k in (SHOWN if any(verbatim(a, k) for k in SHOWN) else ("fallback",))]
        parts += [verbatim(b, "text.text") for b in many(m, "blocks")]
        text = "\n".join(p for p in parts if p)

    def named(match: re.Match[str]) -> str:
        mark, target, label = match.groups()
        if mark == "@":
            return f"@{label or people.get(target, (target, False))[0]}"
        return f"#{label or target}" if mark == "#" else f"@{label or target.split('^')[0]}" if mark == "!" else label or target

    return html.unescape(LINK.sub(named, str(text)))
