"""Arrow without pandas.

Before Arrow makes its first array it imports pandas, to know what is of pandas: 0.2 s and 44 MB of every process, most of which never meet any. Once it was told that there is
none it does not ask again, but where pandas is wanted (``to_pandas``) imports it as ever.
"""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder


class _Nowhere(MetaPathFinder):
    """Finds no pandas."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


def without_pandas() -> None:
    """Let Arrow make its first array, for a process that is ours alone: where others hand Arrow what is of pandas, it must know it."""
    import pyarrow as pa

    if "pandas" not in sys.modules:
        sys.meta_path.insert(0, nowhere := _Nowhere())
        try:
            pa.array(())
        finally:
            sys.meta_path.remove(nowhere)
