"""The sheet a reviewer fills in, as CSV or XLSX: conversations to read, the question in words, empty columns for verdicts.

What the detector says stands nowhere in it: who knows the answer agrees with it. Every text in it is data: no cell can run as a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from .cleaning import printable
from .errors import MissingInput, OutputError, ReadError, UsageError
from .questions import question
from .sampling import Drawn

COLUMNS = ("question", "ask", "answers", "channel", "language", "conversation", "transcript", "verdict", "second_verdict", "settled", "comment", "probability")
FILLED = ("verdict", "second_verdict", "settled", "comment")
WIDTHS = {"ask": 30, "answers": 40, "transcript": 90, "comment": 30}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
MESSAGE, WHOLE, CELL = 600, 16, 30_000  # characters of a message; messages of a conversation shown whole; characters of a cell (XLSX holds 32,767)
AROUND = 3  # messages on either side of the place in question, in longer ones
SAME = {"y": "yes", "1": "yes", "true": "yes", "n": "no", "0": "no", "false": "no", "n/a": "none", "na": "none", "unclear": "silent"}


class Verdict(Struct, frozen=True):
    """What people say of one conversation for one question; ``settled`` is the last word where two disagree."""

    question: str
    conversation: str
    probability: float
    first: str | None
    second: str | None
    settled: str | None
    comment: str = ""


def rows(report: Any, drawn: Sequence[Drawn], kept: Iterable[Verdict] = ()) -> list[list[Any]]:
    """The rows of a sheet, in the order drawn; verdicts given before are filled in again."""
    given = {(v.question, v.conversation): v for v in kept}
    texts = _transcripts(report, drawn)
    made = []
    for d in drawn:
        q = question(d.question)
        v = given.get((d.question, d.conversation))
        filled = [v.first, v.second, v.settled, v.comment] if v else [None] * 4
        told = "; ".join(f"{k} = {words}" for k, words in q.answers.items())
        made.append([q.name, q.ask, told, d.channel, d.language, d.conversation, texts[d.question, d.conversation], *filled, round(d.probability, 9)])
    return made


def _transcripts(report: Any, drawn: Sequence[Drawn]) -> dict[tuple[str, str], str]:
    import pyarrow as pa
    import pyarrow.compute as pc

    ids = pa.array(sorted({d.conversation for d in drawn}), pa.string())

    def of(table: str, columns: list[str]) -> dict[str, list[dict[str, Any]]]:
        t = report.arrow(table)
        by: dict[str, list[dict[str, Any]]] = {}
        for row in t.filter(pc.is_in(t["conversation_id"], value_set=ids)).select(["conversation_id", *columns]).to_pylist():
            by.setdefault(row["conversation_id"], []).append(row)
        return by

    messages = of("messages", ["message_id", "role", "sent_at", "text"])
    seen, found = of("observations", ["metric", "message_id"]), of("findings", ["label", "message_id"])
    texts = {}
    for d in drawn:
        places = {o["message_id"] for o in seen.get(d.conversation, ()) if o["metric"] == d.question}
        places |= {f["message_id"] for f in found.get(d.conversation, ()) if f["label"] == d.question.partition("/")[0]}
        texts[d.question, d.conversation] = _transcript(messages.get(d.conversation, []), places)
    return texts


def _transcript(messages: Sequence[Mapping[str, Any]], places: set[Any]) -> str:
    """Messages as lines. Of a long conversation: its opening, its end, and what surrounds the places in question."""
    n = len(messages)
    shown = set(range(n)) if n <= WHOLE else {0, 1, *range(n - AROUND - 1, n)}
    for i, m in enumerate(messages):
        if m["message_id"] in places:
            shown |= set(range(max(0, i - AROUND), min(n, i + AROUND + 1)))
    lines, left = [], 0
    for i, m in enumerate(messages):
        if i not in shown:
            left += 1
            continue
        if left:
            lines.append(f"[{left} messages left out]")
            left = 0
        text = printable(" ".join(m["text"].split()))
        at = f" {m['sent_at']:%Y-%m-%d %H:%M}" if m["sent_at"] else ""
        lines.append(f"[{m['role']}{at}] {text[:MESSAGE]}{' ...' if len(text) > MESSAGE else ''}")
    return "\n".join(lines)[:CELL]


def write(path: Path, made: Sequence[Sequence[Any]]) -> Path:
    """Write a sheet as its name says: .csv or .xlsx. One that is there already is an OutputError: somebody may have worked on it."""
    if path.exists():
        raise OutputError(f"{path}: is there already; name another file, or carry its verdicts over with --keep {path}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix.lower() == ".xlsx":
            _write_xlsx(path, made)
        else:
            path.write_text(_csv(made), encoding="utf-8-sig", newline="")  # the mark tells spreadsheets that it is UTF-8
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
    return path


def _csv(made: Sequence[Sequence[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in made:
        writer.writerow(["" if c is None else f"'{c}" if isinstance(c, str) and c.startswith(FORMULA) else c for c in row])
    return out.getvalue()


def _openpyxl(path: Path) -> Any:
    try:
        import openpyxl
    except ImportError:
        raise UsageError(f"{path}: .xlsx needs openpyxl: pip install 'textmetrics[xlsx]', or name a .csv") from None
    return openpyxl


def _write_xlsx(path: Path, made: Sequence[Sequence[Any]]) -> None:
    book = _openpyxl(path).Workbook()
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    sheet = book.active
    sheet.title = "review"
    for c, name in enumerate(COLUMNS, start=1):
        sheet.cell(1, c, name).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(c)].width = WIDTHS.get(name, 16)
    for r, row in enumerate(made, start=2):
        for c, value in enumerate(row, start=1):
            cell = sheet.cell(r, c)
            if isinstance(value, str):
                cell.value = "".join(ch for ch in value if ch >= " " or ch in "\n\t")
                cell.data_type = "s"  # a string, whatever it begins with
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            else:
                cell.value = value
    for name in ("verdict", "second_verdict", "settled"):
        letter = get_column_letter(COLUMNS.index(name) + 1)
        choice = DataValidation(type="list", formula1='"yes,no,silent,none"', allow_blank=True)
        choice.add(f"{letter}2:{letter}{len(made) + 1}")
        sheet.add_data_validation(choice)
    sheet.freeze_panes = "A2"
    book.save(path)


def read(path: Path) -> list[Verdict]:
    """The verdicts of a filled sheet; what cannot be understood is a ReadError with its line."""
    if not path.is_file():
        raise MissingInput(path, "there is no such file")
    table = _read_xlsx(path) if path.suffix.lower() == ".xlsx" else _read_csv(path)
    head = [str(h or "").strip() for h in (table[0] if table else [])]
    if missing := [c for c in ("question", "conversation", "verdict", "probability") if c not in head]:
        raise ReadError(path, f"has no column {', '.join(missing)}: it is no sheet of textmetrics review", line=1)
    found: list[Verdict] = []
    seen: dict[tuple[str, str], int] = {}
    for line, cells in enumerate(table[1:], start=2):
        row = {h: _plain(c) for h, c in zip(head, cells, strict=False)}
        if not any(row.values()):
            continue
        key = row["question"], row.get("conversation", "")
        if key in seen:
            raise ReadError(path, f"conversation {key[1]!r} is in line {seen[key]} too: leave one", line=line)
        seen[key] = line
        allowed = question(key[0]).answers
        first, second, settled = (_verdict(path, line, row.get(c, ""), allowed) for c in ("verdict", "second_verdict", "settled"))
        found.append(Verdict(*key, _probability(path, line, row.get("probability", "")), first, second, settled, row.get("comment", "")))
    return found


def _verdict(path: Path, line: int, text: str, allowed: Mapping[str, str]) -> str | None:
    said = text.strip().lower()
    said = SAME.get(said, said)
    if said in ("", "?"):
        return None
    if said not in allowed:
        raise ReadError(path, f"the verdict {text!r} is none of {', '.join(allowed)}", line=line)
    return said


def _probability(path: Path, line: int, text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = 0.0
    if not 0 < value <= 1:
        raise ReadError(path, f"the probability {text!r} is no number above 0 and up to 1: leave this column as it was drawn", line=line)
    return value


def _plain(cell: Any) -> str:
    if cell is None:
        return ""
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def _read_csv(path: Path) -> list[list[Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text(encoding="cp1252")  # what spreadsheets save where nobody asks them for UTF-8
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _read_xlsx(path: Path) -> list[list[Any]]:
    import zipfile

    library = _openpyxl(path)
    try:
        book = library.load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ReadError(path, f"is no workbook: {error}") from error
    try:
        return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    finally:
        book.close()
