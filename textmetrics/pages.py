"""Pages that programs write: cut at the marks their parts bear, without a tree of the whole, however long they are."""

from __future__ import annotations

import re
from html import unescape

from .documents import text_of
from .sources import Source
from .types import Problem

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
