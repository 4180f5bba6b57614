"""What was read of each file, kept for the next run: of an archive that grew, only what is new is read.

A file is known by its content, its name, its reader, its map and the code of this package: whatever of these changes, it is read again. So is, every time, a file that
was read together with others beside it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from .addresses import is_address, place, reached
from .errors import OutputError
from .mapping import Map
from .readers import Reader
from .sources import Source
from .spool import blocks, put
from .types import Conversation, LeftOut, Problem, Record

Item = Record | Conversation | Problem | LeftOut
Row = tuple[Record | None, Conversation | None, Problem | None, LeftOut | None]  # one of them
KINDS = (Record, Conversation, Problem, LeftOut)
BLOCK = 128  # rows that are in memory at once
HERE = Path(__file__).parent
_SUM = 16  # bytes of the checksum at the end of a file
_OURS = re.compile(rf"[0-9a-f]{{{2 * _SUM}}}\.(read|new)")
_decode = msgspec.msgpack.Decoder(list[Row]).decode


class Kept:
    """The folder in which what was read is kept. ``known``: how many files need not be read; `settle` throws away what no file of this run needs."""

    def __init__(self, folder: str | Path) -> None:
        self.folder, self.known = place(folder), 0
        self._used: set[str] = set()
        with reached(folder):
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise OutputError(f"{folder}: cannot be written: {error.strerror or error}") from error

    def read(self, source: Source, sum_: str, reader: Reader, mapping: Map) -> Iterator[Item]:
        """What a reader finds in a source, from the folder where that is known; ``sum_`` is the checksum of the source."""
        told = (_code(reader.read.__code__.co_filename), sum_, source.name, reader.name, msgspec.json.encode(mapping, order="deterministic").decode())
        name = hashlib.blake2b("\0".join(told).encode("utf-8", "surrogatepass"), digest_size=_SUM).hexdigest()
        path = self.folder / f"{name}.read"
        if path.is_file() and _sound(path):
            self.known += 1
            self._used.add(path.name)
            yield from (next(one for one in row if one is not None) for row in blocks(path, _decode, _SUM))
        else:
            yield from self._anew(source, sum_, reader, mapping, path)

    def _anew(self, source: Source, sum_: str, reader: Reader, mapping: Map, path: Path) -> Iterator[Item]:
        source.looked_beside = False
        fresh, waiting = path.with_suffix(".new"), list[Row]()
        with fresh.open("wb") as file:
            for item in reader.read(source, mapping):
                waiting.append(tuple(item if isinstance(item, kind) else None for kind in KINDS))  # type: ignore[arg-type]
                if len(waiting) == BLOCK:
                    put(file, waiting)
                    waiting = []
                yield item
            put(file, waiting)
        if source.looked_beside or source.sha256() != sum_:  # it is another by now
            fresh.unlink()
        else:
            with fresh.open("rb") as whole, fresh.open("ab") as end:
                end.write(hashlib.file_digest(whole, _new_sum).digest())
            (fresh.rename if is_address(path) else fresh.replace)(path)
            self._used.add(path.name)

    def settle(self) -> None:
        """Throw away what was kept of files that are no longer there, or are others now."""
        for path in self.folder.iterdir():
            if _OURS.fullmatch(path.name) and path.name not in self._used:
                path.unlink()


def _new_sum() -> Any:
    return hashlib.blake2b(digest_size=_SUM)


def _sound(path: Path) -> bool:
    """Whether a file is what was written."""
    sum_, left = _new_sum(), path.stat().st_size - _SUM
    with path.open("rb") as file:
        while left > 0 and (some := file.read(min(left, 1 << 20))):
            sum_.update(some)
            left -= len(some)
        return left == 0 and file.read() == sum_.digest()


@cache
def _code(reader: str) -> str:
    """A checksum of this package, and of a reader that another brought."""
    sum_ = hashlib.sha256(Path(reader).read_bytes())
    for file in sorted(f for kind in ("*.py", "*.toml") for f in HERE.rglob(kind)):
        sum_.update(file.read_bytes())
    return sum_.hexdigest()
