"""Bluesky: threads, feeds and posts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..documents import get
from ..exports import Messages, items, many, number, sample, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

COUNTS = {"likeCount": "likes", "repostCount": "shares", "replyCount": "replies", "quoteCount": "quotes", "bookmarkCount": "bookmarks"}


def claims(source: Source, head: bytes) -> str | None:
    """Posts with an at:// uri and a record, in a thread, a feed or by themselves."""
    v = sample(head, "feed", "posts")
    post = get(v, "thread.post") or v.get("post") or v
    return "its posts have at:// addresses and records, as Bluesky gives them" if words(post, "uri").startswith("at://") and isinstance(get(post, "record.text"), str) else None


@reader("bluesky", claims=claims, threads="id", order="time", channel="social")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Bluesky: threads, feeds, searches.

    *Export:* the interfaces ``app.bsky.feed.getPostThread``, ``getAuthorFeed``, ``searchPosts``, ``getPosts``, an answer a file or a line.
    *Reads:* texts, handles, reply links, threads by their root, likes, reposts, replies, quotes and bookmarks as counts, kinds of what is embedded. Times are those the writer's program sent;
    one that lies after the server's or cannot be read gives way to the server's.
    *Not:* reposts, which are counted; posts that are deleted or blocked, which are reported.
    """
    make = Messages(source, mapping)
    for item in items(source, "feed", "posts"):
        if isinstance(item, Problem):
            yield item
        elif get(item.value, "reason.$type"):
            make.skip("reposts")
        else:
            yield from _thread(make, item, item.value)
    yield from make.rest()


def _thread(make: Messages, item: Any, whole: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """A post, those above it and those below, whatever the depth."""
    top = whole.get("thread", whole)
    above: list[Any] = []
    node = get(top, "parent")
    while isinstance(node, dict):
        above.append(node)
        node = node.get("parent")
    waiting: list[Any] = [*reversed(above), top]
    while waiting:
        node = waiting.pop(0)
        node = node if isinstance(node, dict) else {}
        if get(node, "notFound") is True or get(node, "blocked") is True:
            yield make.lost(item, f"the post {words(node, 'uri')} is {'blocked' if get(node, 'blocked') else 'not there'}", kept=True)
            continue
        post = node.get("post", node)
        yield from _post(make, item, post if isinstance(post, dict) else {})
        waiting += many(node, "replies")


def _post(make: Messages, item: Any, v: Mapping[str, Any]) -> Iterator[Record | Problem]:
    uri = words(v, "uri")
    written, seen = make.when(get(v, "record.createdAt")), make.when(get(v, "indexedAt"))
    believed = get(v, "record.createdAt") if written is not None and (seen is None or written <= seen) else get(v, "indexedAt") or get(v, "record.createdAt")
    kind = words(v, "record.embed.$type").rpartition(".")[2]
    yield from make.make(
        item,
        words(v, "record.reply.root.uri") or uri,
        verbatim(v, "record.text"),
        time=believed,
        who=words(v, "author.did"),
        name=words(v, "author.handle", "author.displayName"),
        attachments=[kind] if kind else (),
        message_id=uri or None,
        reply_to=words(v, "record.reply.parent.uri") or None,
        language=next((str(code) for code in get(v, "record.langs") or () if isinstance(code, str)), None) if isinstance(get(v, "record.langs"), list) else None,
        reactions={ours: n for theirs, ours in COUNTS.items() if (n := number(v.get(theirs))) is not None},
    )
