"""Messenger and Instagram, as *Download your information* writes a thread for people to look at: pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ..cleaning import plain
from ..documents import Item
from ..exports import Messages
from ..mapping import Map
from ..pages import beginning, inside, line, opened
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader
from .meta import SAID_BY_IT

# the marks of a message's parts, as they have been called since 2018: who wrote, what, when
BEGINS = re.compile(r'<(?:div|h2|h3)\b[^>]*\bclass="[^"]*\b(?:_a6-h|_2lek)\b[^"]*"[^>]*>(?P<who>[^<]*)<')
SAID = re.compile(r'<div\b[^>]*\bclass="[^"]*\b(?:_a6-p|_2let)\b[^"]*"[^>]*>')
WHEN = re.compile(r'<(?:div|footer)\b[^>]*\bclass="[^"]*\b(?:_a6-o|_2lem)\b[^"]*"[^>]*>(?:\s*<(?:div|a)\b[^>]*>)*([^<]+)')
SHOWN = re.compile(r'<(?:img|video|audio)\b[^>]*\bsrc="([^"]+)"')
REACTED = re.compile(r"<ul\b.*?</ul>", re.DOTALL)
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def claims(source: Source, head: bytes) -> str | None:
    """A page whose parts bear the marks of messages: who, what, when."""
    text = beginning(head)
    if BEGINS.search(text) and SAID.search(text) and WHEN.search(text):
        return "its messages stand in a page as Messenger and Instagram write a thread"
    return None


@reader("meta_pages", claims=claims, threads="silence", order="time", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Messenger and Instagram, pages: a thread as people look at it (message_1.html, ...).

    *Export:* *Accounts Centre > Your information and permissions > Download your information*, messages, format HTML; JSON (`meta`) says more.
    *Reads:* texts, names, times (local ones, by the map's zone, in the language of whoever exported), how many reacted, names of files that were sent.
    *Not:* seconds where the page has none; calls but for their line; lines such as *reacted to your message*, which are counted.
    """
    html, faults, cut = opened(source)
    yield from faults
    title = TITLE.search(html)
    thread = line(title[1]) if title else source.stem
    room = source.folder.name if source.folder else source.stem
    begins = [m.start() for m in BEGINS.finditer(html)]
    parts = [html[a:b] for a, b in pairwise([*begins, len(html)])]
    times = [line(m[1]) if (m := WHEN.search(part)) else "" for part in parts]
    make = Messages(source, mapping, local=True, dates=lambda: times)
    moments = [moment for t in times if (moment := make.when(t)) is not None]
    if moments and moments[0] > moments[-1]:  # the newest first
        parts, times = parts[::-1], times[::-1]
    for number, (part, time) in enumerate(zip(parts, times, strict=True), start=1):
        who, said = BEGINS.match(part), SAID.search(part)
        body = inside(part, said.end()) if said else ""
        reactions = sum(found[0].count("<li") for found in REACTED.finditer(body))
        text = str(plain(REACTED.sub("", body)))
        sent = [address.rpartition("/")[2] or "file" for address in SHOWN.findall(body)]
        if told := SAID_BY_IT.fullmatch(text):
            if not sent and not told["sent"]:
                make.skip("lines that somebody reacted")
                continue
            text, sent = "", sent or ["attachment"]
        author = line(who["who"]) if who else ""
        yield from make.make(
            Item({}, number),
            room,
            text,
            time=time or None,
            who=author,
            name=author,
            attachments=sent,
            empty=not text and not sent and bool(reactions),
            reactions={"likes": float(reactions)} if reactions else {},
            columns={"thread": thread},
        )
    yield from cut
    yield from make.rest()
