"""YouTube: comments on videos."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..cleaning import plain
from ..documents import Item, get
from ..exports import Messages, facts, items, many, number, sample, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

_SHORT = re.compile(r"([\d.,]+)\s*([KMB])?", re.IGNORECASE)
TIMES = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9}


def claims(source: Source, head: bytes) -> str | None:
    """Threads of the interface, comments of yt-dlp, or lines with cid and votes."""
    v = sample(head, "items")
    v = next(iter(many(v, "comments")), v)
    if words(v, "kind").startswith("youtube#comment"):
        return "its objects are comments as YouTube's interface gives them"
    if v.keys() >= {"parent", "author_is_uploader", "text"} or v.keys() >= {"parent", "author_id", "like_count", "text"}:
        return "its comments are as yt-dlp writes them"
    return "its lines are comments as youtube-comment-downloader writes them" if v.keys() >= {"cid", "text", "votes", "author"} else None


@reader("youtube", claims=claims, threads="id", order="time", channel="social")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """YouTube: comments on videos, a top comment with its replies as a conversation.

    *Export:* the interface ``commentThreads?part=snippet,replies``, ``yt-dlp --write-comments`` (the .info.json), or youtube-comment-downloader (JSON lines).
    *Reads:* texts, names, the channel of the video as agent, likes, replies as counts, edits, times.
    *Not:* times that are only told as *2 years ago*, also where a tool has made a date of them: they are kept as they stand, and no wait is taken from them. The interface gives five replies of a thread at most: what is missing is reported.
    """
    make = Messages(source, mapping)
    for item in items(source, "items", "comments"):
        if isinstance(item, Problem):
            yield item
        elif words(item.value, "kind") == "youtube#commentThread":
            yield from _thread(make, item)
        elif words(item.value, "kind") == "youtube#comment":
            yield from _comment(make, item, item.value, "", words(item.value, "snippet.parentId"))
        elif "cid" in item.value:
            yield from _downloaded(make, item)
        else:
            yield from _dlp(make, item)
    yield from make.rest()


def _thread(make: Messages, item: Item) -> Iterator[Record | Problem]:
    v = item.value
    root, owner = words(v, "id"), words(v, "snippet.channelId")
    yield from _comment(make, item, get(v, "snippet.topLevelComment") or {}, owner, "", root, number(get(v, "snippet.totalReplyCount")))
    replies = many(v, "replies.comments")
    for reply in replies:
        yield from _comment(make, item, reply, owner, root)
    yield from make.missing(item, root, 1 + len(replies), 1 + (number(get(v, "snippet.totalReplyCount")) or 0))


def _comment(make: Messages, item: Item, v: Mapping[str, Any], owner: str, parent: str, root: str = "", answered: float | None = None) -> Iterator[Record | Problem]:
    likes, who = number(get(v, "snippet.likeCount")), words(v, "snippet.authorChannelId.value")
    yield from make.make(
        item,
        parent or root or words(v, "id"),
        verbatim(v, "snippet.textOriginal") or plain(verbatim(v, "snippet.textDisplay")),
        time=get(v, "snippet.publishedAt"),
        who=who,
        name=words(v, "snippet.authorDisplayName"),
        role="agent" if who and who == owner else "unknown",
        message_id=words(v, "id") or None,
        reply_to=parent or None,
        edited=words(v, "snippet.updatedAt") not in ("", words(v, "snippet.publishedAt")),
        reactions={k: n for k, n in (("likes", likes), ("replies", answered)) if n is not None},
        columns=facts(video=words(v, "snippet.videoId")),
    )


def _dlp(make: Messages, item: Item) -> Iterator[Record | Problem]:
    v = item.value
    parent, likes = words(v, "parent"), number(v.get("like_count"))
    parent = "" if parent == "root" else parent
    yield from make.make(
        item,
        parent or words(v, "id"),
        verbatim(v, "text"),
        time=None if (said := words(v, "_time_text")) else v.get("timestamp"),
        who=words(v, "author_id"),
        name=words(v, "author"),
        role="agent" if v.get("author_is_uploader") is True else "unknown",
        message_id=words(v, "id") or None,
        reply_to=parent or None,
        edited="(edited)" in said,
        raw_time=said or words(v, "timestamp") or None,
        reactions={"likes": likes} if likes is not None else {},
    )


def _downloaded(make: Messages, item: Item) -> Iterator[Record | Problem]:
    v = item.value
    id_, said = words(v, "cid"), words(v, "time")
    root = id_.partition(".")[0]
    likes = _count(words(v, "votes"))
    yield from make.make(
        item,
        root,
        verbatim(v, "text"),
        who=words(v, "channel"),
        name=words(v, "author"),
        message_id=id_ or None,
        reply_to=root if root != id_ else None,
        edited="(edited)" in said,
        raw_time=said or None,
        reactions={"likes": likes} if likes is not None else {},
    )


def _count(text: str) -> float | None:
    """A count as pages show it: 1.2K."""
    match = _SHORT.fullmatch(text.strip())
    value = number(match[1].replace(",", "")) if match else None
    return None if match is None or value is None else value * TIMES[(match[2] or "").upper()]
