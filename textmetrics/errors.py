"""Every error this package raises on purpose.

    TextmetricsError
    ├── UnknownName    a name that no registry or folder knows      (with a suggestion)   usage, 2
    ├── UsageError     options that contradict each other                                 usage, 2
    ├── ReadError      an input that cannot be understood as a whole (with its place)      65
    │   └── MissingInput   there is no such file                                          66
    ├── OutputError    the output cannot be made                                          73
    │   └── DiskError      the disk is full, or fails                                     74
    ├── WorkerError    a process of a run died; the run can be resumed                    75
    ├── PackError      a language, channel, map or roles file that is wrong (file, key)    78
    └── ModelError     a trained model that is missing or does not fit                    78

A message says what is wrong, where, and what to do about it, in one line. A single bad record is no
error: readers yield it as a ``Problem`` and go on. The command line prints these errors without a
traceback and exits with the code named here; anything else is a bug of ours and keeps its traceback (70).
"""

from __future__ import annotations

import copyreg
import errno
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)  # what the disk is to blame for, not the name


class TextmetricsError(Exception):
    """Base class: catch this one to catch all of ours."""

    exit_code = 70

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels from a worker as the message it has, not as what that was made of."""
        return copyreg.__newobj__, (type(self),), {**self.__dict__, "args": self.args}  # type: ignore[attr-defined]


class UnknownName(TextmetricsError, LookupError):
    """A name that nothing is registered under."""

    exit_code = 2

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        known = sorted(known)
        close = get_close_matches(name, known, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        super().__init__(f"No {kind} is called {name!r}.{hint} Known: {', '.join(known) or 'none'}.")


class UsageError(TextmetricsError, ValueError):
    """Options that do not go together."""

    exit_code = 2


class ReadError(TextmetricsError, ValueError):
    """An input that cannot be understood as a whole."""

    exit_code = 65

    def __init__(self, source: object, why: str, *, line: int | None = None) -> None:
        super().__init__(f"{source}{'' if line is None else f':{line}'}: {why}")


class UnknownFormat(ReadError):
    """An input that no reader knows, or an empty one."""


class MissingInput(ReadError):
    """An input that is not there."""

    exit_code = 66


class OutputError(TextmetricsError, OSError):
    """An output that cannot be made."""

    exit_code = 73


class DiskError(OutputError):
    """An output for which the disk has no room, or that it fails to take."""

    exit_code = 74


class WorkerError(TextmetricsError):
    """A process that did a part of a run died."""

    exit_code = 75


class PackError(TextmetricsError, ValueError):
    """A language, channel, map or roles file that is wrong."""

    exit_code = 78

    def __init__(self, path: object, key: str, why: str) -> None:
        super().__init__(f"{path}: [{key}] {why}")


class ModelError(TextmetricsError):
    """A trained model that is missing, damaged or made for something else."""

    exit_code = 78
