"""Mails as they are written to files, whatever program wrote them: each header and each part is read on its own, so a broken one costs only itself.

`letter` makes of the bytes of one mail what readers need. The standard library cuts it into headers and parts (with its oldest policy, which raises least); the decoding of
words, charsets, dates and addresses is ours, with a fallback each. `roots` finds threads: by ids and references, by the index of Outlook or the thread of
Gmail, and for replies that name nobody by their subject.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import cache
from itertools import pairwise

from msgspec import Struct

from . import packs
from .cleaning import in_one
from .times import EARLIEST, LATEST

LONGEST_HEADER = 100_000  # characters of one header that are read
DAMAGED = 0.02  # share of characters that may be wrong in the charset that is stated
MANY_PARTS = 1000  # parts of one mail that are looked at
ALIASES = {  # also to what contains them: mails say gb2312 and mean its successors (WHATWG, Encoding)
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "cp-850": "cp850",
    "cp-1252": "cp1252",
    "x-unknown": "utf-8",
    "unknown-8bit": "utf-8",
    "iso-8859-8-i": "iso-8859-8",
    "x-mac-roman": "mac_roman",
    "utf8mb4": "utf-8",
    "ansi_x3.110-1983": "cp1252",
}
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(\?=)\s+(=\?)")
_ID = re.compile(r"<([^<>\s]{1,998})>")
_ADDRESS = re.compile(r"<\s?([^<>\s]{1,320})\s?>|([^\s<>,;:\"()]{1,64}@[^\s<>,;:\"()]{1,255})")
_HIDDEN = re.compile(r"([^\s@]{1,64}) at ([^\s@]{1,200}\.[^\s@]{1,60})(?: (\(.{0,200}\)))?")  # how archives of lists write addresses
_ASIDE, _COLONS = re.compile(r"\((?:[^()\\]|\\.)*\)"), re.compile(r"\s*:\s*")  # what dates may hold besides (RFC 5322, 3.2.2 and 4.3)
_BOUNCES = ("mailer-daemon", "postmaster", "mail-daemon")


class Letter(Struct, frozen=True, kw_only=True):
    """One mail: who wrote, when (``raw_time`` as it stands there, ``zoned`` where it names its zone), what, and what it answers."""

    id: str
    stated_id: bool
    address: str
    name: str
    subject: str
    text: str
    sent_at: datetime | None
    raw_time: str
    zoned: bool
    answers: tuple[str, ...]
    thread: str
    automatic: bool
    bounce: bool
    attachments: tuple[str, ...]
    faults: tuple[str, ...]


def letter(raw: bytes) -> Letter | None:
    """One mail out of its bytes; None where there is neither a header of a mail nor a text."""
    faults: list[str] = []
    try:
        message = message_from_bytes(raw)
    except (MessageError, ValueError, LookupError, RecursionError, IndexError, TypeError, AttributeError):
        return None
    headers: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        headers.setdefault(name.lower(), []).append(_unescaped(str(value)[:LONGEST_HEADER], message))
    text, attachments, bounce = _content(message, faults)
    if not headers and not text:
        return None

    def first(name: str) -> str:
        return decoded(headers.get(name, [""])[0]).strip()

    said = first("from") or first("sender") or first("reply-to") or first("return-path")
    name, address = person(said)
    sent_at, raw_time, zoned = _time(headers, faults)
    if raw_time and sent_at is None:
        faults.append("its date cannot be read")
    ids = _ID.findall(headers.get("message-id", [""])[0])
    references = [*_ID.findall(" ".join(headers.get("references", []))), *_ID.findall(" ".join(headers.get("in-reply-to", [])))]
    subject = re.sub(r"\s+", " ", first("subject"))
    bounce = bounce or address.split("@")[0] in _BOUNCES
    own = ids[0] if ids else hashlib.sha256(f"{address}\n{raw_time}\n{subject}\n{text}".encode("utf-8", "replace")).hexdigest()[:24]
    return Letter(
        id=own,
        stated_id=bool(ids),
        address=address,
        name=name,
        subject=subject,
        text=text,
        sent_at=sent_at,
        raw_time=raw_time,
        zoned=zoned,
        answers=tuple(dict.fromkeys(r for r in references if r != own)),
        thread=_thread(headers),
        automatic=bounce or _automatic(headers, subject),
        bounce=bounce,
        attachments=tuple(attachments),
        faults=tuple(dict.fromkeys(faults)),
    )


def decoded(header: str) -> str:
    """A header's encoded words as text; what cannot be decoded stays as it stands.

    >>> decoded("=?utf-8?B?U2XDsW9y?= =?iso-8859-1?q?=E1?= x")
    'Señorá x'
    """
    if "=?" not in header:
        return re.sub(r"\r?\n[ \t]*", " ", header)

    def word(match: re.Match[str]) -> str:
        charset, kind, body = match[1].split("*")[0], match[2].lower(), match[3]
        try:
            data = base64.b64decode(body + "===") if kind == "b" else binascii.a2b_qp(body.replace("_", " ").encode("utf-8", "replace"), header=False)
        except (binascii.Error, ValueError):
            return match[0]
        return charset_text(data, charset)[0]

    return re.sub(r"\r?\n[ \t]*", " ", _WORD.sub(word, _BETWEEN.sub(r"\1\2", header)))


def charset_text(data: bytes, charset: str | None) -> tuple[str, bool]:
    """Bytes as text in the charset that is stated, else UTF-8, else, where only a few of its bytes are wrong, in the stated one with these replaced, else Windows-1252; and whether the first fitted."""
    named = (charset or "utf-8").strip().strip("\"'").lower()
    for encoding, stated in ((ALIASES.get(named, named), True), ("utf-8", False)):
        try:
            if codecs.lookup(encoding)._is_text_encoding:
                return data.decode(encoding).replace("\x00", ""), stated
        except (LookupError, UnicodeError, ValueError, AttributeError):
            continue
    try:
        text = data.decode(ALIASES.get(named, named), "replace") if codecs.lookup(ALIASES.get(named, named))._is_text_encoding else ""
    except (LookupError, UnicodeError, ValueError, AttributeError):
        text = ""
    if text and text.count("\ufffd") <= DAMAGED * len(text):
        return text.replace("\x00", ""), False
    return data.decode("cp1252", "replace").replace("\x00", ""), False


def person(header: str) -> tuple[str, str]:
    """Name and address of a From header.

    >>> person('"Ana Pop" <Ana@example.org>'), person("ana@example.org (Ana)"), person("ana at example.org (Ana)")
    (('Ana Pop', 'ana@example.org'), ('Ana', 'ana@example.org'), ('Ana', 'ana@example.org'))
    """
    header = header[:1000]
    if hidden := _HIDDEN.fullmatch(header):
        header = f"{hidden[1]}@{hidden[2]} {hidden[3] or ''}"
    match = _ADDRESS.search(header)
    if match is None:
        header = _ASIDE.sub("", header)
        match = _ADDRESS.search(header)
    if match is None:
        return header.strip(" \"'"), ""
    rest = (header[: match.start()] + " " + header[match.end() :]).strip()
    return rest.strip(" \"'()<>,;"), (match[1] or match[2]).lower()


def bare_subject(subject: str) -> tuple[str, bool]:
    """A subject without what programs put in front of it (Re:, AW:, [list]), and whether that says that it answers or passes on.

    >>> bare_subject("AW: Re[2]: [desk] RIF: No  sound"), bare_subject("Regarding sound")
    (('no sound', True), ('regarding sound', False))
    """
    rest, answered = subject.strip()[:500], False
    for _ in range(20):
        match = _prefixes().match(rest)
        if match is None:
            break
        answered = answered or not match[0].startswith("[")
        rest = rest[match.end() :]
    return re.sub(r"\s+", " ", rest).strip().casefold(), answered


@cache
def _prefixes() -> re.Pattern[str]:
    words = sorted({w for t in packs.mail_words().values() for w in t.get("prefixes", ())}, key=lambda w: (-len(w), w))
    return re.compile(rf"(?i)\s*(?:(?:{'|'.join(map(re.escape, words))})\s?(?:[\[(]\d{{1,3}}[\])]|\^\d{{1,3}})?\s?[:：]|\[[^\]\[]{{1,40}}\](?=\s*\S))\s*")


def _unescaped(value: str, message: Message | None = None) -> str:
    """A text whose 8-bit bytes the standard library has hidden: UTF-8, or as the mail's own text is."""
    if value.isascii():
        return value
    data = value.encode("utf-8", "surrogateescape")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return charset_text(data, None if message is None else _charset(message) or _charset(_inner(message)))[0]


