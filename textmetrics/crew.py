"""Whoever works beside this process: what can be done apart goes to them in lots, and comes back in order.

While nobody is there, or all have their hands full, a lot is done here at once, so nobody waits who could work.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Generic, TypeVar

T = TypeVar("T")
L = TypeVar("L")
R = TypeVar("R")
AHEAD = 4  # lots that wait for each worker
MOST = 64  # lots that wait for the first of them: what is done behind it must be held

_crew: ContextVar[tuple[Executor | None, int]] = ContextVar("crew", default=(None, 0))


@contextmanager
def crew(pool: Executor | None, many: int) -> Iterator[None]:
    """Within, a pool of so many workers takes lots."""
    token = _crew.set((pool, many))
    try:
        yield
    finally:
        _crew.reset(token)


class Lots(Generic[T, L, R]):
    """Lots of one kind of work, a function of a lot that a worker can import: `add` them, each with what it belongs to, and take what is done, in their order.

    >>> lots = Lots(sum)
    >>> [*lots.add("a", [1, 2]), *lots.add("b", [3]), *lots.rest()]
    [('a', 3), ('b', 3)]
    """

    def __init__(self, work: Callable[[L], R]) -> None:
        self._work = work
        self._waiting: deque[tuple[T, R | Future[R]]] = deque()
        self._out = 0  # lots that workers have

    def add(self, owner: T, lot: L) -> Iterator[tuple[T, R]]:
        """Take in a lot; those that are done."""
        pool, many = _crew.get()
        if pool is not None and self._out < AHEAD * many:
            self._waiting.append((owner, pool.submit(self._work, lot)))
            self._out += 1
        else:
            self._waiting.append((owner, self._work(lot)))
        while self._waiting and (len(self._waiting) > MOST or _done(self._waiting[0][1])):
            yield self._first()

    def rest(self) -> Iterator[tuple[T, R]]:
        """All that are left, when they are done."""
        while self._waiting:
            yield self._first()

    def _first(self) -> tuple[T, R]:
        owner, result = self._waiting.popleft()
        if isinstance(result, Future):
            self._out -= 1
            return owner, result.result()
        return owner, result


def _done(result: object) -> bool:
    return not isinstance(result, Future) or result.done()
