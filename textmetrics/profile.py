"""Where the time of a run goes: stages by name, each with the seconds that were its own.

    with profiling() as spent:
        mine(...)
    print(spent.table(messages))

A stage costs a look at one variable while nobody is profiling. What runs in a stage within a stage is the inner one's; the clock is that of
the processor, so a busy machine changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

from msgspec import Struct, field

OTHER = "other"  # what no stage claims
_OFF: AbstractContextManager[None] = nullcontext()


class Row(Struct, frozen=True):
    """One stage: its own seconds, its share of all, and its microseconds a message."""

    stage: str
    seconds: float
    share: float
    each: float


class Spent(Struct):
    """The seconds of each stage so far, and the stages that are open: name, when it went on last."""

    seconds: dict[str, float] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)
    _since: float = 0.0

    @contextmanager
    def within(self, name: str) -> Iterator[None]:
        """Count what runs now to one stage, until it ends."""
        self._turn()
        self._open.append(name)
        try:
            yield
        finally:
            self._turn()
            self._open.pop()

    def _turn(self) -> None:
        now = time.process_time()
        if self._open:
            self.seconds[self._open[-1]] = self.seconds.get(self._open[-1], 0.0) + now - self._since
        self._since = now

    def rows(self, messages: int) -> list[Row]:
        """Every stage, the dearest first."""
        total = sum(self.seconds.values())
        dearest = sorted(self.seconds.items(), key=lambda s: (-s[1], s[0]))
        return [Row(name, s, s / total if total else 0.0, 1e6 * s / messages if messages else 0.0) for name, s in dearest]

    def table(self, messages: int) -> str:
        """The stages as lines of text."""
        shown = [*self.rows(messages), Row("all", total := sum(self.seconds.values()), 1.0, 1e6 * total / max(1, messages))]
        wide = max(len(r.stage) for r in shown)
        return "\n".join([f"{'stage':<{wide}}  seconds  share  us a message", *(f"{r.stage:<{wide}} {r.seconds:8.2f} {r.share:6.1%} {r.each:13.1f}" for r in shown)])


_spent: ContextVar[Spent | None] = ContextVar("spent", default=None)


@contextmanager
def profiling() -> Iterator[Spent]:
    """Count the time of what runs within, by its stages; what is in none is ``other``."""
    spent = Spent()
    token = _spent.set(spent)
    try:
        with spent.within(OTHER):
            yield spent
    finally:
        _spent.reset(token)


def stage(name: str) -> AbstractContextManager[None]:
    """One stage of the work, for a ``with``; free while nobody is profiling."""
    spent = _spent.get()
    return _OFF if spent is None else spent.within(name)
