"""SurveyMonkey: responses with two header rows."""

from __future__ import annotations

from collections.abc import Iterator

from ..sources import Source
from ..types import Problem
from . import Row, cells, clock, heading, instrument, keys, plain, sidetable, valued

OWN = ("respondent id", "collector id", "start date", "end date", "date created", "date modified", "ip address", "email address", "first name", "last name")


def _claims(source: Source) -> bool:
    return heading(source)[:2] == ["respondent id", "collector id"]


@sidetable("surveys", claims=_claims)
def surveymonkey(source: Source) -> Iterator[Row | Problem]:
    """SurveyMonkey: responses as CSV with two header rows, one column a choice; custom data or the e-mail joins.

    Dates carry no zone (taken as UTC), and where no date of the file tells the day from the month they are unknown.
    """
    rows = cells(source)
    first, second = next(rows, []), next(rows, [])
    body = [r for r in rows if any(r)]
    told = [plain(n) for n in first]
    dated = [i for i, n in enumerate(told) if n in ("end date", "date modified")]
    read = clock([r[i] for r in body for i in dated if i < len(r)])
    questions: dict[int, list[int]] = {}
    begun = None
    for i, name in enumerate(first):
        custom = plain(second[i] if i < len(second) else "") == ""
        if name.strip():
            begun = None if told[i] in OWN or custom else i
        if begun is not None:
            questions.setdefault(begun, []).append(i)
    kinds = {q: instrument(first[q], [r[i] for r in body for i in columns if i < len(r)]) for q, columns in questions.items()}
    unread = 0
    for number, row in enumerate(body, start=1):
        if len(row) != len(first):
            yield Problem(source.name, f"has {len(row)} cells where the header has {len(first)}", record=number)
            continue
        cell = {n: c for n, c in zip(told, row, strict=True) if n}
        at = next((t for i in dated if (t := read(row[i])) is not None), None)
        unread += at is None and any(row[i] for i in dated)
        answers = {q: next((row[i] for i in columns if row[i]), "") for q, columns in questions.items()}
        values = {q: valued(a) for q, a in answers.items()}
        comment = " / ".join(a for q, a in answers.items() if a and values[q] is None)
        shared = {**keys(cell), "state": "answered", "answered_at": at, "comment": comment or None, "record": number}
        given = [q for q in questions if values[q] is not None]
        for q in given:
            k = kinds[q]
            yield {**shared, "instrument": k.name, "question": first[q], "version": k.version, "scale_min": k.low, "scale_max": k.high, "direction": k.direction, "value": values[q], "answer": answers[q]}
        if not given:
            yield {**shared, "state": "partial"}
    if unread:
        yield Problem(source.name, f"{unread} dates could begin with the day or the month, and no date of the file says which: taken as unknown", kept=True)
