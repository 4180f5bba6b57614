"""What of a mail its writer wrote: quoted and forwarded mails, signatures of programs and help desks' marker lines are found and told apart.

One pass over the lines, each looked at with at most four neighbours and 500 characters, so the time is linear in the text. The words mail programs
use stand in ``languages/_mail.toml``; the language of the program is seldom that of the mail, so all of them are looked for at once.
Everything is given as places in the text (`cuts`): cutting blanks and moves nothing. Quotes that the writer answers below are ``context``:
a reader keeps them (`kept`), nobody judges them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Literal

from msgspec import Struct

from . import packs

Kind = Literal["quote", "context", "forward", "header", "signature", "marker"]
WINDOW = 4  # lines one "On ... wrote:" may be wrapped over
WIDEST = 500  # characters of it
LABEL = 40  # characters before the colon of a header line
TALLEST = 24  # lines of a header block
DEEPEST = 5  # quotes within quotes that are opened to find a forwarded mail
GAP = 3  # lines that may go on a header line (wrapped recipients)
SIGNED = 12  # lines below a bare rule that can be a signature
_QUOTED = re.compile(r"[ \t\u00a0]{0,8}(?:[A-Z]{1,3})?[>»](?!:?\()")  # also initials, C>
_DATE = re.compile(r"\b\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{2,4}|\b\d{1,2}[:.h]\d\d\b|\b(?:19|20)\d\d\b|\d\s?[年月日]|\b\d{1,2}\.? \w{3,10}\.?,? \d\d\b")
_ADDRESS = re.compile(r"[^\s<>\"'(\[;:,]{1,80}@[^\s<>\"')\];:,]{1,80}")
_RULE = re.compile(r"[ \t]{0,12}([-–—_=*#~+ᐧ])[-–—_=*#~+ᐧ \t]*\Z")
_DASHES = re.compile(r"[ \t]*(?:[-_=*–—]{2,}|[-–—])[ \t]*|[ \t]*>+[ \t]*")
_URL = re.compile(r"(?:https?|mailto|ftp):[^\s<>]*")
_NOISE = "\ufeff\u200b\u200e\u200f\u202a\u202c"


class Cut(Struct, frozen=True):
    """A part of a mail that is not its writer's own text, with its place."""

    kind: Kind
    start: int
    end: int


class Forward(Struct, frozen=True):
    """The mail inside a forwarded one, as far as its header says."""

    name: str
    address: str
    subject: str
    text: str


class _Words(Struct, frozen=True):
    labels: dict[str, str]
    wrote: re.Pattern[str]
    ends: tuple[str, ...]
    on: re.Pattern[str]
    original: frozenset[str]
    forwarded: frozenset[str]
    sent_from: re.Pattern[str]
    devices: frozenset[str]
    above: tuple[str, ...]
    inline: re.Pattern[str]


class _Line(Struct):
    start: int
    end: int
    text: str  # without marks of direction, blanks around it and emphasis
    quoted: bool
    next: int = 0  # this line, or the next that is not empty


@cache
def _words() -> _Words:
    tables = packs.mail_words()
    every = {key: [_low(w) for t in tables.values() for w in t.get(key, ())] for key in ("wrote", "on", "ends", "original", "forwarded", "sent_from", "devices", "above")}
    labels = {_low(w): kind for t in reversed(tables.values()) for kind in ("cc", "to", "date", "subject", "from") for w in t.get(kind, ())}
    return _Words(
        labels=labels,
        wrote=re.compile(rf"(?<![\w-])(?:{_any(every['wrote'])})(?!\w|-\w)"),
        ends=tuple(every["ends"]),
        on=re.compile(rf"(?:{_any(every['on'])})(?!\w)"),
        original=frozenset(every["original"]),
        forwarded=frozenset(every["forwarded"]),
        sent_from=re.compile(rf"(?:{_any(every['sent_from'])})\s+"),
        devices=frozenset(every["devices"]),
        above=tuple(every["above"]),
        inline=re.compile(rf"({_any(list(labels))})\s?[:：]"),
    )


