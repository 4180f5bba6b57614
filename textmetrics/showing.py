"""Records of rows on their way to their texts: what is HTML becomes plain in lots, by whoever has time (`crew`), and comes in the order it was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .cleaning import Shown, below, origin_of, plain_all
from .crew import Lots
from .spreadsheets import Watch
from .types import Record

LOT = 128  # texts that become plain together
Page = tuple[Record, str, str | None]  # a record, the HTML of its text, its subject


def worded(record: Record, text: str, origin: tuple[int, ...], subject: str | None, watch: Watch) -> Record:
    """A record with its text, below its subject; ``origin``: where the text stood in its HTML."""
    watch.text(text, record.number)
    if subject:
        text = below(subject, Shown(text, origin))
        origin = origin_of(text)
    record.text, record.origin = str(text), record.origin or origin
    return record


class Showing:
    """Takes records with the HTML of their texts, gives them back with plain ones: some that are done with each that is added, what is left with `rest`."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._waiting: list[Page] = []
        self._lots: Lots[list[Page], list[str], list[tuple[str, tuple[int, ...]]]] = Lots(plain_all)

    def add(self, record: Record, html: str, subject: str | None) -> Iterator[Record]:
        """Take in one record; those that are done."""
        self._waiting.append((record, html, subject))
        if len(self._waiting) == LOT:
            yield from self._done(self._send())

    def rest(self) -> Iterator[Record]:
        """All that are left."""
        if self._waiting:
            yield from self._done(self._send())
        yield from self._done(self._lots.rest())

    def _send(self) -> Iterator[tuple[list[Page], list[tuple[str, tuple[int, ...]]]]]:
        pages, self._waiting = self._waiting, []
        return self._lots.add(pages, [html for _, html, _ in pages])

    def _done(self, lots: Iterable[tuple[list[Page], list[tuple[str, tuple[int, ...]]]]]) -> Iterator[Record]:
        for pages, texts in lots:
            for (record, _, subject), (text, origin) in zip(pages, texts, strict=True):
                yield worded(record, text, origin, subject, self._watch)
