"""Telegram, as its desktop program exports a chat for people to look at: pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..cleaning import plain
from ..documents import Item
from ..exports import Messages
from ..mapping import Map
from ..pages import beginning, inside, line, opened
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

BEGINS = re.compile(r'<div class="message (?P<kind>default|service)\b(?P<joined>[^"]*)" id="message(?P<id>-?\d+)"')
WHEN = re.compile(r'class="pull_right date details" title="(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)(?: UTC([+-]\d\d:\d\d))?"')
WHO = re.compile(r'<div class="from_name">(.*?)<', re.DOTALL)
REPLY = re.compile(r'class="reply_to details">.*?go_to_message(-?\d+)', re.DOTALL)
TEXT = re.compile(r'<div class="text">')
FORWARDED = 'class="forwarded body"'
MEDIA = re.compile(r'class="(?:media clearfix pull_left (?:block_link )?media_)?(photo|video|voice_message|audio_file|file|sticker|animated|poll|location|contact|call|invoice|game)(?:_file)?(?:_wrap)?\b')
NAMED = re.compile(r'<div class="title bold">(.*?)</div>', re.DOTALL)
COUNT = re.compile(r'<span class="count">\s*(\d+)')
TITLE = re.compile(r'<div class="page_header">.*?<div class="text bold">(.*?)</div>', re.DOTALL)


def claims(source: Source, head: bytes) -> str | None:
    """A page with the history of a chat and its messages."""
    text = beginning(head)
    if 'class="page_body chat_page"' in text and BEGINS.search(text):
        return "its messages stand in a page as Telegram Desktop writes a chat (page_body chat_page)"
    return None


@reader("telegram_pages", claims=claims, threads="silence", order="time", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Telegram, pages: a chat as people look at it (messages.html, messages2.html, ...).

    *Export:* Telegram Desktop, a chat's menu, *Export chat history*, format HTML; its JSON (`telegram`) says more.
    *Reads:* texts, names, times with their zone where it stands, reply links, counts of reactions, kinds and names of media; the pages of a folder together.
    *Not:* ids of people, so that two of one name are one; what forwarded messages' authors are called; edits; joins, pins and calls, which are counted.
    """
    html, faults, cut = opened(source)
    yield from faults
    title = TITLE.search(html)
    chat = line(title[1]) if title else source.stem
    room = f"{source.folder.name if source.folder else source.stem}:{chat}"
    make, author = Messages(source, mapping, local=True), ""
    found = list(BEGINS.finditer(html))
    for number, (match, end) in enumerate(zip(found, [*(m.start() for m in found[1:]), len(html)], strict=False), start=1):
        part = html[match.start() : end]
        if match["kind"] == "service":
            make.skip("service messages")
            continue
        own, _, forwarded = part.partition(FORWARDED)
        if who := WHO.search(own):
            author = line(who[1])
        when, reply = WHEN.search(part), REPLY.search(own)
        text = next((str(plain(inside(half, t.end()))) for half in (own, forwarded) if (t := TEXT.search(half))), "")
        media = MEDIA.search(part)
        name = NAMED.search(part)
        counts = COUNT.findall(part)
        yield from make.make(
            Item({}, number),
            room,
            text,
            time=when and f"{when[3]}-{when[2]}-{when[1]}T{when[4]}{when[5] or ''}",
            who=author,
            name=author or "deleted account",
            attachments=[(line(name[1]) if name else "") or media[1]] if media else [],
            message_id=f"{room}/{match['id']}",
            reply_to=f"{room}/{reply[1]}" if reply else None,
            reactions={"likes": float(sum(map(int, counts)))} if counts else {},
            columns={"chat": chat},
        )
    yield from cut
    yield from make.rest()
