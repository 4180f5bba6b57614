"""Twitter, now X: tweets of the interface, versions 1.1 and 2, and those of an account's archive."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from ..bundles import Bundles
from ..documents import Item, document, each, get, objects
from ..exports import NO_DATE, Messages, beside, facts, many, number, once, sample, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..streamed import Elements
from ..types import LeftOut, Problem, Record
from . import reader

_SCRIPT = re.compile(rb"\s*window\.YTD\.(\w+)\.part\d+\s*=\s*")
V2_COUNTS = {"like_count": "likes", "retweet_count": "shares", "reply_count": "replies", "quote_count": "quotes", "bookmark_count": "bookmarks", "impression_count": "views"}
VIEWED = ("public_metrics.impression_count", "organic_metrics.impression_count", "non_public_metrics.impression_count")  # older answers give it to the owner only
MEDIA = ("extended_tweet.extended_entities.media", "extended_tweet.entities.media", "extended_entities.media", "entities.media")  # of a tweet of version 1.1
SECOND = timedelta(seconds=1)
SHOWN = 100  # characters of a long tweet that an archive shows at least
V1_COUNTS = {"favorite_count": "likes", "retweet_count": "shares", "reply_count": "replies", "quote_count": "quotes"}


def kind(head: bytes) -> str | None:
    """What of Twitter a file holds: v1, v2, a part of an archive, or lines about compliance."""
    if match := _SCRIPT.match(head.removeprefix(b"\xef\xbb\xbf")):
        return match[1].decode()
    v = sample(head, "data", "statuses")
    if v.keys() >= {"created_at", "id_str"} and v.keys() & {"full_text", "text"} and ("user" in v or "sender" in v):
        return "v1"
    if words(v, "id").isdigit() and "text" in v and v.keys() & {"author_id", "edit_history_tweet_ids", "public_metrics"}:
        return "v2"
    return "compliance" if v.keys() >= {"id", "action", "created_at", "reason"} else None


def claims(source: Source, head: bytes) -> str | None:
    """Tweets of either version, the scripts of an archive, or what says that tweets are gone."""
    what = kind(head)
    return f"its objects are those of Twitter ({what.replace('_', ' ')})" if what else None


@reader("twitter", claims=claims, threads="reply", channel="social")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Twitter, now X: tweets, replies and direct messages.

    *Export:* X: *Settings > Your account > Download an archive of your data* (the zip); or what the interface gave: search or timeline of version 1.1, pages, streams and flattened
    lines of version 2. Give the pages of a search together.
    *Reads:* whole texts (long ones too), names, reply links, likes, shares, replies, quotes, bookmarks, views, edits, what is attached by kind; direct messages of two people as one conversation.
    *Not:* retweets, deleted tweets and what else is in an archive (headers, followers, advertisements), which are counted. An archive holds only what its owner wrote: threads are half, and who was answered is not in it. Who is the company, a roles file says.
    """
    make, what = Messages(source, mapping), kind(source.head()) or ""
    if what not in ("v1", "v2", "compliance"):
        yield from _archive(source, make, what)
    else:
        with Bundles() as talks:
            for item in objects(source, "statuses") if what == "v1" else objects(source, within=["data"]):
                if isinstance(item, Problem):
                    yield item
                elif "delete" in item.value or "limit" in item.value:
                    make.skip("notices of a stream (deletions, limits)")
                elif what == "v1" and "sender" in item.value:
                    talks.add(" ".join(sorted((words(item.value, "sender.id_str", "sender.id"), words(item.value, "recipient.id_str", "recipient.id")))), item)
                elif what == "v1":
                    yield from _old(make, item, item.value, get(item.value, "user"))
                else:
                    yield from _page(make, item)
            for _, talk in talks:
                yield from _talk(make, [_direct(item, item.value) for item in talk])
    yield from make.rest()


