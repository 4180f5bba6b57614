"""Facebook: comments on the posts of a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..documents import get, head_value
from ..exports import Messages, items, many, number, sample, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

LIKED = ("like_count", "likes.summary.total_count", "reactions.summary.total_count")


def claims(source: Source, head: bytes) -> str | None:
    """Posts or comments with message and created_time, ids of two numbers."""
    v = sample(head, "data")
    likely = "message" in v and "created_time" in v and v.keys() & {"comments", "from", "comment_count", "attachment", "parent"}
    return "its objects are posts or comments of a Facebook page (message, created_time)" if likely and "_" in words(v, "id") else None


@reader("facebook", claims=claims, threads="id", order="time", channel="social")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Facebook: what people write to a page, and what it answers.

    *Export:* Graph's interface ``PAGE/feed`` with the fields ``id,message,from,created_time,comments{id,message,from,created_time,like_count,comment_count,parent,attachment,comments}``.
    *Reads:* each comment on a post of the page as a conversation, with its replies; a post by somebody else with all its comments as one; the page as agent; likes, shares and comments as counts, kinds of attachments.
    *Not:* posts of the page itself, which are counted; names that Facebook keeps back: such people are told apart by comment only. Replies that the interface left out are reported.
    """
    make = Messages(source, mapping)
    if words(head_value(source.head()), "paging.next"):
        yield Problem(source.name, "is one page of several: what is on the others is not here", kept=True)
    for item in items(source, "data"):
        if isinstance(item, Problem):
            yield item
            continue
        v = item.value
        page = words(v, "from.id") if words(v, "id").startswith(f"{words(v, 'from.id')}_") else words(v, "id").partition("_")[0]
        own = words(v, "from.id") == page or not words(v, "from.id")
        if "comments" in v and own:
            make.skip("posts of the page")
            if words(v, "comments.paging.next"):
                yield make.lost(item, f"further comments on {words(v, 'id')} are on pages that are not here", kept=True)
            for comment in many(v, "comments.data"):
                yield from _comment(make, item, comment, page, words(comment, "id"), None)
        else:
            yield from _comment(make, item, v, page, words(v, "parent.id", "id"), words(v, "parent.id") or None)
    yield from make.rest()


def _comment(make: Messages, item: Any, v: Mapping[str, Any], page: str, conversation: str, parent: str | None) -> Iterator[Record | Problem]:
    replies = many(v, "comments.data")
    likes = next((n for path in LIKED if (n := number(get(v, path))) is not None), None)
    counts = {"likes": likes, "shares": number(get(v, "shares.count")), "comments": number(v.get("comment_count"))}
    who = words(v, "from.id")
    yield from make.make(
        item,
        conversation,
        verbatim(v, "message"),
        time=v.get("created_time"),
        who=who or f"somebody ({words(v, 'id')})",
        name=words(v, "from.name"),
        role="agent" if who and who == page else "unknown",
        attachments=[t] if (t := words(v, "attachment.type")) else (),
        message_id=words(v, "id") or None,
        reply_to=words(v, "parent.id") or parent,
        reactions={k: n for k, n in counts.items() if n is not None},
    )
    if words(v, "comments.paging.next"):
        yield make.lost(item, f"further replies to {words(v, 'id')} are on pages that are not here", kept=True)
    expected = number(v.get("comment_count"))
    if expected is not None and expected > len(replies):
        yield make.lost(item, f"comment {words(v, 'id')} has {expected:.0f} replies by the export's own count, of which {len(replies)} are here", kept=True)
    for reply in replies:
        yield from _comment(make, item, reply, page, conversation, words(v, "id") or None)
