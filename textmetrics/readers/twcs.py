"""Customer-care tweets in the ``twcs`` layout: one tweet a row, threads by reply links."""

from __future__ import annotations

from collections.abc import Iterator

from .. import delimited
from ..errors import ReadError
from ..mapping import Map
from ..sources import Source
from ..times import Clock
from ..types import Problem, Record
from . import reader

COLUMNS = {"tweet_id", "author_id", "inbound", "created_at", "text", "in_response_to_tweet_id"}


def claims(source: Source, head: bytes) -> str | None:
    """The header names tweet_id, inbound and in_response_to_tweet_id."""
    return "its header has tweet_id, inbound and in_response_to_tweet_id" if b"inbound" in head[:2000] and set(delimited.header(source)[0]) >= COLUMNS else None


@reader("twcs", claims=claims, threads="reply", channel="social")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem]:
    """Customer-care tweets (twcs): threads by reply links.

    *Export:* the CSV of the public collection (``tweet_id, author_id, inbound, created_at, text, response_tweet_id, in_response_to_tweet_id``), or one of the same columns.
    *Reads:* ``inbound`` tweets as customers', the others as a company's; a reply to a tweet that is not in the file opens its own thread.
    *Not:* ``response_tweet_id``, which says the same from the other side.
    """
    if lacking := sorted(COLUMNS - set(delimited.header(source)[0])):
        raise ReadError(source.name, f"has no column {', '.join(lacking)}")
    clock = Clock()
    for row in delimited.rows(source):
        if isinstance(row, Problem):
            yield row
            continue
        cells = row.cells
        sent_at = clock.read(cells["created_at"])
        if sent_at is None:
            yield Problem(source.name, f"its time {cells['created_at'][:40]!r} cannot be read", row.number, row.line, row.byte)
        elif cells["inbound"] not in ("True", "False"):
            yield Problem(source.name, f"inbound is {cells['inbound'][:20]!r}, not True or False", row.number, row.line, row.byte)
        else:
            yield Record(
                text=cells["text"],
                author=cells["author_id"],
                role="customer" if cells["inbound"] == "True" else "agent",
                sent_at=sent_at,
                raw_time=cells["created_at"],
                message_id=_id(cells["tweet_id"]),
                reply_to=_id(cells["in_response_to_tweet_id"]) or None,
                channel=mapping.channel or "social",
                language=mapping.language,
                source=source.name,
                number=row.number,
            )


def _id(cell: str) -> str:
    """An id that a spreadsheet may have made a float of."""
    return cell.strip().removesuffix(".0")
