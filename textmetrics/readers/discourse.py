"""Discourse: topics of a forum as its interface gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..cleaning import origin_of, plain
from ..documents import get, has, objects
from ..exports import bare, many, sample, verbatim, words
from ..exports import number as count
from ..mapping import Map
from ..sources import Source
from ..times import Clock
from ..types import LeftOut, Problem, Record
from . import reader

STAFF = ("staff", "admin", "moderator")
COUNTS = {"reply_count": "replies", "quote_count": "quotes", "reads": "views"}


def claims(source: Source, head: bytes) -> str | None:
    """A topic has post_stream.posts with cooked texts; posts may come without their topic, and topics without their posts."""
    whole = sample(head, "latest_posts")
    first = next(iter(many(bare(whole), "post_stream.posts")), {})
    if words(whole, "backend_name") == "Discourse":
        return "it is an archive of Discourse, as Perceval keeps it"
    if has(whole, "topic_list", "draft_key"):
        return "it is a list of topics of Discourse, without their posts"
    if whole.keys() >= {"cooked", "post_number", "topic_id"}:
        return "its objects are posts with cooked texts, as Discourse gives them"
    return "its post_stream holds posts with cooked texts, as Discourse gives a topic" if "cooked" in first and "post_number" in first else None


@reader("discourse", claims=claims, threads="id", order="file", channel="community")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Discourse: topics, a file or a line a topic, and posts by themselves.

    *Export:* ``/t/ID.json?print=true`` of each topic (without ``print`` only the first 20 posts come, which is reported; lists of topics hold no posts).
    *Reads:* posts with quotes marked, reply links (none: to the topic), staff as agents, likes, replies, quotes and reads (as views) as counts, accepted answers, edits.
    *Not:* small actions (closed, moved) and hidden posts, which are counted.
    """
    clock = Clock()
    for item in objects(source, "latest_posts"):
        if isinstance(item, Problem):
            yield item
            continue
        whole = bare(item.value)
        if "topic_list" in whole:
            yield Problem(source.name, f"lists {len(many(whole, 'topic_list.topics'))} topics without their posts: export each topic", item.number, kept=True)
        topic = words(whole, "id") or source.stem
        posts = [whole] if "cooked" in whole else many(whole, "post_stream.posts")
        told = get(whole, "post_stream.stream")
        if isinstance(told, list) and len(told) > len(posts):
            yield Problem(source.name, f"topic {topic} has {len(told)} posts, {len(posts)} are there: export it with ?print=true", item.number, kept=True)
        title = words(whole, "title", "fancy_title")
        for post in posts:
            if post.get("post_type", 1) != 1 or post.get("hidden") is True or post.get("user_deleted") is True or not verbatim(post, "cooked", "raw"):
                yield LeftOut(source.name, "small actions, hidden and deleted posts", 1)
            else:
                yield _record(source, mapping, topic, title, whole, post, clock)


def _record(source: Source, mapping: Map, topic: str, title: str, whole: Mapping[str, object], post: Mapping[str, object], clock: Clock) -> Record:
    number, reply = words(post, "post_number"), words(post, "reply_to_post_number")
    if own := words(post, "topic_id"):  # it says itself where it belongs
        topic, title = own, title if own == topic else words(post, "topic_title")
    likes = [n for a in many(post, "actions_summary") if get(a, "id") == 2 and isinstance(n := get(a, "count"), int)]
    accepted = post.get("accepted_answer") is True or words(whole, "accepted_answer.post_number") == number != ""
    marks = "accepted_answer" in whole or any("accepted_answer" in p for p in many(whole, "post_stream.posts"))
    counts: dict[str, float | None] = {ours: count(post.get(theirs)) for theirs, ours in COUNTS.items()}
    counts["likes"] = likes[0] if likes else 0.0 if isinstance(post.get("actions_summary"), list) else None
    counts["solution"] = float(accepted) if marks and number != "1" else None
    text = plain(verbatim(post, "cooked")) or verbatim(post, "raw")
    return Record(
        text=str(text),
        origin=origin_of(text),
        author=words(post, "username", "name"),
        role="agent" if any(post.get(k) is True for k in STAFF) else "unknown",
        opener=number == "1",
        sent_at=clock.read(words(post, "created_at")),
        raw_time=words(post, "created_at") or None,
        message_id=f"{topic}/{number}",
        conversation_id=topic,
        reply_to=f"{topic}/{reply}" if reply else None if number == "1" else f"{topic}/1",
        channel=mapping.channel or "community",
        language=mapping.language,
        edited=isinstance(v := post.get("version"), int) and v > 1,
        reactions={k: float(n) for k, n in counts.items() if n is not None},
        columns={"title": title} if title else {},
        source=source.name,
        number=int(number) if number.isdigit() else 0,
        position=int(number) if number.isdigit() else None,
    )
