"""Times as exports write them, to UTC.

A ``Clock`` knows one export's way: a format, the zone of times that name none, and where the other dates of the file stand that may have to say whether
``01/02/2024`` begins with the day. What it cannot read is None, and `Clock.fault` says why; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo

from .dates import order_of, written
from .errors import PackError, UsageError
from .memo import forget_oldest


def zoned(moment: datetime | None) -> datetime | None:
    """A moment that a caller names; one without a zone is a UsageError, for times of messages have one.

    >>> zoned(datetime(2024, 1, 20, tzinfo=UTC)).isoformat()
    '2024-01-20T00:00:00+00:00'
    """
    if moment is not None and moment.tzinfo is None:
        raise UsageError(f"as_of {moment.isoformat()} names no time zone: give datetime(..., tzinfo=UTC)")
    return moment


_EPOCH = re.compile(r"-?\d{9,19}(?:\.\d+)?")
# Tue Oct 31 22:10:47 +0000 2017 (the first public API of a social network, and C's asctime with a zone): the year at the end
_ASCTIME = re.compile(r"([A-Za-z]{3} [A-Za-z]{3}) +(\d{1,2}) (\d\d:\d\d:\d\d)((?: [+-]\d{4})?) (\d{4})")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
REMEMBERED = 4096  # times that a clock has read
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
    """Reads the times of one export: ``format`` is ``iso`` (also numbers since 1970, days as spreadsheets count them, dates as people of any country write them),
    ``epoch``, ``epoch_ms``, ``epoch_us`` or a strptime format.

    ``order``: where day, month and year stand in dates of numbers (``dmy``, ``mdy``, ``ymd``). Without it all ``dates`` of the file, asked for once, say so (``rising``: they come in the
    order of time), or such times are not read.

    >>> Clock().read("Tue Oct 31 22:10:47 +0000 2017").isoformat()
    '2017-10-31T22:10:47+00:00'
    >>> Clock().read("Thu, 29 Sep 2016 15:14:19 +0200").isoformat()
    '2016-09-29T13:14:19+00:00'
    >>> Clock(timezone="Europe/Madrid").read("45292.4166667").isoformat()
    '2024-01-01T09:00:00+00:00'
    >>> Clock(timezone="Europe/Madrid", dates=lambda: ["01/07/2026 09:30", "13/07/2026 10:00"]).read("01/07/2026 09:30").isoformat()
    '2026-07-01T07:30:00+00:00'
    >>> Clock("%d/%m/%Y %H:%M", "Europe/Madrid").fault("25/10/2026 02:30")
    "the time '25/10/2026 02:30' came twice in Europe/Madrid, where clocks were put back: the first is meant"
    """

    def __init__(self, format: str = "iso", timezone: str = "UTC", *, order: str | None = None, dates: Callable[[], Iterable[str]] = tuple, rising: bool = False) -> None:
        self.format, self.zone, self._named, self._order, self._dates, self._rising = format, zone(timezone), timezone, order, dates, rising
        self._known: dict[str, tuple[datetime | None, bool, str | None]] = {}

    def look(self, text: str) -> tuple[datetime | None, bool, str | None]:
        """A time in UTC, whether it names its zone, and what is wrong with it: what the three below ask for. The latest are remembered."""
        if (known := self._known.get(text)) is None:
            known = self._known[text] = self._read(text)
            forget_oldest(self._known, REMEMBERED)
        return known

    def read(self, text: str) -> datetime | None:
        """A time in UTC; None where it cannot be read."""
        return self.look(text)[0]

    def names_zone(self, text: str) -> bool:
        """Whether a time that can be read says of itself in which zone it is."""
        return self.look(text)[1]

    def fault(self, text: str) -> str | None:
        """What is wrong with a time: why it cannot be read, or that clocks went through it twice, or never."""
        return self.look(text)[2]

    @cached_property
    def order(self) -> tuple[str, str]:
        """Where day, month and year stand in dates of numbers; "" and the reason where nobody says."""
        return (self._order, "") if self._order else order_of(self._dates(), rising=self._rising)

    def _read(self, text: str) -> tuple[datetime | None, bool, str | None]:
        if self.format == "iso" and text[4:5] == "-" and (moment := _whole(text)) is not None:
            return moment, True, None
        shown = f"the time {text.strip()[:40]!r}"
        try:
            moment = self._parsed(text.strip().replace("\u202f", " "))
            named = moment.tzinfo is not None
            moment, doubt = (moment.astimezone(UTC), None) if named else self.place(moment)
        except _UndecidedError as why:
            return None, False, f"{shown} {why}"
        except (ValueError, OverflowError):
            return None, False, f"{shown} cannot be read{'' if self.format == 'iso' else f' as {self.format}'}: give time_format in a map"
        if not EARLIEST <= moment < LATEST:
            return None, False, f"{shown} cannot be right: it is before {EARLIEST:%Y} or after {LATEST.year - 1}"
        return moment, named, f"{shown} {doubt}" if doubt else None

    def place(self, local: datetime) -> tuple[datetime, str | None]:
        """A local time in UTC, and what makes it one that clocks went through twice, or never (PEP 495)."""
        moment = local.replace(tzinfo=self.zone)
        early, late = moment.utcoffset(), moment.replace(fold=1).utcoffset()
        doubt = None
        if early is not None and late is not None and early > late:
            doubt = f"came twice in {self._named}, where clocks were put back: the first is meant"
        elif early != late:
            doubt = f"never was in {self._named}, where clocks were put forward: it is counted from the hour before"
        return moment.astimezone(UTC), doubt

    def _parsed(self, text: str) -> datetime:
        if self.format in UNITS:
            return EPOCH + timedelta(seconds=float(text) * UNITS[self.format])
        if self.format != "iso":
            return datetime.strptime(text, self.format)
        if _EPOCH.fullmatch(text):
            digits = len(text.split(".")[0].lstrip("-"))
            return EPOCH + timedelta(seconds=float(text) * (1.0 if digits <= 10 else 1e-3 if digits <= 13 else 1e-6))
        if _SERIAL.fullmatch(text):
            return SPREADSHEET + timedelta(seconds=round(float(text.replace(",", ".")) * 86400))
        try:
            return datetime.fromisoformat(f"{text[:-4]}+00:00" if text.endswith(" UTC") else text)
        except ValueError:
            return self._written(text)

    def _written(self, text: str) -> datetime:
        """A date as people write it."""
        if match := _ASCTIME.fullmatch(text):
            text = "{0} {1} {4} {2}{3}".format(*match.groups())
        if (date := written(text)) is None:
            raise ValueError(text)
        if not date.order and not self.order[0]:
            raise _UndecidedError(self.order[1])
        return date.moment(self.order[0] if not date.order else "")


def _whole(text: str) -> datetime | None:
    """An ISO time that names its zone and can be right, in UTC: what most exports write. None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None or not EARLIEST <= moment < LATEST:
        return None
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


class _UndecidedError(Exception):
    """Nobody says whether dates begin with the day."""
