"""The moment a customer names: "by Friday noon", "within 24 hours", "before 3 May".

Resolved against the time and zone of the message itself; what cannot be told is said to be so, never guessed. The words are in the
language packs (``[dates]``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from . import packs
from .expressions import Chooser, alike
from .folding import fold
from .hours import Schedule
from .types import Message

OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)(?:\s?\([^)]*\))?$")  # with which a time as it was written ends
UP_TO = r"(?:\d+\s?[-–]\s?)?"  # "2-3 days": the later one holds
NO_HOURS = "counts working time, and there are no opening hours for it"
MOST = 10_000  # working days or hours that anybody means
END_OF_DAY = 24.0  # the hour meant where a day is named and no hour
CLOCK = r"(\d{1,2})(?:[:.h](\d\d))?\s?(am|pm|a\.m\.|p\.m\.|uhr|h|hs|hrs)?\b"
DAY_MONTH = r"\b(\d{1,2})(?:st|nd|rd|th|º|°)?\.?\s(?:of |de |di )?({months})\b|\b({months})\s(\d{1,2})(?:st|nd|rd|th)?\b"

Search = Callable[[str], re.Match[str] | None]


class _Words:
    """The date words of one language, and what finds them, compiled: ``patterns`` by name."""

    def __init__(self, code: str) -> None:
        dates = packs.language(code).dates
        self.weekdays = {fold(w): n for n, words in enumerate(dates.get("weekdays", ())) for w in words.split()}
        self.months = {fold(w): n for n, words in enumerate(dates.get("months", ()), start=1) for w in words.split()}
        self.days = {fold(k): int(v) for k, v in dates.get("days", {}).items()}
        self.hours = {fold(k): float(v) for k, v in dates.get("hours", {}).items()}
        self.units = {fold(k): float(v) for k, v in dates.get("units", {}).items()}
        self.numbers = {fold(k): float(v) for k, v in dates.get("numbers", {}).items()}
        self.working = {fold(k): str(v) for k, v in dates.get("working", {}).items()}
        within, by = _any(dates.get("within", ())), _any(dates.get("by", ()))
        number = rf"\d+|{_any(self.numbers)}"
        written = {
            "working span": rf"\b(?:{within})\s(?:the\s)?{UP_TO}({number})\s({_any(self.working)})\b",
            "span": rf"\b(?:{within})\s(?:the\s)?{UP_TO}({number})\s({_any(self.units)})\b",
            "weekday": rf"\b({_any(self.weekdays)})\b",
            "day": rf"\b({_any(self.days)})\b",
            "hour": rf"\b({_any(self.hours)})\b",
            "date": DAY_MONTH.replace("{months}", _any(self.months)),
            "clock of a day": rf"\b(?:{_any([*self.days, *self.weekdays])})\s(?:(?:{by})\s)?{CLOCK}",
            "clock": rf"\b(?:{by})\s(?:the\s)?{CLOCK}",
        }
        self.patterns = {name: re.compile(pattern) for name, pattern in written.items()}
        self._chooser = Chooser(list(written.values()))

    def search(self, folded: str) -> Search:
        """What finds a pattern by name in a text: one pass says which it can hold, and the others are not looked for."""
        names = list(self.patterns)
        held = {names[n] for n in self._chooser.of(folded)} if alike(folded) else names
        return lambda name: self.patterns[name].search(folded) if name in held else None


def _any(words: Any) -> str:
    """One of some words, the longest first; something that never matches where there are none."""
    return "|".join(re.escape(fold(w)) for w in sorted(words, key=lambda w: (-len(w), w))) or r"[^\s\S]"


@cache
def _words(code: str) -> _Words:
    return _Words(code)


def resolve(folded: str, code: str | None, sent_at: datetime | None, *, own_clock: bool = True) -> Mapping[str, Any]:
    """``{"at": ISO time in UTC}`` of the moment a folded text names, or ``{"unresolved": why}``; with ``working`` and its ``unit`` (day, hour) where a schedule can tell it: `by_schedule`.

    Days and hours are those of the clock of ``sent_at``; where that is not known to be the clock of whoever wrote (``own_clock``), ``zone`` is "unknown".

    >>> from datetime import UTC
    >>> resolve("i need it by friday noon", "en", datetime(2026, 3, 4, 9, tzinfo=UTC))
    {'at': '2026-03-06T12:00:00+00:00'}
    >>> resolve("by tomorrow 10:00", "en", datetime(2026, 3, 4, 9, tzinfo=UTC))
    {'at': '2026-03-05T10:00:00+00:00'}
    >>> resolve("asap please", "en", datetime(2026, 3, 4, 9, tzinfo=UTC))
    {'unresolved': 'names no time'}
    """
    if code not in packs.languages():
        return {"unresolved": "no language pack"}
    if sent_at is None:
        return {"unresolved": "the message has no time"}
    words = _words(code)
    search = words.search(folded)
    if match := search("working span"):
        count = float(match[1]) if match[1].isdigit() else words.numbers[match[1]]
        return {"unresolved": NO_HOURS, "working": count, "unit": words.working[match[2]]} if count < MOST else {"unresolved": "names a time out of range"}
    if match := search("span"):
        number = float(match[1]) if match[1].isdigit() else words.numbers[match[1]]
        try:
            return {"at": (sent_at + timedelta(seconds=number * words.units[match[2]])).astimezone(UTC).isoformat()}
        except OverflowError:
            return {"unresolved": "names a time out of range"}
    day = _day(search, words, sent_at)
    hour = _hour(search, words)
    if day is None and hour is None:
        return {"unresolved": "names no time"}
    at = (day or sent_at).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(hours=END_OF_DAY if hour is None else hour)
    if day is None and at <= sent_at:
        at += timedelta(days=1)
    if at <= sent_at:
        return {"unresolved": "names a time in the past"}
    return {"at": at.astimezone(UTC).isoformat(), **({} if own_clock else {"zone": "unknown"})}


def by_its_clock(m: Message) -> tuple[datetime | None, bool]:
    """When a message was sent, by the clock of whoever sent it, and whether that clock is known.

    It is where the time as it was written tells an offset, and where it tells no zone at all and was taken as it stands: a clock on somebody's wall. A time in UTC is a server's.

    >>> by_its_clock(Message(id="1", participant_id="ana", text="", sent_at=datetime(2026, 3, 4, 8, tzinfo=UTC), raw_time="Wed, 4 Mar 2026 09:00:00 +0100 (CET)"))[0].isoformat()
    '2026-03-04T09:00:00+01:00'
    """
    written = m.raw_time or ""
    if m.sent_at is None:
        return None, False
    if not m.zone_known:
        return m.sent_at, f"{m.sent_at:%H:%M}" in written or f"{m.sent_at.hour}:{m.sent_at:%M}" in written
    if (match := OFFSET.search(written)) is None or (minutes := int(match[2]) * 60 + int(match[3])) == 0 or minutes >= 24 * 60:
        return m.sent_at, False
    return m.sent_at.astimezone(timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))), True


def names_time(told: Mapping[str, Any]) -> bool:
    """Whether a moment is named, be it one that only opening hours can tell."""
    return "at" in told or "working" in told


def by_schedule(told: Mapping[str, Any], sent_at: datetime | None, schedule: Schedule | None) -> Mapping[str, Any]:
    """What `resolve` told, working days and hours counted by a schedule: of days the closing of the last, the day itself not counted; of hours those that are open.

    Days and hours of a zone that nobody told are those of the schedule's.

    >>> nine_to_five = Schedule("UTC", (((540, 1020),),) * 5 + ((),) * 2)
    >>> by_schedule({"unresolved": NO_HOURS, "working": 2.0, "unit": "day"}, datetime(2026, 3, 6, 16), nine_to_five)["at"]
    '2026-03-10T17:00:00+00:00'
    """
    if schedule is None or sent_at is None:
        return told
    if told.get("zone") == "unknown":
        named = datetime.fromisoformat(told["at"]).replace(tzinfo=ZoneInfo(schedule.zone)).astimezone(UTC)
        return {**told, "at": (named if named > sent_at else named + timedelta(days=1)).isoformat(), "zone": schedule.zone}
    if "working" not in told:
        return told
    count = float(told["working"])
    at = schedule.closing(sent_at, round(count)) if told["unit"] == "day" else schedule.after(sent_at, 3600 * count)
    if at is None:
        return {**told, "unresolved": "names a time out of range"}
    return {"at": at.isoformat(), "working": count, "unit": told["unit"]}


def _day(search: Search, words: _Words, sent_at: datetime) -> datetime | None:
    if match := search("date"):
        number, month = (match[1], match[2]) if match[1] else (match[4], match[3])
        try:
            found = sent_at.replace(month=words.months[month], day=int(number))
        except ValueError:
            return None
        return found if found.date() >= sent_at.date() else found.replace(year=found.year + 1)
    if match := search("day"):
        return sent_at + timedelta(days=words.days[match[1]])
    if match := search("weekday"):
        return sent_at + timedelta(days=(words.weekdays[match[1]] - sent_at.weekday()) % 7)
    return None


def _hour(search: Search, words: _Words) -> float | None:
    match = search("clock")
    if match is None and (match := search("clock of a day")) and not (match[2] or match[3]):
        match = None  # "tomorrow 10:00" and "friday 3 pm" are times; "friday 13" is none
    if match:
        hour, minute, half = int(match[1]), int(match[2] or 0), match[3] or ""
        if half.startswith("p") and hour < 12:
            hour += 12
        if hour <= 24 and minute < 60 and (half or match[2] or hour <= 24):
            return hour + minute / 60
    if match := search("hour"):
        return words.hours[match[1]]
    return None
