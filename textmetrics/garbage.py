"""Work without Python's search for cycles.

What a run makes is trees: texts, rows, findings. Counting references frees them; the search for cycles, which looks at every living object again and
again, found none and took a quarter of the time of an archive.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

_TURNED = RLock()  # held while it is looked at and turned, so that no thread takes for off what another is about to turn on


@contextmanager
def uncollected() -> Iterator[None]:
    """Within, cycles are not looked for; it is left as it was found, also by several threads. Also a decorator."""
    with _TURNED:
        was = gc.isenabled()
        gc.disable()
    try:
        yield
    finally:
        if was:
            with _TURNED:
                gc.enable()