def _inner(message: Message) -> Message:
    """The first part of a mail that has no parts itself."""
    for _ in range(20):
        parts = message.get_payload()
        if not isinstance(parts, list) or not parts or not isinstance(parts[0], Message):
            break
        message = parts[0]
    return message


def _charset(part: Message) -> str | None:
    try:
        return part.get_content_charset()
    except (ValueError, LookupError, AttributeError, TypeError, IndexError):
        return None


def _time(headers: dict[str, list[str]], faults: list[str]) -> tuple[datetime | None, str, bool]:
    """When a mail was sent, as its Date stands there, and whether that names a zone; where it cannot be read, when the mail was received."""
    raw = decoded(headers.get("date", [""])[0]).strip()
    received = headers.get("received", [""])[0].rpartition(";")[2].strip()
    for said in (raw, received, decoded(headers.get("delivery-date", [""])[0])):
        try:
            moment = parsedate_to_datetime(_COLONS.sub(":", _ASIDE.sub(" ", said))) if said else None
            if moment is not None:
                zoned = moment.tzinfo is not None
                moment = moment.astimezone(UTC) if zoned else moment.replace(tzinfo=UTC)
                if EARLIEST <= moment < LATEST:
                    if raw and said is not raw:
                        faults.append(f"its date {raw[:40]!r} cannot be right: when it was received is taken")
                    return moment, raw or said, zoned
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None, raw, False


