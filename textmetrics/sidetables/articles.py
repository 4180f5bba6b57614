"""Help centres: views, reading times and votes of articles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec

from ..cleaning import plain as text_of
from ..errors import ReadError
from ..sources import DAMAGED, Source
from ..times import Clock
from ..types import Problem
from . import CUSTOMERS, EMAILS, Row, cells, clock, heading, number, pick, plain, records, sidetable

READING = ("viewed at", "read at", "timestamp", "event time")


def _article(path: str) -> str | None:
    found = re.search(r"/articles/(\d+)", path)
    return found[1] if found else path or None


@sidetable("articles", claims=lambda s: {"article id", "article views"} <= set(heading(s)))
def zendesk_explore(source: Source) -> Iterator[Row | Problem]:
    """Zendesk Explore: article views a day and locale, with votes; numbers with thousands separators."""
    found = list(records(source))
    read = clock([t for r in found if not isinstance(r, Problem) and (t := r[1].get("article view date"))])
    for item in found:
        if isinstance(item, Problem):
            yield item
            continue
        record, cell = item
        views, up, down = (number(cell.get(n)) for n in ("article views", "upvotes", "downvotes"))
        if views is None:
            yield Problem(source.name, f"the article views {cell.get('article views')!r} are no number", record=record)
            continue
        day = read(cell.get("article view date"))
        yield {
            "article_id": cell["article id"],
            "title": cell.get("article title"),
            "locale": cell.get("article translation locale"),
            "began": day,
            "ended": day and day + timedelta(days=1),
            "views": views,
            "votes_up": up,
            "votes": None if up is None or down is None else up + down,
            "record": record,
        }


@sidetable("articles", claims=lambda s: s.head(5).lstrip(b"\xef\xbb\xbf").startswith(b"#") and b"# Start date:" in s.head())
def ga4(source: Source) -> Iterator[Row | Problem]:
    """Google Analytics 4: pages and screens as CSV, several tables in one file under their preambles; views, users and mean engagement time a page."""
    began = ended = None
    names: list[str] = []
    record = 0
    for row in cells(source):
        line = ",".join(row).strip()
        if not line:
            names = []
        elif line.startswith("#"):
            names = []
            if match := re.search(r"(Start|End) date: (\d{8})", line):
                moment = Clock("%Y%m%d").read(match[2])
                began, ended = (moment, ended) if match[1] == "Start" else (began, moment and moment + timedelta(days=1))
        elif not names:
            names = [plain(c) for c in row]
        elif len(row) != len(names):
            record += 1
            yield Problem(source.name, f"has {len(row)} cells where the header has {len(names)}", record=record)
        else:
            record += 1
            cell = dict(zip(names, row, strict=True))
            path = next((cell[n] for n in names if n.startswith(("page path", "page title"))), None)
            if path is None or path == "(not set)" or number(cell.get("views")) is None:
                continue
            yield {
                "article_id": _article(path),
                "title": path,
                "began": began,
                "ended": ended,
                "views": number(cell.get("views")),
                "readers": number(cell.get("users") or cell.get("active users") or cell.get("total users")),
                "read_seconds": number(next((cell[n] for n in names if n.startswith("average engagement time")), None)),
                "record": record,
            }


@sidetable("articles", claims=lambda s: s.head(1) == b"{" and b'"articles"' in s.head() and b'"vote_sum"' in s.head())
def zendesk_guide(source: Source) -> Iterator[Row | Problem]:
    """Zendesk Guide: articles of the interface with their votes and length; it holds no views. Translations share an id."""
    with source.open() as stream:
        try:
            whole: Any = msgspec.json.decode(stream.read())
        except (msgspec.DecodeError, *DAMAGED) as error:
            raise ReadError(source.name, f"is no JSON: {error}") from error
    for record, a in enumerate(whole["articles"], start=1):
        votes, total = a.get("vote_count"), a.get("vote_sum")
        yield {
            "article_id": str(a["id"]),
            "title": a.get("title"),
            "locale": a.get("locale"),
            "words": float(len(text_of(a.get("body") or "").split())),
            "votes": votes,
            "votes_up": None if votes is None or total is None else (votes + total) / 2,
            "topic": ", ".join(a.get("label_names") or ()) or None,
            "record": record,
        }


@sidetable("articles", claims=lambda s: "article id" in heading(s) and bool(set(READING) & set(heading(s))))
def article_reads(source: Source) -> Iterator[Row | Problem]:
    """Single readings, as CSV: ``article_id, viewed_at``, ``customer_id`` or ``email``, and where known ``seconds``, ``words`` and ``topic``."""
    found = list(records(source))
    read = clock([t for r in found if not isinstance(r, Problem) and (t := pick(r[1], READING))])
    for item in found:
        if isinstance(item, Problem):
            yield item
            continue
        record, cell = item
        at = read(pick(cell, READING))
        yield {
            "article_id": cell["article id"],
            "began": at,
            "ended": at,
            "views": 1.0,
            "readers": 1.0,
            "read_seconds": number(cell.get("seconds")),
            "words": number(cell.get("words")),
            "topic": cell.get("topic") or None,
            "customer_id": pick(cell, CUSTOMERS) or pick(cell, EMAILS),
            "email": pick(cell, EMAILS),
            "record": record,
        }
