"""What is cut from a message before it is read: quotes of others, signatures, markup, control characters.

Cutting never moves a character: what is cut is blanked (`quotes`, `signature`), so a place in the cleaned text is the same
place in the message. HTML becomes text once, when it is read (`plain`), and everything after speaks of that text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

from . import replies
from .errors import UnknownName

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
_QUOTES = ("blockquote", "aside.quote", ".gmail_quote", ".moz-cite-prefix", ".yahoo_quoted", "#appendonsend")
DEEPEST = 400  # elements in one another from which the parser would take time that grows with the square of the depth
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]{0,30})[^<>]*>")
_HIDDEN_PARTS = re.compile(r"(?is)<(?:script|style|template|noscript)\b[^<>]*>[^<]*")
_FLAT = frozenset(["p", "li", "td", "tr", "th", "dt", "dd", "option", "br", "hr", "img", "input", "meta", "link", "wbr", "col", "source"])  # elements that end by themselves
_MARKUP = re.compile(r"<[a-zA-Z!/]|&[a-zA-Z#]\w{1,30};")


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
    """HTML as text: a line a block, quotations as lines that begin with ``> ``, nothing of scripts, styles and hidden parts.

    >>> plain("<p>Hi <b>Ana</b>&nbsp;&amp; co</p><blockquote>old</blockquote><script>x()</script>new")
    'Hi Ana & co\\n> old\\nnew'
    """
    if not _MARKUP.search(html):
        return html.strip()
    if _nested(html) > DEEPEST:
        return _stripped(html)
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    tree.strip_tags(_DROPPED)
    for node in tree.css(_HIDDEN):
        node.decompose()
    pieces: list[str] = []
    root = tree.body or tree.root
    if root is None:
        return ""
    quotes = {node.mem_id for selector in _QUOTES for node in tree.css(selector)}
    depth = 0
    stack = [(root, False)]
    while stack:
        node, leaving = stack.pop()
        if leaving:
            if node.mem_id in quotes:
                depth -= 1
            pieces.append("\n" + "> " * depth)
        elif node.tag == "-text":
            pieces.append(re.sub(r"\s+", " ", node.text_content or "").replace("\u00a0", " "))
        else:
            block = node.tag in _BLOCKS or node.mem_id in quotes
            if node.mem_id in quotes:
                depth += 1
            if block:
                pieces.append("\n" + "> " * depth)
                if node.tag != "br":
                    stack.append((node, True))
            stack += [(child, False) for child in reversed(list(node.iter(include_text=True)))]
    text = re.sub(r"[ \t]*\n(?:(?:> )*[ \t]*\n)*", "\n", "".join(pieces) + "\n")
    return "\n".join(re.sub(r"[ \t]{2,}", " ", line).strip() for line in text.split("\n") if line.strip(" >"))


def quotes(text: str) -> list[tuple[int, int]]:
    """Where a message quotes or passes on others: lines that begin with >, and everything below the header of an earlier mail."""
    return [(c.start, c.end) for c in _cuts(text) if c.kind != "signature"]


def signature(text: str) -> list[tuple[int, int]]:
    """Where a message is signature: below the ``-- `` line, or what a phone signs with."""
    return [(c.start, c.end) for c in _cuts(text) if c.kind == "signature"]


_cuts = lru_cache(maxsize=4)(replies.cuts)  # the cleaners of one text ask one after the other
CLEANERS: dict[str, Callable[[str], list[tuple[int, int]]]] = {"quotes": quotes, "signature": signature}


def clean(text: str, names: Sequence[str]) -> str:
    """The text with everything that is not the writer's own blanked, of the same length.

    A message of nothing but lines that begin with > is left as it is: then the quote is what was sent. A mail that only passes another on says nothing of its own.

    >>> clean("Works now\\n> did it work?", ["quotes"])
    'Works now\\n              '
    """
    spans: list[tuple[int, int]] = []
    for name in names:
        if name not in CLEANERS:
            raise UnknownName("cleaner", name, CLEANERS)
        spans += CLEANERS[name](text)
    if not spans:
        return text
    kept = list(text)
    for start, end in spans:
        kept[start:end] = [c if c == "\n" else " " for c in text[start:end]]
    cleaned = "".join(kept)
    return cleaned if cleaned.strip() or not text.lstrip().startswith(">") else text


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
