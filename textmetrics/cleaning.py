"""What is cut from a message before it is read: quotes of others, signatures, markup, control characters.

Cutting never moves a character: what is cut is blanked (`clean`), so a place in the cleaned text is the same
place in the message. HTML becomes text once, when it is read (`plain`), and everything after speaks of that text; where its
characters stood in the HTML it knows itself (`Shown`), and the message keeps it (`types.Message.original`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain

from . import replies, wellformed
from .errors import UnknownName
from .mail_lines import Kind

_BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "pre",
        "tr",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "header",
        "footer",
        "dd",
        "dt",
        "dl",
        "hr",
        "form",
        "figure",
    ]
)
_DROPPED = ["script", "style", "head", "template", "noscript", "title"]
_HIDDEN = '[hidden], [style*="display:none" i], [style*="display: none" i], [style*="visibility:hidden" i], [style*="visibility: hidden" i]'
_QUOTES = "blockquote, aside.quote, .gmail_quote, .moz-cite-prefix, .yahoo_quoted, #appendonsend"
_MAY_QUOTE, _MAY_HIDE = re.compile(r"(?i)quote|moz-cite|appendonsend"), re.compile(r"(?i)hidden|display|visibility")
DEEPEST = 400  # elements in one another from which the parser would take time that grows with the square of the depth
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]{0,30})[^<>]*>")
_HIDDEN_PARTS = re.compile(r"(?is)<(?:script|style|template|noscript)\b[^<>]*>[^<]*")
_FLAT = frozenset(["p", "li", "td", "tr", "th", "dt", "dd", "option", "br", "hr", "img", "input", "meta", "link", "wbr", "col", "source"])  # elements that end by themselves
_MARKUP = re.compile(r"<[a-zA-Z!/]|&[a-zA-Z#]\w{1,30};")


_TAGS = r"""<[a-zA-Z](?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+>|<[a-zA-Z/][^<>]*>|<[!?][^>]{0,500}>"""
_GAP = r"[\s\x00]"  # a parser leaves NUL out
_BETWEEN = re.compile(rf"(?=[\s\x00<&])(?:{_GAP}*+(?:(?:{_TAGS}){_GAP}*+)+|{_GAP}{{2,}}|\x00|(&#?\w{{1,31}};?){_GAP}*+)")  # what has no character of its own in the text, or another one
_OPENS = re.compile(r"[\s\x00]|&#?\w|<[a-zA-Z/!?]")
_FIRST, _LAST = 0xF0000, 0x10FFFD  # characters of private use that stand for places while HTML becomes text
_SPACES = re.compile(r"\s+")
_EMPTY = re.compile(f"[ >{chr(_FIRST)}-{chr(_LAST)}]*")
_PLACES = re.compile(f"[{chr(_FIRST)}-{chr(_LAST)}]")


class Shown(str):
    """A text that was made of HTML. ``origin``: where its characters stood there, as pairs of places, in the text and in the HTML, one after the other:
    from the one on, characters follow each other as from the other on."""

    origin: tuple[int, ...]

    def __new__(cls, text: str = "", origin: Iterable[int] = ()) -> Shown:
        self = super().__new__(cls, text)
        self.origin = tuple(origin)
        return self


def origin_of(text: str) -> tuple[int, ...]:
    """Where the characters of a text stood in the HTML it was made of; nothing for a text that was none, or was changed since."""
    return text.origin if isinstance(text, Shown) else ()


def below(head: str, text: str) -> str:
    """A text under its subject, title or warning, if it has one.

    >>> below("Router", plain("<p>no <b>sound</b></p>")), origin_of(below("Router", plain("<p>no sound</p>")))
    ('Router\\nno sound', (7, 3))
    """
    if not head or not text:
        return text or head
    return Shown(f"{head}\n{text}", (at if n % 2 else at + len(head) + 1 for n, at in enumerate(origin_of(text))))


def in_one(bodies: Iterable[str]) -> str:
    """Several bodies of HTML as one text, a line break between them; its places are those in the bodies, one after the other with a line break between them, too.

    >>> in_one(["<p>no</p>", "<b>sound</b>"]), origin_of(in_one(["<p>no</p>", "<b>sound</b>"]))
    ('no\\nsound', (0, 3, 3, 13))
    """
    whole, places, before = "", list[int](), 0
    for html in bodies:
        if text := plain(html):
            head = len(whole) + 1 if whole else 0
            whole = f"{whole}\n{text}" if whole else str(text)
            places += [at + (before if n % 2 else head) for n, at in enumerate(origin_of(text))]
        before += len(html) + 1
    return Shown(whole, places)


def part_of(text: str, start: int, before: int = 0) -> str:
    """A text from a character on, without the blanks at its ends; ``before``: characters of HTML that stand in front of what it was made of.

    >>> part_of(plain("<p>Ana: no sound </p>"), 4, 10), origin_of(part_of(plain("<p>Ana: no sound </p>"), 4, 10))
    ('no sound', (0, 18))
    """
    kept = text[start:].lstrip()
    start = len(text) - len(kept)
    pairs = list(zip(origin_of(text)[::2], origin_of(text)[1::2], strict=True))
    first = max((n for n, (at, _) in enumerate(pairs) if at <= start), default=0)
    return Shown(kept.rstrip(), (x for at, place in pairs[first:] for x in (max(0, at - start), place + before + max(0, start - at))))


def _placed(html: str) -> tuple[str, list[int]]:
    """HTML with a mark in front of every character that does not follow the one before it in the HTML as it will in the text; and the places of the marks."""
    from html import unescape

    places: list[int] = []
    taken = bool(_PLACES.search(html)) or html.count("<") + html.count("&") + html.count("  ") + html.count("\n") > (_LAST - _FIRST) // 4

    def mark(at: int) -> str:
        places.append(at)
        return chr(_FIRST + len(places) - 1)

    def marked(match: re.Match[str]) -> str:
        nonlocal taken
        before, end = "", match.end()
        if match[1] and not (shown := unescape(match[1])).isspace():
            before, taken = mark(match.start()), taken or shown >= chr(_FIRST)
        return before + match[0] + ("" if end == len(html) or _OPENS.match(html, end) else mark(end))

    if taken:
        return html, []
    first = "" if _OPENS.match(html) else mark(0)
    placed = first + _BETWEEN.sub(marked, html)
    return (html, []) if taken else (placed, places)


def _known(text: str, places: list[int]) -> Shown:
    """A text without its marks, with what they said."""
    pieces: list[str] = []
    found: list[int] = []
    at = begin = 0
    for match in _PLACES.finditer(text) if places else ():
        pieces.append(text[begin : match.start()])
        at += match.start() - begin
        begin = match.end()
        place = places[ord(match[0]) - _FIRST]
        if not found or at - found[-2] != place - found[-1]:
            found += [at, place]
    return Shown("".join((*pieces, text[begin:])), found)


def _nested(html: str) -> int:
    """How deep the elements of a page stand in one another, at most: an upper bound, in time linear in its size."""
    depth = deepest = 0
    for match in _TAG.finditer(html):
        if match[2].lower() not in _FLAT:
            depth = depth - 1 if match[1] else depth + 1
            deepest = max(deepest, depth)
    return deepest


def _stripped(html: str) -> str:
    """The text of a page too deep to be parsed: its tags taken out, nothing told apart."""
    from html import unescape

    text = unescape(_TAG.sub("\n", _HIDDEN_PARTS.sub(" ", html)))
    return "\n".join(line for part in text.split("\n") if (line := " ".join(part.split())))


def plain(html: str) -> str:
    """HTML as text: a line a block, quotations as lines that begin with ``> ``, nothing of scripts, styles and hidden parts. The text knows where it stood (`Shown`).

    >>> plain("<p>Hi <b>Ana</b>&nbsp;&amp; co</p><blockquote>old</blockquote><script>x()</script>new")
    'Hi Ana & co\\n> old\\nnew'
    """
    if not _MARKUP.search(html):
        text = html.strip()
        return Shown(text, (0, len(html) - len(html.lstrip())) if text else ())
    if quick := wellformed.text_of(html):
        return Shown(*quick)
    return _parsed(html)


def plain_all(pages: Sequence[str]) -> list[tuple[str, tuple[int, ...]]]:
    """Many pages as text, each with its `Shown.origin`."""
    return [(str(text), origin_of(text)) for text in map(plain, pages)]


def _parsed(html: str) -> Shown:
    """Any page as text, and where it stood, as a parser understands it."""
    deep = _nested(html) > DEEPEST
    blank = len(html) - len(html.lstrip())
    html, places = _placed(html[blank:])
    places = [place + blank for place in places]
    return _known(_stripped(html) if deep else _laid_out(html), places)


def _laid_out(html: str) -> str:
    """The text of a page, as a browser would set it."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    tree.strip_tags(_DROPPED)
    for node in tree.css(_HIDDEN) if _MAY_HIDE.search(html) else ():
        node.decompose()
    pieces: list[str] = []
    root = tree.body or tree.root
    if root is None:
        return ""
    quotes = {node.mem_id for node in tree.css(_QUOTES)} if _MAY_QUOTE.search(html) else set()
    depth = 0
    stack = [(root, False)]
    while stack:
        node, leaving = stack.pop()
        tag = node.tag
        if leaving:
            if quotes and node.mem_id in quotes:
                depth -= 1
            pieces.append("\n" + "> " * depth)
        elif tag == "-text":
            pieces.append(_SPACES.sub(" ", node.text_content or ""))
        else:
            quoted = bool(quotes) and node.mem_id in quotes
            depth += quoted
            if quoted or tag in _BLOCKS:
                pieces.append("\n" + "> " * depth)
                if tag != "br":
                    stack.append((node, True))
            stack += [(child, False) for child in reversed(list(node.iter(include_text=True)))]
    text = re.sub(r"[ \t]*\n(?:(?:> )*[ \t]*\n)*", "\n", "".join(pieces) + "\n")
    return "\n".join((re.sub(r"[ \t]{2,}", " ", line) if "  " in line or "\t" in line else line).strip() for line in text.split("\n") if not _EMPTY.fullmatch(line))


CLEANERS: dict[str, frozenset[Kind]] = {  # the kinds of parts that each takes out
    "quotes": frozenset(["quote", "context", "forward", "header", "marker"]),  # lines that begin with >, and everything below the header of an earlier mail
    "signature": frozenset(["signature"]),  # below the ``-- `` line, or what a phone signs with
}


def clean(text: str, names: Sequence[str]) -> str:
    """The text with everything that is not the writer's own blanked, of the same length.

    A message of nothing but lines that begin with > is left as it is: then the quote is what was sent. A mail that only passes another on says nothing of its own.

    >>> clean("Works now\\n> did it work?", ["quotes"])
    'Works now\\n              '
    """
    kinds = _kinds(tuple(names))
    spans = [(c.start, c.end) for c in replies.cuts(text) if c.kind in kinds] if kinds else []
    if not spans:
        return text
    kept = list(text)
    for start, end in spans:
        kept[start:end] = "\n".join([" " * len(line) for line in text[start:end].split("\n")])
    cleaned = "".join(kept)
    return cleaned if cleaned.strip() or not text.lstrip().startswith(">") else text


@cache
def _kinds(names: tuple[str, ...]) -> frozenset[Kind]:
    """The kinds of parts that some cleaners take out."""
    if unknown := [name for name in names if name not in CLEANERS]:
        raise UnknownName("cleaner", unknown[0], CLEANERS)
    return frozenset(chain.from_iterable([CLEANERS[name] for name in names]))


_UNSAFE = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
_KEPT = {"\n", "\t", "\u200d"}  # the joiner of emoji


def printable(text: str) -> str:
    """Text that may be sent to a terminal: no control, escape, or direction-changing character is left.

    >>> printable("a\\x1b[31mb\\u202ec")
    'a�[31mb�c'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join("\ufffd" if unicodedata.category(c) in _UNSAFE and c not in _KEPT else c for c in text)
