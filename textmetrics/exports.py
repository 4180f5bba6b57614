"""What exports of help desks and contact centres share: files that belong together, objects and rows alike, and messages made of them.

A platform hands out the same things as a JSON document, as objects a line, or as tables of a warehouse, and often cut into files: tickets
here, comments there, people in a third. A reader says by `sample` which of them lies before it, walks over `items` whichever form they
have, and finds what belongs to them with `beside` and `once`. `Messages` does what is alike for all: times, names, notes, facts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import isfinite
from typing import Any, TypeVar

from . import delimited
from .cleaning import origin_of, plain
from .delimited import Row
from .documents import Item, get, head_value, objects, texts
from .filed import Filed
from .mapping import TRUE, Map
from .memo import forget_oldest
from .platform_channels import channel as channel
from .sources import Source, encoding_of
from .times import Clock
from .types import LeftOut, Problem, Record

T = TypeVar("T")
Kind = Callable[[bytes], str | None]
LATEST = 65_536  # conversations whose people are remembered while an export is read; of ids, those of four times as many messages
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)  # from which the time in a call is counted where its export does not say when it began
LONGEST_CALL = 10**10  # ms: a larger offset, some four months, is none
NOTHING = {"", "null", "none", "undefined", "n/a", "nan"}  # how exports and warehouses spell a missing value
UNWRITTEN = {"", "null", "undefined", "nan"}  # of these, what stands in place of a text
_GAP = re.compile(r"[ \t\u00a0\u200b]*\n[ \t\u00a0\u200b]*")


def sample(head: bytes, *paths: str) -> Mapping[str, Any]:
    """The first object of an export as far as its beginning shows it, or the columns of a table, all empty; {} for anything else.

    What has an id of its own is no envelope: a ticket is not taken for a list of comments because it holds some.

    >>> sorted(sample(b"ticket_id,body\\n1,Hi\\n"))
    ['body', 'ticket_id']
    """
    value = head_value(head)
    if value is None:
        return dict.fromkeys(columns(head), "")
    for path in paths:
        if isinstance(value, dict) and "id" not in value and isinstance(found := get(value, path), list | dict):
            value = found
            break
    while isinstance(value, list):
        value = value[0] if value else None
    return value if isinstance(value, dict) else {}


@lru_cache(maxsize=4)
def columns(head: bytes) -> tuple[str, ...]:
    """The names in the first line of a table, by its beginning."""
    encoding, skip = encoding_of(head)
    lines = head[skip : skip + 16384].decode(encoding, "replace").lstrip("\ufeff").splitlines()
    if lines and re.fullmatch(r"(?i)sep=.", lines[0].strip()):
        lines = lines[1:]
    if not lines or lines[0][:1] in "{[<":
        return ()
    delimiter = max(delimited.DELIMITERS, key=lines[0].count)
    names = tuple(n.strip().strip('"') for n in lines[0].split(delimiter))
    return names if len(names) > 1 else ()


def head_number(source: Source, path: str) -> float | None:
    """A number that stands at the beginning of an export: what it says of itself, such as how many there are."""
    return number(get(head_value(source.head()), path))


def items(source: Source, *paths: str) -> Iterator[Item | Problem]:
    """The objects of a JSON export (see `documents.objects`) or the rows of a table, one way for both."""
    if head_value(source.head()) is not None:
        yield from objects(source, *paths)
        return
    if not columns(source.head()):
        yield Problem(source.name, "is neither JSON nor a table with column names")
        return
    for row in delimited.rows(source):
        yield (
            Item({k: ident(v) if k.lower().endswith("id") else v for k, v in row.cells.items() if v != ""}, row.number, row.line, row.byte)
            if isinstance(row, Row)
            else row
        )


def _times(source: Source) -> Iterator[str]:
    """All texts of an export that may be times: they name an hour, as versions and the like do not."""
    yield from (text for item in items(source) if isinstance(item, Item) for text in texts(item.value) if ":" in text)


def beside(source: Source, kind: Kind, *kinds: str) -> list[Source]:
    """The files of some kinds that came with a source: those of its own folder, where that has any, else all."""
    sorted_ = once(source, kind, lambda: [(s, kind(s.head())) for s in source.siblings], everywhere=True)
    found = [s for s, k in sorted_ if k in kinds]
    return [s for s in found if _place(s) == _place(source)] or found


def once(source: Source, key: Hashable, make: Callable[[], T], *, everywhere: bool = False) -> T:
    """What is made of side files, made once for all sources of a folder (``everywhere``: of an input)."""
    kept, key = source.siblings[0].kept, (key, "" if everywhere else _place(source))
    if key not in kept:
        kept[key] = make()
    return kept[key]


def joined(source: Source, kind: Kind, which: str, *paths: str, by: str = "id", digits: int | None = None) -> Mapping[str, dict[str, Any]]:
    """The objects of side files by their id, or as many characters of it; of several versions of one the newest, where they say when they changed."""

    def make() -> Filed:
        found = Filed()
        for side in beside(source, kind, which):
            for item in items(side, *paths):
                id_ = ident(get(item.value, by))[:digits] if isinstance(item, Item) else ""
                if id_ and isinstance(item, Item) and str(item.value.get("updated_at") or "") >= str(found.get(id_, {}).get("updated_at") or ""):
                    found.put(id_, item.value)
        return found

    return once(source, (kind, which, by), make)


def _place(source: Source) -> str:
    """The folder, in its archive, that a source lies in."""
    return source.name.replace("\\", "/").rpartition("/")[0]


def given(value: Any, *paths: str) -> Any:
    """The first of some paths that holds anything.

    >>> given({"body": "", "text": "Hi"}, "body", "text")
    'Hi'
    """
    for path in paths:
        found = get(value, path)
        if found not in (None, "", [], {}) and not (isinstance(found, str) and _nothing(found)):
            return found
    return None


def many(value: Any, *paths: str) -> list[dict[str, Any]]:
    """The objects of a list; what is none in it is an empty one, so that what is made of it is reported as empty.

    >>> many({"messages": [{"id": 1}, None]}, "messages")
    [{'id': 1}, {}]
    """
    found = given(value, *paths)
    return [one if isinstance(one, dict) else {} for one in found] if isinstance(found, list) else []


def likes(message: Mapping[str, Any]) -> dict[str, float]:
    """The reactions of a chat message, whichever signs they are, counted together; none where none are told."""
    counts = [n for r in many(message, "reactions") if isinstance(n := get(r, "count"), int)]
    return {"likes": float(sum(counts))} if counts else {}


def words(value: Any, *paths: str, nothing: Container[str] = NOTHING) -> str:
    """The first of some paths that holds a text or number, as text; what spells nothing (``undefined``) is nothing."""
    for path in paths:
        found = get(value, path)
        if isinstance(found, str) and not _nothing(found, nothing):
            return found
        if isinstance(found, int | float) and not isinstance(found, bool):
            return ident(found)
    return ""


def verbatim(value: Any, *paths: str) -> str:
    """The first of some paths that holds what somebody wrote: ``None`` and ``n/a`` are answers, only what no person writes (`UNWRITTEN`) is nothing.

    >>> verbatim({"text": "None"}, "text"), verbatim({"text": None, "body": "null"}, "text", "body")
    ('None', '')
    """
    return words(value, *paths, nothing=UNWRITTEN)


def _nothing(text: str, nothing: Container[str] = NOTHING) -> bool:
    """Whether a text only says that there is none; a long one is not looked at."""
    return len(text) < 20 and text.strip().lower() in nothing


def ident(value: Any) -> str:
    """An id as text, also one that a spreadsheet made a number of.

    >>> ident(12.0), ident("12.0"), ident(None)
    ('12', '12', '')
    """
    if value is None or isinstance(value, bool | dict | list):
        return ""
    text = str(value).strip()
    if text.endswith(".0") and text[:-2].isdigit():
        return text[:-2]
    return "" if text.lower() in NOTHING else text


def true(value: Any) -> bool:
    """Whether a yes or no of any export says yes."""
    return value.strip().lower() in TRUE if isinstance(value, str) else bool(value)


def false(value: Any) -> bool:
    """Whether an export says no, as opposed to nothing."""
    return value is False or value == 0 or (isinstance(value, str) and value.strip().lower() in {"false", "0", "no", "f", "n"})


def number(value: Any) -> float | None:
    """A number, also one written as text; None for anything else."""
    try:
        found = None if value is None or isinstance(value, bool | dict | list) else float(value)
    except (ValueError, OverflowError):
        return None
    return found if found is not None and isfinite(found) else None


def tidy(text: Any) -> str:
    """Plain text without the stray blanks that mail bodies carry: at most one empty line in a row."""
    lines = _GAP.sub("\n", str(text or "").replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " "))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def html(text: Any) -> str:
    """An HTML body as text."""
    return plain(str(text or ""))


def bare(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object without the envelope that Perceval, the archiver of GrimoireLab, puts it in."""
    data = value.get("data")
    return data if "backend_name" in value and isinstance(data, dict) else value


