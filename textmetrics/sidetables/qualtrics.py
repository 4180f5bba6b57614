"""Qualtrics: responses with three header rows."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..sources import Source
from ..types import Problem
from . import Row, cells, clock, instrument, keys, plain, sidetable, valued

TEST = ("survey preview", "survey test", "1", "2", "8", "9", "12", "17", "48")  # values of Status that are no customer (8 and 9: spam)
DONE = ("true", "1", "yes")


def _claims(source: Source) -> bool:
    return b"ImportId" in source.head() and source.head(1) != b"["


@sidetable("surveys", claims=_claims)
def qualtrics(source: Source) -> Iterator[Row | Problem]:
    """Qualtrics: responses as CSV with three header rows (name, question, ImportId with the time zone), numbers or labels; embedded data joins.

    Previews, tests, spam and unfinished responses are kept with their state, and count in no score.
    """
    rows = cells(source)
    names, questions, imports = (next(rows, []) for _ in range(3))
    ids = [json.loads(c) if c.startswith("{") else {} for c in imports]
    body = [r for r in rows if any(r)]
    told = [plain(n) for n in names]
    groups = {n.removesuffix("_NPS_GROUP") for n in names if n.endswith("_NPS_GROUP")}
    dated = [i for i, n in enumerate(told) if n in ("recordeddate", "enddate")]
    zone = next((d["timeZone"] for d in ids if d.get("timeZone")), "UTC")
    read = clock([r[i] for r in body for i in dated if i < len(r)], zone)
    asked = [i for i, d in enumerate(ids) if str(d.get("ImportId", "")).startswith("QID") and not names[i].endswith("_NPS_GROUP")]
    kinds = {i: instrument("nps" if names[i] in groups else questions[i], [r[i] for r in body if i < len(r)]) for i in asked}
    for number, row in enumerate(body, start=1):
        if len(row) != len(names):
            yield Problem(source.name, f"has {len(row)} cells where the header has {len(names)}", record=number)
            continue
        cell = dict(zip(told, row, strict=True))
        state = "preview" if cell.get("status", "").lower() in TEST else "answered" if cell.get("finished", "true").lower() in DONE else "partial"
        at = next((t for i in dated if (t := read(row[i])) is not None), None)
        values = {i: valued(row[i]) for i in asked}
        comment = " / ".join(row[i] for i in asked if row[i] and values[i] is None)
        shared = {**keys(cell), "state": state, "answered_at": at, "comment": comment or None, "record": number}
        given = [i for i in asked if values[i] is not None]
        for i in given:
            k = kinds[i]
            yield {**shared, "instrument": k.name, "question": questions[i], "version": k.version, "scale_min": k.low, "scale_max": k.high, "direction": k.direction, "value": values[i], "answer": row[i]}
        if not given:
            yield shared
