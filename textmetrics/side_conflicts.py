"""Conflicts that only side tables show: articles are read more and contacts do not fall; satisfaction rises because fewer answer."""

from __future__ import annotations

from collections import defaultdict
from math import sqrt

from .conflicts import rose
from .estimates import FEWEST, Estimate, Z, poisson
from .figures import Figure, Section, share, some
from .observed import period_of
from .report import Report
from .surveys import good, latest


def side_conflicts(report: Report, *, period: str = "month") -> list[Section]:
    """Both, by period; empty where the run has no such side table."""
    return [s for s in (reads_and_contacts(report, period), satisfaction_and_answers(report, period)) if s.figures]


def reads_and_contacts(report: Report, period: str) -> Section:
    """Article views of each period against the conversations begun in it: flagged where views rose beyond chance and conversations did not fall."""
    views: dict[str, float] = defaultdict(float)
    for r in report.rows("articles"):
        if r["views"] is not None and (p := period_of(r["began"], period)) is not None:
            views[p] += r["views"]
    came: dict[str, list[str]] = defaultdict(list)
    for c in report.rows("conversations"):
        if (p := period_of(c["opened_at"], period)) is not None:
            came[p].append(c["conversation_id"])
    figures = []
    before: tuple[float, int] | None = None
    for p in sorted(views.keys() & came.keys()):
        n = len(came[p])
        note = ""
        if before is not None and before[1] >= FEWEST and n >= FEWEST:
            more_reads = (views[p] - before[0]) / sqrt(max(1.0, views[p] + before[0])) > Z
            fewer = (before[1] - n) / sqrt(before[1] + n) > Z
            note = "! reads up, conversations not down" if more_reads and not fewer else ""
        low, high = poisson(n)
        figures.append(Figure(p, "article views", Estimate(round(views[p]), views[p]), "views"))
        figures.append(Figure(p, "conversations", Estimate(n, float(n), low, high), "count", note, some(came[p])))
        before = (views[p], n)
    notes = ("More customers read more and ask more: see the conversations before blaming the articles.",)
    return Section("Article reads and contacts", tuple(figures), "Reads are meant to prevent contacts.", notes)


def satisfaction_and_answers(report: Report, period: str) -> Section:
    """Satisfaction of each period with the share of those asked who answered: flagged where the first rose beyond chance and the second fell."""
    rows = [r for r in latest(report.rows("surveys")) if r["instrument"] == "csat" and r["state"] in ("answered", "offered")]
    of = {c["conversation_id"]: period_of(c["opened_at"], period) for c in report.rows("conversations")}
    by: dict[str, list[bool | None]] = defaultdict(list)
    unhappy: dict[str, list[str]] = defaultdict(list)
    for r in rows:
        p = of.get(r["conversation_id"])
        known = good(r)
        if p is not None and (known is not None or r["state"] == "offered"):
            by[p].append(known)
            if known is not True:
                unhappy[p].append(r["conversation_id"])
    figures = []
    before: tuple[int, int, int] | None = None
    for p, seen in sorted(by.items()):
        asked, answered, yes = len(seen), sum(s is not None for s in seen), sum(s is True for s in seen)
        note = ""
        if before is not None and min(answered, before[1]) >= FEWEST and rose(before[2], before[1], yes, answered) and rose(answered, asked, before[1], before[0]):
            note = "! satisfaction up while fewer answer"
        figures.append(share(p, "good, of those who answered", yes, answered, unhappy[p], note))
        figures.append(share(p, "answered, of those asked", answered, asked))
        before = (asked, answered, yes)
    return Section("Satisfaction and who answers", tuple(figures), "A score rises, too, where only the contented still answer.")
