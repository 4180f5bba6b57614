"""Reddit: dumps of submissions and comments, an object a line."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

from ..documents import objects
from ..exports import many, sample, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..times import Clock
from ..types import LeftOut, Problem, Record
from . import reader

GONE = {"[deleted]", "[removed]"}
STAFF = {"moderator", "admin"}


def claims(source: Source, head: bytes) -> str | None:
    """Its objects are comments (link_id, parent_id, body) or submissions (selftext, num_comments)."""
    v = sample(head)
    if v.get("kind") == "Listing" and isinstance(v.get("data"), dict):
        return "it is a listing of Reddit's interface"
    if {"link_id", "parent_id", "body", "author"} <= v.keys():
        return "its objects are Reddit comments (link_id, parent_id)"
    return "its objects are Reddit submissions (selftext, num_comments)" if {"selftext", "num_comments", "subreddit"} <= v.keys() else None


@reader("reddit", claims=claims, threads="id", order="time", channel="community")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Reddit: comments and submissions of the public dumps (Pushshift, Arctic Shift) or of the interface, together where both are given.

    *Export:* the dump of a subreddit as NDJSON, plain or .zst (RC for comments, RS for submissions); or a thread's address with ``.json`` behind it.
    *Reads:* threads by link_id, reply links, who opened the thread, moderators as agents, points as likes, comments and cross-posts as counts, edits, the address that a submission links to; times since 1970. Who deleted their account is somebody else in each message.
    *Not:* deleted and removed texts, which are counted; collapsed replies that a page of the interface leaves out, which are reported.
    """
    clock = Clock("epoch")
    for item in objects(source):
        if isinstance(item, Problem):
            yield item
            continue
        for v in _listed(item.value) if item.value.get("kind") == "Listing" else [item.value]:
            yield from _said(source, mapping, v, item.number, clock)


def _listed(listing: Any) -> Iterator[dict[str, Any]]:
    """What a listing holds, replies behind what they answer, whatever the depth."""
    waiting = [listing]
    while waiting:
        one = waiting.pop(0)
        data = one.get("data")
        data = data if isinstance(data, dict) else {}
        if one.get("kind") == "Listing":
            waiting = [*many(data, "children"), *waiting]
        else:
            yield data | {"more": True} if one.get("kind") == "more" else data
            if isinstance(replies := data.get("replies"), dict):
                waiting = [replies, *waiting]


def _said(source: Source, mapping: Map, v: dict[str, Any], number: int, clock: Clock) -> Iterator[Record | Problem | LeftOut]:
    """One comment or submission."""
    text = verbatim(v, "body") or "\n".join(t for t in (verbatim(v, "title"), verbatim(v, "selftext")) if t)
    if v.get("more") is True:
        count = words(v, "count").removeprefix("0") or "some"  # 0 where a thread goes on deeper than a page shows
        yield Problem(source.name, f"below {words(v, 'parent_id')} this page leaves out {count} {'reply' if count == '1' else 'replies'}: load them there", number, kept=True)
    elif not words(v, "id") or not ("body" in v or "selftext" in v):
        yield LeftOut(source.name, "objects that are no comment and no submission", 1)
    elif text in GONE or (words(v, "body", "selftext") in GONE and not words(v, "title")):
        yield LeftOut(source.name, "deleted or removed messages", 1)
    else:
        yield _record(source, mapping, v, html.unescape(text.removesuffix("\n[deleted]").removesuffix("\n[removed]")), number, clock)


def _record(source: Source, mapping: Map, v: dict[str, Any], text: str, number: int, clock: Clock) -> Record:
    comment = "body" in v
    thread = words(v, "link_id") if comment else f"t3_{words(v, 'id')}"
    parent = words(v, "parent_id") if comment else ""
    score = v.get("score", v.get("ups"))
    counts = {"likes": score, "comments": v.get("num_comments"), "shares": v.get("num_crossposts")}
    who, opener = words(v, "author") or "[deleted]", not comment or v.get("is_submitter") is True
    return Record(
        text=text,
        author=f"{who} ({words(v, 'id')})" if who in GONE and not opener else who,  # several people, of whom nobody can tell who is who
        role="bot" if who == "AutoModerator" else "agent" if words(v, "distinguished") in STAFF else "unknown",
        opener=opener,
        sent_at=clock.read(words(v, "created_utc")),
        raw_time=words(v, "created_utc") or None,
        message_id=f"{'t1' if comment else 't3'}_{words(v, 'id')}",
        conversation_id=thread,
        reply_to=parent or None,
        channel=mapping.channel or "community",
        language=mapping.language,
        edited=bool(v.get("edited")),
        attachments=(words(v, "url"),) if v.get("is_self") is False and words(v, "url") else (),
        reactions={k: float(n) for k, n in counts.items() if isinstance(n, int | float) and not isinstance(n, bool)},
        columns={"subreddit": words(v, "subreddit")} if words(v, "subreddit") else {},
        source=source.name,
        number=number,
    )
