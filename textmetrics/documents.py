"""JSON exports: whole documents, lists of objects, objects a line; large ones as a stream, cut ones as far as they go.

Most platforms hand out one of these forms, often more than one of them for the same objects, so a reader asks for its objects
(`objects`) or for the document (`document`) and need not know which form came. Nesting is bounded, numbers that look like ids keep
their digits, and what is cut off is a Problem at its byte while the head before it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from .sources import HEAD, Source, blocks, encoding_of, lines
from .types import Problem

LARGE = 256 << 20  # bytes from which a list is read as a stream, not as one document
LONGEST_LINE = 16 << 20  # bytes in which the first line of a file with an object a line must end
DEPTH = 200  # brackets within brackets; deeper is an attack or a mistake
_decode = msgspec.json.Decoder().decode
_MARKS = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
_COMMENTS = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|//[^\n]*', re.DOTALL)
_WIDE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{1,3}")  # characters of several bytes in UTF-8
_CLOSE = {b"[": b"]", b"{": b"}"}


class Item(Struct, frozen=True):
    """One object of an export: its number from 1, and the line or byte it begins at, where that is known."""

    value: dict[str, Any]
    number: int
    line: int | None = None
    byte: int | None = None


def parse(data: bytes | str) -> Any:
    """JSON, or ValueError in one line; what is nested deeper than `DEPTH` is refused."""
    try:
        return _decode(data)
    except RecursionError as error:
        raise ValueError(f"brackets are nested deeper than {DEPTH}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error


def get(value: Any, path: str, default: Any = None) -> Any:
    """What stands at ``a.b.c`` in nested objects, a number being a place in a list; names match in any case where they do not match exactly.

    >>> get({"Body": {"Content": "hi"}}, "body.content")
    'hi'
    """
    if type(value) is dict and (plain := value.get(path)) is not None:
        return plain
    for name in path.split("."):
        if isinstance(value, dict):
            if name not in value:
                name = next((k for k in value if isinstance(k, str) and k.lower() == name.lower()), name)
            value = value.get(name)
        elif isinstance(value, list) and name.lstrip("-").isdigit() and -len(value) <= int(name) < len(value):
            value = value[int(name)]
        else:
            return default
        if value is None:
            return default
    return value


def texts(value: Any) -> Iterator[str]:
    """Every text in nested objects and lists.

    >>> sorted(texts({"a": ["x", {"b": "y"}], "c": 1}))
    ['x', 'y']
    """
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict | list):
            stack += one.values() if isinstance(one, dict) else one


def text_of(source: Source) -> tuple[bytes, list[Problem]]:
    """The whole of a source as UTF-8 without a byte order mark, and what cut it short."""
    parts, problems = [], []
    for block in blocks(source):
        if isinstance(block, Problem):
            problems.append(block)
        else:
            parts.append(block)
    data = b"".join(parts)
    encoding, skip = encoding_of(data[:65536])
    if skip or encoding != "utf-8":
        data = data[skip:] if encoding == "utf-8" else data[skip:].decode(encoding, "replace").encode()
    return data, problems


def document(source: Source) -> tuple[Any, list[Problem]]:
    """One JSON document; of a cut or damaged one what stands before the damage, with a Problem; None where nothing can be read."""
    data, problems = text_of(source)
    try:
        return parse(data), problems
    except ValueError as error:
        why = str(error)
    data, told = _utf8(data)
    if told:
        problems.append(Problem(source.name, told, kept=True))
        try:
            return parse(data), problems
        except ValueError as error:
            why = str(error)
    kept, at = salvage(data)
    reason = f"is no sound JSON ({why}); what stands before is kept" if kept is not None else f"is no JSON: {why}"
    return kept, [*problems, Problem(source.name, reason, byte=at, kept=kept is not None)]


def _utf8(data: bytes) -> tuple[bytes, str]:
    """A text as UTF-8, and how it had to be read where it was none: a cut character is left out, single bytes are replaced, else it is Windows-1252."""
    try:
        data.decode()
        return data, ""
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 and error.reason == "unexpected end of data":
            return data[: error.start], ""
    text = data.decode("utf-8", "replace")
    if (bad := text.count("\ufffd")) < len(_WIDE.findall(data)):
        return text.encode(), f"holds {bad} bytes that are not UTF-8: they are replaced"
    return data.decode("cp1252", "replace").encode(), "is not UTF-8: it is read as Windows-1252"


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


def objects(source: Source, *paths: str) -> Iterator[Item | Problem]:
    """The objects of an export: those of the lists at ``paths`` (``tickets``, ``data.items``), of a bare list, or one a line; else the document itself.

    Lines may be envelopes themselves: pages of an interface, written one below the other.
    """
    head = source.head()
    if _by_line(source, head):
        yield from by_line(source, *paths)
        return
    if source.size > LARGE and (at := _stream_path(head, paths)) is not None:
        yield from _stream(source, at)
        return
    value, problems = document(source)
    yield from problems
    for number, one in enumerate(_lists(value, paths), start=1):
        if isinstance(one, dict):
            yield Item(one, number)
        else:
            yield Problem(source.name, f"is no object but a {type(one).__name__}", number)


@lru_cache(maxsize=2)
def head_value(head: bytes) -> Any:
    """What the first bytes of a JSON file hold, closed where they were cut: for a reader to look at before it claims; None where it is no JSON."""
    data = _beginning(head)
    if data.lstrip()[:1] not in (b"{", b"["):
        return None
    first, end, _ = data.lstrip().partition(b"\n")
    if end and (value := _object(first)) is not None:
        return value
    try:
        return parse(data)
    except ValueError:
        return salvage(data)[0]


def _by_line(source: Source, head: bytes) -> bool:
    """Whether each line is an object of its own: the first one is whole, however long."""
    text = _beginning(head).lstrip()
    if not text.startswith(b"{"):
        return False
    if b"\n" not in text and len(head) == HEAD:
        text = _beginning(source.head(LONGEST_LINE)).lstrip()
    first, end, _ = text.partition(b"\n")
    return (bool(end) or len(head) < HEAD) and _object(first) is not None


def _beginning(head: bytes) -> bytes:
    """The first bytes of a text as UTF-8 without a mark; a character cut at the end is left out."""
    encoding, skip = encoding_of(head)
    if encoding != "utf-8":
        return head[skip:].decode(encoding, "ignore").encode()
    head = head[skip:]
    for cut in range(min(4, len(head))):  # a character of several bytes may be cut at the end
        try:
            head[: len(head) - cut].decode()
            return head[: len(head) - cut]
        except UnicodeDecodeError:
            continue
    return head.decode("cp1252", "replace").encode()


def _object(line: bytes) -> dict[str, Any] | None:
    """The object that a line holds, if that is all it holds."""
    line = line.strip()
    if not (line.startswith(b"{") and line.endswith(b"}")):
        return None
    try:
        value = parse(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def by_line(source: Source, *paths: str) -> Iterator[Item | Problem]:
    """The objects of a file that holds one a line, or an envelope of them a line; a line that is no object is a Problem."""
    number = 0
    for line in lines(source):
        if isinstance(line, Problem):
            yield line
        elif line.text.strip():
            try:
                values = list(_lists(parse(line.text), paths)) if line.text.lstrip().startswith("{") else [parse(line.text)]
            except ValueError as error:
                number += 1
                yield Problem(source.name, f"is no JSON: {error}", number, line.number, line.byte)
                continue
            for value in values:
                number += 1
                if isinstance(value, dict):
                    yield Item(value, number, line.number, line.byte)
                else:
                    yield Problem(source.name, f"is no JSON object but a {type(value).__name__}", number, line.number, line.byte)


def _lists(value: Any, paths: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(value, list):
        yield from value
        return
    found = [one for path in paths if (one := get(value, path)) is not None]
    for one in found or ([value] if value is not None else []):
        yield from one if isinstance(one, list) else [one]


def _stream_path(head: bytes, paths: tuple[str, ...]) -> str | None:
    """Where in a large document the list lies, as ijson says it."""
    value = head_value(head)
    if isinstance(value, list):
        return "item"
    return next((f"{path}.item" for path in paths if isinstance(get(value, path), list)), None)


def _stream(source: Source, path: str) -> Iterator[Item | Problem]:
    """The objects of one list as they come, in memory that does not grow with the file."""
    import ijson

    number = 0
    try:
        with source.open() as stream:
            if source.head(3) == b"\xef\xbb\xbf":
                stream.read(3)
            for value in ijson.items(stream, path, use_float=True):
                number += 1
                yield Item(value, number) if isinstance(value, dict) else Problem(source.name, f"is no object but a {type(value).__name__}", number)
    except (ijson.JSONError, EOFError, OSError) as error:
        yield Problem(source.name, f"the list is cut off or damaged after {number} objects: {' '.join(str(error).split())}", number + 1, kept=True)
