"""What customers and agents say when they are asked: satisfaction, recommendation, effort, with who did not answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

import numpy as np

from .estimates import FEWEST, Estimate, Z, mean, wilson
from .figures import Figure, Section, share, some
from .report import Report

TEAM = 7  # answers of a team from which they are shown
USEFUL_NPS = 200
PROMOTERS, DETRACTORS = 9, 6


def surveys(report: Report) -> list[Section]:
    """Every survey of the side tables: scores by instrument and channel, response rates with bounds, who answers, teams of agents."""
    rows = latest(report.rows("surveys"))
    told = {r["conversation_id"]: r for r in report.rows("conversations")}
    found = [scores(rows, told), responses(rows, told), selection(rows, told), teams(report.rows("agent_surveys"))]
    return [s for s in found if s.figures]


def latest(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """One row a conversation and question: its last answer, or, without one, that it was offered. Previews are no customers."""
    kept: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for n, r in enumerate(rows):
        if r["state"] == "preview":
            continue
        about = r["conversation_id"] or r["key"]
        key = (about, r["instrument"], r["version"], r["question"]) if about else (n,)
        old = kept.get(key)
        if old is None or _weight(r) >= _weight(old):
            kept[key] = r
    return list(kept.values())


def _weight(r: Mapping[str, Any]) -> tuple[int, float]:
    return ({"answered": 2, "offered": 1, "partial": 1}.get(r["state"], 0), r["answered_at"].timestamp() if r["answered_at"] else 0.0)


def nps(promoters: int, detractors: int, n: int) -> Estimate:
    """Promoters minus detractors, as points of a hundred.

    >>> e = nps(50, 20, 100)
    >>> round(e.value, 1), round(e.low, 1), round(e.high, 1)
    (30.0, 14.7, 45.3)
    """
    up, down = promoters / n, detractors / n
    half = Z * sqrt(max(0.0, up + down - (up - down) ** 2) / n)
    return Estimate(n, 100 * (up - down), 100 * max(-1.0, up - down - half), 100 * min(1.0, up - down + half))


def good(r: Mapping[str, Any]) -> bool | None:
    """Whether an answer is on the good side: the top two fifths of its scale in its direction; None where the scale is unknown."""
    low, high, value = r["scale_min"], r["scale_max"], r["value"]
    if low is None or high is None or value is None:
        return None
    place = (value - low) / (high - low)
    return bool((place if r["direction"] != "lower" else 1 - place) >= 0.7)


def scores(rows: Sequence[Mapping[str, Any]], told: Mapping[str, Mapping[str, Any]]) -> Section:
    """Each instrument on each of its scales, by channel: scales are never mixed."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for r in rows:
        if r["value"] is not None and r["state"] == "answered":
            channel = told[r["conversation_id"]]["channel"] if r["conversation_id"] in told else "joined to nothing"
            scale = f"{r['instrument']} on {r['version'] or 'an unknown scale'}{', lower is better' if r['direction'] == 'lower' else ''}"
            groups[scale, channel].append(r)
            groups[scale, "all"].append(r)
    figures = []
    for (scale, channel), answers in sorted(groups.items()):
        bad = [str(r["conversation_id"]) for r in answers if r["conversation_id"] and good(r) is False]
        if answers[0]["instrument"] == "nps":
            up, down = sum(r["value"] >= PROMOTERS for r in answers), sum(r["value"] <= DETRACTORS for r in answers)
            e = nps(up, down, len(answers)) if len(answers) >= FEWEST else Estimate(len(answers), None)
            note = f"{up} promoters, {down} detractors" + ("" if len(answers) >= USEFUL_NPS else f"; fewer than {USEFUL_NPS}: rough")
            figures.append(Figure(scale, channel, e, "points", note, some(bad)))
        elif good(answers[0]) is None:
            figures.append(Figure(scale, channel, Estimate(len(answers), sum(r["value"] for r in answers) / len(answers)), "mean", "the scale is not stated: no share"))
        else:
            figures.append(share(scale, f"{channel}: good", sum(bool(good(r)) for r in answers), len(answers), bad))
    return Section("What was answered", tuple(figures), "Good is the upper end of the scale in its own direction: 4 and 5 of 5; 3 is not good.")


def responses(rows: Sequence[Mapping[str, Any]], told: Mapping[str, Mapping[str, Any]]) -> Section:
    """Who answered of those who were asked; what the score could be had all answered."""
    figures = []
    for instrument in sorted({r["instrument"] for r in rows if r["instrument"]}):
        mine = [r for r in rows if r["instrument"] == instrument and r["state"] in ("answered", "offered")]
        offered = [r for r in mine if r["state"] == "offered"]
        answered = [r for r in mine if r["state"] == "answered"]
        about = {r["conversation_id"] for r in answered if r["conversation_id"] in told}
        if offered:
            figures.append(share(instrument, "answered of those asked", len(answered), len(mine)))
            yes = sum(bool(good(r)) for r in answered)
            n = len(mine)
            figures.append(Figure(instrument, "good, had all answered", Estimate(n, yes / n, wilson(yes, n)[0], wilson(yes + len(offered), n)[1], len(offered)), "share", "bounds: none of the silent is content, or all"))
        else:
            figures.append(share(instrument, "conversations with an answer", len(about), len(told), note="the export does not say who was asked"))
    return Section("Who answered", tuple(figures), "A score speaks of those who answered. The bounds hold whatever the others think.")


def selection(rows: Sequence[Mapping[str, Any]], told: Mapping[str, Mapping[str, Any]]) -> Section:
    """Whether the surveys were sent to, or answered by, the contented: conversations with a survey by what became of them."""
    asked = {r["conversation_id"] for r in rows if r["state"] in ("answered", "offered", "partial")} & told.keys()
    answered = {r["conversation_id"] for r in rows if r["state"] == "answered"} & told.keys()
    figures = []
    for outcome in ("confirmed", "rejected", "silent"):
        of = [i for i, r in told.items() if r["resolution"] == outcome]
        if of and asked:
            figures.append(share(outcome, "asked", sum(i in asked for i in of), len(of)))
            figures.append(share(outcome, "answered", sum(i in answered for i in of), len(of)))
    return Section("Asked by outcome", tuple(figures), "Where the contented are asked more often than the others, the score says how surveys are sent.")


def teams(rows: Sequence[Mapping[str, Any]]) -> Section:
    """Surveys of agents, by team and wave, where enough answered; no person is ever shown."""
    groups: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    scale: dict[str, tuple[float | None, float | None]] = {}
    for r in rows:
        groups[r["team"], r["wave"], r["question"]].append(r["value"])
        scale[r["question"]] = (r["scale_min"], r["scale_max"])
    figures, few = [], 0
    for (team, wave, question), values in sorted(groups.items()):
        n = len(values)
        if n < TEAM:
            few += 1
        elif scale[question] == (0.0, 10.0):
            figures.append(Figure(f"{team} {wave}", question, nps(sum(v >= PROMOTERS for v in values), sum(v <= DETRACTORS for v in values), n), "points", "eNPS"))
        else:
            given = np.asarray(values, float)
            figures.append(Figure(f"{team} {wave}", question, mean(given, np.ones(n), np.zeros(n, bool)), "mean"))
    notes = (f"{few} not shown: fewer than {TEAM} answers.",) if few else ()
    return Section("What agents answered, by team", tuple(figures), "Asked, never read from what they write: nobody's feelings are inferred.", notes)
