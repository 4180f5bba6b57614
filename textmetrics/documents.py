"""JSON exports: whole documents, lists of objects, objects a line; large ones as a stream, cut ones as far as they go.

Most platforms hand out one of these forms, often more than one of them for the same objects, so a reader asks for its objects
(`objects`) or for the document (`document`) and need not know which form came. Nesting is bounded, numbers that look like ids keep
their digits, and what is cut off is a Problem at its byte while the head before it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any

from msgspec import Struct

from .sources import HEAD, Source, blocks, decoded, encoding_of, not_utf8, raw_lines
from .streamed import Elements, skeleton
from .syntax import WIDE, manner, parse, salvage
from .types import Problem

LARGE = 8 << 20  # bytes from which lists are read as a stream: parsed whole, a document takes up to ten times its size
LONGEST_LINE = 16 << 20  # bytes in which the first line of a file with an object a line must end


class Item(Struct, frozen=True):
    """One object of an export: its number from 1, and the line or byte it begins at, where that is known."""

    value: dict[str, Any]
    number: int
    line: int | None = None
    byte: int | None = None


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


def has(value: Any, path: str, name: str) -> bool:
    """Whether what stands at a path is an object with something of a name, be it nothing.

    >>> has({"thread": {"events": None}}, "thread", "events"), has({"thread": 5}, "thread", "events")
    (True, False)
    """
    found = get(value, path)
    return isinstance(found, dict) and name in found


def each(value: Any, path: str) -> Collection[dict[str, Any]]:
    """The objects of a list that may be too long to be held; what is none in it is an empty one. How many there are is known, each walk over `Elements` reads the file."""
    found = get(value, path)
    if isinstance(found, Elements):
        return found.each(_an_object)
    return [_an_object(one) for one in found] if isinstance(found, list) else []


def _an_object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


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


def document(source: Source, *paths: str, skip: re.Pattern[bytes] | None = None) -> tuple[Any, list[Problem]]:
    """One JSON document; of a cut or damaged one what stands before the damage, with a Problem; None where nothing can be read.

    In a large one, or a broken one, the lists at ``paths`` are `Elements`, not lists: they are walked, never held. ``chats.*.messages`` are the messages of each of the chats,
    "" is a document that is a list itself. ``skip``: what may stand before the document.
    """
    lists = [tuple(path.lower().split(".")) if path else () for path in paths]
    if paths and _large(source):
        return skeleton(source, lists, skip)
    data, problems = text_of(source)
    if skip:
        data = skip.sub(b"", data, count=1)
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
    if kept is None:  # its brackets do not show where it is broken
        return skeleton(source, lists, skip)
    return kept, [*problems, Problem(source.name, f"is no sound JSON ({why}); what stands before is kept", byte=at, kept=True)]


def _large(source: Source) -> bool:
    """Whether a source is too much to be held as one document."""
    return source.size > LARGE or (bool(source.packing) and len(source.head(LARGE + 1)) > LARGE)


def _utf8(data: bytes) -> tuple[bytes, str]:
    """A text as UTF-8, and how it had to be read where it was none: a cut character is left out, single bytes are replaced, else it is Windows-1252."""
    try:
        data.decode()
        return data, ""
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 and error.reason == "unexpected end of data":
            return data[: error.start], ""
    encoding, told = manner(data.decode("utf-8", "replace").count("\ufffd"), len(WIDE.findall(data)))
    return data.decode(encoding, "replace").encode(), told


def objects(source: Source, *paths: str, within: Iterable[str] = ()) -> Iterator[Item | Problem]:
    """The objects of an export: those of the lists at ``paths`` (``tickets``, ``data.items``), of a bare list, or one a line; else the document itself.

    Lines may be envelopes themselves: pages of an interface, written one below the other. ``within``: the lists that are `Elements` where a large document is
    itself the object.
    """
    if _by_line(source, source.head()):
        yield from by_line(source, *paths)
        return
    value, problems = document(source, "", *paths, *within)
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
        text = _beginning(head).lstrip() if b"\n" in (head := source.head(LONGEST_LINE)) else b""
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
    try:
        value = parse(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def by_line(source: Source, *paths: str) -> Iterator[Item | Problem]:
    """The objects of a file that holds one a line, or an envelope of them a line; a line that is no object is a Problem."""
    number, told = 0, False
    for line in raw_lines(source):
        if isinstance(line, Problem):
            yield line
            continue
        at, byte, raw = line
        if not paths and (value := _object(raw)) is not None:
            number += 1
            yield Item(value, number, at, byte)
            continue
        text, sound = decoded(raw)
        if not (sound or told):
            told = True
            yield not_utf8(source, at, byte)
        if text.strip():
            try:
                values = list(_lists(parse(text), paths)) if paths and text.lstrip().startswith("{") else [parse(text)]
            except ValueError as error:
                number += 1
                yield Problem(source.name, f"is no JSON: {error}", number, at, byte)
                continue
            for value in values:
                number += 1
                if isinstance(value, dict):
                    yield Item(value, number, at, byte)
                else:
                    yield Problem(source.name, f"is no JSON object but a {type(value).__name__}", number, at, byte)


def _lists(value: Any, paths: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(value, list | Elements):
        yield from value
        return
    found = [one for path in paths if (one := get(value, path)) is not None]
    for one in found or ([value] if value is not None else []):
        yield from one if isinstance(one, list | Elements) else [one]
