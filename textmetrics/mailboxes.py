"""The bytes of mailboxes: where one mail ends and the next begins, and whether a file is a mail at all."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator

LONGEST_HEADERS = 2000  # lines of a header that are looked at


def mails(chunks: Iterable[bytes]) -> Iterator[tuple[int, int, bytes]]:
    """The mails of an mbox with the line and byte each begins at.

    One begins at ``From `` at the start of a line, where a header follows: after an empty line, or where a date or nothing but a hyphen stands behind it.
    """
    held: list[bytes] = []
    begun, at = (1, 0), 0
    waiting: bytes | None = None  # a "From " line whose next line is not seen yet
    blank = True
    for number, line in enumerate(_byte_lines(chunks), start=1):
        if waiting is not None:
            if _HEADER.match(line):
                if any(part.strip() for part in held):
                    yield (*begun, b"".join(held))
                held, begun = [], (number - 1, at - len(waiting))
            else:
                held.append(waiting)
            waiting = None
        if line.removeprefix(codecs.BOM_UTF8).startswith(b"From ") and (blank or _ENVELOPE.match(line)):
            waiting = line
        else:
            held.append(line[1:] if _ESCAPED.match(line) else line)
        blank = not line.strip()
        at += len(line)
    if waiting is not None:
        held.append(waiting)
    if any(part.strip() for part in held):
        yield (*begun, b"".join(held))


_HEADER = re.compile(rb"[!-9;-~]{1,76}[ \t]?:|>From ")
_ENVELOPE = re.compile(rb"From (?:-[ \t]*\r?\n|\S{1,320}[ \t]+(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .{8,40}\d{4}\b)")
_ESCAPED = re.compile(rb">+From ")


def _byte_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest: list[bytes] = []
    for chunk in chunks:
        parts = chunk.split(b"\n")
        if len(parts) > 1:
            yield b"".join([*rest, parts[0], b"\n"])
            for part in parts[1:-1]:
                yield part + b"\n"
            rest = []
        rest.append(parts[-1])
    if last := b"".join(rest):
        yield last


NAMES = {
    b"from",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"received",
    b"return-path",
    b"mime-version",
    b"delivered-to",
    b"content-type",
    b"sender",
    b"reply-to",
    b"in-reply-to",
    b"references",
    b"cc",
    b"dkim-signature",
    b"x-mailer",
}


_DAMAGED = re.compile(rb"(?i)[ -~]{0,76}\b(?:" + b"|".join(sorted(NAMES)) + rb"):")


def whole_header(raw: bytes) -> bytes:
    """A mail in whose header no line is damaged: one with a word before its name, that another header follows, becomes part of the line above it.

    >>> whole_header(b"Received: by mx\\nquite Delivered-To: ana\\nFrom: tom\\n\\nSubject: is text")
    b'Received: by mx\\n quite Delivered-To: ana\\nFrom: tom\\n\\nSubject: is text'
    """
    lines, at = list[bytes](), 0
    while at < len(raw) and len(lines) < LONGEST_HEADERS:
        end = raw.find(b"\n", at) + 1 or len(raw)
        line = raw[at:end]
        if not line.strip():
            break
        lines.append(line)
        at = end
    for n in range(1, len(lines) - 1):
        if not lines[n].startswith((b" ", b"\t")) and not _HEADER.match(lines[n]) and _DAMAGED.match(lines[n]) and _known(lines[n + 1]):
            lines[n] = b" " + lines[n]
    return b"".join([*lines, raw[at:]])


def _known(line: bytes) -> bool:
    return line.partition(b":")[0].strip().lower() in NAMES and b":" in line


def looks_like_mail(head: bytes) -> bool:
    """Whether a file begins with the header of a mail."""
    known = set()
    for n, line in enumerate(whole_header(head[:16384].removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n")).split(b"\n")):
        if line[:1] in (b" ", b"\t") and n:
            continue
        if not line.strip() or not _HEADER.match(line):
            break
        known.add(line.split(b":")[0].strip().lower())
    return len(known & NAMES) >= 2
