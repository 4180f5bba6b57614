"""What a vendor would report from the same conversations, and how to get there from our figure, one difference at a time.

A vendor is one TOML file in ``vendors/`` (or in ``$TEXTMETRICS_PACKS/vendors``): which of our metrics it has, under which name, and in which steps its
definition leaves ours; each step sets one option of a measure and names its source.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from . import packs
from .episodes import episodes
from .errors import PackError, UnknownName
from .measures import MEASURES, options

HERE = Path(__file__).with_name("vendors")
KEYS = {"ours", "theirs", "measure", "channels", "base", "steps", "same", "needs"}


class Step(Struct, frozen=True):
    """One difference: the options it sets, in words, with its source."""

    change: str
    set: dict[str, Any]
    source: str


class Term(Struct, frozen=True):
    """One metric of a vendor. ``base``: options that give ours; ``needs``: what it would take to compute it at all."""

    ours: str
    theirs: str
    measure: str
    channels: tuple[str, ...] | None
    base: dict[str, Any]
    steps: tuple[Step, ...]
    same: str | None
    needs: str | None


class Dialect(Struct, frozen=True):
    """How one vendor computes metrics that we compute too. ``sources``: the pages that say so, by the short name that steps give."""

    name: str
    doc: str
    sources: dict[str, str]
    terms: tuple[Term, ...]


class Line(Struct, frozen=True):
    """One line of a reconciliation: what was changed, the value and n after it, where it is told."""

    change: str
    value: float | None
    n: int
    source: str


class Reconciled(Struct, frozen=True):
    """One metric in one channel, from our value (the first line) to the vendor's (the last)."""

    ours: str
    theirs: str
    channel: str
    unit: str
    lines: tuple[Line, ...]
    note: str | None = None


def _folders() -> list[Path]:
    own = os.environ.get("TEXTMETRICS_PACKS")
    return [*([Path(own) / "vendors"] if own else []), HERE]


def vendors() -> list[str]:
    """The vendors whose definitions are known."""
    return sorted({p.stem for folder in _folders() for p in folder.glob("*.toml")})


@cache
def dialect(vendor: str) -> Dialect:
    """The file of one vendor; what is wrong with it is a PackError."""
    path = next((p for folder in _folders() if (p := folder / f"{vendor}.toml").is_file()), None)
    if path is None:
        raise UnknownName("vendor", vendor, vendors())
    data = packs.load_toml(path)
    terms = tuple(_term(path, n, row) for n, row in enumerate(packs.need(path, data, "metric"), start=1))
    return Dialect(vendor, packs.need(path, data, "doc"), data.get("sources", {}), terms)


def _term(path: Path, n: int, row: dict[str, Any]) -> Term:
    where = f"metric {n}"
    if unknown := set(row) - KEYS:
        raise PackError(path, where, f"has unknown keys: {', '.join(sorted(unknown))}")
    if row.get("measure") not in MEASURES:
        raise PackError(path, where, f"the measure {row.get('measure')!r} is none of {', '.join(sorted(MEASURES))}")
    known = options(row["measure"])
    steps = tuple(Step(s["change"], s["set"], s["source"]) for s in row.get("steps", ()))
    for given in (row.get("base", {}), *(s.set for s in steps)):
        if wrong := set(given) - set(known):
            raise PackError(path, where, f"{row['measure']} has no option {', '.join(sorted(wrong))}; it has {', '.join(known)}")
    channels = tuple(row["channels"]) if "channels" in row else None
    return Term(row["ours"], row["theirs"], row["measure"], channels, row.get("base", {}), steps, row.get("same"), row.get("needs"))


def translate(report: Any, vendor: str) -> list[Reconciled]:
    """Every metric that a vendor shares with us, per channel, from our value to the vendor's, step by step."""
    told = dialect(vendor)
    found = []
    for channel, given in episodes(report).items():
        for term in told.terms:
            if term.channels is not None and channel not in term.channels:
                continue
            measure = MEASURES[term.measure]
            if term.needs:
                found.append(Reconciled(term.ours, term.theirs, channel, measure.unit, (), f"needs {term.needs}"))
                continue
            chosen = dict(term.base)
            value, n = measure.of(given, **chosen)
            lines = [Line("ours", value, n, "")]
            for step in term.steps:
                chosen |= step.set
                value, n = measure.of(given, **chosen)
                lines.append(Line(step.change, value, n, step.source))
            if any(line.n for line in lines):
                found.append(Reconciled(term.ours, term.theirs, channel, measure.unit, tuple(lines), term.same))
    return found
