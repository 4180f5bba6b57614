"""Rows with any names to records: the file that ``--map`` names.

    reader = "csv"                  # which reader; the file itself says where this is missing
    files = ["tickets*.csv"]        # which files of its folder the map speaks of (all, where it is missing)
    channel = "email"               # constant values: channel, language, timezone, role
    timezone = "Europe/Madrid"      # of times that name no zone (UTC)
    time_format = "%d/%m/%Y %H:%M"  # or iso (the default, also dates as people write them and days as spreadsheets count them), epoch, epoch_ms, epoch_us
    dates = "dmy"                   # or mdy, ymd: how dates of numbers are read, where those of the file do not tell
    html = true                     # texts are HTML
    threads = "id"                  # how conversations are found: id, reply, silence, rooms (threads by links, the rest by silence)
    order = "file"                  # messages of a conversation come in the order of the file, or by time
    role_from = "opener"            # the author who wrote first asked; everybody else answers

    [columns]                       # ours = theirs; any further name is kept for --by
    conversation_id = "Ticket ID"
    text = "Body"
    subject = "Title"               # put in front of the text where it stands
    team = "Agent Team"

    [roles]                         # what stands in the role column = our role; "*" is everything else
    requester = "customer"

    [reactions]                     # ours = theirs: likes, shares, replies, quotes, bookmarks, embeds, comments, dms, wall_posts, mentions, views, rating, helpful, solution, originator
    likes = "like_count"            # solution: marked as the solution; originator: the one who asked reacted to it

    [values.solution]               # an empty cell is unknown, unless it is said to be something
    "" = "no"

    [values.severity]               # their value = ours
    "1-critical" = "critical"

A name written ``a.b`` looks into nested JSON. Without a map the generic names are read: those of `types.Record`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatch
from functools import lru_cache, partial
from math import isfinite
from pathlib import Path
from typing import Any
from weakref import WeakMethod

from msgspec import Struct, field

from . import mentions, packs
from .addresses import place
from .cleaning import origin_of
from .dates import ORDERS as DATES
from .dates import written
from .errors import PackError, ReadError
from .showing import Showing, worded
from .spreadsheets import Watch
from .times import Clock
from .types import EVENTS, ROLES, Problem, Record

FOLDER_FILE = "map.toml"  # a map of this name speaks of the files of its folder
TEXTS = ("message_id", "conversation_id", "channel", "language", "reply_to", "customer_id", "case_id", "severity", "queue", "status")
IDS = ("message_id", "conversation_id", "reply_to", "customer_id", "case_id")
FINER = {"raw_time", "zone_known", "edited", "attachments", "origin", "role_confidence", "position", "cut", "columns"}  # what only our own files and careful people say
RARE = {*FINER, "visibility", "automatic", "rating", "opener"}
COLUMNS = {*TEXTS, *RARE, "text", "subject", "author", "role", "sent_at"}
THREADS, ORDERS = ("id", "reply", "silence", "rooms"), ("file", "time")
COUNTERS = ("likes", "shares", "replies", "quotes", "bookmarks", "embeds", "comments", "dms", "wall_posts", "mentions")
REACTIONS = (*COUNTERS, "views", "rating", "helpful", "solution", "originator")
SETTINGS = {"reader", "files", "channel", "language", "timezone", "time_format", "dates", "html", "threads", "order", "role_from", "role"}
TABLES = {"columns", "roles", "reactions", "values"}
SHAPES = 1000  # different sets of columns that are remembered of a source
TRUE = {"true", "1", "yes", "t", "y"}
PRIVATE = {"private", "internal", "note", "agents"}
_COMMA = re.compile(r"-?\d+,\d{1,2}")  # three digits after a comma are thousands somewhere
GENERIC = {name: name for name in COLUMNS}


class Map(Struct, frozen=True, kw_only=True):
    """How the rows of one export become records. ``path`` is where it was written down, for error messages."""

    path: str = "the generic form"
    reader: str | None = None
    files: tuple[str, ...] = ()
    channel: str | None = None
    language: str | None = None
    role: str | None = None
    timezone: str = "UTC"
    time_format: str = "iso"
    dates: str | None = None
    html: bool = False
    threads: str | None = None
    order: str | None = None
    role_from: str | None = None
    columns: Mapping[str, str] = field(default_factory=lambda: GENERIC)
    roles: Mapping[str, str] = field(default_factory=dict)
    reactions: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    keep_rest: bool = True

    def speaks_of(self, name: str) -> bool:
        """Whether the map is about a file of this name."""
        return not self.files or any(fnmatch(Path(name.rsplit("!", 1)[-1]).name, pattern) for pattern in self.files)


GENERIC_FORM = Map()


def beside(folder: Path | None, name: str, known: dict[Path, Map | None]) -> Map | None:
    """The map that lies in the folder of a file; the generic form where none does; None where it speaks of other files, or is the file. ``known``: maps by folder, read once."""
    if folder is None:
        return GENERIC_FORM
    path = folder / FOLDER_FILE
    if folder not in known:
        known[folder] = load(path) if path.is_file() else None
    found = known[folder]
    if found is None:
        return GENERIC_FORM
    return found if found.speaks_of(name) and Path(name).name != FOLDER_FILE else None


def load(path: str | Path) -> Map:
    """A map, checked: an unknown key, role, column or zone is a PackError that names it."""
    path = place(path)
    data = packs.load_toml(path)
    if unknown := set(data) - SETTINGS - TABLES:
        raise PackError(path, sorted(unknown)[0], f"is no key of a map; known: {', '.join(sorted(SETTINGS | TABLES))}")
    columns = packs.need(path, data, "columns")
    if "text" not in columns:
        raise PackError(path, "columns.text", "is missing: which column holds what was said?")
    for key, allowed in (("threads", THREADS), ("order", ORDERS), ("role_from", ("opener",)), ("role", ROLES), ("dates", DATES)):
        if key in data and data[key] not in allowed:
            raise PackError(path, key, f"is {data[key]!r}; it may be {', '.join(allowed)}")
    for theirs, ours in data.get("roles", {}).items():
        if ours not in ROLES:
            raise PackError(path, f"roles.{theirs}", f"is {ours!r}; a role is one of {', '.join(ROLES)}")
    for ours in data.get("reactions", {}):
        if ours not in REACTIONS:
            raise PackError(path, f"reactions.{ours}", f"is none of {', '.join(REACTIONS)}")
    if data.get("channel"):
        packs.channel(data["channel"])
    Clock(data.get("time_format", "iso"), data.get("timezone", "UTC"))
    settings: dict[str, Any] = {k: tuple(v) if k == "files" else v for k, v in data.items() if k in SETTINGS}
    tables: dict[str, Any] = {k: data.get(k, {}) for k in TABLES - {"columns"}}
    return Map(path=str(path), columns=columns, keep_rest=False, **settings, **tables)


class Shape(Struct, frozen=True):
    """What rows with the same columns have in common: theirs by our names, which of these are plain texts, whether any is rare, which are kept beside the message."""

    names: Mapping[str, str]
    texts: tuple[tuple[str, str], ...]
    rare: bool
    rest: tuple[str, ...]


class Rows:
    """Turns the rows of one source into records with one map. Those of HTML texts come some rows later, the last of them with `rest`.

    ``cells``: they are cells of a table that a spreadsheet may have had its hands on. ``again`` gives all rows once more, where only all of their times together say how dates are read.
    """

    def __init__(self, source: str, mapping: Map, *, cells: bool = False, again: Callable[[], Iterable[Mapping[str, Any]]] = tuple) -> None:
        self.source, self.mapping, self._cells, self._again = source, mapping, cells, again
        times = WeakMethod(self._times)  # a cycle would keep what is remembered of a source until a run ends
        self.clock = Clock(mapping.time_format, mapping.timezone, order=mapping.dates, dates=lambda: found() if (found := times()) else ())
        self.watch = Watch(source)
        self._extra = {ours: theirs for ours, theirs in mapping.columns.items() if ours not in COLUMNS}
        self._theirs = {*mapping.columns.values(), *mapping.reactions.values(), "reactions"}
        self._ours: dict[str, list[str]] = {}
        for ours, theirs in mapping.columns.items():
            if ours in COLUMNS:
                self._ours.setdefault(theirs, []).append(ours)
        self._dated: set[str] | None = None  # columns beside ours that hold nothing but times, where ours for the time is missing
        self._nested = {theirs: names for theirs, names in self._ours.items() if "." in theirs}
        self._shapes: dict[tuple[str, ...], Shape] = {}
        self._showing = Showing(self.watch)
        self._role = lru_cache(maxsize=64)(partial(_role, mapping))

    def read(self, row: Mapping[str, Any], number: int, line: int | None = None, byte: int | None = None) -> Sequence[Record | Problem]:
        """One row as a record (of HTML, earlier ones that are done), or why it cannot be one; a record whose time or role cannot be read is kept without it, and reported."""
        given, shape = self._given(row)
        names = shape.names
        text = given[names["text"]] if "text" in names else None
        if not isinstance(text, str):
            return [Problem(self.source, "has no text" if text is None else f"its text is no text but {type(text).__name__}", number, line, byte)]
        told: list[Record | Problem] = []
        subject = _text(given[names["subject"]]) if "subject" in names else None
        raw = _text(given[names["sent_at"]]) if "sent_at" in names else None
        sent_at, zone_known, fault = (None, True, None) if raw is None else self.clock.look(raw)
        if fault:
            told.append(Problem(self.source, fault, number, line, byte, kept=True))
        role = self._role(named := _text(given[names["role"]]) if "role" in names else None)
        if role is None:
            told.append(Problem(self.source, f"its role {named!r} is unknown: name it under [roles] in a map", number, line, byte, kept=True))
        record = Record(
            text="",
            author=(_text(given[names["author"]]) if "author" in names else None) or "",
            role=role or "unknown",  # type: ignore[arg-type]
            sent_at=sent_at,
            raw_time=raw,
            zone_known=zone_known or sent_at is None,
            source=self.source,
            number=number,
        )
        for ours, theirs in shape.texts:
            if (value := _text(given[theirs])) is not None:
                setattr(record, ours, self._value(ours, value))
        record.channel = record.channel or self.mapping.channel
        record.language = record.language or self.mapping.language
        if self.mapping.reactions or "reactions" in row:
            record.reactions = self._reactions(row)
        if self._extra:
            record.columns = {k: str(v) for k, theirs in self._extra.items() if (v := _look(row, theirs)) not in (None, "")}
        if shape.rare:
            self._rare({ours: given[theirs] for ours, theirs in names.items()}, record)
        if shape.rest:
            record.columns |= (more := {k: str(v) for k in shape.rest if (v := row[k]) not in (None, "") and not isinstance(v, (dict, list))})
            if self._dated or self._dated is None:
                self._look_for_times(more, names)
        if record.columns:
            told += self._events(record, number, line, byte)
        if self.mapping.html:
            told += self._showing.add(record, text, subject)
        else:
            told.append(worded(record, text, origin_of(text), subject, self.watch))
        return told

    def _events(self, record: Record, number: int, line: int | None, byte: int | None) -> Iterator[Problem]:
        """What the columns beside a message say of when something happened that is none, as times."""
        for name in EVENTS:
            if (told := record.columns.pop(name, None)) is not None:
                if fault := self.clock.fault(told):
                    yield Problem(self.source, f"{name}: {fault}", number, line, byte, kept=True)
                elif (moment := self.clock.read(told)) is not None:
                    record.columns[name] = moment.isoformat()

    def to_the_end(self, found: Iterable[Record | Problem]) -> Iterator[Record | Problem]:
        """What is read of a source, then its `rest`; where it breaks off, what came before is not lost."""
        try:
            yield from found
        except ReadError:
            yield from self.rest()
            raise
        yield from self.rest()

    def rest(self) -> Iterator[Record | Problem]:
        """What comes, or is seen, only at the end of a source."""
        yield from self._showing.rest()
        yield from self.watch.rest()
        if self._dated:
            names = ", ".join(map(repr, sorted(self._dated)))
            yield Problem(self.source, f"no column is called sent_at, so its messages have no times: those in {names} are read where a map (--map) names the column", kept=True)

    def _look_for_times(self, more: Mapping[str, str], given: Container[str]) -> None:
        """Keep in mind which columns beside ours hold times and nothing else, until one of ours does."""
        if "sent_at" in given:
            self._dated = set()
        elif self._dated is None:
            self._dated = {k for k in more if k not in EVENTS and self._is_time(more[k])}
        else:
            self._dated = {k for k in self._dated if k not in more or self._is_time(more[k])}

    def _is_time(self, text: str) -> bool:
        """Whether a cell holds a date or time beyond doubt: bare digits may be anything."""
        return not text.isdigit() and (self.clock.read(text) is not None or written(text) is not None)

    def _times(self) -> Iterator[str]:
        """The times of all rows."""
        for given, shape in map(self._given, self._again()):
            if "sent_at" in shape.names and (raw := _text(given[shape.names["sent_at"]])) is not None:
                yield raw

    def _rare(self, given: Mapping[str, Any], record: Record) -> None:
        """What most rows do not say of a message."""
        record.visibility = _text(given.get("visibility")) or "public"
        record.automatic, record.opener, record.edited = (self._true(given, name) for name in ("automatic", "opener", "edited"))
        record.attachments = self._attachments(given)
        if (rating := _text(given.get("rating"))) is not None:
            record.rating = _number(rating)
        if record.visibility.lower() in PRIVATE:
            record.role = "note"
        if not FINER.isdisjoint(given):
            self._finer(given, record)

    def _finer(self, given: Mapping[str, Any], record: Record) -> None:
        """What a row says beyond the message itself: the time as its first export wrote it, how sure its role is, where it stands."""
        if "raw_time" in given:
            record.raw_time = _text(given.get("raw_time"))
        if given.get("zone_known") not in (None, ""):
            record.zone_known = self._true(given, "zone_known")
        if (sure := _number(given.get("role_confidence"))) is not None:
            record.confidence = sure
        if (place := _number(given.get("position"))) is not None:
            record.position = int(place)
        if (cut := _text(given.get("cut"))) is not None:
            record.cut = self.clock.read(cut)
        if isinstance(origin := given.get("origin"), list) and len(origin) % 2 == 0 and all(isinstance(at, int) for at in origin):
            record.origin = tuple(origin)
        if isinstance(columns := given.get("columns"), dict):
            record.columns |= {str(k): str(v) for k, v in columns.items() if v not in (None, "")}

    def _attachments(self, given: Mapping[str, Any]) -> tuple[str, ...]:
        """Names of what was sent along: a list, or one name a line."""
        named = given.get("attachments")
        return tuple(str(a) for a in (named if isinstance(named, list) else str(named or "").split("\n")) if a)

    def _shape(self, row: Mapping[str, Any]) -> Shape:
        """The shape of a row, which most rows of a source share."""
        if (known := self._shapes.get(names := tuple(row))) is None:
            given = {ours: theirs for theirs in names for ours in self._ours.get(theirs, ())}
            rest = tuple(n for n in names if n and n not in self._theirs) if self.mapping.keep_rest else ()
            known = _shape_of(given, rest)
            if len(self._shapes) < SHAPES:
                self._shapes[names] = known
        return known

    def _given(self, row: Mapping[str, Any]) -> tuple[Mapping[str, Any], Shape]:
        """What a row holds, and its shape; where a column lies in nested objects, by our names."""
        shape = self._shape(row)
        if not self._nested:
            return row, shape
        given = {ours: row[theirs] for ours, theirs in shape.names.items()}
        for theirs, names in self._nested.items():
            if (value := _look(row, theirs)) is not None:
                given.update(dict.fromkeys(names, value))
        return given, _shape_of({ours: ours for ours in given}, shape.rest)

    def _true(self, given: Mapping[str, Any], ours: str) -> bool:
        value = given.get(ours)
        return value.lower() in TRUE if isinstance(value, str) else bool(value)

    def _value(self, ours: str, value: str) -> str:
        """A text as a map reads it; an id of a table without what spreadsheets made of it."""
        if told := self.mapping.values.get(ours):
            value = told.get(value, value)
        return self.watch.ident(ours, value) if self._cells and ours in IDS else value

    def _reactions(self, row: Mapping[str, Any]) -> dict[str, float]:
        if self.mapping.reactions:
            named = {ours: value for ours, theirs in self.mapping.reactions.items() if (value := self._reacted(ours, _look(row, theirs))) is not None}
        else:
            named = given if isinstance(given := row["reactions"], dict) else {}
        if "mentions" in named and (pages := mentions.listed(named["mentions"])) is not None:
            named = {**named, "mentions": mentions.distinct(pages)}
        return {k: n for k, v in named.items() if k in REACTIONS and (n := _number(v)) is not None}

    def _reacted(self, ours: str, value: Any) -> Any:
        """A counter or mark as the map reads it: ``[values.solution]`` may say what an empty cell is."""
        if (told := self.mapping.values.get(ours)) is None:
            return value
        return told.get("" if value is None else str(value), value)


def _shape_of(names: Mapping[str, str], rest: tuple[str, ...]) -> Shape:
    return Shape(names, tuple((ours, names[ours]) for ours in TEXTS if ours in names), not RARE.isdisjoint(names), rest)


def _role(mapping: Map, theirs: str | None) -> str | None:
    """The role that a map gives a name; None where it knows none."""
    if theirs is None:
        return mapping.role or "unknown"
    named = mapping.roles.get(theirs) or mapping.roles.get(theirs.lower()) or mapping.roles.get("*")
    return named or (theirs.lower() if theirs.lower() in ROLES else None)


def _text(value: Any) -> str | None:
    """A cell as text; None where it is empty."""
    return value or None if type(value) is str else None if value is None else _plain_number(value)


def _look(row: Mapping[str, Any], name: str) -> Any:
    """A cell by name; a name with dots looks into nested objects."""
    if name in row or "." not in name:
        return row.get(name)
    value: Any = row
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _plain_number(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _number(value: Any) -> float | None:
    """A count or rating; yes and no count 1 and 0; what is no number, or has no end, is None."""
    if value is None or isinstance(value, dict | list):
        return None
    if not (isinstance(value, str) and value.isdecimal()):
        told = str(value).strip().lower()
        if told in TRUE:
            return 1.0
        if told in {"false", "no", "f", "n"}:
            return 0.0
    try:
        found = float(value.replace(",", ".") if isinstance(value, str) and _COMMA.fullmatch(value.strip()) else value)
    except (ValueError, OverflowError):
        return None
    return found if isfinite(found) else None
