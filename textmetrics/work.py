"""The folder beside an output in which a run grows, so that the output is there whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

from . import addresses
from .errors import OutputError


class Work:
    """The folder beside the output in which a run grows: the parts that are done, then its tables; gone when the output is whole.

    An output behind an address grows on this machine, and is sent when it is whole.

    ``resume``: take up what an earlier run, that was stopped, left there; otherwise that is thrown away.
    """

    def __init__(self, out: str | Path, *, resume: bool = False) -> None:
        self.made = str(out)  # where the output is when all is done
        self.out = addresses.stand_in(self.made) if addresses.is_address(out) else Path(out)
        self.folder = self.out.with_name(f".{self.out.name}.work")
        if self.out.exists() and not self.out.is_dir():
            raise OutputError(f"{self.out}: is a file, not a folder")
        if (self.folder / "old").is_dir() and not self.out.exists():  # stopped between the two moves of `settle`
            (self.folder / "old").rename(self.out)
        if self.out.is_dir() and any(self.out.iterdir()) and not (self.out / "run.json").is_file():
            raise OutputError(f"{self.out}: holds other files; name an empty or new folder")
        if addresses.is_address(self.made):
            addresses.check(self.made)
        if not resume:
            self.forget()
        self.tables, self.spool = self.folder / "out", self.folder / "spool"
        try:
            shutil.rmtree(self.tables, ignore_errors=True)
            shutil.rmtree(self.spool, ignore_errors=True)
            self.tables.mkdir(parents=True)
        except OSError as error:
            raise OutputError(f"{self.out}: cannot be written: {error.strerror or error}") from error

    def done(self, name: str) -> bytes | None:
        """A part that an earlier run finished; None where there is none."""
        path = self.folder / f"{name}.part"
        return path.read_bytes() if path.is_file() else None

    def keep(self, name: str, data: bytes) -> None:
        """Keep a finished part: its file appears whole or not at all."""
        path = self.folder / f"{name}.part"
        fresh = path.with_suffix(".new")
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
        self.forget()

    def forget(self) -> None:
        """Throw away what is here."""
        shutil.rmtree(self.folder, ignore_errors=True)
