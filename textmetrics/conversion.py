"""Any readable input, written in another form: whole, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path

from msgspec import Struct

from .errors import OutputError
from .pipeline import Progress, Reading
from .types import Conversation, Problem
from .writers import WRITERS, Writer


class Converted(Struct, frozen=True):
    """What was written where, and what could not be read."""

    path: Path
    conversations: int
    messages: int
    problems: list[Problem]


def convert(
    *inputs: str | Path,
    to: str,
    out: str | Path,
    format: str | None = None,
    map: str | Path | None = None,
    roles: str | Path | Mapping[str, str] | None = None,
    dates: str | None = None,
    progress: Progress | None = None,
) -> Converted:
    """Write the conversations of some inputs as ``jsonl``, ``parquet``, ``convokit`` or ``vcon``. Options as for `read`.

    An earlier file, or folder of this form, is replaced once everything is written; until then it is left as it was.
    """
    form, out = WRITERS[to], Path(out)
    folder = form.makes_folder(out)
    _refuse(form, out, folder)
    reading = Reading(inputs, format=format, map=map, roles=roles, dates=dates, progress=progress)
    count = [0, 0]
    part = out.with_name(f".{out.name}.part-{os.getpid()}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if folder:
            part.mkdir()
        form.write(_counted(reading, count), part)
        if not count[1]:
            raise reading.nothing()
        if folder and out.exists():
            shutil.rmtree(out)
        part.replace(out)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{out}: cannot be written: {error.strerror or error}") from error
    finally:
        if folder:
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)
    return Converted(out, count[0], count[1], reading.problems)


def _refuse(form: Writer, out: Path, folder: bool) -> None:
    """What is there already must be of this form, or nobody's."""
    if out.is_dir() and not folder:
        raise OutputError(f"{out}: is a folder; {form.name} writes a file: name one in it")
    if folder and out.exists() and not out.is_dir():
        raise OutputError(f"{out}: is a file; {form.name} writes a folder{', or a file that ends in .jsonl' if form.lines else ''}")
    if folder and out.is_dir() and (other := next((p for p in out.iterdir() if not any(fnmatch(p.name, h) for h in form.holds)), None)):
        raise OutputError(f"{out}: holds other files ({other.name}); name an empty or new folder")


def _counted(reading: Reading, count: list[int]) -> Iterator[Conversation]:
    for conversation in reading:
        count[0] += 1
        count[1] += len(conversation.messages)
        yield conversation
