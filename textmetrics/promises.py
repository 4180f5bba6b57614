"""The ledger of promises and deadlines: who named which time, and what became of it.

Promises are what agents (and automatic replies) say they will do; deadlines are by when customers say they need an answer. What was kept outside the
archive, by a call nobody wrote down, cannot be seen and counts as broken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct, to_builtins

from .commitments import FATES, Fate
from .errors import OutputError
from .estimates import Estimate
from .figures import Figure, Section, middle, share, some
from .report import Report, as_csv

KINDS = {"promise": "promised", "deadline": "asked for"}
NAMED = 10  # broken and open ones that are listed one by one


class Entry(Struct, frozen=True):
    """A line of the ledger. ``late``: seconds after ``due`` that the answer came (below 0: before), or, unanswered, that have passed until the data were cut."""

    kind: str
    conversation_id: str
    message_id: str
    channel: str
    severity: str | None
    customer_id: str | None
    said_at: datetime | None
    due: datetime | None
    fate: Fate
    answer_id: str | None
    late: float | None
    why: str | None
    text: str


COLUMNS = Entry.__struct_fields__


def ledger(report: Report) -> list[Entry]:
    """Every promise and every time asked for in a run, in order of conversation and message."""
    return [Entry(**r) for r in report.rows("ledger")]


def write(entries: Iterable[Entry], path: str | Path) -> None:
    """The ledger as CSV, a row a promise or deadline, times as ISO."""
    try:
        Path(path).write_text(as_csv([COLUMNS, *(list(to_builtins(e).values()) for e in entries)]), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error


def promises(report: Report) -> list[Section]:
    """What became of promises and of times asked for, by channel, and the ones that wait for an answer now."""
    entries = ledger(report)
    found = [_fates(kind, [e for e in entries if e.kind == kind]) for kind in KINDS]
    return [s for s in [*found, _waiting(entries)] if s.figures]


def _fates(kind: str, entries: Sequence[Entry]) -> Section:
    figures: list[Figure] = []
    groups: dict[str, list[Entry]] = {"all": list(entries)} if entries else {}
    by: dict[str, Callable[[Entry], str | None]] = {"": lambda e: e.channel, "severity ": lambda e: e.severity}
    for name, of in by.items():
        values = sorted({v for e in entries if (v := of(e)) is not None})
        for value in values if len(values) > 1 else ():
            groups[f"{name}{value}"] = [e for e in entries if of(e) == value]
    for group, mine in groups.items():
        timed = [e for e in mine if e.fate != "unknown"]
        due = [e for e in timed if e.fate != "open"]
        figures.append(share(group, "with a time that can be told", len(timed), len(mine), (e.conversation_id for e in mine if e.fate == "unknown")))
        counts = {f: [e for e in timed if e.fate == f] for f in FATES}
        n_open = len(counts["open"])
        if timed:
            figures.append(share(group, "kept, of those due", len(counts["kept"]), len(due), (e.conversation_id for e in counts["kept"]), n_open=n_open))
            figures.append(share(group, "answered late", len(counts["late"]), len(due), (e.conversation_id for e in counts["late"])))
            figures.append(share(group, "broken: never answered", len(counts["broken"]), len(due), (e.conversation_id for e in counts["broken"])))
        if counts["late"]:
            figures.append(middle(group, "late by", [e.late for e in counts["late"] if e.late is not None], "s", (e.conversation_id for e in counts["late"])))
    title = {"promise": "What was promised", "deadline": "By when customers needed it"}[kind]
    return Section(title, tuple(figures), "Open ones are not due yet. A promise is found by rule, in languages that have a pack.", _reasons(entries))


def _reasons(entries: Sequence[Entry]) -> tuple[str, ...]:
    why: dict[str, int] = defaultdict(int)
    for e in entries:
        if e.why is not None:
            why[e.why] += 1
    return (f"No time: {', '.join(f'{w} {n:,}' for w, n in sorted(why.items(), key=lambda x: (-x[1], x[0])))}.",) if why else ()


def _waiting(entries: Sequence[Entry]) -> Section:
    """What falls due next, then what was broken last."""
    waiting = sorted((e for e in entries if e.fate in ("open", "broken")), key=lambda e: (e.fate != "open", abs(e.late or 0.0), e.conversation_id, e.message_id))
    figures = tuple(
        Figure("due in" if e.fate == "open" else "overdue by", e.text[:60], Estimate(1, abs(e.late or 0.0)), "s", f"{KINDS[e.kind]}, {e.channel}", some([e.conversation_id]))
        for e in waiting[:NAMED]
    )
    return Section("Unanswered", figures, "The nearest first; --out writes all of them.", (f"{len(waiting) - NAMED:,} more.",) if len(waiting) > NAMED else ())
