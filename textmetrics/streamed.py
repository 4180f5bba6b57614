"""A JSON document of any size: what stands beside its long lists, and the elements of these, one at a time.

One pass over the file finds what stands beside the lists, before them or behind, how many elements they have, and where the document is damaged; each
walk over elements is a pass of its own, one for all lists that are walked in their order. What is held is a piece of the file and what stands beside the
lists. The values are those that `syntax.parse` makes of the whole, and of a document that is cut off the same head is kept.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from .sources import LONGEST, Source, blocks, encoding_of
from .syntax import DEPTH, WIDE, manner, parse, salvage
from .types import Problem

Path = tuple[str, ...]
Numbered = tuple[int, Any]  # an element, with the number of its list in the document
NEAR = 16  # characters before the end of a piece in which what looks like damage may be a word that goes on
CUT = "Input data was truncated"
_GAP = re.compile(r"[ \t\r\n]*")
_HIGH = bytes(range(128, 256))
_NOTHING: Any = object()  # a value of which nothing can be kept


def _refused(word: str) -> Any:
    raise ValueError(f"JSON is malformed: {word}")


_first = json.JSONDecoder(parse_constant=_refused).raw_decode  # a value, and where it ends


class Elements(Collection[Any]):
    """The elements of a list that is read as a stream. Their number is known; each walk over them reads the file anew."""

    def __init__(self, number: int, count: int, walk: Callable[[int], Iterator[Any]], made: Callable[[Any], Any] | None = None) -> None:
        self._number, self._count, self._walk, self._made = number, count, walk, made

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Any]:
        found = self._walk(self._number) if self._count else iter(())
        return map(self._made, found) if self._made else found

    def __contains__(self, value: object) -> bool:
        return any(value == one for one in self)

    def each(self, made: Callable[[Any], Any]) -> Elements:
        """The same list, of each element what is made of it."""
        return Elements(self._number, self._count, self._walk, made)


def skeleton(source: Source, paths: Iterable[Path], skip: re.Pattern[bytes] | None = None) -> tuple[Any, list[Problem]]:
    """A document whose lists at ``paths`` are `Elements`, and what is wrong with it; None where nothing can be read.

    A path is the names that lead to a list, in lower case, ``*`` standing for every element of a list on the way; () is a document that is a list itself.
    ``skip`` is what may stand before the document.
    """
    lists = _Lists(source, tuple(paths), skip)
    try:
        return lists.outline()
    except UnicodeDecodeError:
        lists.recode()
        return lists.outline()


class _Lists:
    """The long lists of one document, and how it is to be read."""

    def __init__(self, source: Source, paths: tuple[Path, ...], skip: re.Pattern[bytes] | None) -> None:
        self._source, self._paths, self._skip = source, paths, skip
        self._encoding, self._mark = encoding_of(source.head())
        self._errors, self._told = "strict" if self._encoding == "utf-8" else "replace", ""
        self._idle: tuple[int, Iterator[tuple[int, Iterator[Numbered]]]] | None = None  # a walk that waits, behind which list

    def outline(self) -> tuple[Any, list[Problem]]:
        """What stands beside the lists, and what is wrong."""
        problems: list[Problem] = []
        walk = self._walk(problems)
        for _ in walk:
            pass
        if self._told:
            problems.append(Problem(self._source.name, self._told, kept=True))
        if walk.why:
            reason = f"is no JSON: {walk.why}" if walk.root is None else f"is no sound JSON ({walk.why}); what stands before is kept"
            problems.append(Problem(self._source.name, reason, byte=walk.byte, kept=walk.root is not None))
        return walk.root, problems

    def elements(self, number: int) -> Iterator[Any]:
        """The elements of one list. A walk that has come to its end goes on with a later list; it is never shared by two at once."""
        left, lists = self._idle or (number, iter(()))
        self._idle = None
        if left >= number:
            lists = groupby(self._walk([]), key=itemgetter(0))
        for left, found in lists:
            if left == number:
                yield from (value for _, value in found)
                self._idle = number, lists
                return

    def recode(self) -> None:
        """Settle how to read what is not UTF-8, by all of it."""
        bad = wide = 0
        decode, rest = codecs.getincrementaldecoder("utf-8")("replace").decode, b""
        for block in blocks(self._source):
            if isinstance(block, bytes):
                bad += decode(block).count("\ufffd")
                rest += block
                whole = len(rest.rstrip(_HIGH))
                wide, rest = wide + len(WIDE.findall(rest[:whole])), rest[whole:]
        bad, wide = bad + decode(b"", True).count("\ufffd"), wide + len(WIDE.findall(rest))
        self._encoding, self._told = manner(bad, wide)
        self._errors = "replace"

    def _walk(self, problems: list[Problem]) -> _Walk:
        return _Walk(self._text(problems), self._paths, self.elements)

    def _text(self, problems: list[Problem]) -> Iterator[str]:
        """The text of the source in pieces."""
        decode, begun = codecs.getincrementaldecoder(self._encoding)(self._errors).decode, False
        for block in blocks(self._source):
            if isinstance(block, Problem):
                problems.append(block)
                continue
            text = decode(block if begun else block[self._mark :])
            if self._skip and not begun:
                text = self._skip.sub(b"", text.encode(), count=1).decode()
            begun = True
            if text:
                yield text


class _Walk:
    """One walk through a document: over the elements of its lists, to what stands beside them (``root``) and why it ends early (``why``)."""

    def __init__(self, pieces: Iterator[str], paths: tuple[Path, ...], walk: Callable[[int], Iterator[Any]]) -> None:
        self._pieces, self._paths, self._again = pieces, paths, walk
        self._text, self._at, self._gone, self._lists = "", 0, 0, 0
        self._whole = 0  # up to which everything open can be closed
        self.root: Any = None
        self.why = ""

    def __iter__(self) -> Iterator[Numbered]:
        root = yield from self._value(self._paths)
        self.root = None if root is _NOTHING else root
        if not self.why and self._peek():
            self.why = "JSON is malformed: trailing characters"

    @property
    def byte(self) -> int:
        """Where what is kept ends."""
        return self._gone + len(self._text[: self._whole].encode())

    def _value(self, paths: tuple[Path, ...]) -> Generator[Numbered, None, Any]:
        """What stands here; on the way its lists are walked."""
        opening = self._peek()
        if opening == "[" and () in paths:
            return (yield from self._elements())
        found: Any
        if opening == "{" and any(path[:1] not in ((), ("*",)) for path in paths):
            found = {}
            for _ in self._places("}"):
                key = self._plain(":")
                if not isinstance(key, str):
                    self.why = self.why or "JSON is malformed: object keys must be strings"
                    break
                self._at += 1
                self._peek()
                value = yield from self._value(_below(paths, key.lower()))
                if value is not _NOTHING:
                    found[key] = value
        elif opening == "[" and any(path[:1] == ("*",) for path in paths):
            found = []
            for _ in self._places("]"):
                value = yield from self._value(_below(paths, "*"))
                found += [value] * (value is not _NOTHING)
        else:
            return self._plain()
        return found if found or not self.why else _NOTHING

    def _elements(self) -> Generator[Numbered, None, Any]:
        """A list, element by element."""
        number, count = self._lists, 0
        self._lists += 1
        for _ in self._places("]"):
            if (value := self._plain()) is not _NOTHING:
                count += 1
                yield number, value
        return Elements(number, count, self._again) if count or not self.why else _NOTHING

    def _places(self, closing: str) -> Iterator[None]:
        """Stop at every value of an object or list that opens here, and after its end."""
        self._at += 1
        if self._peek() == closing:
            self._at = self._whole = self._at + 1
            return
        while True:
            yield
            if self.why:
                return
            mark = self._peek()
            if mark not in (",", closing) or not mark:
                self.why = f"JSON is malformed: expected ',' or '{closing}'" if mark else CUT
                return
            if mark == closing:
                self._at = self._whole = self._at + 1
                return
            self._whole = self._at
            self._at += 1
            self._peek()

    def _plain(self, before: str = ",]}") -> Any:
        """The value that stands here, whole, or what can be kept of it; a text or number only ``before`` what must follow it: else it may be cut, too."""
        while True:
            try:
                value, end = _first(self._text, self._at)
            except json.JSONDecodeError as error:
                if error.pos < len(self._text) - NEAR and not error.msg.startswith("Unterminated"):
                    return self._broken(f"JSON is malformed: {error.msg}", error.pos)
                if len(self._text) - self._at > LONGEST:
                    return self._broken(f"a value of more than {LONGEST >> 20} MB", len(self._text))
                if not self._read():
                    return self._broken(CUT, len(self._text) if error.msg.startswith("Unterminated") else error.pos)
            except RecursionError:
                return self._broken(f"brackets are nested deeper than {DEPTH}", len(self._text))
            except ValueError as error:
                return self._broken(str(error), self._at)
            else:
                if end < len(self._text) or isinstance(value, dict | list) or not self._read():
                    break
        try:
            value = _sound(self._text[self._at : end], value)
        except ValueError as error:
            return self._broken(str(error), self._at)
        self._at = end
        if isinstance(value, dict | list):
            self._whole = end
        elif (mark := self._peek()) not in tuple(before):
            self.why = f"JSON is malformed: expected one of {' '.join(before)}" if mark else CUT
            return _NOTHING
        return value

    def _broken(self, why: str, end: int) -> Any:
        """The end of the walk: what a value holds before the place where it is broken."""
        self.why = why
        given = self._text[self._at : end].encode()
        kept, size = salvage(given)
        if kept is None:
            return _NOTHING
        self._whole = self._at + len(given[:size].decode())
        return kept

    def _peek(self) -> str:
        """The next character that is no blank, which is gone to; "" at the end."""
        while True:
            self._at = _GAP.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._read():
                return ""

    def _read(self) -> bool:
        """Read on, at least as much again as is held; what is done with is let go. False at the end."""
        self._gone += len(self._text[: self._whole].encode())
        parts = [self._text[self._whole :]]
        self._at, self._whole, held = self._at - self._whole, 0, len(parts[0])
        while held >= 0 and (piece := next(self._pieces, "")):
            parts.append(piece)
            held -= len(piece)
        self._text = "".join(parts)
        return len(parts) > 1


def _sound(text: str, value: Any) -> Any:
    """A value as `parse` makes it of its text; half a surrogate pair, which cut texts end in, is a question mark."""
    try:
        return parse(text)
    except ValueError:
        return parse(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def _below(paths: tuple[Path, ...], name: str) -> tuple[Path, ...]:
    """The paths that lead on from a name."""
    return tuple(path[1:] for path in paths if path[:1] == (name,))
