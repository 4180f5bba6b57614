"""How many pages of others mention something, where an export lists them: one site is one, and one text on several sites is one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from .folding import fold

SEPARATED = re.compile(r"[\s,;|]+")
WORDS = re.compile(r"\w+")
TELLING = 3  # words from which the last part of an address, or a title, tells a text from others: "index" and "2024/05" do not


def listed(value: Any) -> list[Any] | None:
    """The pages a cell names, as a list or as addresses in one text; None where it is a count, or nothing.

    >>> listed("https://a.example/x https://b.example/y"), listed("3")
    (['https://a.example/x', 'https://b.example/y'], None)
    """
    if isinstance(value, list):
        return value
    return [part for part in SEPARATED.split(value) if "://" in part] if isinstance(value, str) and "://" in value else None


def distinct(pages: Iterable[Any]) -> int:
    """How many different ones some pages are. A page is its address, or an object with ``url`` and, where known, ``canonical_url``, ``title`` and ``text``.

    Two are one when they share the site, the canonical address, the telling last part of their addresses, or the words of their titles or texts.

    >>> distinct(["https://www.a.example/2024/how-to-reset-it", "https://a.example/other", "https://b.example/news/how-to-reset-it?utm=1", "https://c.example/"])
    2
    """
    groups: list[set[str]] = []
    for page in pages:
        marks = _marks(page)
        if marks:
            same = [g for g in groups if g & marks]
            groups = [g for g in groups if not g & marks] + [marks.union(*same)]
    return len(groups)


def _marks(page: Any) -> set[str]:
    """What a page is known by."""
    told = page if isinstance(page, Mapping) else {"url": page}
    found: set[str] = set()
    for address in (told.get("canonical_url"), told.get("url")):
        if isinstance(address, str) and address.strip():
            found |= _address(address.strip())
    for name in ("title", "text"):
        words = WORDS.findall(fold(str(told.get(name) or "")))
        if len(words) >= TELLING:
            found.add("words " + " ".join(words))
    return found


def _address(address: str) -> set[str]:
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return {f"address {address}"}
    last = WORDS.findall(fold(parts.path.rstrip("/").rpartition("/")[2].partition(".")[0]))
    slug = [w for word in last for w in word.split("_") if w and not w.isdigit()]
    return {f"site {host}"} | ({"slug " + " ".join(slug)} if len(slug) >= TELLING else set())