def _old(make: Messages, item: Item, v: Mapping[str, Any], who: Any, text: str = "") -> Iterator[Record | Problem]:
    """A tweet of version 1.1."""
    text = text or verbatim(v, "extended_tweet.full_text", "full_text", "text")
    if "retweeted_status" in v or text.startswith("RT @"):
        make.skip("retweets")
        return
    media = many(v, *MEDIA)
    yield from make.make(
        item,
        "",
        html.unescape(text),
        time=v.get("created_at"),
        who=words(who, "id_str", "id"),
        name=words(who, "screen_name"),
        attachments=[words(m, "type") or "media" for m in media],
        message_id=words(v, "id_str", "id") or None,
        reply_to=words(v, "in_reply_to_status_id_str", "in_reply_to_status_id") or None,
        language=_language(words(v, "lang")),
        edited=get(v, "edit_info.edit") is not None,
        reactions=_counts(v, V1_COUNTS),
    )


def _page(make: Messages, item: Item) -> Iterator[Record | Problem]:
    """What one object of version 2 holds: a page or stream's envelope, a flattened tweet, or a line about compliance."""
    v = item.value
    if "action" in v and "reason" in v:
        make.skip(f"lines about compliance ({words(v, 'action')})")
        return
    people = {words(u, "id"): words(u, "username") for u in many(v, "includes.users")}
    kinds = {words(m, "media_key"): words(m, "type") for m in many(v, "includes.media")}
    data = v.get("data")
    for tweet in each(v, "data") if isinstance(data, list | Elements) else [data if isinstance(data, dict) else v]:
        if tweet.keys() & {"text", "author_id"}:
            yield from _new(make, item, tweet, people, kinds)
        elif not v.get("errors"):
            yield make.lost(item, "is no tweet")
    for error in many(v, "errors"):
        yield make.lost(item, f"the interface left something out: {words(error, 'title', 'detail')} {words(error, 'resource_type')} {words(error, 'resource_id', 'value')}".strip(), kept=data is not None)


def _new(make: Messages, item: Item, v: Mapping[str, Any], people: Mapping[str, str], kinds: Mapping[str, str]) -> Iterator[Record | Problem]:
    """A tweet of version 2."""
    linked = {words(r, "type"): words(r, "id") for r in many(v, "referenced_tweets")}
    if "retweeted" in linked:
        make.skip("retweets")
        return
    who = words(v, "author_id") or words(v, "author.id")
    kinds = {**kinds, **{words(m, "media_key"): words(m, "type") for m in many(v, "attachments.media")}}  # flattened tweets hold them themselves
    yield from make.make(
        item,
        "",
        html.unescape(verbatim(v, "note_tweet.text", "text")),
        time=v.get("created_at"),
        who=who,
        name=people.get(who) or words(v, "author.username"),
        attachments=[kinds.get(str(key)) or "media" for key in _list(get(v, "attachments.media_keys"))],
        message_id=words(v, "id") or None,
        reply_to=linked.get("replied_to"),
        language=_language(words(v, "lang")),
        edited=len(_list(v.get("edit_history_tweet_ids"))) > 1,
        reactions=_counts(get(v, "public_metrics") or {}, V2_COUNTS) | _views(v),
        columns=facts(thread=words(v, "conversation_id")),
    )


class Direct(NamedTuple):
    """One direct message."""

    item: Item
    text: str
    time: Any
    who: str
    name: str
    id: str
    attached: list[str]
    likes: int = 0


def _direct(item: Item, v: Mapping[str, Any]) -> Direct:
    """A direct message of version 1.1."""
    attached = [words(m, "type") or "media" for m in many(v, *MEDIA)]
    return Direct(item, verbatim(v, "text"), v.get("created_at"), words(v, "sender.id_str"), words(v, "sender.screen_name"), words(v, "id_str", "id"), attached)


def _talk(make: Messages, said: list[Direct]) -> Iterator[Record | Problem]:
    """The direct messages of two people, the oldest first, of one second in the order of their numbers, each linked to the first: they are one conversation."""
    said.sort(key=lambda m: (make.when(m.time) is None, make.when(m.time) or NO_DATE, number(m.id) or 0))
    first = said[0].id if said else ""
    for m in said:
        yield from make.make(
            m.item,
            "",
            html.unescape(m.text),
            time=m.time,
            who=m.who,
            name=m.name,
            attachments=m.attached,
            message_id=m.id or None,
            reply_to=first if m.id != first else None,
            reactions={"likes": float(m.likes)} if m.likes else {},
        )


