"""Writers: conversations out, one file per form that others read.

To add one, put a module here with a function decorated ``@writer("name", ...)``. It is given the conversations, one at a time, and a path that nobody
else sees: a file to make, or an empty folder. Its docstring says what the form cannot hold; whatever else a conversation has must come back when it is read again.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec import Struct

from ..registry import Registry
from ..types import Conversation

Write = Callable[[Iterable[Conversation], Path], None]
LINES = (".jsonl", ".ndjson")


class Writer(Struct, frozen=True):
    """One form. ``holds``: names (or patterns) of the files of its folder, where it is one; ``lines``: it can be one file with an object a line as well."""

    name: str
    doc: str
    write: Write
    holds: tuple[str, ...]
    lines: bool

    def makes_folder(self, path: Path) -> bool:
        """Whether this path is to be a folder."""
        return bool(self.holds) and not (self.lines and path.suffix.lower() in LINES)


WRITERS: Registry[Writer] = Registry("writer", __name__)


def writer(name: str, *, holds: tuple[str, ...] = (), lines: bool = False) -> Callable[[Write], Write]:
    """Register a writer."""

    def register(function: Write) -> Write:
        WRITERS.add(name, Writer(name, inspect.getdoc(function) or "", function, holds, lines), function.__code__.co_filename)
        return function

    return register
