"""Dates as programs write them for people of some country: numbers in that country's order, or with the name of the month; hours with AM and PM.

The words stand in ``languages/_dates.toml``; the language of the program is seldom told, so all of them are looked for at once. Numbers such as
``01/02/2024`` do not say whether they begin with the day: the dates of one file do, taken together (`order_of`), or somebody must.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import NamedTuple

from . import packs
from .folding import fold

ORDERS = ("dmy", "mdy", "ymd")  # d, m, y: day, month, year
ASK = "say which with --dates dmy or --dates mdy (dates in a map)"
_WORD = r"[^\W\d_]"
_SPACES = dict.fromkeys(map(ord, "\u202f\u00a0\u2007\u2009"), " ")  # since 2023 programs put U+202F before AM and PM
_EAST = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일](?:\s?[(（]?\w曜?日?[)）]?(?=\s))?")
_US = {"E": -5, "C": -6, "M": -7, "P": -8}  # EST to PDT, the zones that RFC 2822 (4.3) gives a meaning


class Written(NamedTuple):
    """A date and time as they stand in a text. ``order`` is "" where the numbers alone do not say which of them is the day; ``zone`` is None where none is named."""

    numbers: tuple[int, int, int]
    order: str
    hours: tuple[int, int, int, int]  # hour, minute, second, microsecond
    zone: timezone | None = None
    dotted: bool = False

    def moment(self, order: str = "") -> datetime:
        """The moment, its numbers read in an order; a ValueError where there is no such day or hour."""
        by = dict(zip(self.order or order, self.numbers, strict=True))
        year = by["y"] if by["y"] > 99 else by["y"] + (1900 if by["y"] >= 69 else 2000)  # as POSIX reads two digits
        return datetime(year, by["m"], by["d"], *self.hours, tzinfo=self.zone)


def written(text: str) -> Written | None:
    """A text that is nothing but a date, with a time or without; None for anything else.

    >>> written("Monday, December 17, 2018, 23:27:57 (-0500)").moment().isoformat()
    '2018-12-17T23:27:57-05:00'
    >>> written("5 de marzo de 2024, 9:41 p. m.").moment().isoformat()
    '2024-03-05T21:41:00'
    >>> written("1.2.2024, 09:30").order, written("1.2.2024, 09:30").moment("dmy").isoformat()
    ('', '2024-02-01T09:30:00')
    """
    text = _EAST.sub(r"\1-\2-\3 ", text.strip().translate(_SPACES)).strip()
    if len(text) > 100:
        return None
    numeric, *worded = _forms()
    if match := numeric.fullmatch(text):
        return _numbered(match)
    for form in worded:
        if (match := form.fullmatch(text)) and (month := _words().months.get(fold(match["month"]))):
            return Written((int(match["day"]), month, int(match["year"])), "dmy", _clock(match), _zone(match))
    return None


def order_of(texts: Iterable[str], *, rising: bool = False) -> tuple[str, str]:
    """Where day, month and year stand in the dates of one file, by all of them: one of `ORDERS`; else "" and the reason why nobody can tell.

    ``rising``: they come in the order of time, which speaks where no day is after the 12th. Years of two digits are taken to stand last unless
    they cannot. What is no date of open numbers says nothing.

    >>> order_of(["01/02/2024", "13/02/2024 10:00"])
    ('dmy', '')
    >>> order_of(["01/02/2024", "02/02/2024"])[0]
    ''
    """
    against: dict[str, str] = {}
    last: dict[str, datetime] = {}
    risen = dict.fromkeys(ORDERS, True)
    several, dotted, first, open_, years = False, True, "", 0, 0
    for text in texts:
        one = written(text)
        if one is None or one.order:
            years += one is not None and one.order == "ymd"
            continue
        open_ += 1
        first, several, dotted = first or text, several or bool(first and first != text), dotted and one.dotted
        for order in ORDERS:
            if order in against:
                continue
            try:
                moment = one.moment(order)
            except ValueError:
                against.setdefault(order, text)
                continue
            risen[order] = risen[order] and last.get(order, moment).date() <= moment.date()
            last[order] = moment
    if years > open_ > 0:
        return "", f"is not written as the other dates of its file, which begin with the year: {ASK}"
    able = [order for order in ORDERS if order not in against]
    if rising and several and len(found := [order for order in able if risen[order]]) == 1:
        return found[0], ""
    usual = [order for order in able if order != "ymd"] or able
    if len(usual) == 1 or not first:
        return (usual or ["dmy"])[0], ""
    if not usual:
        return "", f"some dates of its file can only begin with the day ({against['mdy']!r}), others only with the month ({against['dmy']!r}): {ASK}"
    return ("dmy", "") if dotted else ("", f"may begin with the day or with the month, and no date of its file tells: {ASK}")  # nobody writes months first with dots


def _clock(match: re.Match[str]) -> tuple[int, int, int, int]:
    """Hour, minute, second and microsecond of a match of `patterns`."""
    if match["hour"] is None:
        return (0, 0, 0, 0)
    hour, half = int(match["hour"]), _half(match)
    if not half:
        pass
    elif half in _words().pm:
        hour = hour % 12 + 12 if hour <= 12 else hour
    elif half in _words().am:
        hour = hour % 12 if hour <= 12 else hour
    elif half in _words().noon:
        hour += 12 if hour < 6 else 0
    return hour, int(match["minute"]), int(match["second"] or 0), int((match["part"] or "0").ljust(6, "0")[:6])


def _half(match: re.Match[str]) -> str:
    """The half of the day that a time names, folded."""
    half = match["before"] or match["after"]
    return fold(re.sub(r"[.\s]", "", half)) if half else ""


@cache
def patterns() -> tuple[str, str]:
    """Expressions for a date of three numbers (group ``date``) and for the time of day that follows it, as programs of any language write them."""
    words = _words()
    halves = _any([*words.am, *words.pm, *words.noon], dotted=True)
    date = r"(?P<date>\d{1,4}(?P<cut>[./-])\s?\d{1,2}(?P=cut)\s?\d{1,4}\.?)"
    join = rf"(?:(?!(?:{halves})(?:\s|\d)){_WORD}{{1,5}}\.?\s){{0,2}}"  # at, um, a las, alle ore
    time = (
        rf"{join}(?:(?P<before>{halves})\s?)?(?P<hour>\d\d?)[:.h](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,](?P<part>\d{{1,9}}))?)?"
        rf"(?:\s?(?P<after>{halves}))?(?:\s?(?:{_any(words.after)})\b)?"
    )
    return date, time


class _Words(NamedTuple):
    """The words of all languages, folded."""

    months: dict[str, int]
    am: frozenset[str]
    pm: frozenset[str]
    noon: frozenset[str]
    after: frozenset[str]
    year_first: frozenset[str]


@cache
def _words() -> _Words:
    tables = packs.date_words().values()
    months = {fold(w): n for t in tables for n, names in enumerate(t.get("months", ()), start=1) for w in names.split()}
    every = {key: frozenset(fold(w) for t in tables for w in t.get(key, ())) for key in ("am", "pm", "noon", "after")}
    first = frozenset(fold(w) for t in tables if t.get("year_first") for key in ("am", "pm", "noon") for w in t.get(key, ()))
    return _Words(months, every["am"], every["pm"], every["noon"], every["after"], first)


def _any(words: Iterable[str], *, dotted: bool = False) -> str:
    """One of some words, the longest first; ``dotted``: with dots and blanks between and behind their letters, as in ``p. m.``."""
    gap = r"\.?\s?" if dotted else ""
    return "|".join(gap.join(map(re.escape, w)) + (r"\.?" if dotted else "") for w in sorted(words, key=lambda w: (-len(w), w)))


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    date, time = patterns()
    zone = r"(?:\s?\(?(?P<zone>UTC|GMT|UT|Z|[ECMP][SD]T)?(?P<offset>[+-]\d\d?(?::?\d\d)?)?\)?(?:\s?\([^()]{2,60}\))?)"
    rest = rf"(?:[\s,،T]{{1,3}}{time}{zone})?"
    weekday = rf"(?:{_WORD}{{2,15}}(?:-{_WORD}{{2,10}})?[.,]{{0,2}}\s)?"
    month, between = rf"(?P<month>{_WORD}{{3,15}})\.?", r"[\s,-]{1,2}"
    year = r"(?P<year>\d{4}|(?<=-)\d\d)"
    small = rf"(?:{_WORD}{{1,3}}['’\s]\s?)?"  # de, del, d'
    forms = (
        rf"{weekday}{date}{rest}",
        rf"{weekday}(?P<day>\d\d?)(?:\.|º|°|{_WORD}{{1,2}})?{between}{small}{month}{between}{small}{year}{rest}",
        rf"{weekday}{month}{between}(?P<day>\d\d?){_WORD}{{0,2}}{between}{year}{rest}",
    )
    return tuple(re.compile(f, re.IGNORECASE) for f in forms)


def _numbered(match: re.Match[str]) -> Written | None:
    """Three numbers of which one may be the year, with a time; None where none can."""
    first, second, third = re.findall(r"\d+", match["date"])
    if 3 in (len(first), len(third)) or len(first) + len(third) > 6 or any(len(n) == 4 and int(n) < 100 for n in (first, third)):
        return None
    order = "ymd" if len(first) == 4 or (len(third) < 4 and _half(match) in _words().year_first) else ""
    return Written((int(first), int(second), int(third)), order, _clock(match), _zone(match), match["cut"] == ".")


def _zone(match: re.Match[str]) -> timezone | None:
    name, offset = (match["zone"] or "").upper(), match["offset"]
    if offset is None:
        return None if not name else UTC if name in ("UTC", "GMT", "UT", "Z") else timezone(timedelta(hours=_US[name[0]] + (name[1] == "D")))
    digits = offset[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) < 3 else (int(digits[:-2]), int(digits[-2:]))
    return timezone((-1 if offset[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))
