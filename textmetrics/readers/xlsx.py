"""Workbooks of spreadsheets, one message a row, under the generic names or any others with a map."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from msgspec import Struct

from ..delimited import apart, shared
from ..errors import ReadError
from ..mapping import GENERIC_FORM, Map, Rows
from ..sources import DAMAGED, RATIO, Source
from ..types import LeftOut, Problem, Record
from . import reader

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"  # how workbooks of today begin, and older or locked ones
LOCKED = "EncryptedPackage".encode("utf-16-le")
EXACT = 1e15  # from here on a number of a workbook has lost digits
LARGEST = 2 << 30  # bytes of an unpacked workbook


def claims(source: Source, head: bytes) -> str | None:
    """It is a workbook, and a sheet of it names a text column and says who wrote or in which conversation."""
    if not head.startswith((ZIP, OLE)) or (head.startswith(ZIP) and not _workbook_inside(source)):
        return None
    try:
        names = [set(sheet.names) for sheet in _sheets(source)]
    except ReadError:
        if head.startswith(OLE) and LOCKED not in head:
            return None  # some other document of that kind
        raise
    return "it is a workbook with a text column" if any("text" in n and {"author", "role", "conversation_id"} & n for n in names) else None


@reader("xlsx", claims=claims, shape="workbook")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Workbooks (XLSX, XLS): one message a row, column names in the first row that is not empty.

    *Export:* any spreadsheet; format columns of ids as text, since numbers keep 15 digits. With other names than the generic ones: a map.
    *Reads:* every sheet with the text column; dates as times, formulas as their last values, ids that became numbers as text.
    *Not:* sheets without a text column (their rows are counted), whole transcripts in one cell and rounded ids (both are reported), workbooks with a password.
    """
    wanted = mapping.columns.get("text") or GENERIC_FORM.columns["text"]
    sheets = list(_sheets(source))
    told = [s for s in sheets if wanted in apart(s.names)]
    if not told:
        held = "; ".join(f"{s.name}: {', '.join(filter(None, s.names))}"[:200] for s in sheets)
        raise ReadError(source.name, f"no sheet has a column {wanted!r}; there are {held or 'only empty sheets'}: name one under [columns] in a map")
    number = 0
    for sheet in sheets:
        own = apart(sheet.names)
        if wanted not in own:
            yield LeftOut(source.name, f"row of a sheet without {wanted}", sum(_holds(cells) for _, cells in sheet.rows))
            continue
        place = source.name if len(told) == 1 else f"{source.name}!{sheet.name}"
        turn = Rows(place, mapping, cells=True, again=partial(_rows, own, sheet))
        yield from shared(place, sheet.names, own, sheet.line)
        for line, cells in sheet.rows:
            if _holds(cells):
                number += 1
                turn.watch.numbers.update(_cell(c) for c in cells if isinstance(c, float) and abs(c) >= EXACT)
                yield from turn.read(_row(own, cells), number, line)
        yield from turn.rest()


class Sheet(Struct, frozen=True):
    """One sheet that holds anything: its column names, the line they stand in, the rows below with their lines."""

    name: str
    names: list[str]
    line: int
    rows: list[tuple[int, list[Any]]]


def _sheets(source: Source) -> Iterator[Sheet]:
    import python_calamine as calamine

    try:
        with source.open() as stream:
            data = stream.read()
        if data.startswith(ZIP):
            _refuse_bombs(source, data)
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            rows = list(enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), start=1))
            first = next((at for at, (_, cells) in enumerate(rows) if _holds(cells)), None)
            if first is not None:
                line, cells = rows[first]
                yield Sheet(name, [_cell(c).strip() for c in cells], line, rows[first + 1 :])
    except calamine.PasswordError as error:
        raise ReadError(source.name, "is a workbook with a password: save it without one") from error
    except (calamine.CalamineError, *DAMAGED) as error:
        raise ReadError(source.name, f"is no sound workbook: {' '.join(str(error).split())[:200]}") from error


def _rows(columns: list[str], sheet: Sheet) -> Iterator[dict[str, str]]:
    yield from (_row(columns, cells) for _, cells in sheet.rows)


def _row(columns: list[str], cells: list[Any]) -> dict[str, str]:
    return {column: _cell(c) for column, c in zip(columns, cells, strict=False) if c != ""}


def _holds(cells: list[Any]) -> bool:
    """Whether a row holds anything."""
    return any(c != "" for c in cells)


def _workbook_inside(source: Source) -> bool:
    """Whether an archive holds what makes it a workbook; its list of members stands at its end."""
    try:
        with source.open() as stream, zipfile.ZipFile(io.BytesIO(stream.read())) as archive:
            return any(name.startswith("xl/") for name in archive.namelist())
    except DAMAGED:
        return source.suffix == ".xlsx"


def _refuse_bombs(source: Source, data: bytes) -> None:
    """A workbook is an archive: the limits of archives hold for it before anything is unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
    if sum(m.file_size for m in members) > LARGEST or any(m.file_size > RATIO * max(m.compress_size, 1024) for m in members):
        raise ReadError(source.name, f"grows more than {RATIO} times when unpacked, or beyond {LARGEST >> 30} GB; save it as CSV if you trust it")


def _cell(value: Any) -> str:
    """A cell as text: whole numbers without a point, dates as ISO times, yes and no."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}" if abs(value) >= EXACT else str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
