"""Slack's export: a folder or zip with a folder a channel and a file a day."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from ..documents import document, get, head_value
from ..exports import likes, many, words
from ..mapping import Map
from ..sources import Source
from ..times import Clock
from ..types import LeftOut, Problem, Record
from . import reader

DAY = re.compile(r"\d{4}-\d\d-\d\d$")
SIDE = ("users", "channels", "groups", "dms", "mpims", "org_users", "integration_logs", "canvases", "file_conversations")
SPOKEN = {None, "", "bot_message", "me_message", "thread_broadcast", "file_share", "file_comment", "reply_broadcast", "reminder_add"}
LINK = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")


def claims(source: Source, head: bytes) -> str | None:
    """A day's list of messages with ``ts``, or the users and channels that lie beside such days."""
    value = head_value(head)
    if isinstance(value, dict):
        first = next((v for v in many(value, "messages") if "ts" in v), {})
        return "its messages have ts and a type, as Slack's interface gives them" if isinstance(first.get("ts"), str) and "type" in first else None
    if not isinstance(value, list):
        return None
    days = bool(DAY.search(source.stem))
    first = next((v for v in value if isinstance(v, dict)), {})
    if first.get("type") == "message" and isinstance(first.get("ts"), str) and days:
        return "its objects are messages of a day, as Slack exports a channel"
    if source.stem in SIDE and any(DAY.search(s.stem) for s in source.siblings):
        return f"its {source.stem} belong to the days of Slack channels beside it"
    return "an empty day of a Slack channel" if days and not value else None


@reader("slack", claims=claims, threads="id", order="time", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Slack: the export of a workspace, as zip or folder, or pages of the interface.

    *Export:* *Settings & administration > Workspace settings > Import/Export data > Export* (or slackdump's export form); or pages of the interface ``conversations.history`` and ``replies``.
    *Reads:* threads as conversations, other messages by themselves; names from users.json; mentions, links and entities as text; texts of integrations from their
    attachments; files, reactions, edits; bots as bots.
    *Not:* joins, topics, deletions and other notices, which are counted; what files hold; the broadcast copy of a reply.
    """
    if source.stem in SIDE:
        yield from document(source)[1]
        return
    people, clock = _people(source), Clock("epoch")
    value, problems = document(source)
    yield from problems
    channel = PurePosixPath(source.path).parent.name or "channel"
    if isinstance(value, dict):  # a page of the interface, or a channel as slackdump keeps it
        channel = words(value, "name", "channel_id") or source.stem
        if value.get("has_more") is True:
            yield Problem(source.name, "is one page of several: the older messages are on others", kept=True)
        value = many(value, "messages")
    for number, m in enumerate(value if isinstance(value, list) else [], start=1):
        if not isinstance(m, Mapping):
            yield Problem(source.name, f"is no object but a {type(m).__name__}", number)
        elif m.get("subtype") not in SPOKEN or m.get("type") != "message":
            yield LeftOut(source.name, f"notices ({m.get('subtype') or m.get('type')})", 1)
        elif (sent_at := clock.read(str(m.get("ts", "")))) is None:
            yield Problem(source.name, f"its ts {str(m.get('ts'))[:30]!r} is no time", number)
        else:
            who = str(m.get("user") or get(m, "bot_profile.name") or m.get("username") or m.get("bot_id") or "")
            root = str(m.get("thread_ts") or m["ts"])
            yield Record(
                text=_said(m, people),
                author=people.get(who, {}).get("name") or str(get(m, "user_profile.real_name") or m.get("username") or who),
                role="bot" if m.get("bot_id") or m.get("subtype") == "bot_message" or people.get(who, {}).get("bot") else "unknown",
                sent_at=sent_at,
                raw_time=str(m["ts"]),
                message_id=f"{channel}/{m['ts']}",
                conversation_id=f"{channel}/{root}",
                reply_to=f"{channel}/{root}" if root != m["ts"] else None,
                channel=mapping.channel or "chat",
                language=mapping.language,
                edited="edited" in m,
                attachments=tuple(str(get(f, "name") or get(f, "title") or "file") for f in many(m, "files")),
                reactions=likes(m),
                columns={"room": channel},
                source=source.name,
                number=number,
            )


@lru_cache(maxsize=2)
def _users(sources: tuple[Source, ...]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for s in sources:
        for u in value if isinstance(value := document(s)[0], list) else ():
            if isinstance(u, Mapping) and u.get("id"):
                name = get(u, "profile.display_name") or get(u, "profile.real_name") or u.get("real_name") or u.get("name")
                found[str(u["id"])] = {"name": str(name or u["id"]), "bot": bool(u.get("is_bot"))}
    return found


def _people(source: Source) -> dict[str, dict[str, Any]]:
    """Names and bots by id, from the users that lie beside."""
    return _users(tuple(source.beside("users.json", "org_users.json")))


def _said(m: Mapping[str, Any], people: Mapping[str, dict[str, Any]]) -> str:
    """What a message says: its text, else that of the attachments and blocks of an integration."""
    text = m.get("text")
    if not isinstance(text, str) or not text:
        parts = [str(a.get("text") or a.get("fallback") or a.get("title") or "") for a in many(m, "attachments") if isinstance(a, Mapping)]
        parts += [str(get(b, "text.text", "")) for b in many(m, "blocks") if isinstance(b, Mapping)]
        text = "\n".join(p for p in parts if p)

    def named(match: re.Match[str]) -> str:
        mark, target, label = match.groups()
        if mark == "@":
            return f"@{label or people.get(target, {}).get('name') or target}"
        return f"#{label or target}" if mark == "#" else f"@{label or target.split('^')[0]}" if mark == "!" else label or target

    return html.unescape(LINK.sub(named, str(text)))