def _any(words: Sequence[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(set(words), key=lambda w: (-len(w), w)))


def _low(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().replace("’", "'")


def cuts(text: str) -> list[Cut]:
    """The parts of a mail that are not its writer's own, in their order; they do not overlap.

    >>> [c.kind for c in cuts("Works now\\n\\nOn 3 May 2026 at 10:00, Tom <tom@example.org> wrote:\\n> did it work?")]
    ['quote']
    """
    if "\n" not in text and not _QUOTED.match(text):
        return []
    lines = _lines(text)
    found: list[tuple[Kind, int, int]] = []  # kind, first line, line after the last
    own = False  # anything of the writer's own so far
    i, size = 0, len(lines)
    fenced = False
    while i < size:
        line = lines[i]
        if not line.text and not line.quoted:
            i += 1
            continue
        if line.text.startswith("```"):
            fenced = not fenced
        if fenced:
            own, i = True, i + 1
            continue
        if line.quoted:
            end = _block(lines, i)
            found.append(("quote" if not _rest(lines, end) else "context", i, end))
            i = end
            continue
        if at := _introduced(lines, i):
            kind, after = at
            following = _next(lines, after)
            if following < size and lines[following].quoted and kind != "forward":
                end = _block(lines, following)
                found.append(("quote", i, end))
                i = end
            elif own or kind == "forward":
                found.append((kind, i, size))
                i = size
            else:
                found.append(("header", i, after))
                i = after
            continue
        if mark := _marker(line.text):
            if own:
                found.append(("marker", i, size))
                break
            found.append((mark, i, i + 1))
            i += 1
            continue
        if _signature(lines, i) and (own or found):
            end = _signed(lines, i)
            found.append(("signature", i, end))
            i = end
            continue
        own, i = True, i + 1
    spans = [Cut(kind, lines[a].start, lines[b - 1].end) for kind, a, b in found if b > a]
    return [*_shared(text, lines, spans), *spans]


def own_text(text: str) -> str:
    """What the writer wrote: nothing quoted, nothing passed on.

    >>> own_text("> Is it on?\\n\\nYes, it is.\\n-- \\nAna")
    'Yes, it is.'
    """
    return _without(text, cuts(text))


def kept(text: str) -> str:
    """A mail as a reader keeps it: quotes that are answered below stay; of a mail that only passes another on, that one.

    >>> kept("> Is it on?\\n\\nYes, it is.\\n-- \\nAna")
    '> Is it on?\\n\\nYes, it is.'
    """
    found = cuts(text)
    shown = _without(text, [c for c in found if c.kind != "context"])
    if shown or not any(c.kind == "forward" for c in found):
        return shown
    inner = forwarded(text)
    return inner.text if inner else shown


def forwarded(text: str) -> Forward | None:
    """The mail that a mail passes on or quotes with its header; None where there is none."""
    return _forwarded(text, DEEPEST)


def _forwarded(text: str, deepest: int) -> Forward | None:
    lines = _lines(text)
    for i, line in enumerate(lines):
        if line.quoted and not line.text.lstrip("> "):
            continue
        if line.quoted:
            return _forwarded(_unquoted(text[line.start :]), deepest - 1) if deepest else None
        if line.text and (at := _introduced(lines, i)):
            return _inner(text, lines, i, at[1])
    return None


def _inner(text: str, lines: list[_Line], first: int, after: int) -> Forward | None:
    """The forwarded mail whose header stands in some lines."""
    fields: dict[str, str] = {}
    for line in lines[first:after]:
        if label := _label(line.text):
            fields.setdefault(label[0], label[1])
        elif (spots := [m for m in _words().inline.finditer(_low(line.text[:2000]))]) and line.text.startswith(("-", "_")):
            for m, upto in zip(spots, [*[n.start() for n in spots[1:]], len(line.text)], strict=True):
                fields.setdefault(_words().labels[m[1]], line.text[m.end() : upto].strip())
    said = fields.get("from") or " ".join(line.text for line in lines[first:after])
    address = _ADDRESS.search(said)
    if address is None and "from" not in fields:
        return None
    name = said[: address.start()] if address else said
    if "from" not in fields:  # On 28/10/2021 12:46, "John Doe" <john@example.org> wrote:
        quoted = re.search(r"[\"“„«]\s?([^\"”»]{1,80}?)\s?[\"”»]", said)
        name = quoted[1] if quoted else re.split(r"\d\d?[:.]\d\d(?:[:.]\d\d)?,?", name)[-1]
    body = "\n".join(text[line.start : line.end].rstrip("\r\n") for line in lines[after:])
    following = _next(lines, after)
    if following < len(lines) and lines[following].quoted:
        body = _unquoted(body)
    return Forward(name.strip(" \t\"'<>([*«»“”„,"), address[0].strip("<>") if address else "", fields.get("subject", ""), body.strip())


def _unquoted(text: str) -> str:
    return "\n".join(re.sub(r"^[ \t\u00a0]{0,8}[A-Z]{0,3}[>»] ?", "", line) for line in text.split("\n"))


def _without(text: str, found: Sequence[Cut]) -> str:
    pieces, at = [], 0
    for cut in sorted(found, key=lambda c: c.start):
        pieces.append(text[at : max(at, cut.start)])
        at = max(at, cut.end)
    return "".join([*pieces, text[at:]]).strip(" \t\r\n" + _NOISE)


def _lines(text: str) -> list[_Line]:
    lines = list(_split(text))
    following = len(lines)
    for i in range(len(lines) - 1, -1, -1):
        following = i if lines[i].text else following
        lines[i].next = following
    return lines


def _split(text: str) -> Iterator[_Line]:
    at = 0
    for raw in text.split("\n"):
        end = min(at + len(raw) + 1, len(text))
        quoted = bool(_QUOTED.match(raw))
        yield _Line(at, end, raw.strip(" \t\r\u00a0" + _NOISE), quoted)
        at = end


def _next(lines: list[_Line], i: int) -> int:
    """The next line that is not empty."""
    return lines[i].next if i < len(lines) else i


def _rest(lines: list[_Line], i: int) -> bool:
    """Whether anything of the writer's own may stand below a quote: text that is no signature."""
    i = _next(lines, i)
    return i < len(lines) and not _signature(lines, i) and not _introduced(lines, i) and _marker(lines[i].text) is None


def _block(lines: list[_Line], i: int) -> int:
    """The line after a quoted block; empty lines, and single wrapped ones right between quoted lines, belong to it."""
    end = i
    while i < len(lines):
        if lines[i].quoted:
            i = end = i + 1
        elif not lines[i].text:
            i += 1
        elif end == i and i + 1 < len(lines) and lines[i + 1].quoted:
            i += 1
        else:
            break
    return end


def _introduced(lines: list[_Line], i: int) -> tuple[Kind, int] | None:
    """Whether another mail begins at a line: what it is to this one, and the line after its header."""
    at, passed_on, ruled = i, False, False
    kind = _separator(lines[i].text)
    if kind is None and (_RULE.match(lines[i].text) and len(lines[i].text) > 4):
        ruled = True
    if kind or ruled:
        passed_on = kind == "forward"
        at = _next(lines, i + 1)
        if kind and re.search(r"[-_=]{2,}\s*\S+.*[:：].*@", lines[i].text[-WIDEST * 4 :]):  # the header stands on the same line
            return "forward" if passed_on else "quote", i + 1
        if at < len(lines) and lines[at].quoted and kind and not ruled and _label(lines[at].text.lstrip("> ")):
            last = min(at + TALLEST, len(lines))
            while at < last and lines[at].quoted and lines[at].text.lstrip("> "):
                at += 1
            return ("forward" if passed_on else "quote"), at if passed_on else i + 1
    end = _headers(lines, at)
    if end is None and not ruled:
        end = _attribution(lines, at)
    if end is not None:
        return ("forward" if passed_on or (kind is None and _nothing_above(lines, i) and _headers(lines, at)) else "quote"), end
    return (("forward" if passed_on else "quote"), i + 1) if kind else None


def _nothing_above(lines: list[_Line], i: int) -> bool:
    return not any(line.text for line in lines[:i]) if i <= GAP * 4 else False


def _separator(text: str) -> Kind | None:
    """A line such as ``---- Original message ----`` or ``Begin forwarded message:``."""
    if not text or len(text) > WIDEST * 8:
        return None
    dashed = text[0] in "-_=*–—"
    bare = _low(text[:160].lstrip("-_=*–— \t"))
    words = _words()
    if dashed:
        bare = re.split(r"\s*[-_=*–—]{2,}", bare, maxsplit=1)[0].strip(" :")
    elif bare.endswith((":", "：")):
        bare = bare.rstrip(" :：")
    else:
        return None
    if bare in words.forwarded or any(bare.startswith(f) and len(f) > 12 for f in words.forwarded if dashed):
        return "forward"
    return "quote" if dashed and bare in words.original else None


@lru_cache(maxsize=1024)
def _label(text: str) -> tuple[str, str] | None:
    """The kind of a header line (from, date, to, cc, subject) and what it says."""
    head = text[: LABEL + 12].lstrip("*_> \t")
    colon = min((p for p in (head.find(":"), head.find("：")) if p > 0), default=-1)
    if colon < 0 or colon > LABEL:
        return None
    kind = _words().labels.get(_low(head[:colon].strip("*_ \t\u00a0")))
    return None if kind is None else (kind, text[text.index(head[colon]) + 1 :].strip("* \t\u00a0"))


def _headers(lines: list[_Line], i: int) -> int | None:
    """The line after a block of header lines that begins here; None where there is none."""
    if i >= len(lines) or _label(lines[i].text) is None:
        return None
    kinds: set[str] = set()
    address, end, gap = False, i, 0
    begin, last = i, min(i + TALLEST, len(lines))
    while i < last and gap <= GAP and lines[i].text and not lines[i].quoted:
        label = _label(lines[i].text)
        if label:
            kinds.add(label[0])
            gap, end = 0, i + 1
            if i - begin > 4 and len(kinds) == 1:
                return None  # a list of things that are called alike
        elif "from" in kinds and "subject" in kinds and "to" in kinds:
            break
        else:
            gap += 1
        address = address or bool(_ADDRESS.search(lines[i].text[:WIDEST]))
        i += 1
    main = kinds - {"cc"}
    if "from" in main and (len(main) >= 3 or (len(main) == 2 and address)):
        return end
    return end if len(main) >= 3 and address else None


def _attribution(lines: list[_Line], i: int) -> int | None:
    """The line after an ``On ... somebody wrote:`` that begins here, which may be wrapped; None where there is none."""
    words, joined = _words(), ""
    for n in range(i, min(i + WINDOW, len(lines))):
        if not lines[n].text or lines[n].quoted or len(joined) > WIDEST:
            return None
        joined = f"{joined} {lines[n].text[:WIDEST]}".strip()
        if (joined[-1] in ":：-–—" or _ends(joined)) and _says(joined, lines, n + 1):
            return n + 1
        if n == i and not _begins(joined):
            return None
    return None


def _begins(text: str) -> bool:
    """Whether a wrapped attribution may begin with a line: with the word for "on", a date, or a name and address."""
    low = _low(text[:60].lstrip("-–—_ "))
    return bool(_words().on.match(low)) or bool(_DATE.search(text[:WIDEST])) or bool(_ADDRESS.search(text[:WIDEST]))


def _ends(text: str) -> bool:
    low = _low(text[-30:]).rstrip(" .")
    last = None
    for last in _words().wrote.finditer(low):  # noqa: B007  the last one
        pass
    return low.endswith(_words().ends) or (last is not None and last.end() == len(low))


def _says(text: str, lines: list[_Line], after: int) -> bool:
    """Whether a line says who wrote, when: a verb or an address, with a date or address, and nothing like a sentence of the writer's."""
    words = _words()
    bare = _URL.sub(" ", text)
    low = _low(bare)
    verb = words.wrote.search(low) is not None or any(e in low[-30:] for e in words.ends)
    date, address = _DATE.search(bare) is not None, _ADDRESS.search(bare) is not None
    starts = words.on.match(low.lstrip("-–—_ ")) is not None
    following = _next(lines, after)
    quoted = following < len(lines) and lines[following].quoted
    if text[0] in "-–—" and text[-1] in "-–—":
        return verb and len(text) < WIDEST
    if text[-1] in "-–—":
        return False
    if verb and address and (date or len(text) < 160):
        return True
    if verb and date:
        return starts or quoted or bool(_DATE.match(low))
    return bool(address and date and text[-1] in ":：" and len(text) < 200 and re.search(r"[>)\]]\s?[:：]\Z", text))


def _marker(text: str) -> Kind | None:
    """The line of a help desk above which the reply goes."""
    if len(text) > 200 or not text:
        return None
    low = _low(text)
    return "marker" if any(words in low for words in _words().above) else None


def _signature(lines: list[_Line], i: int) -> bool:
    """Whether a signature begins at a line: ``--``, a rule above a few short lines, or what a phone signs with."""
    text = lines[i].text
    if _sent_from(text):
        return True
    if not text or text[0] not in "-–—_=*#~+ᐧ" or not _RULE.match(text):
        return False
    if text in ("--", "—", "––", "——"):
        return True
    if i and lines[i - 1].text and not _RULE.match(lines[i - 1].text):
        return False  # a rule right below text underlines it
    rest = [line for line in lines[i + 1 : i + 2 + SIGNED * 2] if line.text]
    if not rest:
        return True
    few = len(rest) <= SIGNED and all(len(line.text) < 80 for line in rest)
    return few and (text[0] in "_—–" or all(_RULE.match(line.text) for line in rest))


def _sent_from(text: str) -> bool:
    """What programs of phones sign with; "sent from my desk, which ..." is a sentence."""
    if not text or len(text) > 100 or not (match := _words().sent_from.match(_low(text))):
        return False
    rest = text[match.end() :].split()
    if not rest:
        return False
    first = rest[0].strip(",.()")
    return any(c.isupper() or c.isdigit() for c in first) or any(_low(w.strip(",.()")) in _words().devices for w in rest[:2])


def _signed(lines: list[_Line], i: int) -> int:
    """The line after a signature: where another mail or a quote begins, or the end."""
    for n in range(i + 1, len(lines)):
        if lines[n].quoted or (lines[n].text and _introduced(lines, n)):
            return n
    return len(lines)


def _shared(text: str, lines: list[_Line], spans: Sequence[Cut]) -> list[Cut]:
    """The header of a quote that shares a line with the writer's text: ``see you--- On 4 April 2026, ana@example.org wrote:``."""
    first = next((c for c in spans if c.kind in ("quote", "context")), None)
    if first is None:
        return []
    above = next((line for line in reversed(lines) if line.text and line.end <= first.start), None)
    if above is None or (at := above.text.find("---")) <= 0:
        return []
    tail = above.text[at:].lstrip("-–— ")
    if not (_words().on.match(_low(tail[:40])) and _DATE.search(tail[:WIDEST]) and _words().wrote.search(_low(tail[-40:]))):
        return []
    place = text.index("---", above.start)
    return [Cut("quote", place, above.end)]
