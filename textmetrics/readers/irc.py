"""IRC logs as the common clients write them: irssi, ZNC, HexChat, WeeChat, mIRC, bots, and bare ``[HH:MM] <nick> text``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from ..mapping import Map
from ..sources import Source, lines
from ..times import Clock
from ..types import LeftOut, Problem, Record
from . import reader

# what may stand before the talk: a channel name, a date, a time, in brackets or bare
STAMP = (
    r"(?:[\w#-]{1,40} )?\[?(?:(?P<date>\d{4}-\d\d-\d\d)[T ]?\s?|(?P<day>[A-Z][a-z]{2} \d{1,2}|\d{1,2} [A-Z][a-z]{2}) )?"
    r"\[?(?P<time>\d\d:\d\d(?::\d\d)?)(?P<zone>Z|[+-]\d\d:?\d\d)?\]?[ \t]+"
)
TALK = re.compile(rf"^{STAMP}<[ @+%&~]?(?P<nick>[^<>\t]{{1,64}})>[ \t]?(?P<text>.*)$")
ACTION = re.compile(rf"^{STAMP}(?:\*[ \t]+|Action: )(?P<nick>[^\s<>*]{{1,64}})[ \t](?P<text>.*)$")
WEECHAT = re.compile(r"^(?P<date>\d{4}-\d\d-\d\d) (?P<time>\d\d:\d\d:\d\d)\t[@+%&~]?(?P<nick>[^\t]*)\t(?P<text>.*)$")
SYSTEM = re.compile(
    rf"^(?:{STAMP})?(?:===|---|\*\*\*|-!-|-->|<--|--|\*\*\*\*|-\w+-|\*[ \t].*\bhas (?:joined|left|quit)\b|Session (?:Start|Close|Ident)"
    r"|(?:Joins|Parts|Quits): |\S+ \([^\s()@]*@[^\s()]*\) (?:joined|left)\b|Nick change: |Topic changed on |\S+: mode change '|\S+ kicked from \S+ by |Last message repeated \d+ time)"  # Eggdrop
)
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
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """IRC log: conversations are cut out of the channel.

    *Export:* the log files of irssi, ZNC, HexChat, WeeChat, mIRC, Eggdrop and other bots, or any ``[HH:MM] <nick> text``, a channel or a day a file.
    *Reads:* who says what when, days from the log's own lines or the file's name, times that name no zone by the map's, whom a message names at its beginning.
    *Not:* joins, parts and other notices, which are counted; unreadable lines are reported, and logs that name no day.
    """
    named = IN_NAME.search(source.stem)
    day = _day(named["date"]) if named else None
    clock, last, dateless, notices = Clock(timezone=mapping.timezone), timedelta(0), False, 0
    for line in lines(source):
        if isinstance(line, Problem):
            yield line
            continue
        text = COLOURS.sub("", line.text)
        if change := DAY_CHANGE.search(text) if not TALK.match(text) else None:
            day, last = _change(change["when"]) or day, timedelta(0)
            continue
        match = TALK.match(text) or WEECHAT.match(text) or ACTION.match(text)
        acts = match is not None and (match.re is ACTION or match["nick"] == " *")
        if match is None or (match["nick"].strip() in ADDED and not acts) or (match.re is ACTION and SYSTEM.match(text)):
            if match is None and text.strip() and not SYSTEM.match(text):
                yield Problem(source.name, f"is no line of an IRC log: {text.strip()[:40]!r}", line=line.number, byte=line.byte)
            elif text.strip():
                notices += 1
            continue
        parts = match.groupdict()
        nick, said = parts["nick"].strip(), parts["text"].rstrip()
        if acts and match.re is WEECHAT:
            nick, _, said = said.partition(" ")
        elif "!" in nick:  # dircproxy names the address too, and keeps the sign of whether the nick is registered
            nick, said = nick.partition("!")[0], said[1:] if said[:1] in ("+", "-") else said
        known = day is not None or bool(parts.get("date"))
        if parts.get("date"):
            day, last = _day(parts["date"]) or day, timedelta(0)
        elif parts.get("day"):
            day, last = _dated(parts["day"], day or NO_DATE), timedelta(0)
        time = _since_midnight(parts["time"])
        if not known and not dateless:
            dateless = True
            yield Problem(source.name, f"names no {'year' if day else 'day'}, nor does its name: its times are counted from {NO_DATE:%Y-%m-%d}", line=line.number, byte=line.byte, kept=True)
        if time < last - timedelta(hours=12):
            day = (day or NO_DATE) + timedelta(days=1)
        last = time
        moment, raw = (day or NO_DATE) + time, match.string[: match.start("nick")].removesuffix("Action: ").strip(" \t[]<*@+%&~")
        if parts.get("zone"):
            sent_at, fault = clock.read(f"{moment.isoformat()}{parts['zone']}"), None
        else:
            sent_at, fault = clock.place(moment)
        if fault:
            yield Problem(source.name, f"the time {raw!r} {fault}", line.number, line.number, line.byte, kept=True)
        yield Record(
            text=f"/me {said}" if acts else said,
            author=nick,
            sent_at=sent_at,
            raw_time=raw,
            zone_known=bool(parts.get("zone")),
            message_id=f"{source.stem}:{line.number}",
            channel=mapping.channel or "chat",
            language=mapping.language,
            source=source.name,
            number=line.number,
        )
    if notices:
        yield LeftOut(source.name, "notices", notices)


def _day(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.replace("-", ""), "%Y%m%d")
    except ValueError:
        return None


def _change(text: str) -> datetime | None:
    """The day that a line of the log itself names: ``Tue Dec 31 23:58:01 2013`` or ``Wed Jan 01 2014``."""
    text = " ".join(text.strip(" *-").split())
    for form in ("%a %b %d %H:%M:%S %Y", "%a %b %d %Y", "%b %d %Y", "%d %b %Y", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(text, form).replace(hour=0, minute=0, second=0)
        except ValueError:
            continue
    return None


def _dated(text: str, before: datetime) -> datetime:
    """The day that a line names without a year: the one that is not long before the last."""
    for year in (before.year, before.year + 1):
        if (day := _change(f"{text} {year}")) is not None and before - day < timedelta(days=180):
            return day
    return before


def _since_midnight(time: str) -> timedelta:
    hours, minutes, *seconds = map(int, time.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)
