"""The parts of a mail: which of them are its text, which are attached, and whether it is a report of a machine's."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from email.message import Message
from email.policy import Compat32
from typing import Any

from msgspec import Struct

from .charsets import charset_text, decoded, unescaped
from .cleaning import in_one, plain

MANY_PARTS = 1000  # parts of one mail that are looked at
DEEPEST = 200  # parts within parts
SAME = 0.9  # share of the words of an HTML part that stand in the plain ones: it is the same text again
STUB = 200  # characters of a plain part that only says "see the HTML part"
_FILES = ("image/", "application/", "audio/", "video/")
_WORDS = re.compile(r"\w+")


class AsItStands(Compat32):
    """The oldest policy of the standard library, which raises least; headers keep their 8-bit bytes."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        """The value of a header, unchanged."""
        return value


class Content(Struct):
    """What a mail holds: its text, the names of what is attached; ``bounce``: it reports what became of another mail, ``automatic``: a machine wrote that it was read."""

    text: str = ""
    attachments: list[str] = []
    bounce: bool = False
    automatic: bool = False


class _Piece(Struct):
    """One part that is text."""

    text: str
    html: bool


class _Walk(Struct):
    """What was found on the way through the parts."""

    content: Content
    faults: list[str]
    seen: int = 0
    named: list[tuple[str, Message]] = []  # texts that have names of files, and are not said to be attached: gateways of phones send what was written so


def content(message: Message, faults: list[str]) -> Content:
    """The text of a mail and what else it holds; what could not be read goes to ``faults``.

    Parts that stand side by side are all read, one below the other; of alternatives the plain one is, unless it only points to the other.
    """
    walk = _Walk(Content(), faults)
    walk.content.text = _joined(_pieces(message, walk, 0))
    if not walk.content.text and walk.named:
        walk.content.text = _joined([_Piece(_text(part, faults), False) for _, part in walk.named])
        for name, _ in walk.named:
            walk.content.attachments.remove(name)
    if walk.seen > MANY_PARTS:
        faults.append(f"has more than {MANY_PARTS} parts: the rest was left out")
    return walk.content


def charset_of(message: Message) -> str | None:
    """The charset of a mail's own text: its own, or that of its first part."""
    for _ in range(20):
        if found := _charset(message):
            return found
        parts = _inner(message)
        if not isinstance(parts, list) or not parts or not isinstance(parts[0], Message):
            break
        message = parts[0]
    return None


def _pieces(part: Message, walk: _Walk, depth: int, other: bool = False) -> list[_Piece]:
    """The texts of a part and of those in it. ``other``: it is one of several forms of the same."""
    walk.seen += 1
    if depth > DEEPEST:
        walk.faults.append(f"has parts within parts, more than {DEEPEST} deep: they were left out")
    if walk.seen > MANY_PARTS or depth > DEEPEST:
        return []
    kind, inner, name, top = _kind(part), _inner(part), _file_name(part), depth == 0
    found = walk.content
    report = _report(part) if kind == "multipart/report" else kind
    found.bounce = found.bounce or report in ("message/delivery-status", "delivery-status")
    found.automatic = found.automatic or report in ("message/disposition-notification", "disposition-notification")
    if kind.startswith("message/") and not top:
        found.attachments.append(name or kind)
        return []
    if isinstance(inner, list):
        forms = kind == "multipart/alternative"
        below = [_pieces(p, walk, depth + 1, forms) for p in inner if isinstance(p, Message)]
        return _chosen(below) if forms else [piece for pieces in below for piece in pieces]
    if kind in ("text/plain", "text/html") and not name:
        return [_Piece(_text(part, walk.faults), kind == "text/html")]
    if (top and not kind.startswith(_FILES)) or kind.startswith("multipart/"):  # parts that cannot be told apart
        text = _text(part, walk.faults)
        return [_Piece(text, False)] if top or text.strip() else []
    if not (other and kind.startswith("text/") and kind != "text/calendar" and not name):
        found.attachments.append(name or kind)
        if kind == "text/plain" and _disposition(part) != "attachment":
            walk.named.append((name, part))
    return []


def _chosen(forms: list[list[_Piece]]) -> list[_Piece]:
    """Of several forms of the same text the plain ones, unless they only say that there is another."""
    said = [p for pieces in forms if not any(p.html for p in pieces) for p in pieces if p.text.strip()]
    shown = next((pieces for pieces in reversed(forms) if any(p.html and p.text.strip() for p in pieces)), [])
    if not shown or not said:
        return said or shown
    length = sum(len(p.text.strip()) for p in said)
    return shown if length < STUB and len(_joined(shown)) > 4 * length else said


def _joined(pieces: list[_Piece]) -> str:
    """Texts one below the other. An HTML part that says what plain parts said already is left out."""
    words = {w for p in pieces if not p.html for w in _words(p.text)}
    pages = [p.text for p in pieces if p.html and not (words and _said(plain(p.text), words))]
    if not any(p.text.strip() for p in pieces if not p.html):
        return in_one(pages)
    texts = (str(plain(p.text)) if p.html else p.text for p in pieces if not p.html or p.text in pages)
    return "\n".join(t.strip("\r\n") for t in texts if t.strip()).replace("\r\n", "\n")


def _said(text: str, words: set[str]) -> bool:
    own = set(_words(text))
    return len(own & words) >= SAME * len(own)


def _words(text: str) -> Iterator[str]:
    return (m[0].lower() for m in _WORDS.finditer(text))


def _inner(part: Message) -> Any:
    """The parts of a part, or its text as it came; nothing where the name of its charset is so broken that the standard library stops."""
    try:
        return part.get_payload()
    except (ValueError, LookupError, AttributeError, TypeError, IndexError):
        return ""


def _kind(part: Message) -> str:
    try:
        return part.get_content_type()
    except (ValueError, LookupError, AttributeError, TypeError, IndexError):
        return "text/plain"


def _report(part: Message) -> str:
    try:
        return str(part.get_param("report-type") or "").lower()
    except (ValueError, LookupError, AttributeError, TypeError, IndexError):
        return ""


def _disposition(part: Message) -> str:
    try:
        return part.get_content_disposition() or ""
    except (ValueError, LookupError, AttributeError, TypeError, IndexError):
        return ""


def _charset(part: Message) -> str | None:
    try:
        return part.get_content_charset()
    except (ValueError, LookupError, AttributeError, TypeError, IndexError):
        return None


def _file_name(part: Message) -> str:
    try:
        return re.sub(r"[\x00-\x1f]", "", decoded(unescaped(str(part.get_filename() or ""))))[:200]
    except (ValueError, LookupError, AttributeError, TypeError, IndexError):
        return ""


def _text(part: Message, faults: list[str]) -> str:
    stated = str(part.get("content-transfer-encoding", ""))
    encoding = stated.split(";")[0].strip().lower().replace(" ", "-")  # "base64 ", "quoted printable", "quoted-printable;"
    if encoding != stated:
        part.replace_header("content-transfer-encoding", encoding)
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AttributeError, TypeError, AssertionError, binascii.Error):
        data = None
    if not isinstance(data, bytes):
        faults.append("a part of it cannot be decoded")
        inner = _inner(part)
        return unescaped(inner) if isinstance(inner, str) else ""
    charset = _charset(part)
    text, instead = charset_text(data, charset)
    if charset and instead:
        faults.append(f"its charset {charset[:20]!r} does not fit: {instead}")
    return text
