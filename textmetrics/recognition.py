"""Which reader a file would be read by, and why: what its content shows, never its name alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from . import mapping, sources
from .errors import ReadError
from .mapping import FOLDER_FILE, Map
from .readers import READERS, choose, claimants
from .sidetables import aside
from .sources import Source


class Recognised(Struct, frozen=True):
    """One file: the ``reader`` that will read it (None: none, or more than one), and of every reader that claims it the reason it gives. ``skipped``: it is none to be read."""

    source: str
    reader: str | None
    reasons: dict[str, str]
    advice: str | None = None
    skipped: bool = False

    def __str__(self) -> str:
        why = "; ".join(f"{name}: {reason}" for name, reason in self.reasons.items())
        return f"{self.source}: {self.reader or 'not known'}{f' ({why})' if why else ''}{f'. {self.advice}' if self.advice else ''}"


def formats(*inputs: str | Path) -> list[Recognised]:
    """What each file of some inputs is, and why. Nothing but the first 64 KB of each is looked at.

    >>> formats("corpora/live_chat")[0].reader  # doctest: +SKIP
    'jsonl'
    """
    maps: dict[Path, Map | None] = {}
    return [_recognised(source, maps) for source in sorted(sources.sources(inputs), key=lambda s: s.name)]


def _recognised(source: Source, maps: dict[Path, Map | None]) -> Recognised:
    if Path(source.name).name == FOLDER_FILE:
        return Recognised(source.name, None, {}, "it is the map of its folder", skipped=True)
    if (described := mapping.beside(source.folder, source.name, maps)) is not mapping.GENERIC_FORM:
        return _by_map(source, described)
    found = claimants(source)
    if len(found) == 1:
        return Recognised(source.name, next(iter(found)), found)
    if found:
        return Recognised(source.name, None, found, f"more than one reader claims it: choose with --format {' or '.join(found)}")
    return Recognised(source.name, None, {}, advice(source))


def _by_map(source: Source, described: Map | None) -> Recognised:
    """What the map that lies beside a file says of it."""
    if described is None:
        return Recognised(source.name, None, {}, f"{FOLDER_FILE} beside it speaks of other files: mine skips it", skipped=True)
    try:
        name = choose(source, None, described).name
    except ReadError as error:
        return Recognised(source.name, None, {}, str(error).removeprefix(f"{source.name}: "))
    return Recognised(source.name, name, {name: f"its columns are described by {FOLDER_FILE} beside it"})


def advice(source: Source) -> str:
    """What a file is that no reader claims, and what to do about it."""
    head = source.head(4096)
    if not head:
        return "it is empty, or its beginning cannot be read"
    if b"\x00" in head[:1024] and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "it is no text (a picture, a sound, an archive that is not known): in a folder mine skips it"
    if table := aside(source):
        return table
    plain: Sequence[str] = [name for name, r in READERS.items() if r.shape]
    return f"no reader knows it: name one with --format (textmetrics list readers), or describe its columns with --map ({', '.join(plain)})"
