"""What spreadsheets do to data on their way: ids become numbers and lose digits, a whole transcript lies in one cell.

Each is told once for a source, at its end, when all of its rows were seen: one id that ends in zeros proves nothing, all of them do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .types import Problem

DIGITS = 15  # significant digits that a spreadsheet keeps of a number
TURNS = 2  # lines that begin with a time and a name from which a text is a transcript, not a message
_FLOAT = re.compile(r"\d+\.0+")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+?\d{2}", re.IGNORECASE)
_TURN = re.compile(r"\n[^\S\n]*[(\[]?(?:\d{4}-\d\d-\d\d[ T])?\d{1,2}:\d\d(?::\d\d)?(?: ?[AaPp][Mm])?[)\]]?[\s,-]+[^:\n]{1,60}:(?=\s)")


class Watch:
    """Looks at the ids and texts of one source as they pass, and says at the end what was done to them."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.numbers: set[str] = set()  # long ids that are numbers in a workbook: rounded, whatever they end in
        self._long: dict[str, int] = {}
        self._rounded: dict[str, list[str]] = {}
        self._texts = self._transcripts = self._first = 0

    def ident(self, column: str, value: str) -> str:
        """An id as text, also one that a spreadsheet made a number of.

        >>> Watch("x.csv").ident("conversation_id", "12.0")
        '12'
        """
        if _FLOAT.fullmatch(value):
            value = value.partition(".")[0]
        scientific = _SCIENTIFIC.fullmatch(value) is not None
        if scientific or (len(value) > DIGITS and value.isdecimal()):
            self._long[column] = self._long.get(column, 0) + 1
            if scientific or value in self.numbers or value.endswith("0" * (len(value) - DIGITS)):
                self._rounded.setdefault(column, []).append(value)
        return value

    def text(self, text: str, number: int) -> None:
        """Look at one text."""
        self._texts += 1
        if "\n" in text and text.count(":") >= 2 * TURNS and sum(1 for _ in zip(range(TURNS), _TURN.finditer("\n" + text), strict=False)) == TURNS:
            self._transcripts += 1
            self._first = self._first or number

    def rest(self) -> Iterator[Problem]:
        """What was done to this source: ids all of which were rounded, texts most of which are transcripts."""
        for column, values in self._rounded.items():
            if len(values) == self._long[column] and (len(values) > 1 or not values[0].endswith("0") or len(values[0]) > DIGITS + 1 or values[0] in self.numbers):
                yield Problem(
                    self.source,
                    f"a spreadsheet rounded its {column} ({values[0]!r}, {len(values):,} in all): ids of more than {DIGITS} digits have become alike; export them as text",
                    kept=True,
                )
        if self._transcripts * 2 > self._texts:
            yield Problem(
                self.source,
                f"{self._transcripts:,} of its {self._texts:,} texts are whole transcripts in one cell, each read as one message: give a message a row, "
                "or save each cell as a text file (reader plain)",
                self._first,
                kept=True,
            )
