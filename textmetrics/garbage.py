"""Work without Python's search for cycles.

What a run makes is trees: texts, rows, findings. Counting references frees them; the search for cycles, which looks at every living object again and
again, found none and took a quarter of the time of an archive.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Within, cycles are not looked for; it is left as it was found. Also a decorator."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