def listed(value: Any, name: str = "name") -> str:
    """A list of tags or the like as one text: ``vip, refund``; lists of objects by one of their names; lists written as text too."""
    if isinstance(value, str):
        return ", ".join(t for t in (part.strip(" \"'") for part in value.strip("[]").split(",")) if t)
    if isinstance(value, Mapping):
        value = given(value, "data", "tags", "results", "items") or []
    if not isinstance(value, Iterable):
        return ""
    return ", ".join(t for one in value if (t := words(one, name) if isinstance(one, Mapping) else ident(one)))


def facts(**values: Any) -> dict[str, str]:
    """Columns beside the messages: what stands, as text.

    >>> facts(tags=[], vip=True, brand="Blue", team=None)
    {'vip': 'true', 'brand': 'Blue'}
    """
    texts = {k: ("true" if v else "false") if isinstance(v, bool) else listed(v) if isinstance(v, list) else ident(v) for k, v in values.items()}
    return {k: v for k, v in texts.items() if v}


def after(begun: datetime | None, milliseconds: Any) -> str | None:
    """The time so long after a call began."""
    offset = number(milliseconds)
    return None if offset is None or abs(offset) > LONGEST_CALL else ((begun or NO_DATE) + timedelta(milliseconds=offset)).isoformat()


