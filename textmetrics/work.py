"""The folder beside an output in which a run grows, so that the output is there whole or not at all."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from . import addresses
from .errors import FULL, DiskError, OutputError, UsageError
from .sidetables import COLUMNS as SIDE
from .tables import TABLES

WRITTEN = {"run.json", "estimates.csv", "calibration.json", "detector_cards.json", *(f"{name}.parquet" for name in (*TABLES, *SIDE))}


class Work:
    """The folder beside the output in which a run grows, within: the parts that are done, then its tables; gone when the output is whole, or holds no part.

    An output behind an address grows on this machine, and is sent when it is whole.

    ``resume``: take up what an earlier run, that was stopped, left there; otherwise that is thrown away when there is a part to put in its place.
    """

    def __init__(self, out: str | Path, *, resume: bool = False) -> None:
        if not str(out):
            raise UsageError("the output has no name: give a folder")
        self.made, self._resume = str(out), resume  # where the output is when all is done
        self.out = addresses.stand_in(self.made) if addresses.is_address(out) else Path(os.path.realpath(out))
        if os.path.ismount(self.out):  # nothing can be put in its place
            raise OutputError(f"{self.made}: is a mount point: name a folder in it")
        self.folder = self.out.with_name(f".{self.out.name}.work")
        if self.out.exists() and not self.out.is_dir():
            raise OutputError(f"{self.made}: is a file, not a folder")
        if (self.folder / "old").is_dir() and not self.out.exists():  # stopped between the two moves of `settle`
            (self.folder / "old").rename(self.out)
        if self.out.is_dir() and any(self.out.iterdir()) and not (self.out / "run.json").is_file():
            raise OutputError(f"{self.made}: holds other files; name an empty or new folder")
        if self.out.is_dir() and self.out.samefile("."):
            raise OutputError(f"{self.made}: is the folder you are in, which cannot be replaced; name another one")
        if addresses.is_address(self.made):
            addresses.check(self.made, WRITTEN)
        self.tables, self.spool = self.folder / "out", self.folder / "spool"
        try:
            shutil.rmtree(self.tables, ignore_errors=True)
            shutil.rmtree(self.spool, ignore_errors=True)
            self.tables.mkdir(parents=True)
        except OSError as error:
            raise OutputError(f"{self.made}: cannot be written: {error.strerror or error}") from error

    def __enter__(self) -> Work:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for left in (self.folder,) if error is None else (self.tables, self.spool):
            shutil.rmtree(left, ignore_errors=True)
        for empty in (self.folder, self.folder.parent) if addresses.is_address(self.made) else (self.folder,):
            with suppress(OSError):  # where parts are kept, or an output that could not be sent
                empty.rmdir()
        if isinstance(error, OSError) and error.errno in FULL:
            resumed = "; the same command with --resume goes on from there" if self.folder.exists() else ""
            raise DiskError(f"{os.strerror(error.errno)}: {self.out}{resumed}") from error

    def done(self, name: str) -> bytes | None:
        """A part that an earlier run finished; None where there is none."""
        path = self.folder / f"{name}.part"
        return path.read_bytes() if self._resume and path.is_file() else None

    def keep(self, name: str, data: bytes) -> None:
        """Keep a finished part: its file appears whole or not at all."""
        if not self._resume:
            for old in self.folder.glob("*.part"):
                old.unlink()
            self._resume = True
        path = self.folder / f"{name}.part"
        fresh = self.tables / path.name
        fresh.write_bytes(data)
        fresh.replace(path)

    def settle(self) -> None:
        """Put the finished tables in the place of the output."""
        old = self.folder / "old"
        shutil.rmtree(old, ignore_errors=True)
        if self.out.exists():
            self.out.rename(old)
        self.tables.rename(self.out)
        if addresses.is_address(self.made):
            addresses.send(self.out, self.made)
            shutil.rmtree(self.out, ignore_errors=True)
