"""How much of the material a report's figures rest on: what was read, understood, linked, old enough, and checked by people."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from msgspec import Struct

from . import packs
from .report import Report

SILENT = ("system", "note")


class Covered(Struct, frozen=True):
    """One line of coverage: a share of something with both counts, or words where it is no share. None: not known of this run."""

    name: str
    value: float | None = None
    part: int = 0
    whole: int = 0
    words: str = ""


def coverage(report: Report) -> list[Covered]:
    """What stands in the foot of every summary (metric catalogue 3.10)."""
    counts = report.run.get("counts", {})
    read, kept = counts.get("records"), counts.get("kept")
    messages, conversations = report.arrow("messages"), report.arrow("conversations")
    spoken = [(code, at) for role, code, at in zip(*(messages[c].to_pylist() for c in ("role", "language", "sent_at")), strict=True) if role not in SILENT]
    known = set(packs.languages())
    facts = ("customer_id", "case_id", "severity", "channel", "closed_at", "as_of")
    rows = [dict(zip(facts, row, strict=True)) for row in zip(*(conversations[c].to_pylist() for c in facts), strict=True)]
    dated = [r for r in rows if r["closed_at"] is not None and r["as_of"] is not None]
    return [
        _share("messages read", kept, read) if read else Covered("messages read"),
        _share("in a language with a pack", sum(code in known for code, _ in spoken), len(spoken)),
        _share("with a time", sum(at is not None for _, at in spoken), len(spoken)),
        _share("conversations of a known customer or case", sum(bool(r["customer_id"] or r["case_id"]) for r in rows), len(rows)),
        _share("with a severity", sum(r["severity"] is not None for r in rows), len(rows)),
        _share("old enough for their outcome", sum(_mature(r) for r in dated), len(dated)),
        Covered("read by people", words=_people(report)),
        Covered("detector", words=_detector(report.run)),
        *(Covered(pack.name, words=pack.note) for code in sorted({c for c, _ in spoken if c in known}) if (pack := packs.language(code)).note),
    ]


def _share(name: str, part: int | None, whole: int | None) -> Covered:
    return Covered(name, part / whole if whole and part is not None else None, part or 0, whole or 0)


def _mature(row: dict[str, Any]) -> bool:
    return (row["as_of"] - row["closed_at"]).total_seconds() >= packs.channel(row["channel"]).mature


def _people(report: Report) -> str:
    """How many conversations people read for which question, and how old the newest of them was when the data were cut."""
    if not report.calibration:
        return "nothing: what is found in text is as good as its detector (textmetrics review)"
    told = []
    for name, one in sorted(report.calibration.items()):
        age = _age(report.run.get("as_of"), one.get("read_to"))
        told.append(f"{one['read']:,} for {name.replace('_', ' ')}{f', the newest {age} d before the cut' if age is not None else ''}")
    return "; ".join(told)


def _age(cut: str | None, newest: str | None) -> int | None:
    return None if cut is None or newest is None else (datetime.fromisoformat(cut).date() - date.fromisoformat(newest)).days


def _detector(run: Any) -> str:
    models = run.get("definitions", {}).get("models")
    if models is None:
        return f"version {run.get('version', '?')}, which did not yet name its models"
    if run.get("settings", {}).get("rules_only"):
        return f"version {run['version']}, rules only"
    return f"version {run['version']}, models " + ", ".join(f"{name} {sum_[:7]}" for name, sum_ in sorted(models.items()))
