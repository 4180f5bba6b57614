"""Times as exports write them, to UTC.

A ``Clock`` knows one export's way: a format, and the zone of times that name none. What it cannot read is None, and the reader reports it;
a date that could be read day-first or month-first is never guessed: its format must be given.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from .errors import PackError

_EPOCH = re.compile(r"-?\d{9,19}(?:\.\d+)?")
_MONTHS = {m: i for i, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1)}
# Tue Oct 31 22:10:47 +0000 2017 (the first public API of a social network, and C's asctime with a zone)
_ASCTIME = re.compile(r"[A-Za-z]{3} ([A-Za-z]{3}) +(\d{1,2}) (\d\d):(\d\d):(\d\d)(?: ([+-]\d{4}))? (\d{4})")
# Thu, 29 Sep 2016 15:14:19 +0000 (RFC 2822, as letters bear it)
_LETTER = re.compile(r"(?:[A-Za-z]{3}, )?\d{1,2} [A-Za-z]{3} \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UT)")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
UNITS = {"epoch": 1.0, "epoch_ms": 1e-3, "epoch_us": 1e-6}
_SERIAL = re.compile(r"[2-7]\d{4}(?:[.,]\d+)?")  # days of a spreadsheet: 1980 is 29221, 2100 is 73051
SPREADSHEET = datetime(1899, 12, 30)  # day 0: it counts a 29 February 1900 that never was


def zone(name: str) -> tzinfo:
    """An IANA time zone by name; an unknown one is a PackError."""
    if name.upper() in ("UTC", "Z", "GMT"):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise PackError("map", "timezone", f"{name!r} is no IANA time zone, such as 'Europe/Madrid'") from error


class Clock:
    """Reads the times of one export: ``format`` is ``iso`` (also numbers since 1970, and days as spreadsheets count them), ``epoch``, ``epoch_ms``, ``epoch_us`` or a strptime format.

    >>> Clock().read("Tue Oct 31 22:10:47 +0000 2017").isoformat()
    '2017-10-31T22:10:47+00:00'
    >>> Clock().read("Thu, 29 Sep 2016 15:14:19 +0200").isoformat()
    '2016-09-29T13:14:19+00:00'
    >>> Clock(timezone="Europe/Madrid").read("29 Sep 2016 15:14 -0000").isoformat()
    '2016-09-29T15:14:00+00:00'
    >>> Clock(timezone="Europe/Madrid").read("45292.4166667").isoformat()
    '2024-01-01T09:00:00+00:00'
    >>> Clock("%d/%m/%Y %H:%M", "Europe/Madrid").read("01/07/2026 09:30").isoformat()
    '2026-07-01T07:30:00+00:00'
    """

    def __init__(self, format: str = "iso", timezone: str = "UTC") -> None:
        self.format, self.zone = format, zone(timezone)
        self.zoneless = 0  # how many times named no zone and were taken to be in ``timezone``
        self._both = lru_cache(maxsize=4096)(self._read)

    def read(self, text: str) -> datetime | None:
        """A time in UTC; None where it cannot be read."""
        return self._both(text)[0]

    def names_zone(self, text: str) -> bool:
        """Whether a time that can be read says of itself in which zone it is."""
        return self._both(text)[1]

    def _read(self, text: str) -> tuple[datetime | None, bool]:
        text = text.strip().replace("\u202f", " ")
        try:
            moment = self._parsed(text)
            named = moment.tzinfo is not None
            if not named:
                self.zoneless += 1
                moment = moment.replace(tzinfo=self.zone)
            moment = moment.astimezone(UTC)
        except (ValueError, OverflowError):
            return None, False
        return (moment, named) if EARLIEST <= moment < LATEST else (None, False)

    def _parsed(self, text: str) -> datetime:
        if self.format in UNITS:
            return EPOCH + timedelta(seconds=float(text) * UNITS[self.format])
        if self.format != "iso":
            return datetime.strptime(text, self.format)
        if match := _ASCTIME.fullmatch(text):
            month, day, hour, minute, second, offset, year = match.groups()
            moment = datetime(int(year), _MONTHS[month.lower()], int(day), int(hour), int(minute), int(second))
            return moment if offset is None else datetime.fromisoformat(f"{moment.isoformat()}{offset[:3]}:{offset[3:]}")
        if _EPOCH.fullmatch(text):
            digits = len(text.split(".")[0].lstrip("-"))
            return EPOCH + timedelta(seconds=float(text) * (1.0 if digits <= 10 else 1e-3 if digits <= 13 else 1e-6))
        if _SERIAL.fullmatch(text):
            return SPREADSHEET + timedelta(seconds=round(float(text.replace(",", ".")) * 86400))
        if _LETTER.fullmatch(text):
            moment = parsedate_to_datetime(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # -0000 is UTC, said by one who hides where they are
        if text.endswith(" UTC"):
            text = f"{text[:-4]}+00:00"
        return datetime.fromisoformat(text)
