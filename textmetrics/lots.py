"""The observations of a run by metric and channel, as numbers in a file.

They are many more than messages, so they are not held as a table: one pass turns them to numbers in a temporary file, from which those of one metric in
one channel are read, a column at a time, when their turn comes. Conversations are known by their places, channels and metrics by numbers.
"""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .links import number
from .stored import batches

if TYPE_CHECKING:
    import pyarrow as pa

Array = np.ndarray
Coded = tuple[Array, list[str]]  # a number a conversation, -1 where it has none, and the words that the numbers stand for
IN_MEMORY = 8 << 20  # bytes of numbers that need no file
LOT = 1 << 17  # observations that are put in order at once
NUMBERS = {"at": (np.int32, 0), "value": (np.float64, 4), "exposure": (np.float64, 12), "censored": (np.bool_, 20)}  # and the bytes an observation has before each


class Places:
    """Where conversations stand in their table, by id as a number: 12 bytes each. Of two of one id it is the later."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        keys = array("Q")
        for batch in batches(tables, "conversations", ["conversation_id"]):
            keys.extend(map(number, batch.column(0).to_pylist()))
        self._keys = np.frombuffer(keys, np.uint64) if keys else np.zeros(0, np.uint64)
        self._order = np.argsort(self._keys, kind="stable").astype(np.int32)
        self._keys.sort()

    def of(self, ids: pa.Array) -> Array:
        """The places of some."""
        keys = np.fromiter(map(number, ids.to_pylist()), np.uint64, len(ids))
        return self._order[np.searchsorted(self._keys, keys, side="right") - 1]


class ByMetric:
    """The observations of a run. ``channels``: those of its conversations."""

    def __init__(self, tables: Mapping[str, pa.Table], channels: Coded) -> None:
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  lives as long as this
        self._lots: dict[str, dict[str | None, array[int]]] = {}  # by metric and channel: where numbers stand, and how many they are, in turn
        self._metrics: dict[str, int] = {}
        self._channels, self._words = channels[0], [None, *channels[1]]
        names = ("metric", "conversation_id", "value", "exposure", "censored")
        places, waiting = Places(tables), list[tuple[Array, ...]]()
        for batch in batches(tables, "observations", names, names[:2]):
            waiting.append(self._numbers(batch, places))
            if sum([len(w[0]) for w in waiting]) >= LOT:
                self._put(waiting)
                waiting = []
        self._put(waiting)

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    @property
    def metrics(self) -> list[str]:
        """The metrics that saw anything."""
        return sorted(self._lots)

    def channels(self, metric: str) -> list[str | None]:
        """The channels in which a metric saw anything."""
        return list(self._lots[metric])

    def count(self, metric: str) -> int:
        """How much a metric saw in all channels."""
        return sum(sum(lots[1::2]) for lots in self._lots[metric].values())

    def column(self, metric: str, channel: str | None, name: str) -> Array:
        """One of `NUMBERS` of what a metric saw in a channel, in the order of the table: the places of its conversations, values, exposures, or whether each is open."""
        lots, (kind, before) = self._lots[metric].get(channel, array("q")), NUMBERS[name]
        found: Array = np.empty(sum(lots[1::2]), kind)
        done = 0
        for place, count in zip(lots[::2], lots[1::2], strict=True):
            self._file.seek(place + before * count)
            self._file.readinto(found[done : done + count].view(np.uint8).data)
            done += count
        return found

    def _numbers(self, batch: pa.RecordBatch, places: Places) -> tuple[Array, ...]:
        """Some rows: numbers that go by metric, then channel, and `NUMBERS`."""
        metric, conversation = batch.column(0).dictionary_encode(), batch.column(1).dictionary_encode()
        at = places.of(conversation.dictionary)[np.asarray(conversation.indices)]
        codes = np.array([self._metrics.setdefault(m, len(self._metrics)) for m in metric.dictionary.to_pylist()], np.int64)
        kinds = codes[np.asarray(metric.indices)] * len(self._words) + self._channels[at] + 1
        return kinds.astype(np.int32), at, *(np.asarray(batch.column(n)) for n in (2, 3, 4))

    def _put(self, waiting: list[tuple[Array, ...]]) -> None:
        """Write some, those of one metric and channel together."""
        if not waiting:
            return
        kinds, *numbers = (np.concatenate(column) for column in zip(*waiting, strict=True))
        kinds = kinds.astype(np.min_scalar_type(len(self._metrics) * len(self._words)))  # numbers of two bytes are sorted without comparing them
        order = np.argsort(kinds, kind="stable")
        each, begins = np.unique(kinds[order], return_index=True)
        ordered = [column[order] for column in numbers]
        names, place = list(self._metrics), self._file.seek(0, 2)
        for kind, (begin, end) in zip(each.tolist(), pairwise([*begins.tolist(), len(order)]), strict=True):
            metric, channel = divmod(kind, len(self._words))
            self._lots.setdefault(names[metric], {}).setdefault(self._words[channel], array("q")).extend((place, end - begin))
            place += sum([self._file.write(column[begin:end].data) for column in ordered])
