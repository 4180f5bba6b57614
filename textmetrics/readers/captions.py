"""Transcripts of calls as captions: WebVTT, SubRip (SRT) and SubViewer (SBV)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta

from ..exports import NO_DATE
from ..mapping import Map
from ..sources import Line, Source, lines
from ..types import LeftOut, Problem, Record
from . import reader

STAMP = r"(?:(\d{1,4}):)?(\d{1,2}):(\d\d)[.,](\d{1,3})"
TIMES = re.compile(rf"^\s*{STAMP}(?:\s*-->\s*|,){STAMP}")
SBV = re.compile(r"^\d{1,2}:\d\d:\d\d\.\d{3},\d{1,2}:\d\d:\d\d\.\d{3}\s*$")
VOICE = re.compile(r"<v(?:\.[\w.-]+)?\s+([^>]+)>")
NAMED = re.compile(r"^([^\s:<>][^:<>]{0,40}): (.*)$", re.DOTALL)
TAG = re.compile(r"</?[a-zA-Z0-9.:][^<>]*>")
BESIDE = ("NOTE", "STYLE", "REGION")
LANGUAGE = re.compile(r"^Language:\s*([A-Za-z]{2,3})\b")  # in the head, as YouTube writes it


def claims(source: Source, head: bytes) -> str | None:
    """It begins with WEBVTT, or with a number and a line of times, or with such a line alone."""
    text = head.decode("utf-8", "replace").lstrip("\ufeff \r\n")
    if text.startswith("WEBVTT"):
        return "it begins with WEBVTT"
    first = [x for x in text.splitlines()[:6] if x.strip()]
    if first and SBV.match(first[0]):
        return "it begins with two times and a comma between them, as SubViewer does"
    return "it begins with a number and times, as SubRip does" if len(first) > 1 and first[0].strip().isdigit() and TIMES.match(first[1]) else None


@reader("captions", claims=claims, order="file", channel="voice")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Captions of a call: WebVTT, SRT and SBV, a call a file.

    *Export:* the transcript of a recorded meeting or call (Teams, Zoom, YouTube and others) as .vtt, .srt or .sbv.
    *Reads:* who speaks (``<v Name>``, ``Name:``, who spoke last where nobody is named), what is said, its language where the file names it, when in the call; captions that repeat the last one are told once.
    *Not:* styles, notes and places on the screen; the date of the call, which such files do not hold: times are counted from 2000-01-01.
    """
    speaker, last, number, blocks, language = "speaker", "", 0, 0, None
    for block in _blocks(source):
        if isinstance(block, Problem):
            yield block
            continue
        starts = [(n, match) for n, line in enumerate(block) if (match := TIMES.match(line.text))]
        if not starts:
            if block[0].text.lstrip("\ufeff ").startswith("WEBVTT"):
                language = next((m[1].lower() for line in block if (m := LANGUAGE.match(line.text))), None)
            elif not block[0].text.lstrip().startswith(BESIDE):
                yield Problem(source.name, f"has no times: {' '.join(line.text.strip() for line in block)[:40]!r}", line=block[0].number, byte=block[0].byte)
            continue
        blocks += 1
        for (at, match), end in zip(starts, [*(n for n, _ in starts[1:]), len(block)], strict=True):
            body = "\n".join(line.text for line in block[at + 1 : end])
            begun = _seconds(*match.groups()[:4])
            for turn in _turns(body):
                named = VOICE.search(turn)
                text = html.unescape(TAG.sub("", turn)).strip()
                if named:
                    speaker = html.unescape(named[1]).strip()
                elif spoken := NAMED.match(text):
                    speaker, text = spoken[1].strip(" []"), spoken[2]
                fresh, last = _fresh(text, last), text or last
                if not fresh:
                    yield LeftOut(source.name, "captions that say nothing new", 1)
                    continue
                number += 1
                yield Record(
                    text=fresh,
                    author=speaker,
                    sent_at=NO_DATE + timedelta(seconds=begun),
                    raw_time=block[at].text.strip(),
                    zone_known=False,
                    message_id=f"{source.stem}:{number}",
                    conversation_id=source.name,
                    channel=mapping.channel or "voice",
                    language=mapping.language or language,
                    source=source.name,
                    number=number,
                )
    if not blocks:
        yield Problem(source.name, "holds no caption")


def _blocks(source: Source) -> Iterator[list[Line] | Problem]:
    """Runs of lines between empty ones."""
    block: list[Line] = []
    for line in lines(source):
        if isinstance(line, Problem):
            yield line
        elif line.text.strip("\ufeff \t"):
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _turns(text: str) -> list[str]:
    """What each speaker of one caption says: two of them stand in lines that begin with a dash."""
    parts = text.split("\n")
    return [p.lstrip("- ") for p in parts] if all(p.startswith("-" if len(parts) > 1 else "- ") for p in parts) else [text]


def _fresh(text: str, last: str) -> str:
    """What a caption says that the last one did not: rolling captions repeat its last line."""
    if not text or text == last:
        return ""
    tail = last.rsplit("\n", 1)[-1]
    return text[len(tail) :].strip() if tail and text.startswith(f"{tail}\n") else text


def _seconds(hours: str | None, minutes: str, seconds: str, parts: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(parts.ljust(3, "0")) / 1000
