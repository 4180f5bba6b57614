"""The lines of a mail, and where among them another mail begins: header blocks, separators, ``On ... somebody wrote:``.

What mail programs write stands in ``languages/_mail.toml``. Every decision looks at a bounded number of lines and characters, so reading a mail takes time linear in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Literal

from msgspec import Struct

from . import packs
from .expressions import Expression

Kind = Literal["quote", "context", "forward", "header", "signature", "marker"]
WINDOW = 4  # lines one "On ... wrote:" may be wrapped over
WIDEST = 500  # characters of it
LABEL = 40  # characters before the colon of a header line
TALLEST = 24  # lines of a header block
GAP = 3  # lines that may go on a header line (wrapped recipients)
QUOTED = re.compile(r"[ \t\u00a0]{0,8}(?:[A-Z]{1,3})?[>»](?!:?\()")  # also initials, C>
DATE = re.compile(r"\b\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{2,4}|\b\d{1,2}[:.h]\d\d\b|\b(?:19|20)\d\d\b|\d\s?[年月日]|\b\d{1,2}\.? \w{3,10}\.?,? \d\d\b")
ADDRESS = re.compile(r"[^\s<>\"'(\[;:,]{1,80}@[^\s<>\"')\];:,]{1,80}|(?<=<)[^\s<>@]{1,64} at [^\s<>@]{1,80}\.[a-z]{2,24}(?=>)")  # archives of lists write "at"
RULE = re.compile(r"[ \t]{0,12}([-–—_=*#~+ᐧ])[-–—_=*#~+ᐧ \t]*\Z")
_URL = re.compile(r"(?:https?|mailto|ftp):[^\s<>]*")
_DIGIT = re.compile(r"\d")
_OPEN, _CLOSED = re.compile(r"<[^\s<>@]{1,80}@[^\s<>]{1,80}\s*\Z"), re.compile(r">[^<>\n]{0,24}[:：]\s*\Z")
NOISE = "\ufeff\u200b\u200e\u200f\u202a\u202c"
_EDGE = rf"[ \t\r\x{{a0}}{NOISE}]*"  # what is taken off both ends of a line


class _Words(Struct, frozen=True):
    """What mail programs write, of all languages at once."""

    labels: dict[str, str]
    wrote: re.Pattern[str]
    verbs: tuple[str, ...]
    ends: tuple[str, ...]
    on: re.Pattern[str]
    original: frozenset[str]
    forwarded: frozenset[str]
    sent_from: re.Pattern[str]
    devices: frozenset[str]
    above: re.Pattern[str]
    inline: re.Pattern[str]
    signs: tuple[Expression, Expression]


class Line(Struct):
    """One line of a mail."""

    start: int
    end: int
    text: str  # without marks of direction, blanks around it and emphasis
    quoted: bool
    heads: bool  # whether another mail can begin anywhere in the text
    next: int = 0  # this line, or the next that is not empty


@cache
def vocabulary() -> _Words:
    """The words of all languages, made once."""
    tables = packs.mail_words()
    every = {
        key: [lowered(w) for t in tables.values() for w in t.get(key, ())] for key in ("wrote", "on", "ends", "original", "forwarded", "sent_from", "devices", "above")
    }
    labels = {lowered(w): kind for t in reversed(list(tables.values())) for kind in ("cc", "to", "date", "subject", "from") for w in t.get(kind, ())}
    return _Words(
        labels=labels,
        wrote=re.compile(rf"(?<![\w-])(?:{_any(every['wrote'])})(?!\w|-\w)"),
        verbs=tuple(every["wrote"]),
        ends=tuple(every["ends"]),
        on=re.compile(rf"(?:{_any(every['on'])})(?!\w)"),
        original=frozenset(every["original"]),
        forwarded=frozenset(every["forwarded"]),
        sent_from=re.compile(rf"(?:{_any(every['sent_from'])})\s+"),
        devices=frozenset(every["devices"]),
        above=re.compile(_any(every["above"])),
        inline=re.compile(rf"({_any(list(labels))})\s?[:：]"),
        signs=_signs(every, list(labels)),
    )


def _signs(every: dict[str, list[str]], labels: Sequence[str]) -> tuple[Expression, Expression]:
    """What a lowered text holds wherever another mail begins in it; and wherever any part of it is not its writer's own: also a quoted line, a rule, a signature."""
    wrapped = [rf"(?:{_EDGE}\n{_EDGE}| )".join(map(re.escape, words.split(" "))) for words in every["wrote"]]
    heads = [
        rf"(?:(?m:^)|[*_> \t\r\x{{a0}}{NOISE}])(?:{_any(labels)})[*_ \t\x{{a0}}]*[:：]",
        r"(?s)[>)\]].?[:：]",
        "|".join([*wrapped, _any([*every["ends"], *every["original"], *every["forwarded"]])]),
    ]
    others = [
        r"(?m:^)[ \t\x{a0}]{0,8}(?:[a-z]{1,3})?[>»]",
        rf"(?m:^){_EDGE}[-–—_=*#~+ᐧ][-–—_=*#~+ᐧ \t]*{_EDGE}(?m:$)",
        rf"(?m:^){_EDGE}(?:{_any(every['sent_from'])})\s",
        _any(every["above"]),
    ]
    return Expression(heads), Expression([*heads, *others])


