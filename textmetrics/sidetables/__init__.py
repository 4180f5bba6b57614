"""Side tables: what people keep beside their conversations, such as survey answers, article views, agent surveys, orders.

To add a format, put a module here with one function decorated ``@sidetable(table, claims=...)``: a source in, a dict a row out (keys of its table in
`COLUMNS`; what is missing is unknown) and a Problem for what cannot be read. Which format a file has, its content says: ``claims`` sees it, two claimants are an error.
Rows are joined to conversations by `joining`, from the columns ``key`` (a conversation or case), ``customer_id``, ``email`` and the time.
"""

from __future__ import annotations

import csv
import inspect
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from ..errors import ReadError, UnknownFormat
from ..registry import Registry
from ..sources import Line, Source, lines
from ..times import Clock
from ..types import Problem

Row = dict[str, Any]
Read = Callable[[Source], Iterator[Row | Problem]]
COLUMNS: dict[str, dict[str, str]] = {
    "surveys": {
        "conversation_id": "string",
        "customer_id": "string",
        "joined": "string",  # by conversation, case, customer or time; None: it joins nothing
        "instrument": "string",  # csat, nps, ces, expectation, other
        "question": "string",
        "version": "string",  # of the scale: good_bad, 1-5, 0-10, 1-7, ...
        "scale_min": "float64",
        "scale_max": "float64",
        "direction": "string",  # higher or lower is better
        "state": "string",  # answered, offered, unoffered, partial, preview
        "value": "float64",
        "answer": "string",
        "comment": "string",
        "answered_at": "timestamp",
        "key": "string",
        "source": "string",
        "record": "int64",
    },
    "articles": {
        "article_id": "string",
        "title": "string",
        "locale": "string",
        "began": "timestamp",
        "ended": "timestamp",
        "views": "float64",
        "readers": "float64",
        "read_seconds": "float64",  # a view or reader on average
        "words": "float64",
        "votes_up": "float64",
        "votes": "float64",
        "customer_id": "string",  # where a row is one reading of a known reader
        "topic": "string",
        "source": "string",
        "record": "int64",
    },
    "agent_surveys": {
        "team": "string",
        "wave": "string",
        "question": "string",
        "scale_min": "float64",
        "scale_max": "float64",
        "value": "float64",
        "source": "string",
        "record": "int64",
    },
    "holdout": {
        "customer_id": "string",
        "group": "string",
        "assigned_at": "timestamp",
        "source": "string",
        "record": "int64",
    },
    "orders": {
        "order_id": "string",
        "conversation_id": "string",
        "customer_id": "string",
        "joined": "string",
        "ordered_at": "timestamp",
        "amount": "float64",  # refunds are negative
        "currency": "string",
        "key": "string",
        "source": "string",
        "record": "int64",
    },
}
KEYS = ("conversation id", "ticket id", "case id", "interaction id", "contact id", "chat id", "ticket", "conversation", "case number")
CUSTOMERS = ("customer id", "user id", "requester id", "person id", "customer", "respondent id customer")
EMAILS = ("email", "e mail", "email address", "person email", "recipient email", "customer email", "recipientemail")


class SideTable(Struct, frozen=True):
    """One format of side tables: its page, the table it fills, how it is known, how it is read."""

    name: str
    doc: str
    table: str
    claims: Callable[[Source], bool]
    read: Read


SIDETABLES: Registry[SideTable] = Registry("side table", __name__)


def sidetable(table: str, *, claims: Callable[[Source], bool]) -> Callable[[Read], Read]:
    """Register a format under the name of its function."""

    def register(function: Read) -> Read:
        SIDETABLES.add(function.__name__, SideTable(function.__name__, inspect.getdoc(function) or "", table, claims, function), function.__code__.co_filename)
        return function

    return register


def recognise(source: Source) -> SideTable:
    """The format of a source; none or two are an error."""
    found = [s for s in SIDETABLES.values() if s.claims(source)]
    if not found:
        raise UnknownFormat(source.name, f"no side table looks like this; known: {', '.join(SIDETABLES)}")
    if len(found) > 1:
        raise ReadError(source.name, f"could be {' or '.join(s.name for s in found)}: keep one set of columns")
    return found[0]


def aside(source: Source) -> str | None:
    """What to do with a source that is no export but a side table; None where it is none."""
    head = source.head(4096)
    if not head or (b"\x00" in head[:1024] and not head.startswith((b"\xff\xfe", b"\xfe\xff"))):
        return None
    found = [s.name for s in SIDETABLES.values() if s.claims(source)]
    return f"it is a side table ({', '.join(found)}): join it with mine --with" if found else None


def cells(source: Source) -> Iterator[list[str]]:
    """The rows of a comma-, semicolon- or tab-separated text, cells over several lines included."""
    head = source.head(4096).decode("utf-8", "replace").lstrip("\ufeff").split("\n")[0]
    delimiter = max(",;\t", key=head.count)
    yield from csv.reader((f"{line.text}\n" for line in lines(source) if isinstance(line, Line)), delimiter=delimiter)


