"""Text folded for matching: lower case, plain letters, straight quotes; character for character.

People leave out accents, phones set curly apostrophes, exports carry odd spaces. Cues are searched in
folded text, and a folded text is as long as its original, so a place in one is a place in the other.
"""

from __future__ import annotations

import re
import unicodedata

QUOTES = {c: "'" for c in "\u2018\u2019\u201a\u201b\u2032\u02bc`\u00b4"} | {c: '"' for c in "\u201c\u201d\u201e\u201f\u00ab\u00bb"}
SPACES = {c: " " for c in "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t"}
DASHES = {c: "-" for c in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"}
LETTERS = {"ß": "s", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ı": "i", "æ": "e", "Æ": "e", "œ": "e", "Œ": "e"}


def _folded_letter(c: str) -> str:
    plain = unicodedata.normalize("NFKD", c)[0].lower()
    return plain if len(plain) == 1 else c


_TABLE = {chr(i): _folded_letter(chr(i)) for i in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00), *range(0xFF01, 0xFF5F))} | LETTERS | QUOTES | SPACES | DASHES
_FOLDED = re.compile(f"[{re.escape(''.join(_TABLE))}]")


def fold(text: str) -> str:
    """The text as cues see it, of the same length.

    >>> fold("Non è “chiaro”, l’app…")
    'non e "chiaro", l\\'app…'
    """
    if text.isascii():
        return text.lower()
    text = _FOLDED.sub(lambda found: _TABLE[found[0]], text)
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
