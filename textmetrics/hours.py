"""Opening hours: how much of the time between two moments somebody was there to answer.

The customer's clock is the calendar's and stays the headline; this one stands beside it. A schedule is TOML: a zone, hours per weekday with
breaks as gaps, public holidays of a country, further days closed or opened otherwise. All is counted in UTC, so days of 23 and 25 hours are what they are.

    zone = "Europe/Zurich"
    [week]                                        # hours of each weekday; a night ends on the day after; 24:00 is midnight
    mon = ["08:00-12:00", "13:00-17:30"]          # or "mon-fri" = [...]
    sat = ["22:00-06:00"]
    [holidays]                                    # closed; names as the package holidays has them
    country = "CH"
    subdivision = "ZH"
    [days]                                        # further days: other hours, or none
    2026-12-24 = ["08:00-12:00"]
    2026-12-31 = []

``[[schedule]]`` tables hold several, each with ``channels``, ``queues``, ``from`` or ``until`` (local days, the last one included): the first that fits the
beginning of a conversation is its own to the end, for hours that change within a wait would make differences of waits negative. One that names none of them fits all.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from .addresses import place, reached
from .errors import MissingInput, PackError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KEYS = {"zone", "week", "holidays", "days", "channels", "queues", "from", "until"}
RANGE = re.compile(r"(\d\d):(\d\d)\s?[-–]\s?(\d\d):(\d\d)")
DAY = 1440  # minutes
FAR = 3 * 366  # days that are looked through for a working day
Span = tuple[int, int]  # minutes from the local midnight of the day on which it begins


class Schedule(Struct, frozen=True):
    """The hours of one desk. ``week``: the spans of Monday to Sunday; ``days``: those of single days, by date; ``country``: whose holidays are closed."""

    zone: str
    week: tuple[tuple[Span, ...], ...]
    country: str | None = None
    subdivision: str | None = None
    days: tuple[tuple[str, tuple[Span, ...]], ...] = ()
    channels: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    begins: str | None = None
    ends: str | None = None

    def seconds(self, start: datetime, stop: datetime) -> float:
        """Seconds of open time between two moments (0 where the second comes first).

        >>> nine_to_five = Schedule("Europe/Zurich", (((540, 1020),),) * 5 + ((),) * 2)
        >>> nine_to_five.seconds(datetime(2024, 3, 8, 15, 30, tzinfo=UTC), datetime(2024, 3, 11, 8, 30, tzinfo=UTC))  # Friday 16:30 to Monday 9:30
        3600.0
        """
        start, stop = start.astimezone(UTC), stop.astimezone(UTC)
        if start >= stop:
            return 0.0
        return sum(_between(_opened(self, year), start.timestamp(), stop.timestamp()) for year in range(start.year, stop.year + 1))

    def closing(self, moment: datetime, days: int) -> datetime | None:
        """When the n-th open day after that of a moment closes, as "within two working days" means it; None where none does within some years.

        >>> nine_to_five = Schedule("Europe/Zurich", (((540, 1020),),) * 5 + ((),) * 2)
        >>> nine_to_five.closing(datetime(2024, 3, 8, 15, 30, tzinfo=UTC), 2).isoformat()  # said on a Friday: Tuesday at 17:00
        '2024-03-12T16:00:00+00:00'
        """
        zone = ZoneInfo(self.zone)
        said = moment.astimezone(zone).date()
        coming = (said + timedelta(days=n) for n in range(1, FAR) if said.toordinal() + n <= date.max.toordinal())
        last = next(islice((day for day in coming if _of_day(self, day)), days - 1, None), None) if days > 0 else None
        return None if last is None else datetime.fromtimestamp(max(_instant(last, stop, zone) for _, stop in _of_day(self, last)), UTC)

    def after(self, moment: datetime, seconds: float) -> datetime | None:
        """When so many seconds of open time have passed since a moment; None where they do not within some years.

        >>> nine_to_five = Schedule("Europe/Zurich", (((540, 1020),),) * 5 + ((),) * 2)
        >>> nine_to_five.after(datetime(2024, 3, 8, 15, 30, tzinfo=UTC), 3600).isoformat()  # Friday 16:30 and an hour: Monday 9:30
        '2024-03-11T08:30:00+00:00'
        """
        begun = moment.timestamp()
        for year in range(moment.astimezone(UTC).year, min(moment.year + FAR // 366, 9999) + 1):
            for start, end, _ in zip(*_opened(self, year), strict=True):
                open_for = end - max(start, begun)
                if open_for >= seconds:
                    return datetime.fromtimestamp(max(start, begun) + seconds, UTC)
                seconds -= max(0.0, open_for)
        return None

    def fits(self, channel: str, queue: str | None, began: datetime | None) -> bool:
        """Whether it is that of a conversation; one without a time fits no schedule that holds for a time only."""
        day = None if began is None else began.astimezone(ZoneInfo(self.zone)).date().isoformat()
        timed = self.begins is not None or self.ends is not None
        then = not timed if day is None else (self.begins is None or self.begins <= day) and (self.ends is None or day <= self.ends)
        return then and (not self.channels or channel in self.channels) and (not self.queues or queue in self.queues)

    def is_open(self, moment: datetime) -> bool:
        """Whether somebody is there at a moment."""
        starts, ends, _ = _opened(self, moment.astimezone(UTC).year)
        n = bisect_right(starts, moment.timestamp())
        return n > 0 and moment.timestamp() < ends[n - 1]


class Hours(Struct, frozen=True):
    """The schedules of a file, and where they were read from."""

    source: str
    schedules: tuple[Schedule, ...]

    def of(self, channel: str, queue: str | None, began: datetime | None) -> Schedule | None:
        """The schedule of a conversation: the first that fits; None where none does."""
        return next((s for s in self.schedules if s.fits(channel, queue, began)), None)


def load(path: str | Path) -> Hours:
    """The schedules of a TOML file; what is wrong with it is a PackError that says where."""
    path = place(path)
    with reached(path):
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise PackError(path, "-", f"is not valid TOML: {error}") from error
        except OSError as error:
            raise MissingInput(path, f"cannot be read: {error.strerror}") from error
    several = data.pop("schedule", None)
    if several is not None and data:
        raise PackError(path, next(iter(data)), "stands beside [[schedule]] tables: move it into one of them")
    if several is not None and not (isinstance(several, list) and several and all(isinstance(s, dict) for s in several)):
        raise PackError(path, "schedule", "must be tables: write [[schedule]]")
    return Hours(str(path), tuple(_schedule(path, s) for s in (several or [data])))


def _schedule(path: Path, data: Mapping[str, Any]) -> Schedule:
    if unknown := sorted(set(data) - KEYS):
        raise PackError(path, unknown[0], f"is not known; known are {', '.join(sorted(KEYS))}")
    for key in ("zone", "week"):
        if key not in data:
            raise PackError(path, key, "is missing")
    _zone(path, data["zone"])
    week: list[tuple[Span, ...]] = [()] * 7
    for name, spans in _table(path, data, "week").items():
        for n in _weekdays(path, name):
            week[n] = _spans(path, f"week.{name}", spans)
    days = []
    for name, spans in _table(path, data, "days").items():
        try:
            days.append((date.fromisoformat(name).isoformat(), _spans(path, f"days.{name}", spans)))
        except ValueError:
            raise PackError(path, f"days.{name}", "is no day: write 2026-12-24") from None
    holidays = _table(path, data, "holidays")
    if unknown := sorted(set(holidays) - {"country", "subdivision"}):
        raise PackError(path, f"holidays.{unknown[0]}", "is not known; known are country, subdivision")
    if holidays and not holidays.get("country"):
        raise PackError(path, "holidays.country", "is missing")
    if holidays:
        try:
            _holidays(holidays["country"], holidays.get("subdivision"), 2024)
        except (NotImplementedError, AttributeError, TypeError) as error:
            raise PackError(path, "holidays", f"no holidays are known of it: {error}") from None
    return Schedule(
        data["zone"],
        tuple(week),
        holidays.get("country"),
        holidays.get("subdivision"),
        tuple(sorted(days)),
        _names(path, data, "channels"),
        _names(path, data, "queues"),
        _day(path, data, "from"),
        _day(path, data, "until"),
    )


def _day(path: Path, data: Mapping[str, Any], key: str) -> str | None:
    given = data.get(key)
    if given is not None and type(given) is not date:
        raise PackError(path, key, f"{given!r} is no day: write 2026-12-24, without quotes")
    return None if given is None else given.isoformat()


def _table(path: Path, data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    if not isinstance(found := data.get(key, {}), dict):
        raise PackError(path, key, "must be a table")
    return found


def _names(path: Path, data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = data.get(key, [])
    if not isinstance(found, list) or not all(isinstance(n, str) for n in found):
        raise PackError(path, key, 'must be names: ["one", "two"]')
    return tuple(found)


def _zone(path: Path, name: Any) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise PackError(path, "zone", f"{name!r} is no time zone: write a name such as Europe/Zurich") from None


def _weekdays(path: Path, name: str) -> range:
    first, _, last = name.partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS or WEEKDAYS.index(last or first) < WEEKDAYS.index(first):
        raise PackError(path, f"week.{name}", f"is no weekday: write {', '.join(WEEKDAYS)}, or mon-fri")
    return range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1)


def _spans(path: Path, key: str, given: Any) -> tuple[Span, ...]:
    if not isinstance(given, list):
        raise PackError(path, key, 'must be spans: ["09:00-12:00", "13:00-17:00"]')
    found = []
    for text in given:
        match = RANGE.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise PackError(path, key, f"{text!r} is no span: write 09:00-17:00")
        a, b, c, d = (int(x) for x in match.groups())
        start, stop = a * 60 + b, c * 60 + d
        if b > 59 or d > 59 or start >= DAY or stop > DAY or start == stop:
            raise PackError(path, key, f"{text!r} is no span of a day: a whole day is 00:00-24:00")
        found.append((start, stop if stop > start else stop + DAY))
    return tuple(found)


@lru_cache(maxsize=256)
def _holidays(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    """The holidays of a year, as the package `holidays` knows them: imported when first asked for."""
    import holidays

    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))


@lru_cache(maxsize=512)
def _opened(schedule: Schedule, year: int) -> tuple[list[float], list[float], list[float]]:
    """The open spans of a year of UTC, in seconds since the epoch: where each begins, where it ends, and how much is open before it."""
    first, last = datetime(year, 1, 1, tzinfo=UTC).timestamp(), datetime(year + 1, 1, 1, tzinfo=UTC).timestamp() if year < 9999 else float("inf")
    starts: list[float] = []
    ends: list[float] = []
    for a, b in sorted((max(a, first), min(b, last)) for a, b in _spans_of(schedule, year)):
        if a >= b:
            continue
        if ends and a <= ends[-1]:
            ends[-1] = max(ends[-1], b)  # a night runs into a day, or hours are written twice
        else:
            starts.append(a)
            ends.append(b)
    before, total = [], 0.0
    for a, b in zip(starts, ends, strict=True):
        before.append(total)
        total += b - a
    return starts, ends, before


def _spans_of(schedule: Schedule, year: int) -> Iterator[tuple[float, float]]:
    """What is open on the local days that touch a year."""
    zone = ZoneInfo(schedule.zone)
    day, end = date(year, 1, 1) - timedelta(days=2 if year > 1 else 0), date(year, 12, 31)
    end = end + timedelta(days=1) if year < 9999 else end
    while day <= end:
        for start, stop in _of_day(schedule, day):
            yield _instant(day, start, zone), _instant(day, stop, zone)
        if day == date.max:
            return
        day += timedelta(days=1)


def _of_day(schedule: Schedule, day: date) -> tuple[Span, ...]:
    """What is open on a local day."""
    single = next((spans for name, spans in schedule.days if name == day.isoformat()), None)
    if single is not None:
        return single
    closed = schedule.country is not None and day in _holidays(schedule.country, schedule.subdivision, day.year)
    return () if closed else schedule.week[day.weekday()]


def _instant(day: date, minutes: int, zone: ZoneInfo) -> float:
    """A wall time of a local day as seconds since the epoch. An hour that comes twice is its first; one that never comes is as far after midnight as it says."""
    if minutes >= DAY:
        day, minutes = (day + timedelta(days=1) if day < date.max else day), minutes - DAY
    return datetime.combine(day, time(minutes // 60, minutes % 60), zone).timestamp()


def _between(opened: tuple[list[float], list[float], list[float]], start: float, stop: float) -> float:
    """Seconds of open time between two moments, as far as they lie in a year."""
    starts, ends, before = opened
    a, b = bisect_right(starts, start) - 1, bisect_right(starts, stop) - 1
    until = before[b] + min(stop, ends[b]) - starts[b] if b >= 0 else 0.0
    return until - (before[a] + min(start, ends[a]) - starts[a] if a >= 0 else 0.0)