def may_be_cut(text: str) -> bool:
    """Whether a text can hold parts that are not its writer's own, in one pass over it: where not, none has to be looked for.

    >>> may_be_cut("It works.\\nThanks - all of you!"), may_be_cut("It works.\\n-- \\nAna")
    (False, True)
    """
    return vocabulary().signs[1].first(_encoded(text)) is not None


def _encoded(text: str) -> bytes:
    return lowered(text).encode("utf-8", "surrogatepass")


def _any(words: Sequence[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(set(words), key=lambda w: (-len(w), w)))


def lowered(text: str) -> str:
    """Text in one spelling."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text).casefold().replace("’", "'")


def split_lines(text: str) -> list[Line]:
    """The lines of a mail, each knowing the next that is not empty."""
    lines = list(_split(text))
    below = len(lines)
    for i in range(len(lines) - 1, -1, -1):
        below = i if lines[i].text else below
        lines[i].next = below
    return lines


def _split(text: str) -> Iterator[Line]:
    at, heads, open_ = 0, vocabulary().signs[0].first(_encoded(text)) is not None, False  # open: whether the line above ends within an address: <ana@example.org
    for raw in text.split("\n"):
        end = min(at + len(raw) + 1, len(text))
        quoted = bool(QUOTED.match(raw)) and not (open_ and _CLOSED.match(raw))
        open_ = "<" in raw and bool(_OPEN.search(raw[-WIDEST:]))
        yield Line(at, end, raw.strip(" \t\r\u00a0" + NOISE), quoted, heads)
        at = end


def following(lines: list[Line], i: int) -> int:
    """The next line that is not empty."""
    return lines[i].next if i < len(lines) else i


def introduced(lines: list[Line], i: int) -> tuple[Kind, int] | None:
    """Whether another mail begins at a line: what it is to this one, and the line after its header."""
    if not lines[i].heads:
        return None
    at, passed_on, ruled = i, False, False
    kind = _separator(lines[i].text)
    if kind is None and (RULE.match(lines[i].text) and len(lines[i].text) > 4):
        ruled = True
    if kind or ruled:
        passed_on = kind == "forward"
        at = following(lines, i + 1)
        if kind and re.search(r"[-_=]{2,}\s*\S+.*[:：].*@", lines[i].text[-WIDEST * 4 :]):  # the header stands on the same line
            return "forward" if passed_on else "quote", i + 1
        if at < len(lines) and lines[at].quoted and kind and not ruled and label_of(lines[at].text.lstrip("> ")):
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


def _nothing_above(lines: list[Line], i: int) -> bool:
    return not any(line.text for line in lines[:i]) if i <= GAP * 4 else False


def _separator(text: str) -> Kind | None:
    """A line such as ``---- Original message ----`` or ``Begin forwarded message:``."""
    if not text or len(text) > WIDEST * 8:
        return None
    dashed = text[0] in "-_=*–—"
    bare = lowered(text[:160].lstrip("-_=*–— \t"))
    words = vocabulary()
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
def label_of(text: str) -> tuple[str, str] | None:
    """The kind of a header line (from, date, to, cc, subject) and what it says."""
    head = text[: LABEL + 12].lstrip("*_> \t")
    colon = min((p for p in (head.find(":"), head.find("：")) if p > 0), default=-1)
    if colon < 0 or colon > LABEL:
        return None
    kind = vocabulary().labels.get(lowered(head[:colon].strip("*_ \t\u00a0")))
    return None if kind is None else (kind, text[text.index(head[colon]) + 1 :].strip("* \t\u00a0"))


def _headers(lines: list[Line], i: int) -> int | None:
    """The line after a block of header lines that begins here; None where there is none."""
    if i >= len(lines) or label_of(lines[i].text) is None:
        return None
    kinds: set[str] = set()
    address, end, gap = False, i, 0
    begin, last = i, min(i + TALLEST, len(lines))
    while i < last and gap <= GAP and lines[i].text and not lines[i].quoted:
        label = label_of(lines[i].text)
        if label:
            kinds.add(label[0])
            gap, end = 0, i + 1
            if i - begin > 4 and len(kinds) == 1:
                return None  # a list of things that are called alike
        elif "from" in kinds and "subject" in kinds and "to" in kinds:
            break
        else:
            gap += 1
        address = address or has_address(lines[i].text[:WIDEST])
        i += 1
    main = kinds - {"cc"}
    if "from" in main and (len(main) >= 3 or (len(main) == 2 and address)):
        return end
    return end if len(main) >= 3 and address else None


def _attribution(lines: list[Line], i: int) -> int | None:
    """The line after an ``On ... somebody wrote:`` that begins here, which may be wrapped; None where there is none."""
    joined = ""
    for n in range(i, min(i + WINDOW, len(lines))):
        if not lines[n].text or lines[n].quoted or len(joined) > WIDEST:
            return None
        joined = f"{joined} {lines[n].text[:WIDEST]}".strip()
        if not joined:
            return None
        if (joined[-1] in ":：-–—" or _ends(joined)) and _says(joined, lines, n + 1):
            return n + 1
        if n == i and not _begins(joined):
            return None
    return None


def _begins(text: str) -> bool:
    """Whether a wrapped attribution may begin with a line: with the word for "on", a date, or a name and address."""
    low = lowered(text[:60].lstrip("-–—_ "))
    return bool(vocabulary().on.match(low)) or has_date(text[:WIDEST]) or has_address(text[:WIDEST])


def has_date(text: str) -> bool:
    """Whether a date or time stands in a text: looked for where there is a digit at all."""
    return bool(_DIGIT.search(text)) and bool(DATE.search(text))


def has_address(text: str) -> bool:
    """Whether an address stands in a text."""
    return ("@" in text or " at " in text) and bool(ADDRESS.search(text))


def _ends(text: str) -> bool:
    low = lowered(text[-30:]).rstrip(" .")
    words = vocabulary()
    return low.endswith(words.ends) or (low.endswith(words.verbs) and [m.end() for m in words.wrote.finditer(low)][-1:] == [len(low)])


def _says(text: str, lines: list[Line], after: int) -> bool:
    """Whether a line says who wrote, when: a verb or an address, with a date or address, and nothing like a sentence of the writer's."""
    words = vocabulary()
    bare = _URL.sub(" ", text)
    date, address = has_date(bare), has_address(bare)
    if not (date or address or (text[0] in "-–—" and text[-1] in "-–—")):
        return False
    low = lowered(bare)
    verb = words.wrote.search(low) is not None or any(e in low[-30:] for e in words.ends)
    starts = words.on.match(low.lstrip("-–—_ ")) is not None
    below = following(lines, after)
    quoted = below < len(lines) and lines[below].quoted
    if text[0] in "-–—" and text[-1] in "-–—":
        return verb and len(text) < WIDEST
    if text[-1] in "-–—":
        return False
    if verb and address and (date or len(text) < 160):
        return True
    if verb and date:
        return starts or quoted or bool(DATE.match(low))
    return bool(address and date and text[-1] in ":：" and len(text) < 200 and re.search(r"[>)\]]\s?[:：]\Z", text))