def heading(source: Source) -> list[str]:
    """The names in the first row, plain."""
    if source.head(1) in (b"{", b"["):
        return []
    return [plain(c) for c in next(cells(source), [])]


def plain(name: str) -> str:
    """A column's name without case and punctuation: ``properties.Ticket ID`` is ``ticket id``."""
    return " ".join(re.sub(r"[^0-9a-zà-ÿ]+", " ", re.sub(r"^(properties|embedded)\.", "", name.strip().lstrip("\ufeff").lower())).split())


def records(source: Source) -> Iterator[tuple[int, dict[str, str]] | Problem]:
    """The rows below one line of names, by plain name, numbered from 1; a row of another length is a Problem."""
    rows = cells(source)
    names = [plain(c) for c in next(rows, [])]
    for number, row in enumerate((r for r in rows if any(r)), start=1):
        if len(row) != len(names):
            yield Problem(source.name, f"has {len(row)} cells where the header has {len(names)}", record=number)
        else:
            yield number, {n: c.strip() for n, c in zip(names, row, strict=True) if n}


def pick(row: dict[str, str], names: Sequence[str]) -> str | None:
    """The first of some columns that holds something; anonymised cells (``*******``) hold nothing."""
    return next((row[n] for n in names if row.get(n) and row[n].strip("*")), None)


def keys(row: dict[str, str]) -> Row:
    """Whom and what a row is about, for the join."""
    email = pick(row, EMAILS)
    return {"key": pick(row, KEYS), "customer_id": pick(row, CUSTOMERS), "email": email.lower() if email else None}


def number(text: str | None) -> float | None:
    """A number as exports write it: ``1,234`` and ``1.234,50 €`` too; None for anything else.

    >>> [number(t) for t in ("1,234", "1.234,50 €", "12,5", "N/A", "-3")]
    [1234.0, 1234.5, 12.5, None, -3.0]
    """
    digits = re.sub(r"[^\d.,+-]", "", text or "")
    if not re.fullmatch(r"[+-]?[\d.,]*\d", digits) or re.search(r"[A-Za-z]{4,}", text or ""):
        return None
    comma, dot = digits.rfind(","), digits.rfind(".")
    if comma > dot and (dot >= 0 or not re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+", digits)):
        digits = digits.replace(".", "").replace(",", ".")
    elif digits.count(".") > 1:
        digits = digits.replace(".", "")
    try:
        return float(digits.replace(",", ""))
    except ValueError:
        return None


def clock(texts: Iterable[str], timezone: str = "UTC") -> Callable[[str | None], datetime | None]:
    """Reads the times of one file. Whether ``01/02/2024`` begins with the day, the other dates of the file say; where none does, such times are unknown."""
    times = Clock(timezone=timezone, dates=lambda: texts)
    return lambda text: times.read(text) if text else None


class Instrument(Struct, frozen=True):
    """What a question asks and on which scale."""

    name: str
    low: float | None
    high: float | None
    direction: str

    @property
    def version(self) -> str | None:
        return None if self.high is None else f"{self.low:g}-{self.high:g}"


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "questions.toml").read_text(encoding="utf-8"))


def instrument(question: str, answers: Iterable[str] = ()) -> Instrument:
    """What a question asks, by its words (questions.toml), and its scale: as it is written in the question, or as the instrument has it.

    >>> instrument("How likely are you to recommend us?").version
    '0-10'
    >>> instrument("How easy was it? (1 = very easy, 5 = very hard)").direction
    'lower'
    """
    told = question.lower()
    name = next((n for n, words in _words()["instruments"].items() if any(re.search(w, told) for w in words)), "other")
    scale = re.search(r"(\d+)[^\d()]{0,24}?(?:-|–|=.*?[,;]|to|a|la)\s*(\d+)", re.sub(r"^q\d+\w*\W", "", told))
    low, high = (float(scale[1]), float(scale[2])) if scale and float(scale[1]) < float(scale[2]) <= 100 else (None, None)
    if name == "nps":
        low, high = 0.0, 10.0
    seen = [v for a in answers if (v := number(a)) is not None]
    if low is None and any(a.strip().lower() in _words()["answers"] for a in answers):
        low, high = 1.0, 5.0
    elif low is None and name == "ces" and seen and max(seen) > 5:
        low, high = 1.0, 7.0  # version 2 of the customer effort score has seven steps, and agreement is good
    reversed_ = any(re.search(w, told) for w in _words()["reversed"]["words"])
    return Instrument(name, low, high, "lower" if reversed_ or (name == "ces" and high == 5.0) else "higher")


def valued(text: str) -> float | None:
    """The value of an answer: a number, or words of a five-step scale."""
    word = _words()["answers"].get(text.strip().lower())
    return float(word) if word is not None else number(text) if len(text) < 12 else None
