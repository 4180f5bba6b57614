"""What of a mail its writer wrote: quoted and forwarded mails, signatures of programs and help desks' marker lines are found and told apart.

One pass over the lines, each looked at with at most four neighbours and 500 characters, so the time is linear in the text. The words mail programs
use stand in ``languages/_mail.toml``; the language of the program is seldom that of the mail, so all of them are looked for at once.
Everything is given as places in the text (`cuts`): cutting blanks and moves nothing. Quotes that the writer answers below are ``context``:
a reader keeps them (`kept`), nobody judges them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from .mail_lines import ADDRESS, DATE, NOISE, QUOTED, RULE, WIDEST, Kind, Line, following, introduced, label_of, lowered, may_be_cut, split_lines, vocabulary

DEEPEST = 5  # quotes within quotes that are opened to find a forwarded mail
SIGNED = 12  # lines below a bare rule that can be a signature


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


def cuts(text: str) -> list[Cut]:
    """The parts of a mail that are not its writer's own, in their order; they do not overlap.

    >>> [c.kind for c in cuts("Works now\\n\\nOn 3 May 2026 at 10:00, Tom <tom@example.org> wrote:\\n> did it work?")]
    ['quote']
    """
    return _cuts(text) if (may_be_cut(text) if "\n" in text else QUOTED.match(text)) else []


def _cuts(text: str) -> list[Cut]:
    lines = split_lines(text)
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
        if at := introduced(lines, i):
            kind, after = at
            below = following(lines, after)
            if below < size and lines[below].quoted and kind != "forward":
                end = _block(lines, below)
                if own and _rest(lines, end):  # answered in between
                    found += [("header", i, below), ("context", below, end)]
                else:
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
    lines = split_lines(text)
    for i, line in enumerate(lines):
        if line.quoted and not line.text.lstrip("> "):
            continue
        if line.quoted:
            return _forwarded(_unquoted(text[line.start :]), deepest - 1) if deepest else None
        if line.text and (at := introduced(lines, i)):
            return _inner(text, lines, i, at[1])
    return None


def _inner(text: str, lines: list[Line], first: int, after: int) -> Forward | None:
    """The forwarded mail whose header stands in some lines."""
    fields: dict[str, str] = {}
    for line in lines[first:after]:
        if label := label_of(line.text):
            fields.setdefault(label[0], label[1])
        elif (spots := [m for m in vocabulary().inline.finditer(lowered(line.text[:2000]))]) and line.text.startswith(("-", "_")):
            for m, upto in zip(spots, [*[n.start() for n in spots[1:]], len(line.text)], strict=True):
                fields.setdefault(vocabulary().labels[m[1]], line.text[m.end() : upto].strip())
    said = fields.get("from") or " ".join(line.text for line in lines[first:after])
    address = ADDRESS.search(said)
    if address is None and "from" not in fields:
        return None
    name = said[: address.start()] if address else said
    if "from" not in fields:  # On 28/10/2021 12:46, "John Doe" <john@example.org> wrote:
        quoted = re.search(r"[\"“„«]\s?([^\"”»]{1,80}?)\s?[\"”»]", said)
        name = quoted[1] if quoted else re.split(r"\d\d?[:.]\d\d(?:[:.]\d\d)?(?:\s?[AaPp]\.?[Mm]\b\.?)?,?", name)[-1]
    body = "\n".join(text[line.start : line.end].rstrip("\r\n") for line in lines[after:])
    below = following(lines, after)
    if below < len(lines) and lines[below].quoted:
        body = _unquoted(body)
    return Forward(name.strip(" \t\"'<>([*«»“”„,"), address[0].strip("<>").replace(" at ", "@") if address else "", fields.get("subject", ""), body.strip())


def _unquoted(text: str) -> str:
    return "\n".join(re.sub(r"^[ \t\u00a0]{0,8}[A-Z]{0,3}[>»] ?", "", line) for line in text.split("\n"))


def _without(text: str, found: Sequence[Cut]) -> str:
    pieces, at = [], 0
    for cut in sorted(found, key=lambda c: c.start):
        pieces.append(text[at : max(at, cut.start)])
        at = max(at, cut.end)
    return "".join([*pieces, text[at:]]).strip(" \t\r\n" + NOISE)


def _rest(lines: list[Line], i: int) -> bool:
    """Whether anything of the writer's own may stand below a quote: text that is no signature."""
    i = following(lines, i)
    return i < len(lines) and not _signature(lines, i) and not introduced(lines, i) and _marker(lines[i].text) is None


def _block(lines: list[Line], i: int) -> int:
    """The line after a quoted block; empty lines, and single wrapped ones right between quoted lines, belong to it."""
    end = i
    while i < len(lines):
        if lines[i].quoted:
            i = end = i + 1
        elif not lines[i].text or (end == i and i + 1 < len(lines) and lines[i + 1].quoted):
            i += 1
        else:
            break
    return end


def _marker(text: str) -> Kind | None:
    """The line of a help desk above which the reply goes."""
    if len(text) > 200 or not text:
        return None
    low = lowered(text)
    return "marker" if vocabulary().above.search(low) else None


def _signature(lines: list[Line], i: int) -> bool:
    """Whether a signature begins at a line: ``--``, a rule above a few short lines, or what a phone signs with."""
    text = lines[i].text
    if _sent_from(text):
        return True
    if not text or text[0] not in "-–—_=*#~+ᐧ" or not RULE.match(text):
        return False
    if text in ("--", "—", "––", "——"):
        return True
    if i and lines[i - 1].text and not RULE.match(lines[i - 1].text):
        return False  # a rule right below text underlines it
    rest = [line for line in lines[i + 1 : i + 2 + SIGNED * 2] if line.text]
    if not rest:
        return True
    few = len(rest) <= SIGNED and all(len(line.text) < 80 for line in rest)
    return few and (text[0] in "_—–" or all(RULE.match(line.text) for line in rest))


def _sent_from(text: str) -> bool:
    """What programs of phones sign with; "sent from my desk, which ..." is a sentence."""
    if not text or len(text) > 100 or not (match := vocabulary().sent_from.match(lowered(text))):
        return False
    rest = text[match.end() :].split()
    if not rest:
        return False
    first = rest[0].strip(",.()")
    return any(c.isupper() or c.isdigit() for c in first) or any(lowered(w.strip(",.()")) in vocabulary().devices for w in rest[:2])


def _signed(lines: list[Line], i: int) -> int:
    """The line after a signature: where another mail or a quote begins, or the end."""
    for n in range(i + 1, len(lines)):
        if lines[n].quoted or (lines[n].text and introduced(lines, n)):
            return n
    return len(lines)


def _shared(text: str, lines: list[Line], spans: Sequence[Cut]) -> list[Cut]:
    """The header of a quote that shares a line with the writer's text: ``see you--- On 4 April 2026, ana@example.org wrote:``."""
    first = next((c for c in spans if c.kind in ("quote", "context")), None)
    if first is None:
        return []
    above = next((line for line in reversed(lines) if line.text and line.end <= first.start), None)
    if above is None or (at := above.text.find("---")) <= 0:
        return []
    tail = above.text[at:].lstrip("-–— ")
    if not (vocabulary().on.match(lowered(tail[:40])) and DATE.search(tail[:WIDEST]) and vocabulary().wrote.search(lowered(tail[-40:]))):
        return []
    place = text.index("---", above.start)
    return [Cut("quote", place, above.end)]
