"""WhatsApp chats as Android and iOS export them, in any language of the phone."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from ..errors import ReadError
from ..mapping import Map
from ..sources import Line, Source, lines
from ..times import zone
from ..types import LeftOut, Problem, Record
from . import reader

# marks of direction that stand anywhere in a header; digits of other scripts are read as digits
_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff"))
_SPACES = {ord(c): " " for c in "\u202f\u00a0\u2009"}
HALF = r"(?:[ap]\.?\s?m\.?|上午|下午|凌晨|早上|中午|晚上|오전|오후|午前|午後|ص|م)"
HEADER = re.compile(
    r"^\[?(?P<date>\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4}\.?)[,،]?(?:\s(?:à|a las|um|at|kl\.?|om))?\s(?:(?P<before>" + HALF + r")\s?)?"
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d))?(?:\s?(?P<after>" + HALF + r"))?\]?(?:\s[-–]\s|\s|:\s)(?P<rest>.*)$",
    re.IGNORECASE,
)
SPOKEN = re.compile(r"^(?P<author>[^\n]{1,60}?): (?P<text>.*)$", re.DOTALL)
LATER = re.compile(r"p\.?\s?m\.?|下午|晚上|오후|午後|م", re.IGNORECASE)
MEDIA = re.compile(r"^<[^<>]{3,40}>$|^<attached: [^<>]+>$|^[\w-]+\.(?:jpe?g|png|webp|mp4|opus|pdf|vcf|docx?|xlsx?) \([^()]{3,30}\)$", re.IGNORECASE)
MARK = "\u200e"  # iOS puts it before what it writes itself
LABEL = 40  # characters up to which that is the name of a picture or file


class Said(NamedTuple):
    """One entry of a chat as it stands there."""

    line: Line
    date: str
    clock: tuple[int, int, int]
    by_phone: bool  # written by the phone, not by a person: a notice, or the name of what was sent along


def claims(source: Source, head: bytes) -> str | None:
    """Its first line is a date, a time and an author or a notice."""
    first = [_plain(x) for x in head.decode("utf-8", "replace").splitlines()[:40] if x.strip()]
    found = sum(bool(HEADER.match(x)) for x in first)
    spoken = sum(bool((m := HEADER.match(x)) and SPOKEN.match(m["rest"])) for x in first)
    bracket_or_dash = any(re.match(r"^\[\d|^\d[^\n]{5,30}\s[-–]\s", x) for x in first[:3])
    return f"{found} of its first {len(first)} lines begin with date and time as WhatsApp writes them" if spoken and bracket_or_dash and HEADER.match(first[0]) else None


@reader("whatsapp", claims=claims, threads="silence", order="file", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """WhatsApp: one chat or group, as text.

    *Export:* open the chat, menu *More > Export chat*, without media; the .txt or the zip with ``_chat.txt``.
    *Reads:* messages of several lines, names and numbers, times of the phone by the map's zone; day and month are told apart by all lines of the file.
    *Not:* joins, calls and encryption notices, which are counted; media are named, not opened. Where no day is after the 12th the order is asked for: ``time_format`` in a map.
    """
    said: list[Said] = []
    texts: list[list[str]] = []
    for line in lines(source):
        if isinstance(line, Problem):
            yield line
        elif match := HEADER.match(_plain(line.text)):
            hour = int(match["hour"])
            half = match["before"] or match["after"]
            if half:
                hour = hour % 12 + (12 if LATER.fullmatch(half.strip()) else 0)
            said.append(Said(line, match["date"].replace(" ", "").rstrip("."), (hour, int(match["minute"]), int(match["second"] or 0)), f": {MARK}" in line.text))
            texts.append([match["rest"]])
        elif texts:
            texts[-1].append(line.text)
        elif line.text.strip():
            yield Problem(source.name, f"stands before the first message: {line.text.strip()[:40]!r}", line=line.number, byte=line.byte)
    order = _order(source, mapping, [s.date for s in said])
    local = zone(mapping.timezone)
    for number, (one, text) in enumerate(zip(said, texts, strict=True), start=1):
        spoken = SPOKEN.match("\n".join(text).rstrip())
        if spoken is None:
            yield LeftOut(source.name, "notices", 1)
            continue
        sent_at = _moment(one, order)
        if sent_at is None:
            yield Problem(source.name, f"its date {one.date!r} is none", number, one.line.number, one.line.byte, kept=True)
        body = spoken["text"].translate(_MARKS)
        if one.by_phone and len(body) > LABEL:
            yield LeftOut(source.name, "notices", 1)
            continue
        media = one.by_phone or bool(MEDIA.match(body.strip()))
        yield Record(
            text="" if media else body,
            author=spoken["author"].removeprefix("~ ").removeprefix("~").strip(),
            sent_at=None if sent_at is None else sent_at.replace(tzinfo=local).astimezone(UTC),
            raw_time=f"{one.date} {one.clock[0]:02}:{one.clock[1]:02}:{one.clock[2]:02}",
            zone_known=False,
            message_id=f"{source.stem}:{one.line.number}",
            conversation_id=source.name,
            channel=mapping.channel or "chat",
            language=mapping.language,
            attachments=(body.strip(),) if media else (),
            source=source.name,
            number=number,
        )


def _plain(text: str) -> str:
    """A line without marks of direction, with plain spaces and digits."""
    if text.isascii():
        return text
    text = text.translate(_MARKS).translate(_SPACES)
    return "".join(str(int(c)) if c.isdecimal() and not c.isascii() else c for c in text)


def _order(source: Source, mapping: Map, dates: list[str]) -> str:
    """Where day, month and year stand, decided once for the file: ``dmy``, ``mdy`` or ``ymd``; an error where the file does not tell and no map does."""
    parts = [tuple(map(int, re.split(r"[./-]", d))) for d in dates]
    if mapping.time_format != "iso":
        places = {"%d": "d", "%m": "m", "%Y": "y", "%y": "y"}
        return "".join(places[p] for p in re.findall(r"%[dmYy]", mapping.time_format))
    if any(p[0] > 31 for p in parts):
        return "ymd"
    day_first, month_first = any(p[0] > 12 for p in parts), any(p[1] > 12 for p in parts)
    if day_first != month_first or not parts:
        return "mdy" if month_first else "dmy"
    if not day_first:
        orders = [o for o in ("dmy", "mdy") if _rising([_key(p, o) for p in parts])]
        if len(orders) == 1:
            return orders[0]
        if all("." in d for d in dates):
            return "dmy"  # nobody writes months first with dots
    raise ReadError(source.name, "its dates may be day-first or month-first: say which with time_format in a map, such as '%d/%m/%y'")


def _key(parts: tuple[int, ...], order: str) -> tuple[int, int, int]:
    by = dict(zip(order, parts, strict=True))
    return (by["y"], by["m"], by["d"])


def _rising(keys: list[tuple[int, int, int]]) -> bool:
    return all(a <= b for a, b in itertools.pairwise(keys)) and len(set(keys)) > 1


def _moment(one: Said, order: str) -> datetime | None:
    by = dict(zip(order, map(int, re.split(r"[./-]", one.date)), strict=True))
    try:
        return datetime(by["y"] + (2000 if by["y"] < 100 else 0), by["m"], by["d"], *one.clock)
    except ValueError:
        return None
