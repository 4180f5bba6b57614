"""JSON as text: read into values, or, where it is broken, as far as it is whole. Nesting is bounded."""

from __future__ import annotations

import re
from typing import Any

import msgspec

DEPTH = 200  # brackets within brackets of a broken text; deeper is an attack or a mistake
_decode = msgspec.json.Decoder().decode
_MARKS = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
_COMMENTS = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|//[^\n]*', re.DOTALL)
WIDE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{1,3}")  # characters of several bytes in UTF-8
_CLOSE = {b"[": b"]", b"{": b"}"}


def parse(data: bytes | str) -> Any:
    """JSON, or ValueError in one line; what is nested too deep for the parser is refused."""
    try:
        return _decode(data)
    except RecursionError as error:
        raise ValueError(f"brackets are nested deeper than {DEPTH}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error


def salvage(data: bytes) -> tuple[Any, int]:
    """What a broken document holds up to the last value that is whole, and the byte where that ends. Linear in its size.

    ``//`` comments, which no JSON may have but printed examples do, are blanked first.

    >>> salvage(b'{"a": [1, {"b": 2}, {"c": ')
    ({'a': [1, {'b': 2}]}, 18)
    """
    if b"//" in data:
        data = _COMMENTS.sub(lambda m: m[0] if m[0].startswith(b'"') else b" " * len(m[0]), data)
    stack: list[bytes] = []
    whole: list[tuple[int, bytes]] = []  # places after which everything open can be closed
    for mark in _MARKS.finditer(data):
        what = mark[0]
        if what in (b"[", b"{"):
            stack.append(what)
            if len(stack) > DEPTH:
                break
        elif what in (b"]", b"}"):
            if not stack or _CLOSE[stack[-1]] != what:
                break
            stack.pop()
            whole = [*whole[-2:], (mark.end(), b"".join(_CLOSE[s] for s in reversed(stack)))]
            if not stack:
                break
        elif what == b"," and stack:
            whole = [*whole[-2:], (mark.start(), b"".join(_CLOSE[s] for s in reversed(stack)))]
    for end, closing in reversed(whole):
        try:
            return parse(data[:end] + closing), end
        except ValueError:
            continue
    return None, 0


def manner(bad: int, wide: int) -> tuple[str, str]:
    """How to read what should be UTF-8 and is not, and what to say of it: by how many places decode to a replacement, and how many look like letters of several bytes."""
    if bad < wide:
        return "utf-8", f"holds {bad} bytes that are not UTF-8: they are replaced"
    return "cp1252", "is not UTF-8: it is read as Windows-1252"
