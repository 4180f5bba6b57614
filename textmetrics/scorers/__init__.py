"""Scorers: texts in, one number a text out, in [-1, 1]. A language pack says which scorer gives its moods.

To add one, put a module here with a function decorated ``@scorer("name")``. It is given cleaned texts of one language with their cues,
the language pack and the options that the pack states, and returns a number a text, None where it cannot say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from ..registry import Registry
from ..types import Cue


class Text(Struct, frozen=True):
    """A text to be scored: as cleaned, as folded, with its cues, and what a reader knows besides.

    ``role`` of the writer; ``first``: nothing was said before; ``before``: the names of the cues the other side just showed; ``chances``: how
    likely the message carries each label.
    """

    text: str
    folded: str
    cues: tuple[Cue, ...] = ()
    role: str = "customer"
    first: bool = False
    before: tuple[str, ...] = ()
    chances: Mapping[str, float] = {}


class Texts(Sequence[Text]):
    """Texts of a batch, each made when it is looked at. A scorer that goes by columns takes the rows ``at`` of the ``batch`` (`columns.Batch`) instead."""

    def __init__(self, batch: Any, at: Any, make: Callable[[int], Text]) -> None:
        self.batch, self.at, self._make = batch, at, make

    def __len__(self) -> int:
        return len(self.at)

    def __getitem__(self, n: Any) -> Any:
        return self._make(n) if isinstance(n, int) else [self[k] for k in range(*n.indices(len(self)))]


Score = Callable[..., Sequence[float | None]]
SCORERS: Registry[Score] = Registry("scorer", __name__)


def scorer(name: str) -> Callable[[Score], Score]:
    """Register a scorer."""

    def register(function: Score) -> Score:
        SCORERS.add(name, function, function.__code__.co_filename)
        return function

    return register
