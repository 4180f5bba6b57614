"""Which channel a text names: for redirects and earlier contacts."""

from __future__ import annotations

import re
from functools import cache

from . import packs

NEAR = 60  # characters around the words in question in which a channel counts as named by them


@cache
def _patterns(code: str) -> list[tuple[str, re.Pattern[str]]]:
    return [(name, re.compile("|".join(f"(?:{e})" for e in expressions))) for name, expressions in packs.language(code).channels.items()]


def channel_named(folded: str, code: str | None, span: tuple[int, int]) -> str | None:
    """The channel whose name stands nearest to some characters of a folded text; None where none is near.

    >>> channel_named("please dm us your number", "en", (7, 12))
    'dm'
    """
    if code not in packs.languages():
        return None
    best: tuple[int, str] | None = None
    for name, pattern in _patterns(code):
        for match in pattern.finditer(folded):
            apart = max(0, match.start() - span[1], span[0] - match.end())
            if apart <= NEAR and (best is None or apart < best[0]):
                best = apart, name
    return best[1] if best else None
