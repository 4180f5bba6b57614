"""Shows results; computes nothing."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from ..estimates import NEEDED, rough, too_few
from ..spans import lacking, shown
from ..summing import row_of

# the files of metrics, in the order and under the questions in which people read them
FAMILIES = {
    "resolution": "did it work?",
    "ladder": "used, or only thanked for?",
    "answerers": "whose answers worked?",
    "deadlines": "in time?",
    "waiting": "how long did they wait?",
    "backlog": "what waits still?",
    "service": "how soon were they answered?",
    "leaving": "who left before?",
    "staffed": "and in opening hours?",
    "public": "were they heard in public?",
    "promises": "were promises kept?",
    "experience": "was it as they expected?",
    "understanding": "were they understood?",
    "effort": "how hard was it?",
    "mood": "how did they feel?",
    "behaviour": "what were they told?",
    "approval": "what did others think?",
    "operations": "what did the work take?",
    "volume": "how much is there?",
}


def beside(row: Mapping[str, Any]) -> str:
    """What stands beside the n of an estimate: how many are open or silent, how many were left out as too young, and whether it is a rough share.

    >>> beside({"n": 40, "low": 0.2, "high": 0.8, "n_open": 16, "estimate": "bounds", "n_young": 3})
    '16 silent, 3 young'
    >>> beside({"n": 40, "low": 0.2, "high": 0.5, "n_open": 0, "estimate": "proportion", "n_young": 0})
    'rough'
    """
    told = ((row["n_open"], "silent" if row["estimate"] == "bounds" else "open"), (row["n_young"], "young"))
    words = [f"{n:,} {what}" for n, what in told if n]
    return ", ".join([*words, "rough"] if rough(row["estimate"], row["n"], row["low"], row["high"]) else words)


def figure(row: Mapping[str, Any]) -> str:
    """The figure of an estimate in words; of too few for a share their count, of too few for a duration how many it would need.

    >>> figure({"n": 7, "n_open": 0, "value": 3 / 7, "unit": "share", "estimate": "proportion"})
    '3 of 7'
    """
    if not row["n"]:
        return "all open" if row["n_open"] else "too young"
    if not too_few(row["estimate"], row["n"]):
        return shown(row["value"], row["unit"])
    return f"{round(row['value'] * row['n'])} of {row['n']}" if row["unit"] == "share" else lacking(row["n"], NEEDED[row["estimate"]])


def ends(row: Mapping[str, Any]) -> str:
    """The interval of an estimate in words; nothing where there is none.

    >>> ends({"low": 60.0, "high": None, "unit": "s"})
    '1 min to …'
    """
    if row["low"] is None and row["high"] is None:
        return ""
    return f"{'?' if row['low'] is None else shown(row['low'], row['unit'])} to {'…' if row['high'] is None else shown(row['high'], row['unit'])}"


def percentiles(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Percentiles in words, those that say the same together: ``p75 19 min (12 min to 25 min)``, ``p90, p95 not reached``."""
    told = [(row_of(r["metric"])[1], r) for r in rows]
    said = [(which, figure(r), ends(r) if r["value"] is not None else "") for which, r in sorted(told, key=lambda t: t[0])]
    return [f"{', '.join(which for which, *_ in same)} {text}{f' ({interval})' if interval else ''}" for (text, interval), same in groupby(said, key=lambda s: s[1:])]
