"""Pages that programs write: cut at the marks their parts bear, without a tree of the whole, however long they are."""

from __future__ import annotations

import re
from html import unescape

_DIV = re.compile(r"<(/?)div\b")


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
