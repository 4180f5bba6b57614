"""Mattermost: posts of channels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..documents import Item, get
from ..exports import Messages, bare, items, many, sample, true, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

BULK = ("post", "direct_post")


def claims(source: Source, head: bytes) -> str | None:
    """Posts with message, channel_id and create_at; or lines of a bulk export."""
    v = bare(sample(head))
    if (v.get("type") == "version" and "version" in v) or (v.get("type") in BULK and isinstance(v.get(str(v.get("type"))), dict)):
        return "its lines are those of a bulk export of Mattermost"
    posts = v.get("posts")
    first = next(iter(posts.values()), None) if isinstance(posts, dict) else v
    return "its objects are posts of Mattermost (channel_id, root_id, create_at)" if isinstance(first, dict) and first.keys() >= {"channel_id", "message", "create_at"} else None


@reader("mattermost", claims=claims, threads="silence", order="time", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Mattermost: posts of channels and direct messages.

    *Export:* ``mmctl export create`` and ``export download`` (the .jsonl in the zip), or the interface ``channels/ID/posts``, a page a file.
    *Reads:* posts and replies, names where they are told, bots and webhooks as bots, reactions, edits, names of files; times in milliseconds.
    *Not:* joins, headers and other system posts, deleted posts: they are counted; what files hold.
    """
    make = Messages(source, mapping)
    for item in items(source):
        if isinstance(item, Problem):
            yield item
            continue
        v = bare(item.value)
        what = str(v.get("type"))
        if what in BULK and isinstance(whole := v.get(what), dict):
            yield from _bulk(make, item, whole)
        elif isinstance(posts := v.get("posts"), dict):
            for post in posts.values():
                yield from _post(make, item, post if isinstance(post, dict) else {})
        elif "message" in v and "create_at" in v:
            yield from _post(make, item, v)
        elif what in ("version", "emoji", "team", "channel", "user", "role", "scheme", "bot", "direct_channel"):
            make.skip(f"{what} of a bulk export")
        else:
            yield make.lost(item, "is no post of Mattermost")
    yield from make.rest()


def _post(make: Messages, item: Item, v: Mapping[str, Any]) -> Iterator[Record | Problem]:
    if words(v, "type").startswith("system_"):
        make.skip("system posts (joins, headers)")
    elif words(v, "delete_at") not in ("", "0"):
        make.skip("deleted posts")
    else:
        room = words(v, "channel_data.display_name", "channel_data.name") or words(v, "channel_id")
        yield from make.make(
            item,
            room,
            verbatim(v, "message"),
            time=v.get("create_at"),
            who=words(v, "user_id"),
            name=words(v, "user_data.username", "props.override_username"),
            role="bot" if true(get(v, "props.from_webhook")) or true(get(v, "props.from_bot")) or get(v, "user_data.is_bot") is True else "unknown",
            attachments=[words(f, "name") for f in many(v, "metadata.files")] or [str(f) for f in _list(v.get("file_ids"))],
            message_id=words(v, "id") or None,
            reply_to=words(v, "root_id", "parent_id") or None,
            edited=words(v, "edit_at") not in ("", "0"),
            reactions={"likes": float(n)} if (n := len(many(v, "metadata.reactions"))) else {},
        )


def _bulk(make: Messages, item: Item, v: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """A post of a bulk export with its replies, which have no ids of their own."""
    members = [str(m) for m in _list(v.get("channel_members"))]
    room = "/".join(t for t in (words(v, "team"), words(v, "channel")) if t) or ", ".join(sorted(members)) or "direct"
    root = f"{room}/{words(v, 'create_at')}/{words(v, 'user')}"
    for n, one in enumerate([v, *many(v, "replies")]):
        if words(one, "type").startswith("system_"):
            make.skip("system posts (joins, headers)")
            continue
        yield from make.make(
            item,
            room,
            verbatim(one, "message"),
            time=one.get("create_at"),
            who=words(one, "user"),
            attachments=[words(a, "path") for a in many(one, "attachments")],
            message_id=root if not n else f"{root}/{n}",
            reply_to=root if n else None,
            edited=words(one, "edit_at") not in ("", "0"),
            reactions={"likes": float(k)} if (k := len(many(one, "reactions"))) else {},
        )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
