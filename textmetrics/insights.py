"""What is most worth a look in a report: a few sentences, each with its number and the conversation that shows it best.

Candidates are looked for in every channel and ranked by weight: how bad it is for customers, times how many it touches.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from msgspec import Struct

from .report import Report
from .spans import duration, shown

FEW = 5  # cases below which something is an anecdote


class Insight(Struct, frozen=True):
    """One thing worth a look: of which kind, what, how much it weighs, the conversation to open, and its words."""

    kind: str
    text: str
    weight: float
    conversation: str | None = None
    quote: str | None = None


def insights(report: Report, most: int = 3) -> list[Insight]:
    """The weightiest things of a report, each of another kind."""
    rows, columns = report.estimate_rows()
    table = [dict(zip(columns, r, strict=True)) for r in rows]
    found = [*_open_waits(report), *_revoked(report), *_severity(table), *_jargon(report), *_unsolved_apologies(report), *_fallen_moods(report), *_silent(table)]
    best: dict[str, Insight] = {}
    for one in sorted(found, key=lambda i: (-i.weight, i.text)):
        best.setdefault(one.kind, one)
    return list(best.values())[:most]


def _observed(report: Report, metric: str) -> list[dict[str, Any]]:
    import pyarrow.compute as pc

    table = report.arrow("observations")
    return table.filter(pc.equal(table["metric"], metric)).to_pylist()


def _quote(report: Report, conversation: str, message: str | None) -> str | None:
    import pyarrow.compute as pc

    if message is None:
        return None
    table = report.arrow("messages")
    found = table.filter(pc.and_(pc.equal(table["conversation_id"], conversation), pc.equal(table["message_id"], message)))["text"].to_pylist()
    return " ".join(found[0].split())[:120] if found else None


def _channels(report: Report) -> dict[str, str]:
    table = report.arrow("conversations")
    return dict(zip(table["conversation_id"].to_pylist(), table["channel"].to_pylist(), strict=True))


def _open_waits(report: Report) -> list[Insight]:
    """Customers whose last request nobody answered."""
    channel = _channels(report)
    age = {o["conversation_id"]: o["value"] for o in _observed(report, "oldest_open")}
    by: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for o in _observed(report, "dropped"):
        if o["value"]:
            by[channel[o["conversation_id"]]].append(o)
    found = []
    for name, waiting in sorted(by.items()):
        worst = max(waiting, key=lambda o: (age.get(o["conversation_id"], 0.0), o["conversation_id"]))
        n = sum(c == name for c in channel.values())
        long = f"; the longest has waited {duration(age[worst['conversation_id']])}" if worst["conversation_id"] in age else ""
        text = f"{len(waiting):,} of {n:,} {name} conversations end with the customer waiting{long}"
        found.append(Insight("open_waits", text, 2.0 * len(waiting) / n, worst["conversation_id"], _quote(report, worst["conversation_id"], worst["message_id"])))
    return found


def _revoked(report: Report) -> list[Insight]:
    """Fixes that did not last."""
    seen = _observed(report, "revoked")
    again = [o for o in seen if o["value"]]
    if len(again) < 2:
        return []
    one = min(again, key=lambda o: o["conversation_id"])
    text = f"{len(again):,} of {len(seen):,} customers who said it worked later said that it failed"
    return [Insight("revoked", text, 3.0 * len(again) / len(seen), one["conversation_id"], _quote(report, one["conversation_id"], one["message_id"]))]


def _severity(table: list[dict[str, Any]]) -> list[Insight]:
    """Urgent matters that wait longer than others."""
    found = []
    rows = [r for r in table if r["metric"] == "first_response_wait" and r.get("severity") and r["value"] is not None and r["n"] >= FEW]
    by: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for r in rows:
        by[r["channel"]].append(r)
    for channel, group in sorted(by.items()):
        slowest, fastest = max(group, key=lambda r: r["value"]), min(group, key=lambda r: r["value"])
        if slowest["value"] > 2 * fastest["value"]:
            text = f"in {channel}, severity {slowest['severity']} waits {duration(slowest['value'])} for a first answer, severity {fastest['severity']} {duration(fastest['value'])}"
            found.append(Insight("severity", text, 1.2))
    return found


def _jargon(report: Report) -> list[Insight]:
    """Solutions that customers could not make sense of."""
    import pyarrow.compute as pc

    table = report.arrow("findings")
    asked = table.filter(pc.equal(table["label"], "rephrase_request")).to_pylist()
    if len(asked) < FEW:
        return []
    channel = _channels(report)
    where, n = Counter(channel[f["conversation_id"]] for f in asked).most_common(1)[0]
    total = sum(c == where for c in channel.values())
    best = max((f for f in asked if channel[f["conversation_id"]] == where), key=lambda f: (f["score"], f["conversation_id"]))
    text = f"customers had to ask what was meant {n:,} times in {total:,} {where} conversations"
    return [Insight("jargon", text, 1.5 * min(1.0, n / total), best["conversation_id"], _quote(report, best["conversation_id"], best["message_id"]))]


def _unsolved_apologies(report: Report) -> list[Insight]:
    """Sorry, and nothing else."""
    import pyarrow.compute as pc

    table = report.arrow("findings")
    labels: dict[str, set[str]] = defaultdict(set)
    for c, label in zip(table["conversation_id"].to_pylist(), table["label"].to_pylist(), strict=True):
        labels[c].add(label)
    sorry = sorted(c for c, found in labels.items() if "apology" in found)
    empty = [c for c in sorry if "solution" not in labels[c]]
    if len(empty) < FEW:
        return []
    apology = table.filter(pc.and_(pc.equal(table["label"], "apology"), pc.equal(table["conversation_id"], empty[0]))).to_pylist()[0]
    text = f"{len(empty):,} of {len(sorry):,} conversations with an apology got no solution"
    return [Insight("unsolved_apologies", text, 1.0 * len(empty) / len(sorry), empty[0], _quote(report, empty[0], apology["message_id"]))]


def _fallen_moods(report: Report) -> list[Insight]:
    """Where the mood fell most after a solution."""
    seen = _observed(report, "mood_change_after_solution")
    fallen = [o for o in seen if o["value"] <= -0.25]
    if len(seen) < 2 * FEW or len(fallen) < 2:
        return []
    worst = min(fallen, key=lambda o: (o["value"], o["conversation_id"]))
    text = f"after the solution the mood of {len(fallen):,} of {len(seen):,} customers fell, most of all by {-worst['value']:.1f}"
    return [Insight("fallen_moods", text, 0.9 * len(fallen) / len(seen), worst["conversation_id"], _quote(report, worst["conversation_id"], worst["message_id"]))]


def _silent(table: list[dict[str, Any]]) -> list[Insight]:
    """Channels in which nobody knows whether solutions work."""
    found = []
    for r in table:
        if r["metric"] == "solutions_acknowledged" and not r.get("severity") and r["n"] >= 2 * FEW and r["n_open"] / r["n"] > 0.6:
            text = f"in {r['channel']}, {shown(r['n_open'] / r['n'], 'share')} of the customers who got a solution never said what became of it"
            found.append(Insight("silent", text, 0.5 * r["n_open"] / r["n"]))
    return found
