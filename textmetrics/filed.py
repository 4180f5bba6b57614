"""Objects by their id, such as the tickets that comments belong to: at hand while they are few, else in a file."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any
from weakref import finalize

from . import spool
from .memo import forget_oldest

RECENT = 512  # objects of a file that stay at hand: those of the conversations that are being read
Object = dict[str, Any]


class Filed(Mapping[str, Object]):
    """Objects by id: `put` them, then look them up. A file costs some 200 bytes of memory for each."""

    def __init__(self) -> None:
        self._near: dict[str, Object] = {}
        self._far: _File | None = None
        self._weight = 0

    def put(self, id_: str, value: Object) -> None:
        """Take in an object; an earlier one of its id gives way."""
        if self._far is not None:
            self._far.put(id_, value)
            return
        self._near[id_] = value
        self._weight += len(json.dumps(value))
        if self._weight > spool.BUDGET:
            near, self._near, self._far = self._near, {}, _File()
            for key, one in near.items():
                self._far.put(key, one)

    def __getitem__(self, id_: str) -> Object:
        return self._near[id_] if self._far is None else self._far.get(id_)

    def __contains__(self, id_: object) -> bool:
        return id_ in (self._near if self._far is None else self._far.places)

    def __iter__(self) -> Iterator[str]:
        return iter(self._near if self._far is None else self._far.places)

    def __len__(self) -> int:
        return len(self._near if self._far is None else self._far.places)


class _File:
    """Objects one behind the other, and where each is."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as the objects
        self._recent: dict[str, Object] = {}
        finalize(self, self._file.close)

    def put(self, id_: str, value: Object) -> None:
        self.places[id_] = self._file.seek(0, 2)
        self._file.write(json.dumps(value).encode() + b"\n")
        self._recent.pop(id_, None)

    def get(self, id_: str) -> Object:
        if id_ not in self._recent:
            self._file.seek(self.places[id_])
            self._recent[id_] = json.loads(self._file.readline())
            forget_oldest(self._recent, RECENT)
        return self._recent[id_]
