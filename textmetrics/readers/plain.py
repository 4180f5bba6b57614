"""Plain transcripts, as people write them down and as our tests do: ``09:02 agent: Sorry about that``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from ..mapping import Map
from ..sources import Line, Source, lines
from ..times import Clock
from ..types import ROLES, Problem, Record
from . import reader

# 2026-03-02 09:14:05 Maria (customer): text -- date, time, and role in brackets may be missing
LINE = re.compile(
    r"^(?:\[?(?:(?P<date>\d{4}-\d\d-\d\d)[T ]\s?)?(?P<time>\d\d?:\d\d(?::\d\d)?)\]?\s+)?"
    r"(?P<who>[^\W\d][\w .'-]{0,39}?)(?:\s\((?P<role>[a-z]+)\))?:\s(?P<text>.*)$"
)
MOST = 0.5  # share of lines that must read like talk
DAY = datetime(2024, 1, 1)  # the day of times that name none
TALK = re.compile(rf"(?m)^(?:\[?\d[\d:T -]*\]?\s+)?(?:(?:{'|'.join(ROLES)})|[^\W\d][\w .'-]{{0,39}} \((?:{'|'.join(ROLES)})\)): \S")


def claims(source: Source, head: bytes) -> str | None:
    """Most lines read ``role: text`` or ``name (role): text``."""
    text = head.decode("utf-8", "replace")
    found = len(TALK.findall(text))
    filled = sum(bool(line.strip(" \t-")) and not line.startswith((" ", "\t")) for line in text.split("\n"))
    return f"{found} of {filled} lines read 'role: text'" if found and found >= MOST * filled else None


@reader("plain", claims=claims, order="file")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem]:
    """Plain transcript: a message a line; ``---`` begins another conversation.

    *Export:* what people write down or paste: ``09:02 agent: text``, ``2026-03-02 09:02 Tom (agent): text``.
    *Reads:* times (by the map's zone), names, roles; an indented line goes on with the one above.
    *Not:* lines that belong to no message, which are reported.
    """
    yield from parse(lines(source), id=source.stem, source=source.name, mapping=mapping)


def parse(given: Iterable[Line | Problem], *, id: str, source: str, mapping: Map = Map()) -> Iterator[Record | Problem]:  # noqa: B008  immutable
    """The records of a transcript's lines. A time that goes back is one of the next day."""
    record: Record | None = None
    clock = Clock(timezone=mapping.timezone)
    part, number, day, last = 1, 0, DAY, timedelta(0)
    for line in given:
        if isinstance(line, Problem):
            yield line
            continue
        text = line.text.removeprefix("\ufeff")
        if text.strip() == "---":
            part, day, last = part + 1, DAY, timedelta(0)
        elif record is not None and text[:1] in (" ", "\t") and text.strip():
            record.text += "\n" + text.strip()
        elif text.strip():
            if record is not None:
                yield record
                record = None
            match = LINE.match(text.strip())
            if match is None:
                yield Problem(source, f"expected 'HH:MM role: text', found {text.strip()[:40]!r}", line=line.number, byte=line.byte)
                continue
            number += 1
            if match["date"]:
                day, last = datetime.fromisoformat(match["date"]), timedelta(0)
            sent_at = fault = None
            if match["time"]:
                time = _since_midnight(match["time"])
                day += timedelta(days=1) if time < last else timedelta(0)
                (sent_at, fault), last = clock.place(day + time), time
            raw = " ".join(filter(None, (match["date"], match["time"]))) or None
            if fault:
                yield Problem(source, f"the time {raw!r} {fault}", number, line.number, line.byte, kept=True)
            who = match["who"].strip()
            role = match["role"] if match["role"] in ROLES else who if who in ROLES else "unknown"
            record = Record(
                text=match["text"],
                author=who,
                role=role,  # type: ignore[arg-type]
                sent_at=sent_at,
                raw_time=raw,
                zone_known=raw is None,
                conversation_id=id if part == 1 else f"{id}-{part}",
                channel=mapping.channel,
                language=mapping.language,
                source=source,
                number=number,
            )
    if record is not None:
        yield record


def _since_midnight(time: str) -> timedelta:
    hours, minutes, *seconds = map(int, time.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)
