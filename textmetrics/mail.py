"""Mails as they are written to files, whatever program wrote them: each header and each part is read on its own, so a broken one costs only itself.

`letter` makes of the bytes of one mail what readers need. The standard library cuts it into headers and parts (with its oldest policy, which raises least); the choice of
parts (mail_parts.py), the decoding of words and charsets (charsets.py), dates and addresses are ours, with a fallback each. `roots` finds threads: by ids and references, by the index of Outlook or the thread of
Gmail, and for replies that name nobody by their subject.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.utils import parsedate_to_datetime
from functools import cache
from itertools import pairwise

from msgspec import Struct

from . import packs
from .charsets import decoded, unescaped
from .mail_parts import AsItStands, charset_of, content
from .mailboxes import whole_header
from .times import EARLIEST, LATEST

LONGEST_HEADER = 100_000  # characters of one header that are read
_ID = re.compile(r"<([^<>\s]{1,998})>")
_ANGLES = re.compile(r"<\s?([^<>\s]{1,320})\s?>")
_ADDRESS = re.compile(r"([^\s<>,;:\"()]{1,64}@[^\s<>,;:\"()]{1,255})")
_HIDDEN = re.compile(r"([^\s@]{1,64}) at ([^\s@]{1,200}\.[^\s@]{1,60})(?: (\(.{0,200}\)))?")  # how archives of lists write addresses
_ASIDE, _COLONS = re.compile(r"\((?:[^()\\]|\\.)*\)"), re.compile(r"\s*:\s*")  # what dates may hold besides (RFC 5322, 3.2.2 and 4.3)
_LISTS = {"list-id", "list-post", "x-beenthere", "x-mailing-list", "mailing-list"}
_AROUND = " \"'()<>,;"
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
        message = message_from_bytes(whole_header(raw), policy=AsItStands())
    except (MessageError, ValueError, LookupError, RecursionError, IndexError, TypeError, AttributeError):
        return None
    headers: dict[str, list[str]] = {}
    charset = charset_of(message)
    for name, value in message.raw_items():
        headers.setdefault(name.lower(), []).append(unescaped(str(value)[:LONGEST_HEADER], charset))
    found = content(message, faults)
    text = found.text
    if not headers and not text:
        return None

    def first(name: str) -> str:
        return decoded(headers.get(name, [""])[0]).strip()

    said = first("from") or first("sender") or first("reply-to") or first("return-path")
    name, address = person(said)
    sent_at, raw_time, zoned = _time(headers, faults)
    if raw_time and sent_at is None:
        faults.append(f"its date {raw_time[:40]!r} cannot be right: no time is known")
    ids = _ID.findall(headers.get("message-id", [""])[0])
    replied = _ID.findall(" ".join(headers.get("in-reply-to", [])))
    references = [*(r for r in _ID.findall(" ".join(headers.get("references", []))) if r not in replied), *replied]
    subject = re.sub(r"\s+", " ", first("subject"))
    bounce = found.bounce or address.split("@")[0] in _BOUNCES
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
        automatic=bounce or found.automatic or _automatic(headers, subject),
        bounce=bounce,
        attachments=tuple(found.attachments),
        faults=tuple(dict.fromkeys(faults)),
    )


def person(header: str) -> tuple[str, str]:
    """Name and address of a From header.

    >>> person('"Ana Pop" <Ana@example.org>'), person("ana@example.org (Ana)"), person("ana at example.org (Ana)")
    (('Ana Pop', 'ana@example.org'), ('Ana', 'ana@example.org'), ('Ana', 'ana@example.org'))
    >>> person("Ana <ana@example.org>, tom@example.org"), person('"ana@example.org via Desk" <desk@example.org>')
    (('Ana', 'ana@example.org'), ('ana@example.org via Desk', 'desk@example.org'))
    """
    header = header[:1000]
    if hidden := _HIDDEN.fullmatch(header):
        header = f"{hidden[1]}@{hidden[2]} {hidden[3] or ''}"
    match = _ANGLES.search(header) or _ADDRESS.search(header)
    if match is None:
        header = _ASIDE.sub("", header)
        match = _ANGLES.search(header) or _ADDRESS.search(header)
    if match is None:
        return header.replace("<>", "").strip(" \"'"), ""
    before, after = header[: match.start()].strip(_AROUND), header[match.end() :].split(",")[0].strip(_AROUND)
    return before or ("" if "@" in after else after), match[1].lower()


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
    if value("precedence") in ("auto_reply", "junk") or (value("precedence") == "bulk" and not _of_a_list(headers)):
        return True
    if {"x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from"} & set(headers) or "oof" in value("x-ms-exchange-generated-message-source"):
        return True
    low = subject.casefold()
    return any(low.startswith(words) for table in packs.mail_words().values() for words in table.get("away", ()))


def _of_a_list(headers: dict[str, list[str]]) -> bool:
    """Whether a list of people passed a mail on."""
    local = person(decoded(headers.get("sender", [""])[0]).strip())[1].split("@")[0]
    return bool(_LISTS & set(headers)) or local.startswith("owner-") or local.endswith(("-owner", "-admin", "-bounces", "-request"))


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