class Messages:
    """Makes the messages of one source: times by the export's own rule, people of one name told apart, facts of a conversation on its first message.

    ``local``: times that name no zone are in that of whoever exported, not in UTC by the platform's rule. ``dates``: all its times, where they are not
    texts of an object or row; ``rising``: they come in the order of time.
    """

    def __init__(
        self, source: Source, mapping: Map, *, time: str = "iso", local: bool = False, dates: Callable[[], Iterable[str]] | None = None, rising: bool = False
    ) -> None:
        self.source, self.mapping, self._local = source, mapping, local
        form, zone = time if mapping.time_format == "iso" else mapping.time_format, mapping.timezone if local else "UTC"
        self._clock = Clock(form, zone, order=mapping.dates, dates=dates or (lambda: _times(source)), rising=rising)
        self._names: dict[str, dict[str, str]] = {}  # by conversation, of the latest ones
        self._told: dict[str, Any] = {}  # likewise, when the facts that were taken had last changed
        self._dateless: set[str] = set()
        self._skipped: Counter[str] = Counter()
        self._said: dict[tuple[str, str], int] = {}  # by conversation and id: what a message said, as a hash

    def when(self, value: Any) -> datetime | None:
        """A time of this export in UTC; None where there is none or it cannot be read."""
        return None if value is None or isinstance(value, dict | list) else self._clock.read(str(value))

    def at(self, value: Any) -> str | None:
        """A time of this export in UTC as a column holds it; None where there is none or it cannot be read."""
        moment = self.when(value)
        return None if moment is None else moment.isoformat()

    def began(self, item: Item, conversation: str, begun: datetime | None) -> Iterator[Problem]:
        """Say so where offsets cannot be counted from when a call began: its lengths are right, its date is not."""
        if begun is None and conversation not in self._dateless:
            self._dateless.add(conversation)
            yield self.lost(item, f"call {conversation} does not say when it began: its times are counted from {NO_DATE:%Y-%m-%d} 00:00", kept=True)

    def make(
        self,
        item: Item,
        conversation: str,
        text: str,
        *,
        time: Any = None,
        who: Any = None,
        name: str = "",
        role: str = "unknown",
        about: Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None = None,
        attachments: Iterable[str] = (),
        empty: bool = False,
        **fields: Any,
    ) -> Iterator[Record | Problem]:
        """One message. ``who`` is its author's id, ``name`` what people call them; ``about``: facts of the conversation, or what makes them, taken with its first message and where they changed;
        ``told`` among them is when they last changed, so that of several exports the newest is believed; ``empty``: it is known to say nothing."""
        attached = tuple(a for a in attachments if a)
        if not text and not attached and not empty:
            yield self.lost(item, "a message has neither a text nor anything attached")
            return
        sent_at = self.when(time)
        if ident(time) and (fault := "it is no time" if isinstance(time, dict | list) else self._clock.fault(str(time))):
            yield self.lost(item, fault, kept=True)
        known = conversation in self._names and (callable(about) or not about or about.get("told") in (None, self._told.get(conversation)))
        facts_ = {} if known or about is None else about() if callable(about) else about
        if "told" in facts_:
            self._told[conversation] = facts_["told"]
            forget_oldest(self._told, LATEST)
        record = Record(
            text=str(text),
            origin=origin_of(text),
            author=self._label(conversation, ident(who), name, role),
            role=role,  # type: ignore[arg-type]
            sent_at=sent_at,
            conversation_id=conversation or None,
            visibility="private" if role == "note" else "public",
            attachments=attached,
            raw_time=ident(time) or None,
            zone_known=not self._local or sent_at is None or self._clock.names_zone(str(time)),
            source=self.source.name,
            number=item.number,
        )
        for key, value in (*facts_.items(), *fields.items()):
            setattr(record, key, self.when(value) if key == "told" and not isinstance(value, datetime) else value)
        record.message_id = self._own_id(conversation, record.message_id, text)
        record.channel, record.language = self.mapping.channel or record.channel, record.language or self.mapping.language
        yield record

    def lost(self, item: Item, reason: str, *, kept: bool = False) -> Problem:
        """Why an object, or something of it, is no message."""
        return Problem(self.source.name, reason, item.number, item.line, item.byte, kept)

    def skip(self, kind: str) -> None:
        """Something that is no message: it is counted, by kind, and told by `rest`."""
        self._skipped[kind or "other"] += 1

    def rest(self) -> Iterator[LeftOut]:
        """What was no message, at the end of a source."""
        yield from (LeftOut(self.source.name, kind, count) for kind, count in sorted(self._skipped.items()))

    def missing(self, item: Item, conversation: str, has: int, says: Any) -> Iterator[Problem]:
        """The export says itself that it holds only a part of a conversation."""
        expected = number(says)
        if expected is not None and expected > has:
            yield self.lost(item, f"conversation {conversation} has {expected:.0f} messages by the export's own count, of which {has} are here", kept=True)

    def _own_id(self, conversation: str, id_: str | None, text: str) -> str | None:
        """The id of a message; where another text has it in the same conversation (examples in manuals do that), with a number."""
        if id_ is None:
            return None
        n, own = 1, id_
        while self._said.setdefault((conversation, own), hash(text)) != hash(text):
            n += 1
            own = f"{id_}#{n}"
        forget_oldest(self._said, 4 * LATEST)
        return own

    def _label(self, conversation: str, id_: str, name: str, role: str) -> str:
        """What somebody is called in one conversation: by the first name seen with an id, told apart where two people, or a person and a bot, share it."""
        taken = self._names.setdefault(conversation, {})
        forget_oldest(self._names, LATEST)
        shown = name.strip() or id_
        if not shown:
            return ""
        kind = role if role in ("bot", "system") else "person"
        own = f"{kind} {id_ or shown}"
        if own in taken:
            return taken[own]
        for label in (shown, f"{shown} ({id_ if kind == 'person' else role})", f"{shown} ({role} {id_})"):
            if label not in taken:
                taken[label] = taken[own] = label
                return label
        return own
