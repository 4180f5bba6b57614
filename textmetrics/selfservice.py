"""The help centre against the conversations: reads against contacts, reading time, readers who still asked."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from .estimates import Estimate
from .figures import Figure, Section, middle, share, some
from .report import Report

STILL = timedelta(hours=24)  # who asks within this after reading was not helped by it
WORDS_A_MINUTE = 230.0
IDLE = 300.0  # seconds of one reading beyond which nobody is taken to read


def self_service(report: Report) -> list[Section]:
    """Articles of the side tables: reads against contacts, readers who still asked, reading time."""
    rows = report.rows("articles")
    return [s for s in (reads(report, rows), still_asked(report, rows), reading_time(rows)) if s.figures]


def reads(report: Report, rows: list[dict[str, Any]]) -> Section:
    """Views or readers a period against the customers who wrote in it."""
    periods: dict[tuple[datetime, datetime], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for r in rows:
        if r["customer_id"] is None and r["began"] is not None and r["ended"] is not None and r["views"] is not None:
            periods[r["began"], r["ended"]]["views"] += r["views"]
            periods[r["began"], r["ended"]]["readers"] += r["readers"] or 0.0
    figures = []
    for (began, ended), seen in sorted(periods.items()):
        came = [c for c in report.rows("conversations") if c["opened_at"] is not None and began <= c["opened_at"] < ended]
        people = {c["customer_id"] or c["conversation_id"] for c in came}
        kind = "readers" if seen["readers"] else "views"
        name = f"{began:%Y-%m-%d} to {ended - timedelta(days=1):%Y-%m-%d}"
        if people:
            figures.append(Figure(name, f"{kind} per customer who wrote", Estimate(len(people), seen[kind] / len(people)), "ratio", f"{seen[kind]:,.0f} {kind}", some(c["conversation_id"] for c in came)))
    notes = ("Neither many reads nor few contacts show that articles help: a worse help centre has more page views.",)
    return Section("Article reads against contacts", tuple(figures), "", notes)


def still_asked(report: Report, rows: list[dict[str, Any]]) -> Section:
    """Known readers who wrote within 24 hours of reading, about the article's topic where it is one of ours."""
    of: dict[str, list[dict[str, Any]]] = defaultdict(list)
    cut = None
    for c in report.rows("conversations"):
        if c["customer_id"] is not None and c["opened_at"] is not None:
            of[c["customer_id"]].append(c)
        cut = max((t for t in (cut, c["as_of"]) if t is not None), default=None)
    types = {c["request_type"] for cs in of.values() for c in cs}
    readers: dict[str, dict[str, list[str]]] = defaultdict(dict)
    young: dict[str, int] = defaultdict(int)
    for r in rows:
        if r["customer_id"] is None or r["began"] is None:
            continue
        if cut is not None and cut - r["began"] < STILL:
            young[r["article_id"]] += 1
            continue
        asked = [
            c["conversation_id"]
            for c in of.get(r["customer_id"], ())
            if timedelta(0) <= c["opened_at"] - r["began"] <= STILL and (r["topic"] not in types or c["request_type"] == r["topic"])
        ]
        readers[r["article_id"]].setdefault(r["customer_id"], []).extend(asked)
    figures = [share(f"article {a}", "readers who still asked within 24 h", sum(bool(i) for i in who.values()), len(who), (i for ids in who.values() for i in ids), "", young[a]) for a, who in sorted(readers.items())]
    return Section("Readers who still asked", tuple(figures), "Of readers who are known.", ("That the others did not ask does not show that they were helped.",))


def reading_time(rows: list[dict[str, Any]]) -> Section:
    """How long articles are read, and that against their length; very short readings are wrong pages."""
    words = {r["article_id"]: r["words"] for r in rows if r["words"]}
    singles: dict[str, list[float]] = defaultdict(list)
    figures = []
    for r in rows:
        if r["read_seconds"] is None:
            continue
        if r["customer_id"] is not None:
            singles[r["article_id"]].append(min(r["read_seconds"], IDLE))
        else:
            figures.append(Figure(f"article {r['article_id']}", "mean reading time", Estimate(int(r["readers"] or r["views"] or 0), r["read_seconds"]), "s", _expected(r["article_id"], words, r["read_seconds"])))
    for a, seconds in sorted(singles.items()):
        figures.append(middle(f"article {a}", "reading time", seconds, "s", note=_expected(a, words, sorted(seconds)[len(seconds) // 2])))
    return Section("Reading time", tuple(figures), "", (f"At most {IDLE / 60:.0f} minutes a reading count; the last page of a visit has no end and is often missing.",))


def _expected(article: str, words: dict[str, float], seconds: float) -> str:
    if not words.get(article):
        return ""
    return f"{seconds / (60 * words[article] / WORDS_A_MINUTE):.1f} of the time its {words[article]:.0f} words take"
