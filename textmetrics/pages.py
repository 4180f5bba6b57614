"""Pages that programs write: cut at the marks their parts bear, without a tree of the whole, however long they are."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from html import unescape

from .documents import text_of
from .sources import Source, blocks, encoding_of
from .types import Problem

LONGEST_TAG = 2000  # characters in which the mark that a part begins with stands
_DIV = re.compile(r"<(/?)div\b")


def beginning(head: bytes) -> str:
    """The first bytes of a page as text; nothing of what is no page."""
    text = head.decode("utf-8", "replace")
    return text if text.lstrip("\ufeff \r\n")[:1] == "<" else ""


def opened(source: Source) -> tuple[str, list[Problem], list[Problem]]:
    """A whole page, what was wrong in reading it, and, to be told after what it holds, that it does not end."""
    data, faults = text_of(source)
    html = data.decode("utf-8", "replace")
    ends = "</html>" in html[-2000:]
    return html, faults, [] if ends else [Problem(source.name, "the page does not end: it was cut off here", byte=len(data))]


def pieces(source: Source, part: re.Pattern[str]) -> Iterator[str | Problem]:
    """A page of any length: all before its first part, then some whole parts at a time, each as it begins with what ``part`` finds."""
    encoding, mark = encoding_of(source.head())
    decode, rest, seen = codecs.getincrementaldecoder(encoding)("replace").decode, "", 0
    for block in blocks(source):
        if isinstance(block, Problem):
            yield block
            continue
        rest += decode(block[mark:])
        mark = 0
        begins = [m.start() for m in part.finditer(rest, seen)]
        if begins:
            if begins[0]:
                yield rest[: begins[0]]
            if len(begins) > 1:
                yield rest[begins[0] : begins[-1]]
            rest = rest[begins[-1] :]
        seen = max(1, len(rest) - LONGEST_TAG)
    yield rest + decode(b"", True)


def inside(html: str, start: int) -> str:
    """What stands in a div that has just begun, up to where it ends.

    >>> inside("<div>a<div>b</div>c</div>d", 5)
    'a<div>b</div>c'
    """
    depth = 1
    for match in _DIV.finditer(html, start):
        depth += -1 if match[1] else 1
        if not depth:
            return html[start : match.start()]
    return html[start:]


def line(html: str) -> str:
    """A short piece of a page as one line of text.

    >>> line(" Ana &amp;\\n<b>Tom</b> ")
    'Ana & Tom'
    """
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())