def _thread(headers: dict[str, list[str]]) -> str:
    """What Gmail or Outlook call the thread, if they do."""
    if "x-gm-thrid" in headers:
        return f"gmail {headers['x-gm-thrid'][0].strip()}"
    index = headers.get("thread-index", [""])[0].strip()
    try:
        begun = base64.b64decode(index + "===")[:22]  # the rest grows by five bytes an answer
    except (binascii.Error, ValueError):
        return ""
    return f"outlook {begun.hex()}" if len(begun) == 22 else ""


def _automatic(headers: dict[str, list[str]], subject: str) -> bool:
    """Whether a machine wrote, by what RFC 3834 and older habits say of it."""

    def value(name: str) -> str:
        return headers.get(name, [""])[0].strip().lower()

    submitted = value("auto-submitted").split(";")[0].strip()
    if submitted and submitted != "no":
        return True
    if value("precedence") in ("auto_reply", "junk") or (value("precedence") == "bulk" and "list-id" not in headers):
        return True
    if {"x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from"} & set(headers) or "oof" in value("x-ms-exchange-generated-message-source"):
        return True
    low = subject.casefold()
    return any(low.startswith(words) for table in packs.mail_words().values() for words in table.get("away", ()))


def _content(message: Message, faults: list[str]) -> tuple[str, list[str], bool]:
    """The text of a mail, the names of what is attached, and whether it is a report that a mail could not be delivered."""
    texts: list[str] = []
    marked_up: list[str] = []
    attachments: list[str] = []
    bounce = False
    stack: list[Message] = [message]
    seen = 0
    while stack and (seen := seen + 1) <= MANY_PARTS:
        part = stack.pop()
        kind = _kind(part)
        bounce = bounce or kind == "message/delivery-status"
        inner = part.get_payload()
        name = _file_name(part)
        if kind.startswith("message/") and part is not message:
            attachments.append(name or kind)
        elif isinstance(inner, list):
            stack += [p for p in reversed(inner) if isinstance(p, Message)]
        elif kind in ("text/plain", "text/html") and not name:
            (marked_up if kind == "text/html" else texts).append(_text(part, faults))
        elif part is message and not kind.startswith(("image/", "application/", "audio/", "video/")):
            texts.append(_text(part, faults))
        else:
            attachments.append(name or kind)
    said = "\n".join(t.strip("\r\n") for t in texts if t.strip()).replace("\r\n", "\n")
    shown = in_one(marked_up)
    if shown and len(shown) > 4 * len(said) and len(said) < 200:
        said = shown  # a plain part that only says "see the HTML part"
    if seen > MANY_PARTS:
        faults.append(f"has more than {MANY_PARTS} parts: the rest was left out")
    return said or shown, attachments, bounce


def _kind(part: Message) -> str:
    try:
        return part.get_content_type()
    except (ValueError, LookupError, AttributeError, TypeError, IndexError):
        return "text/plain"


def _file_name(part: Message) -> str:
    try:
        return re.sub(r"[\x00-\x1f]", "", decoded(str(part.get_filename() or "")))[:200]
    except (ValueError, LookupError, AttributeError, TypeError, IndexError):
        return ""


def _text(part: Message, faults: list[str]) -> str:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AttributeError, TypeError, AssertionError, binascii.Error):
        data = None
    if not isinstance(data, bytes):
        faults.append("a part of it cannot be decoded")
        inner = part.get_payload()
        return _unescaped(inner) if isinstance(inner, str) else ""
    charset = _charset(part)
    text, fitted = charset_text(data, charset)
    if charset and not fitted:
        faults.append(f"its charset {charset[:20]!r} does not fit: read as UTF-8 or Windows-1252, or with single signs replaced")
    return text


def roots(letters: Iterable[Letter]) -> dict[str, str]:
    """The thread of every mail, by its id: what it answers, at the top of all; else Gmail's or Outlook's thread; else, of replies, the subject."""
    above: dict[str, str] = {}

    def top(name: str) -> str:
        path = []
        while (parent := above.get(name)) is not None:
            path.append(name)
            name = parent
        above.update((step, name) for step in path if step != name)
        return name

    def join(lower: str, upper: str) -> None:
        a, b = top(lower), top(upper)
        if a != b:
            above[a] = b

    subjects: dict[str, str] = {}
    every = sorted(letters, key=lambda one: (one.sent_at or LATEST, one.id))
    for one in every:
        for upper, lower in pairwise((*one.answers, one.id)):
            join(lower, upper)
        if one.thread:
            join(one.id, subjects.setdefault(one.thread, one.id))
    for one in every:
        subject, answered = bare_subject(one.subject)
        if answered and not one.answers and not one.thread and subject and f"subject {subject}" in subjects:
            join(one.id, subjects[f"subject {subject}"])
        elif subject:
            subjects.setdefault(f"subject {subject}", one.id)
    return {one.id: top(one.id) for one in every}
