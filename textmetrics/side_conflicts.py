"""Conflicts that only side tables show: articles are read more and contacts do not fall; satisfaction rises because fewer answer; more is solved an hour by people who are less content."""

from __future__ import annotations

from collections import defaultdict
from math import sqrt

import numpy as np

from .comparison import valued
from .conflicts import rose
from .estimates import FEWEST, Estimate, Z, mean, poisson
from .figures import Figure, Section, share, some
from .observed import period_of, seen
from .report import Report
from .surveys import TEAM, good, latest


def side_conflicts(report: Report, *, period: str = "month") -> list[Section]:
    """All of them, by period; empty where the run has no such side table."""
    return [s for s in (reads_and_contacts(report, period), satisfaction_and_answers(report, period), work_and_agents(report, period)) if s.figures]


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
    for p, given in sorted(by.items()):
        asked, answered, yes = len(given), sum(g is not None for g in given), sum(g is True for g in given)
        note = ""
        if before is not None and min(answered, before[1]) >= FEWEST and rose(before[2], before[1], yes, answered) and rose(answered, asked, before[1], before[0]):
            note = "! satisfaction up while fewer answer"
        figures.append(share(p, "good, of those who answered", yes, answered, unhappy[p], note))
        figures.append(share(p, "answered, of those asked", answered, asked))
        before = (asked, answered, yes)
    return Section("Satisfaction and who answers", tuple(figures), "A score rises, too, where only the contented still answer.")


def work_and_agents(report: Report, period: str) -> Section:
    """What is solved an hour in each period with what agents answered in the wave of its name: flagged where the first rose and the second fell, both beyond chance."""
    said: dict[str, list[float]] = defaultdict(list)
    for r in report.rows("agent_surveys"):
        if r["scale_min"] is not None and r["scale_max"] is not None and r["scale_max"] > r["scale_min"]:
            said[r["wave"]].append((r["value"] - r["scale_min"]) / (r["scale_max"] - r["scale_min"]))
    told = seen(report, ["confirmed_per_hour"], by="period", period=period).get("confirmed_per_hour") if said else None
    figures: list[Figure] = []
    before: tuple[float, float, float, float] | None = None
    for p in sorted(said.keys() & set(told.group("by"))) if told is not None else ():
        mine, answers = told.where("by", p), np.asarray(said[p])  # type: ignore[union-attr]
        v = valued("confirmed_per_hour", mine)
        if v is None or v.n < FEWEST or len(answers) < TEAM:
            continue
        content = mean(answers, np.ones(len(answers)), np.zeros(len(answers), bool))
        now = (v.value, v.variance, float(answers.mean()), float(answers.var(ddof=1)) / len(answers))
        harder = before is not None and now[0] - before[0] > Z * sqrt(now[1] + before[1]) and before[2] - now[2] > Z * sqrt(now[3] + before[3])
        half = Z * sqrt(v.variance)
        figures.append(Figure(p, "confirmed solved an hour", Estimate(v.n, v.value, v.value - half, v.value + half), "per hour", "", some(str(i) for i in mine.conversation)))
        figures.append(Figure(p, "agents' answers, from 0 to 1", content, "index", "! more solved an hour, agents less content" if harder else ""))
        before = now
    return Section("Work done and agents' answers", tuple(figures), "Waves of agent surveys are matched to periods of the same name (2026-03).")
