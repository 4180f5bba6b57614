"""Objects of an export that only make sense together, such as all forms of a message that was edited, however far apart they stand and however many they are.

    with Bundles() as forms:
        forms.add("message 7", item)
        for key, items in forms: ...       # in the order in which the first of each came
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .documents import Item
from .spool import Shuffle, Sort, Spool

Row = tuple[int, str, str, int, int | None, int | None]  # its place, its key, the object as JSON, its number, line and byte
Bundle = tuple[int, list[Row]]  # the place of the first, all of them
ROW = 300  # bytes that a row costs beside its object, roughly


class Bundles:
    """Objects by a key: `add` them, then iterate once. What is more than memory should hold waits in files; use it as a context, which throws them away."""

    def __init__(self) -> None:
        self._spool, self._count = Spool(), 0
        self._rows: Shuffle[Row] = Shuffle(self._spool, Row, lambda row: row[1], _weight)

    def __enter__(self) -> Bundles:
        return self

    def __exit__(self, *_: Any) -> None:
        self._spool.close()

    def add(self, key: str, item: Item) -> None:
        """Take in one object."""
        self._rows.add((self._count, key, json.dumps(item.value), item.number, item.line, item.byte))
        self._count += 1

    def __iter__(self) -> Iterator[tuple[str, list[Item]]]:
        ordered: Sort[Bundle] = Sort(self._spool, Bundle, lambda bundle: sum(map(_weight, bundle[1])))
        for leaf in self._rows.leaves():
            together: dict[str, list[Row]] = {}
            for row in leaf:
                together.setdefault(row[1], []).append(row)
            for rows in together.values():
                ordered.add((rows[0][0], rows))
        for _, rows in ordered:
            yield rows[0][1], [Item(json.loads(text), number, line, byte) for _, _, text, number, line, byte in rows]


def _weight(row: Row) -> int:
    return ROW + len(row[2])
