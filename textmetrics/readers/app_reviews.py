"""Reviews of app stores with the developers' replies: Google Play, App Store, Steam."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..documents import Item, document, get
from ..exports import Messages, columns, facts, items, many, number, sample, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

LISTS = ("reviews", "data")
PLAY = {"Package Name", "Star Rating", "Review Submit Date and Time"}
_ID = re.compile(r"reviewid=([^&]+)", re.IGNORECASE)


def kind(head: bytes) -> str | None:
    """Whose reviews a file holds."""
    if set(columns(head)) >= PLAY:
        return "Google Play's monthly report"
    v = sample(head, *LISTS)
    if v.keys() >= {"reviewId", "comments"}:
        return "the interface of Google Play"
    if v.keys() >= {"recommendationid", "review"}:
        return "Steam"
    return "App Store Connect" if isinstance(v.get("attributes"), dict) and v["attributes"].keys() >= {"rating", "body", "reviewerNickname"} else None


@reader("app_reviews", claims=lambda source, head: f"its rows are reviews of {what}" if (what := kind(head)) else None, threads="id", order="time", channel="social")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Reviews of apps with the developers' replies: a review is a conversation of one or two messages.

    *Export:* Google Play: Play Console > *Download reports > Reviews* (monthly CSV), or the interface ``reviews``; App Store Connect: the interface ``customerReviews?include=response``;
    Steam: ``appreviews/ID?json=1``.
    *Reads:* title and text, stars as rating, the reply as an agent's, app, version, device, country, language, votes as helpful; a review edited later stands in several reports: the latest is believed.
    *Not:* ratings without a text, which are counted; App Store's RSS feed, which holds no replies.
    """
    make, what = Messages(source, mapping), kind(source.head()) or ""
    replies = {words(r, "relationships.review.data.id"): r for r in many(document(source, *LISTS)[0] if what == "App Store Connect" else {}, "included")}
    for item in items(source, *LISTS):
        if isinstance(item, Problem):
            yield item
        elif "Package Name" in item.value or "Star Rating" in item.value:
            yield from _report(make, item, item.value)
        elif "comments" in item.value:
            yield from _play(make, item, item.value)
        elif "recommendationid" in item.value:
            yield from _steam(make, item, item.value)
        else:
            yield from _apple(make, item, item.value, replies)
    yield from make.rest()


def _both(
    make: Messages, item: Item, id_: str, text: str, when: Any, who: str, about: Mapping[str, Any], reply: str = "", replied: Any = None, **fields: Any
) -> Iterator[Record | Problem]:
    """A review, then the reply to it."""
    if text:
        yield from make.make(item, id_, text, time=when, who=who or "reviewer", role="customer", about=about, message_id=id_, opener=True, **fields)
    else:
        make.skip("ratings without a text")
    if reply:
        yield from make.make(item, id_, reply, time=replied, who="developer", role="agent", about=about, message_id=f"{id_}/reply", reply_to=id_ if text else None)


def _report(make: Messages, item: Item, v: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """A row of Google Play's report. Times stand in milliseconds beside the written ones."""
    match = _ID.search(words(v, "Review Link"))
    begun = words(v, "Review Submit Millis Since Epoch") or words(v, "Review Submit Date and Time")
    updated = words(v, "Review Last Update Millis Since Epoch") or words(v, "Review Last Update Date and Time")
    about = {
        "rating": number(v.get("Star Rating")),
        "language": words(v, "Reviewer Language") or None,
        "columns": facts(app=words(v, "Package Name"), version=words(v, "App Version Name"), device=words(v, "Device")),
        "told": make.when(updated) if updated else None,
    }
    text = "\n".join(t for t in (verbatim(v, "Review Title"), verbatim(v, "Review Text")) if t)
    replied = words(v, "Developer Reply Millis Since Epoch") or words(v, "Developer Reply Date and Time") or None
    edited = updated not in ("", begun)
    yield from _both(make, item, match[1] if match else f"{words(v, 'Package Name')}/{begun}", text, updated or begun, "", about, verbatim(v, "Developer Reply Text"), replied, edited=edited)


def _play(make: Messages, item: Item, v: Mapping[str, Any]) -> Iterator[Record | Problem]:
    said: dict[str, Any] = next((u for c in many(v, "comments") if isinstance(u := c.get("userComment"), dict)), {})
    reply: dict[str, Any] = next((u for c in many(v, "comments") if isinstance(u := c.get("developerComment"), dict)), {})
    helpful = number(said.get("thumbsUpCount"))
    about = {
        "rating": number(said.get("starRating")),
        "language": words(said, "reviewerLanguage") or None,
        "columns": facts(version=words(said, "appVersionName"), device=words(said, "deviceMetadata.productName")),
    }
    yield from _both(
        make,
        item,
        words(v, "reviewId"),
        verbatim(said, "text").replace("\t", "\n").strip(),
        get(said, "lastModified.seconds"),
        words(v, "authorName"),
        about,
        verbatim(reply, "text"),
        get(reply, "lastModified.seconds"),
        edited=bool(words(said, "originalText")),
        reactions={"helpful": helpful} if helpful is not None else {},
    )


def _steam(make: Messages, item: Item, v: Mapping[str, Any]) -> Iterator[Record | Problem]:
    helpful = number(v.get("votes_up"))
    about = {"rating": 1.0 if v.get("voted_up") is True else 0.0 if v.get("voted_up") is False else None, "columns": facts(written_in=words(v, "language"))}
    yield from _both(
        make,
        item,
        words(v, "recommendationid"),
        verbatim(v, "review").strip(),
        v.get("timestamp_created"),
        words(v, "author.personaname", "author.steamid"),
        about,
        verbatim(v, "developer_response"),
        v.get("timestamp_dev_responded"),
        edited=words(v, "timestamp_updated") not in ("", words(v, "timestamp_created")),
        reactions={"helpful": helpful} if helpful is not None else {},
    )


def _apple(make: Messages, item: Item, v: Mapping[str, Any], replies: Mapping[str, Mapping[str, Any]]) -> Iterator[Record | Problem]:
    reply = next((r for r in replies.values() if words(r, "id") == words(v, "relationships.response.data.id") != ""), replies.get(words(v, "id"), {}))
    about = {"rating": number(get(v, "attributes.rating")), "columns": facts(country=words(v, "attributes.territory"))}
    yield from _both(
        make,
        item,
        words(v, "id"),
        "\n".join(t for t in (verbatim(v, "attributes.title"), verbatim(v, "attributes.body")) if t),
        get(v, "attributes.createdDate"),
        words(v, "attributes.reviewerNickname"),
        about,
        verbatim(reply, "attributes.responseBody"),
        get(reply, "attributes.lastModifiedDate"),
    )
