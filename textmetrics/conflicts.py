"""Goals that pull against each other: pairs declared beforehand, one that is pushed and one that guards, watched over periods; and signs of figures being gamed.

A pair is in conflict from one period to the next where what is pushed improved and its guard worsened by more than a margin, both beyond chance, given how many pairs and
periods were looked at: the larger of both one-sided p-values, held to a false discovery rate (Benjamini and Hochberg). Both sides are compared within request type, language,
severity and channel. A guard may lag.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, sqrt
from typing import Any

import msgspec
from msgspec import Struct

from .comparison import STRATA, Compared, benjamini_hochberg, between, reach, valued
from .estimates import FEWEST, wilson
from .figures import Figure, Section, share
from .metrics import METRICS
from .observed import Seen, columns, period_of, seen
from .report import Report
from .types import WITH_SUBSTANCE

CLOSED = ("solved", "closed", "resolved", "done")
ARRIVED = ("severity_at_arrival", "initial_severity", "initial_priority", "severity_initial", "priority_initial")
ORDER = {w: n for n, ws in enumerate((("low", "minor", "4", "p4"), ("normal", "medium", "3", "p3"), ("high", "major", "2", "p2"), ("urgent", "critical", "blocker", "1", "p1"))) for w in ws}
EVERY = ("channel", *STRATA)


class Pair(Struct, frozen=True):
    """What is pushed and what must not suffer; the guard is looked at ``lag`` periods later, and may worsen by ``margin`` in its unit."""

    pushed: str
    guard: str
    why: str
    lag: int = 0
    margin: float = 0.0


PAIRS = (
    Pair("first_response_wait", "came_back", "faster answers that bring customers back"),
    Pair("first_reply_wait", "first_response_wait", "any reply sooner, a real answer later"),
    Pair("first_response_wait", "abandonment", "faster for those who are answered, because others are not"),
    Pair("service_level", "abandonment", "a target met for those who stay"),
    Pair("handle_time", "resolution", "shorter conversations that solve less"),
    Pair("handle_time", "came_back", "shorter conversations that bring customers back"),
    Pair("time_to_solution", "revoked", "sooner solutions that do not hold"),
    Pair("contacts", "mood_at_end", "fewer contacts, unhappier customers"),
    Pair("confirmed_per_hour", "mood_at_end", "more solved an hour, unhappier customers"),
    Pair("churn_threats", "first_response_wait", "loyalty bought with everybody else's wait"),
)
LOWER = {"handle_time": "lower", "contacts": "lower"}  # what is pushed down, though by itself it has no better side


class Conflict(Struct, frozen=True):
    """A pair from one period to another, with both curves (period, value, n). ``flagged``: a conflict; ``watch``: the guard may have worsened."""

    pair: Pair
    before: str
    after: str
    pushed: Compared
    guard: Compared
    p: float
    curves: tuple[tuple[tuple[str, float, int], ...], tuple[tuple[str, float, int], ...]]
    flagged: bool = False

    @property
    def watch(self) -> bool:
        """What was pushed improved, and that the guard is no worse cannot be said."""
        return not self.flagged and _chance(self.pushed, better(self.pair.pushed), 0.0) < 0.025 and worsened(self.guard, self.pair.guard) > self.pair.margin


def conflicts(report: Report, *, period: str = "month", pairs: Sequence[Pair] = PAIRS) -> list[Conflict]:
    """Every pair in every step from one period to the next; flagged ones first."""
    names = sorted({n for p in pairs for n in (p.pushed, p.guard)})
    told = seen(report, names, EVERY, by="period", period=period)
    made = []
    for pair in pairs:
        if pair.pushed not in told or pair.guard not in told:
            continue
        a, b = told[pair.pushed], told[pair.guard]
        periods = sorted((set(a.group("by")) | set(b.group("by"))) - {""})
        curves = (curve(pair.pushed, a, periods), curve(pair.guard, b, periods))
        for k in range(1, len(periods) - pair.lag):
            steps = (periods[k - 1], periods[k]), (periods[k - 1 + pair.lag], periods[k + pair.lag])
            pushed, guard = (between(n, s.where("by", x), s.where("by", y), (x, y)) for n, s, (x, y) in zip((pair.pushed, pair.guard), (a, b), steps, strict=True))
            if pushed is not None and guard is not None:
                p = max(_chance(pushed, better(pair.pushed), 0.0), _chance(guard, -better(pair.guard), pair.margin))
                made.append(Conflict(pair, periods[k - 1], periods[k], pushed, guard, p, curves))
    flags = benjamini_hochberg([c.p for c in made])
    return sorted((msgspec.structs.replace(c, flagged=f) for c, f in zip(made, flags, strict=True)), key=lambda c: (not c.flagged, c.p, c.before))


def curve(metric: str, s: Seen, periods: Sequence[str]) -> tuple[tuple[str, float, int], ...]:
    """A metric over periods; those of fewer than ten observations are left out."""
    until = reach(s, s) if len(s.value) else None
    values = [(p, valued(metric, s.where("by", p), until)) for p in periods]
    return tuple((p, v.value, v.n) for p, v in values if v is not None and v.n >= FEWEST)


def better(metric: str) -> int:
    """1 where more of a metric is better, -1 where less is."""
    return 1 if (METRICS[metric].better or LOWER.get(metric)) == "higher" else -1


def worsened(c: Compared, metric: str) -> float:
    """By how much a metric got worse; negative where it got better."""
    return -better(metric) * c.telling


def _chance(c: Compared, sign: int, margin: float) -> float:
    """One-sided p-value that a metric moved in the direction of ``sign`` by more than the margin."""
    variance = c.a.variance + c.b.variance if c.standardised is None else c.standardised.variance
    return 0.5 * erfc((sign * c.telling - margin) / sqrt(2 * variance)) if variance > 0 else 1.0


def gaming(report: Report, *, period: str = "month") -> list[Section]:
    """Signs that figures are being made rather than earned: shares by period, each with what it would hide."""
    rows = [{**r, "period": period_of(r["opened_at"], period)} for r in report.rows("conversations") if r["opened_at"] is not None]
    made = [stalls(report, rows), early_closes(report, rows), downgrades(report, rows), selective_surveys(report)]
    return [s for s in made if s.figures]


def _by_period(title: str, read: str, name: str, rows: Sequence[dict[str, Any]], yes: dict[str, bool]) -> Section:
    """A share by channel and period; where it rose beyond chance from one to the next, it is said."""
    figures: list[Figure] = []
    known = [r for r in rows if r["conversation_id"] in yes]
    for channel in sorted({r["channel"] for r in known}):
        before: tuple[int, int] | None = None
        mine = [r for r in known if r["channel"] == channel]
        for p in sorted({r["period"] for r in mine}):
            ids = [r["conversation_id"] for r in mine if r["period"] == p]
            k, n = sum(yes[i] for i in ids), len(ids)
            up = before is not None and min(n, before[1]) >= FEWEST and rose(*before, k, n)
            figures.append(share(channel, f"{p}: {name}", k, n, (i for i in ids if yes[i]), "! up from the period before" if up else ""))
            before = (k, n)
    return Section(title, tuple(figures), read)


def rose(k0: int, n0: int, k1: int, n1: int) -> bool:
    """Whether a share rose beyond chance: the interval of the difference (Newcombe 1998) lies above 0.

    >>> rose(2, 50, 25, 50), rose(20, 50, 24, 50)
    (True, False)
    """
    p0, p1 = k0 / n0, k1 / n1
    (_, u0), (l1, _) = wilson(k0, n0), wilson(k1, n1)
    return p1 - p0 - sqrt((p1 - l1) ** 2 + (u0 - p0) ** 2) > 0


def stalls(report: Report, rows: Sequence[dict[str, Any]]) -> Section:
    """First replies that answer nothing: greetings, "one moment", automatic ones."""
    first: dict[str, bool] = {}
    for i, reply in zip(*(report.arrow("messages")[c].to_pylist() for c in ("conversation_id", "reply")), strict=True):
        if reply is not None and i not in first:
            first[i] = reply in ("stall", "greeting", "automatic", "bot_filler")
    return _by_period("First replies that answer nothing", "They stop the clock of vendors' first response time, not ours.", "greeting, hold or automatic", rows, first)


def early_closes(report: Report, rows: Sequence[dict[str, Any]]) -> Section:
    """Closed conversations whose customer said that it failed, was still waiting for an answer, or came again within a week."""
    again = {i for m, i, v in _observed(report) if m == "came_back" and v > 0}
    waiting: dict[str, bool] = {}
    for i, role, reply, asks in zip(*(report.arrow("messages")[c].to_pylist() for c in ("conversation_id", "role", "reply", "open")), strict=True):
        if role == "customer" and asks:
            waiting[i] = True
        elif reply in WITH_SUBSTANCE:
            waiting[i] = False
    closed = [r for r in rows if (r["status"] or "").lower() in CLOSED]
    early = {r["conversation_id"]: r["resolution"] == "rejected" or waiting.get(r["conversation_id"], False) or r["conversation_id"] in again for r in closed}
    return _by_period("Closed too early", "Closed, and the customer said it failed, was still waiting, or came again within 7 days.", "of the closed", rows, early)


def _observed(report: Report) -> list[tuple[str, str, float]]:
    table = report.arrow("observations")
    return list(zip(*(table[c].to_pylist() for c in ("metric", "conversation_id", "value")), strict=True))


def downgrades(report: Report, rows: Sequence[dict[str, Any]]) -> Section:
    """Severities that are lower now than when they arrived, where the export holds both."""
    told = columns(report)
    arrived = next((told[c] for c in ARRIVED if c in told), {})
    lower = {}
    for r in rows:
        then, now = ORDER.get(arrived.get(r["conversation_id"], "").lower()), ORDER.get((r["severity"] or "").lower())
        if then is not None and now is not None:
            lower[r["conversation_id"]] = now < then
    return _by_period("Severity lowered after arrival", "A target is met more easily for a lower severity: waits are to be read by severity at arrival.", "lowered", rows, lower)


def selective_surveys(report: Report) -> Section:
    """Who is asked how content they are: customers whose conversation was solved, against those whose was not."""
    rows = report.rows("surveys")
    asked = {r["conversation_id"] for r in rows if r["state"] in ("answered", "offered", "partial")}
    if not asked - {None}:
        return Section("Surveys by outcome", ())
    counts = {}
    figures = []
    for outcome in ("rejected", "confirmed"):
        ids = [r["conversation_id"] for r in report.rows("conversations") if r["resolution"] == outcome]
        counts[outcome] = (sum(i in asked for i in ids), len(ids))
        selective = outcome == "confirmed" and min(n for _, n in counts.values()) >= FEWEST and rose(*counts["rejected"], *counts["confirmed"])
        figures.append(share(outcome, "were asked", *counts[outcome], (i for i in ids if i not in asked), "! the contented are asked more often" if selective else ""))
    return Section("Surveys by outcome", tuple(figures), "A score of those asked says little where who is asked depends on the outcome.")
