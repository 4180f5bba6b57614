"""Where files may lie: on this machine, or behind an address that fsspec knows (``s3://``, ``gs://``, ``abfss://``, ``hdfs://``, ``memory://``).

An address is a path like any other (universal_pathlib), so that readers and tables need not know. What writes a folder writes it here first and
sends it then, ``run.json`` last: a folder behind an address is a run from the moment that file is there, and none before.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path, PurePosixPath
from typing import Any, cast

from .errors import MissingInput, OutputError, TextmetricsError, UsageError

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
OBJECTS = ("s3:", "s3a:", "gs:", "gcs:", "abfs:", "abfss:", "az:", "oss:")  # have no folders; making one would make a bucket
OWN = {"botocore.exceptions": "BotoCoreError", "google.auth.exceptions": "GoogleAuthError", "gcsfs.retry": "HttpError", "azure.core.exceptions": "AzureError"}
MARK = "run.json"  # what makes a folder a run: the last file to be sent, the first to be taken away


def is_address(given: object) -> bool:
    """Whether something lies behind an address.

    >>> is_address("s3://archive/2024"), is_address("C:\\\\archive"), is_address("archive/2024")
    (True, False, False)
    """
    return bool(_ADDRESS.match(str(given)))


def place(given: str | Path) -> Path:
    """A path on this machine, or one behind an address that is used like it. UsageError where the package for it is missing."""
    if not is_address(given) or isinstance(given, Path):
        return given if isinstance(given, Path) else Path(given)
    try:
        from upath import UPath

        found = UPath(str(given))
        found.fs  # noqa: B018  asks for the package of this protocol
    except ImportError as error:
        raise UsageError(f"{given}: needs the packages for such addresses: pip install 'textmetrics[remote]' and that of the storage ({error})") from error
    except ValueError as error:
        raise UsageError(f"{given}: {error}") from error
    return cast(Path, found)


def within(inner: str | Path, outer: str | Path) -> bool:
    """Whether one folder is another, or lies in it.

    >>> within("s3://results/run/kept", "s3://results/run"), within("run/../kept", "run")
    (True, False)
    """
    lower, upper = (PurePosixPath(str(p)) if is_address(p) else Path(os.path.realpath(p)) for p in (inner, outer))
    return lower.is_relative_to(upper)


def matching(given: str | Path) -> list[Path]:
    """The files that a glob names, in the order of their names."""
    path = place(given)
    if is_address(given):
        remote = cast(Any, path)
        found = [place(remote.fs.unstrip_protocol(name)) for name in remote.fs.glob(remote.path)]
    else:
        found = list(Path(path.anchor or ".").glob(str(path.relative_to(path.anchor))))
    return sorted((p for p in found if p.is_file()), key=str)


@contextmanager
def reached(given: object) -> Iterator[None]:
    """Turns what a storage says when it cannot be reached into one line."""
    with _told(lambda why: MissingInput(given, f"cannot be reached: {why}")) if is_address(given) else nullcontext():
        yield


@contextmanager
def _told(fault: Callable[[str], TextmetricsError]) -> Iterator[None]:
    """Turns what a storage says into one of our errors."""
    try:
        yield
    except TextmetricsError:
        raise
    except _faults() as error:
        raise fault(" ".join(str(error).split())[:200]) from error


def _faults() -> tuple[type[Exception], ...]:
    """The errors of storages: Python's, and those that their packages, where they are loaded, have of their own."""
    return OSError, ValueError, *(getattr(sys.modules[module], name) for module, name in OWN.items() if module in sys.modules)


def stand_in(address: str) -> Path:
    """The folder of this machine in which the output for an address grows: the same one each time, so that a run that was stopped can go on.

    It lies in the temporary folder, in one that nobody else may look into; one of that name that somebody else made is an OutputError.
    """
    me = os.getuid() if hasattr(os, "getuid") else 0
    own = Path(tempfile.gettempdir()) / f"textmetrics-{me}"
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    if own.is_symlink() or (hasattr(os, "getuid") and own.stat().st_uid != me):
        raise OutputError(f"{own}: is not yours; set TMPDIR to another folder")
    return own / hashlib.blake2b(address.encode(), digest_size=8).hexdigest() / "out"


def check(address: str, own: Collection[str] = ()) -> None:
    """That an address can be written to, as far as a look tells: it holds nothing, an earlier run, or files of its ``own`` names, of which a run was being sent."""
    with _told(lambda why: OutputError(f"{address}: cannot be reached: {why}")):
        old = _names(place(address))
    if MARK not in old and not old <= set(own):
        raise OutputError(f"{address}: holds other files; name an empty or new folder")


def _names(there: Path) -> set[str]:
    return {p.name for p in there.iterdir() if p.is_file()} if there.is_dir() else set()


def send(folder: Path, address: str) -> None:
    """Put the files of a folder behind an address, in place of an earlier run there: its mark goes first and comes last."""
    there = place(address)
    with _told(lambda why: OutputError(f"{address}: cannot be written: {why}; the run is whole in {folder}")):
        old = _names(there)
        if not address.startswith(OBJECTS):
            there.mkdir(parents=True, exist_ok=True)
        for name in sorted(old, key=lambda name: (name != MARK, name)):
            (there / name).unlink()
        for path in sorted(folder.iterdir(), key=lambda p: (p.name == MARK, p.name)):
            with path.open("rb") as given, (there / path.name).open("wb") as taken:
                shutil.copyfileobj(given, taken, 1 << 20)
