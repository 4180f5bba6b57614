"""IRC logs as the common clients write them: irssi, ZNC, HexChat, WeeChat, mIRC, bots, and bare ``[HH:MM] <nick> text``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from ..mapping import Map
from ..sources import Source, lines
from ..times import Clock
from ..types import Problem, Record
from . import reader

# what may stand before the talk: a channel name, a date, a time, in brackets or bare
STAMP = (
    r"(?:[\w#-]{1,40} )?\[?(?:(?P<date>\d{4}-\d\d-\d\d)[T ]?\s?|(?P<day>[A-Z][a-z]{2} \d{1,2}) )?"
    r"\[?(?P<time>\d\d:\d\d(?::\d\d)?)(?P<zone>Z|[+-]\d\d:?\d\d)?\]?[ \t]+"
)
TALK = re.compile(rf"^{STAMP}<[ @+%&~]?(?P<nick>[^<>\t]{{1,64}})>[ \t]?(?P<text>.*)$")
ACTION = re.compile(rf"^{STAMP}\*[ \t]+(?P<nick>[^\s<>*]{{1,64}})[ \t](?P<text>.*)$")
WEECHAT = re.compile(r"^(?P<date>\d{4}-\d\d-\d\d) (?P<time>\d\d:\d\d:\d\d)\t[@+%&~]?(?P<nick>[^\t]*)\t(?P<text>.*)$")
SYSTEM = re.compile(rf"^(?:{STAMP})?(?:===|---|\*\*\*|-!-|-->|<--|--|\*\*\*\*|-\w+-|\*[ \t].*\bhas (?:joined|left|quit)\b|Session (?:Start|Close|Ident))")
DAY_CHANGE = re.compile(r"(?:Log opened|Day changed|BEGIN LOGGING AT|Session Start:?)\s+(?:to )?(?P<when>.+)$")
IN_NAME = re.compile(r"(?<!\d)(?P<date>\d{4}-?\d\d-?\d\d)(?!\d)")
ADDED = {"→", "-->", "<--", "--", "", "*", " *", "=!="}
NO_DATE = datetime(2000, 1, 1)
COLOURS = re.compile(r"\x03(?:\d{1,2}(?:,\d{1,2})?)?|[\x02\x0f\x11\x16\x1d\x1e\x1f]")


def claims(source: Source, head: bytes) -> str | None:
    """Most lines of talk read ``[time] <nick> text`` or as WeeChat writes them."""
    text = head.decode("utf-8", "replace").split("\n")[:200]
    filled = [line for line in text if line.strip()]
    talk = sum(bool(TALK.match(line) or WEECHAT.match(line)) for line in filled)
    known = talk + sum(bool(SYSTEM.match(line) or ACTION.match(line)) for line in filled)
    return f"{talk} of its first {len(filled)} lines are talk of an IRC log" if talk and known >= 0.7 * len(filled) else None


@reader("irc", claims=claims, threads="silence", order="file", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem]:
    """IRC log: conversations are cut out of the channel.

    *Export:* the log files of irssi, ZNC, HexChat, WeeChat, mIRC, bots, or any ``[HH:MM] <nick> text``, a channel or a day a file.
    *Reads:* who says what when, days from the log's own lines or the file's name, times that name no zone by the map's, whom a message names at its beginning.
    *Not:* joins, parts and other notices; unreadable lines are reported, and logs that name no day.
    """
    named = IN_NAME.search(source.stem)
    day = _day(named["date"]) if named else None
    clock, last, dateless = Clock(timezone=mapping.timezone), timedelta(0), False
    for line in lines(source):
        if isinstance(line, Problem):
            yield line
            continue
        text = COLOURS.sub("", line.text)
        if change := DAY_CHANGE.search(text) if not TALK.match(text) else None:
            day, last = _change(change["when"]) or day, timedelta(0)
            continue
        match = TALK.match(text) or WEECHAT.match(text) or ACTION.match(text)
        if match is None or (match["nick"].strip() in ADDED):
            if text.strip() and not SYSTEM.match(text) and match is None:
                yield Problem(source.name, f"is no line of an IRC log: {text.strip()[:40]!r}", line=line.number, byte=line.byte)
            continue
        if match.re is ACTION and SYSTEM.match(text):
            continue
        parts = match.groupdict()
        if parts.get("date"):
            day, last = _day(parts["date"]) or day, timedelta(0)
        elif parts.get("day") and day is not None:
            day, last = _change(f"{parts['day']} {day.year}") or day, timedelta(0)
        time = _since_midnight(parts["time"])
        if day is None and not dateless:
            dateless = True
            yield Problem(source.name, f"names no day, nor does its name: its times are counted from {NO_DATE:%Y-%m-%d}", line=line.number, byte=line.byte, kept=True)
        if time < last - timedelta(hours=12):
            day = (day or NO_DATE) + timedelta(days=1)
        last = time
        moment, raw = (day or NO_DATE) + time, match.string[: match.start("nick")].strip(" \t[]<*@+%&~")
        if parts.get("zone"):
            sent_at, fault = clock.read(f"{moment.isoformat()}{parts['zone']}"), None
        else:
            sent_at, fault = clock.place(moment)
        if fault:
            yield Problem(source.name, f"the time {raw!r} {fault}", line.number, line.number, line.byte, kept=True)
        said = parts["text"].rstrip()
        yield Record(
            text=f"/me {said}" if match.re is ACTION else said,
            author=parts["nick"].strip(),
            sent_at=sent_at,
            raw_time=raw,
            zone_known=bool(parts.get("zone")),
            message_id=f"{source.stem}:{line.number}",
            channel=mapping.channel or "chat",
            language=mapping.language,
            source=source.name,
            number=line.number,
        )


def _day(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.replace("-", ""), "%Y%m%d")
    except ValueError:
        return None


def _change(text: str) -> datetime | None:
    """The day that a line of the log itself names: ``Tue Dec 31 23:58:01 2013`` or ``Wed Jan 01 2014``."""
    text = " ".join(text.strip(" *-").split())
    for form in ("%a %b %d %H:%M:%S %Y", "%a %b %d %Y", "%b %d %Y", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(text, form).replace(hour=0, minute=0, second=0)
        except ValueError:
            continue
    return None


def _since_midnight(time: str) -> timedelta:
    hours, minutes, *seconds = map(int, time.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)
