"""Mastodon: statuses, contexts, and the archive of an account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..cleaning import below, plain
from ..documents import Item, get, head_value
from ..exports import Messages, facts, items, many, number, sample, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

LISTS = ("ancestors", "statuses", "descendants", "orderedItems")
FOUND = {"accounts", "statuses", "hashtags"}  # what an answer to a search holds
COUNTS = {"favourites_count": "likes", "reblogs_count": "shares", "replies_count": "replies", "quotes_count": "quotes"}


def claims(source: Source, head: bytes) -> str | None:
    """Statuses with content, account and in_reply_to_id; or activities of an outbox."""
    v = next(iter(many(head_value(head), "orderedItems")), None) or sample(head, *LISTS)
    v = v["last_status"] if isinstance(v.get("last_status"), dict) else v
    if v.keys() >= {"content", "account", "created_at"} and v.keys() & {"in_reply_to_id", "spoiler_text", "visibility"}:
        return "its objects are statuses of Mastodon (account, content, in_reply_to_id)"
    if "object" in v and "actor" in v and words(v, "type") in ("Create", "Announce"):
        return "its objects are activities of an outbox, as Mastodon archives them"
    if (whole := sample(head).keys()) >= FOUND:
        return "it is what a search on Mastodon found (accounts, statuses, hashtags)"
    return "it is a context of Mastodon" if whole == {"ancestors", "descendants"} else None


@reader("mastodon", claims=claims, threads="reply", channel="social")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Mastodon: statuses and the archive of an account.

    *Export:* the interfaces ``statuses/ID`` and ``statuses/ID/context`` (together they are a thread), ``accounts/ID/statuses``, ``statuses/ID/history``, ``search``, ``conversations``; or
    *Preferences > Import and export > Request your archive* (outbox.json).
    *Reads:* texts of HTML, warnings in front of them, accounts, bots, reply links, likes, boosts and replies as counts, edits, kinds of media.
    *Not:* boosts and earlier forms of a status, which are counted; what other servers did not pass on. An archive holds only what its owner wrote.
    """
    make, empty, latest = Messages(source, mapping), True, 0
    forms: list[tuple[Item, dict[str, Any]]] = []  # of one status, whose history it is: they have no ids
    for item in items(source, *LISTS):
        if isinstance(item, Problem):
            yield item
            continue
        v, empty = item.value, False
        if v.keys() == {"ancestors", "descendants"} or v.keys() >= FOUND:
            make.skip("answers without a status")
            continue
        if isinstance(v.get("last_status"), dict):
            latest, v = latest + 1, v["last_status"]
        if isinstance(v.get("reblog"), dict) or words(v, "type") == "Announce":
            make.skip("boosts")
        elif "id" not in v and "account" in v:
            forms.append((item, v))
        elif "actor" in v:
            yield from _activity(make, item, v)
        else:
            yield from _status(make, item, v)
    for item, v in forms[-1:]:
        yield from _status(make, item, v | {"created_at": forms[0][1].get("created_at"), "edited_at": v.get("created_at") if forms[1:] else None})
    for _ in forms[1:]:
        make.skip("earlier forms of an edited status")
    if empty:
        make.skip("answers without a status")
    if latest:
        yield Problem(source.name, f"of each of {latest} conversations only the latest status is here: get the contexts of these", kept=True)
    yield from make.rest()


def _status(make: Messages, item: Item, v: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """A status as the interface has it."""
    yield from make.make(
        item,
        "",
        below(words(v, "spoiler_text"), plain(verbatim(v, "content"))),
        time=v.get("created_at"),
        who=words(v, "account.id"),
        name=words(v, "account.acct", "account.username"),
        role="bot" if get(v, "account.bot") is True else "unknown",
        attachments=[words(a, "type") for a in many(v, "media_attachments")],
        message_id=words(v, "id") or None,
        reply_to=words(v, "in_reply_to_id") or None,
        language=words(v, "language") or None,
        edited=bool(words(v, "edited_at")),
        reactions={ours: n for theirs, ours in COUNTS.items() if (n := number(v.get(theirs))) is not None},
        columns=facts(visibility=words(v, "visibility")),
    )


def _activity(make: Messages, item: Any, v: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """A post as ActivityStreams has it."""
    yield from make.make(
        item,
        "",
        below(words(v, "object.summary"), plain(verbatim(v, "object.content"))),
        time=get(v, "object.published") or v.get("published"),
        who=words(v, "actor"),
        name=words(v, "actor").rpartition("/")[2],
        attachments=[words(a, "mediaType", "type") for a in many(v, "object.attachment")],
        message_id=words(v, "object.id") or None,
        reply_to=words(v, "object.inReplyTo") or None,
        edited=bool(words(v, "object.updated")),
    )