def _archive(source: Source, make: Messages, what: str) -> Iterator[Record | Problem]:
    """The scripts of an archive."""
    owner: dict[str, Any] = next(iter(once(source, "owner", lambda: [_bare(v, "account") for s in _parts(source, "account") for v in _script(s)[0]])), {})
    notes: list[tuple[datetime | None, str]] = once(source, "notes", lambda: list(_notes(source, make)))
    values, problems = _script(source)
    yield from problems
    who = {"id_str": words(owner, "accountId"), "screen_name": words(owner, "username") or "owner of the archive"}
    for place, value in enumerate(values, start=1):
        item = Item(value, place)
        if what in ("tweets", "tweet"):
            tweet = _bare(value, "tweet")
            yield from _old(make, item, tweet, who, _long(make, tweet, notes))
        elif what == "deleted_tweets":
            make.skip("deleted tweets")
        elif what.startswith("direct_messages"):
            talk = _bare(value, "dmConversation")
            direct = []
            for m in many(talk, "messages"):
                if isinstance(said := m.get("messageCreate"), dict):
                    name = who["screen_name"] if words(said, "senderId") == who["id_str"] else ""
                    attached, likes = [str(url).rpartition("/")[2] for url in _list(said.get("mediaUrls"))], len(_list(said.get("reactions")))
                    direct.append(Direct(item, verbatim(said, "text"), said.get("createdAt"), words(said, "senderId"), name, words(said, "id"), attached, likes))
                else:
                    make.skip("joins and names of direct messages")
            yield from _talk(make, direct)
        else:
            make.skip(what.replace("_", " "))


def _notes(source: Source, make: Messages) -> Iterator[tuple[datetime | None, str]]:
    """The whole texts of long tweets, with when they were written."""
    for side in _parts(source, "note_tweet"):
        for value in _script(side)[0]:
            note = _bare(value, "noteTweet")
            yield make.when(note.get("createdAt")), words(note, "core.text")


def _long(make: Messages, tweet: Mapping[str, Any], notes: Sequence[tuple[datetime | None, str]]) -> str:
    """The whole text of a long tweet, which the archive keeps apart: the only one that begins alike and was written in the same second, or does not say when."""
    text, written = words(tweet, "full_text"), make.when(tweet.get("created_at"))
    begin = text.rpartition("…")[0].rpartition(" ")[0]
    if not begin or written is None:
        return ""
    able = [note for at, note in notes if note.startswith(begin) and (abs(at - written) <= SECOND if at else len(begin) >= SHOWN)]
    return able[0] if len(able) == 1 else ""


def _parts(source: Source, what: str) -> list[Source]:
    return beside(source, kind, what)


def _script(source: Source) -> tuple[Iterable[dict[str, Any]], list[Problem]]:
    """The objects of a script ``window.YTD.tweets.part0 = [...]``."""
    value, problems = document(source, "", skip=_SCRIPT)
    return (v for v in _list(value) if isinstance(v, dict)), problems


def _bare(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    inner = value.get(name, value)
    return inner if isinstance(inner, dict) else {}


def _language(code: str) -> str | None:
    """The language Twitter names, if it names one: ``und`` and codes that begin with q are none."""
    return code if code and code not in ("und", "zxx") and not (code.startswith("q") and len(code) == 3) else None


def _counts(v: Any, names: Mapping[str, str]) -> dict[str, float]:
    return {ours: n for theirs, ours in names.items() if (n := number(get(v, theirs))) is not None}


def _views(v: Mapping[str, Any]) -> dict[str, float]:
    return next(({"views": n} for path in VIEWED if (n := number(get(v, path))) is not None), {})


def _list(value: Any) -> Collection[Any]:
    return value if isinstance(value, list | Elements) else []
