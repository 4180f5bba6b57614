"""What metrics see, as columns of the table of observations: numbers in arrays, names by their places, so that an archive's observations cost bytes, not objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from .metrics import Observed, observe_customer
from .types import Conversation, Observation, Transcript

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    Array = NDArray[Any]

NOWHERE = -1  # the place of the message of an observation that has none


class Observations:
    """The observations of a run, added some conversations at a time; conversations go by their numbers."""

    def __init__(self, metrics: Sequence[str]) -> None:
        self._metrics = metrics
        self._code = {name: n for n, name in enumerate(metrics)}
        self._added: list[tuple[Array, ...]] = []

    def add(self, first: int, observed: Observed) -> None:
        """Take in what metrics saw in some conversations, numbered from ``first`` on: their rows follow each other as the conversations do."""
        import numpy as np

        counts = np.diff(observed.ends)
        metric, conversation = np.divmod(np.repeat(np.arange(len(counts)), counts), observed.size)
        order = np.argsort(conversation, kind="stable")
        codes = np.array([self._code[name] for name in observed.metrics], np.int16)
        columns: tuple[Array, ...] = (codes[metric], (first + conversation).astype(np.int32), *_fields(observed.observations))
        self._added.append(tuple(column[order] for column in columns))

    def add_each(self, told: Iterable[tuple[int, str, Observation]]) -> None:
        """Take in observations one by one, each with the number of its conversation and its metric."""
        import numpy as np

        if rows := list(told):
            numbers, names, seen = zip(*rows, strict=True)
            self._added.append((np.array([self._code[name] for name in names], np.int16), np.array(numbers, np.int32), *_fields(seen)))

    def columns(self, ids: Sequence[str], messages: Sequence[Sequence[str]]) -> list[pa.Array]:
        """The columns of the table. ``ids``: of the conversations; ``messages``: of the messages of each."""
        import numpy as np
        import pyarrow as pa

        none = (np.zeros(0, np.int16), np.zeros(0, np.int32), *_fields(()))
        metric, conversation, position, *fields = (np.concatenate(column) for column in zip(none, *self._added, strict=True))
        begins = np.cumsum([0, *map(len, messages)])
        places = pa.array((begins[conversation] + position).astype(np.int32), mask=position == NOWHERE)
        return [
            pa.DictionaryArray.from_arrays(metric, pa.array(self._metrics, pa.string())),
            pa.DictionaryArray.from_arrays(conversation, pa.array(ids, pa.string())),
            pa.DictionaryArray.from_arrays(places, pa.array(list(chain.from_iterable(messages)), pa.string())),
            *map(pa.array, fields),
        ]


def _fields(seen: Sequence[Observation]) -> tuple[Array, ...]:
    """The message, value, exposure and state of each observation."""
    import numpy as np

    return (
        np.array([NOWHERE if o.message is None else o.message for o in seen], np.int32),
        np.array([o.value for o in seen], np.float64),
        np.array([o.exposure for o in seen], np.float64),
        np.array([o.censored for o in seen], bool),
    )


def customer_of(c: Conversation) -> str | None:
    """Who a conversation is with, as far as it can be told: the customer, else the case; None where neither is known."""
    return None if c.customer_id is None and c.case_id is None else c.customer_id or f"case {c.case_id}"


def of_customer(history: Sequence[tuple[int, Transcript]], metrics: Iterable[str] | None) -> Iterator[tuple[int, str, Observation]]:
    """What metrics of whole customers see, with the number of the conversation it belongs to; those without clocks are left out."""
    known = sorted(((at, n, t) for n, t in history if (at := opened(t.conversation)) is not None), key=lambda h: h[:2])
    numbers = {id(t): n for _, n, t in known}
    for name, seen in observe_customer([t for _, _, t in known], metrics).items():
        for t, o in seen:
            yield numbers[id(t)], name, o


def opened(conversation: Conversation) -> Any:
    """When a conversation began; None without clocks."""
    return next((m.sent_at for m in conversation.messages if m.sent_at is not None), None)
