"""WhatsApp chats as Android and iOS export them, in any language of the phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import NamedTuple

from ..dates import patterns
from ..errors import ReadError
from ..mapping import Map
from ..sources import Line, Source, lines
from ..times import Clock
from ..types import LeftOut, Problem, Record
from . import reader

# marks of direction that stand anywhere in a header; digits of other scripts are read as digits
_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff"))
_SPACES = {ord(c): " " for c in "\u202f\u00a0\u2009"}
SPOKEN = re.compile(r"^(?P<author>[^\n]{1,60}?): (?P<text>.*)$", re.DOTALL)
NOBODY = re.compile(r"(?:<[^<>\n]{1,64}>|\*+)\s")  # how logs of IRC begin, and no name of a person does
MEDIA = re.compile(r"^<[^<>]{3,40}>$|^<attached: [^<>]+>$|^[\w-]+\.(?:jpe?g|png|webp|mp4|opus|pdf|vcf|docx?|xlsx?) (?:\([^()]{3,30}\)|<[^<>]{3,30}>)$", re.IGNORECASE)
NAME = re.compile(r"<[^<>:]{3,20}: ([^<>]+)>\s*$")  # <attached: a.jpg>
EDITED = re.compile(  # iOS marks it, Android does not
    "\\s?(?:\u200e<[^<>:]{8,60}>|<(?:This message was edited|Se editó este mensaje|Questo messaggio è stato modificato|Diese Nachricht wurde bearbeitet"
    "|Ce message a été modifié|Mensagem editada|Dit bericht is bewerkt|Acest mesaj a fost editat)\\.?>)\\s*$"
)
PLACE = re.compile(r"(?:^|(?P<name>[^\n]*): )https?://(?:maps\.google|maps\.apple|www\.google|(?P<named>(?:www\.)?foursquare))\.com/\S+")
YEAR = re.compile(r"\d{4}")
MARK = "\u200e"  # iOS puts it before what it writes itself
LABEL = 40  # characters up to which that is the name of a picture or file


class Said(NamedTuple):
    """One entry of a chat as it stands there."""

    line: Line
    raw: str  # date and time
    by_phone: bool  # written by the phone, not by a person: a notice, or the name of what was sent along


@cache
def header() -> re.Pattern[str]:
    """What an entry begins with: date and time, in brackets (iOS) or before a dash (Android)."""
    date, time = patterns()
    return re.compile(rf"^(?P<mark>\[)?(?P<raw>{date}[,،]?\s{time})\]?(?:(?P<dash>\s[-–]\s)|\s|:\s)(?P<rest>.*)$", re.IGNORECASE)


def claims(source: Source, head: bytes) -> str | None:
    """Its first line is a date, a time and an author or a notice."""
    first = [_plain(x) for x in head.decode("utf-8", "replace").splitlines()[:40] if x.strip()]
    if not any(re.match(r"^\[\d|^\d[^\n]{5,30}\s[-–]\s", x) for x in first[:3]):  # bracket or dash
        return None
    found = [m for x in first if (m := header().match(x))]
    spoken = any(SPOKEN.match(m["rest"]) and not NOBODY.match(m["rest"]) for m in found)
    return f"{len(found)} of its first {len(first)} lines begin with date and time as WhatsApp writes them" if spoken and header().match(first[0]) else None


@reader("whatsapp", claims=claims, threads="silence", order="file", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """WhatsApp: one chat or group, as text.

    *Export:* open the chat, menu *More > Export chat*, without media; the .txt or the zip with ``_chat.txt``.
    *Reads:* messages of several lines, also with lines of other chats pasted into them, polls, places, names and numbers, times of the phone by the map's zone; day and month are told apart by all lines of the file.
    *Not:* joins, calls and encryption notices, which are counted; media are named, not opened. Where the dates of a file do not tell the day from the month they are asked for: ``--dates``.
    """
    said: list[Said] = []
    texts: list[list[str]] = []
    form: tuple[str, bool] | None = None  # in brackets, before a dash or neither; with the whole year
    others: dict[int, list[tuple[int, Said, str]]] = {}  # by text: lines of it that only write the year in another way, and what they would be
    for line in lines(source):
        if isinstance(line, Problem):
            yield line
            continue
        match = header().match(_plain(line.text))
        own = (match["mark"] or (match["dash"] or "").strip(), bool(YEAR.search(match["raw"]))) if match else None
        if match and form in (None, own):  # a line of another form than the first is part of what somebody pasted
            form = own
            said.append(Said(line, match["raw"], f": {MARK}" in line.text))
            texts.append([_from(line.text, match.start("rest"))])
        elif texts:
            if match and own and form and own[0] == form[0]:
                one = Said(line, match["raw"], f": {MARK}" in line.text)
                others.setdefault(len(texts) - 1, []).append((len(texts[-1]), one, _from(line.text, match.start("rest"))))
            texts[-1].append(line.text)
        elif line.text.strip():
            yield Problem(source.name, f"stands before the first message: {line.text.strip()[:40]!r}", line=line.number, byte=line.byte)
    if said and _cut_off(said[-1], texts[-1]):
        yield Problem(source.name, f"the last line is cut off and was left out: {texts[-1].pop().strip()[:40]!r}", line=said[-1].line.number + len(texts[-1]))
    order = mapping.dates or "".join(p[1].lower() for p in re.findall(r"%[dmYy]", mapping.time_format))
    clock = Clock(timezone=mapping.timezone, order=order or None, dates=lambda: (one.raw for one in said), rising=True)
    if said and not any(clock.read(one.raw) for one in said):
        raise ReadError(source.name, f"none of its dates can be read: {clock.fault(said[0].raw)}")
    for at in reversed(others):
        after = clock.read(said[at + 1].raw) if at + 1 < len(said) else None
        found = list(_in_time(others[at], clock, clock.read(said[at].raw), after))
        ends = [n for n, _, _ in found[1:]] + [len(texts[at])]
        said[at + 1 : at + 1] = [one for _, one, _ in found]
        texts[at + 1 : at + 1] = [[rest, *texts[at][n + 1 : end]] for (n, _, rest), end in zip(found, ends, strict=False)]
        texts[at] = texts[at][: found[0][0]] if found else texts[at]
    people = {spoken["author"] for text in texts if (spoken := SPOKEN.match(text[0]))}
    for number, (one, text) in enumerate(zip(said, texts, strict=True), start=1):
        author, body = _spoken("\n".join(text).rstrip(), people)
        body, attachments, edited = _taken_apart(body, one.by_phone)
        if not author or (one.by_phone and not attachments and len(body) > LABEL):
            yield LeftOut(source.name, "notices", 1)
            continue
        if fault := clock.fault(one.raw):
            yield Problem(source.name, fault, number, one.line.number, one.line.byte, kept=True)
        yield Record(
            text=body if not one.by_phone or attachments else "",
            author=author.removeprefix("~ ").removeprefix("~").strip(),
            sent_at=clock.read(one.raw),
            raw_time=one.raw,
            zone_known=False,
            message_id=f"{source.stem}:{one.line.number}",
            conversation_id=source.name,
            channel=mapping.channel or "chat",
            language=mapping.language,
            edited=edited,
            attachments=attachments or ((body.strip(),) if one.by_phone else ()),
            source=source.name,
            number=number,
        )


def _in_time(others: list[tuple[int, Said, str]], clock: Clock, last: datetime | None, after: datetime | None) -> Iterator[tuple[int, Said, str]]:
    """Of lines that may be entries those that follow in time, as where two exports stand one behind the other; what somebody pasted is older than what it stands in."""
    for other in others:
        moment = clock.read(other[1].raw)
        if moment and last and last <= moment and (after is None or moment <= after):
            last = moment
            yield other


def _cut_off(one: Said, text: list[str]) -> bool:
    """Whether the last line of a chat is the beginning of an entry, as far as the hour at least: built as that before it, but for its numbers."""
    begins, ends = (re.sub(r"\d+", "0", _plain(x)) for x in (one.line.text, text[-1]))
    return len(text) > 1 and ends.count("0") > 3 and begins.startswith(ends)


def _spoken(text: str, people: set[str]) -> tuple[str, str]:
    """Who says what; nobody where the phone says it. A colon without a blank behind it ends only names that are known from elsewhere."""
    if match := SPOKEN.match(text):
        return match["author"].translate(_MARKS), match["text"]
    author, colon, said = text.partition(":")
    return (author.translate(_MARKS), said) if colon and author in people else ("", text)


def _taken_apart(text: str, by_phone: bool) -> tuple[str, tuple[str, ...], bool]:
    """What somebody says, the names of what was sent along, and whether it was edited."""
    if not by_phone and "<" not in text and "(" not in text and text != "null":
        return text.translate(_MARKS), (), False
    edited = bool(EDITED.search(text))
    text = EDITED.sub("", text)
    if by_phone and f"\n{MARK}" in text:
        return text.translate(_MARKS), ("poll",), edited
    text = text.translate(_MARKS)
    if by_phone and (place := PLACE.search(text)):
        return (place["name"] or "") if place["named"] else "", ("location",), edited
    if match := NAME.search(text):
        return text[: match.start()].strip() if not by_phone else "", (match[1].strip(),), edited
    first, _, rest = text.partition("\n")
    if first.strip() == "null":  # what is left of what could be seen once
        first = "<null>"
    return (rest, (first.strip(" <>").partition(" (")[0].partition(" <")[0],), edited) if MEDIA.match(first.strip()) else (text, (), edited)


def _from(text: str, start: int) -> str:
    """The rest of a line from a place in its plain form on."""
    if text.isascii():
        return text[start:]
    for at, c in enumerate(text):
        if ord(c) not in _MARKS:
            if not start:
                return text[at:]
            start -= 1
    return ""


def _plain(text: str) -> str:
    """A line without marks of direction, with plain spaces and digits."""
    if text.isascii():
        return text
    text = text.translate(_MARKS).translate(_SPACES)
    return "".join(str(int(c)) if c.isdecimal() and not c.isascii() else c for c in text)
