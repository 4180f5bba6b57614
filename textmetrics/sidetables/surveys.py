"""Surveys with one line of names: Delighted, and the generic form of any other tool."""

from __future__ import annotations

from collections.abc import Iterator

from ..sources import Source
from ..types import Problem
from . import Instrument, Row, clock, heading, instrument, keys, number, pick, records, sidetable, valued

SCORES = ("score", "rating", "value", "answer")
TIMES = ("created at", "answered at", "submitted at", "recorded at", "timestamp", "date")


def _delighted(source: Source) -> bool:
    return {"score", "nps category"} <= set(heading(source))


@sidetable("surveys", claims=_delighted)
def delighted(source: Source) -> Iterator[Row | Problem]:
    """Delighted: responses as CSV (``score, nps_category, properties.*``); a property with the ticket joins. Unanswered surveys are not in it."""
    kinds = {"nps": Instrument("nps", 0.0, 10.0, "higher"), "csat": Instrument("csat", 1.0, 5.0, "higher"), "ces": Instrument("ces", 1.0, 5.0, "higher")}
    yield from _rows(source, lambda cell: kinds.get(cell.get("survey type", "nps"), kinds["nps"]))


def _generic(source: Source) -> bool:
    names = set(heading(source))
    return "scale max" in names and bool(names & set(SCORES)) and "nps category" not in names


@sidetable("surveys", claims=_generic)
def survey(source: Source) -> Iterator[Row | Problem]:
    """Any other survey, as CSV: ``score, scale_min, scale_max, direction, instrument, question, answered_at``, and ``conversation_id``, ``customer_id`` or ``email``.

    The scale must be there: 1 is the best of some scales and the worst of others. ``state`` may tell surveys that were offered and not answered.
    """

    def told(cell: dict[str, str]) -> Instrument:
        low, high = number(cell.get("scale min")), number(cell.get("scale max"))
        name = cell.get("instrument") or instrument(cell.get("question", "")).name
        return Instrument(name.lower(), 1.0 if low is None else low, high, "lower" if cell.get("direction", "").lower().startswith("low") else "higher")

    yield from _rows(source, told)


def _rows(source: Source, told: object) -> Iterator[Row | Problem]:
    read = records(source)
    found = list(read)
    moments = clock([t for r in found if not isinstance(r, Problem) and (t := pick(r[1], TIMES))])
    for item in found:
        if isinstance(item, Problem):
            yield item
            continue
        record, cell = item
        k: Instrument = told(cell)  # type: ignore[operator]
        answer = pick(cell, SCORES)
        value = valued(answer) if answer else None
        outside = value is not None and k.low is not None and k.high is not None and not k.low <= value <= k.high
        if outside:
            yield Problem(source.name, f"the answer {answer!r} is not on the scale from {k.low:g} to {k.high:g}: left out", record=record)
            continue
        state = cell.get("state") or ("answered" if value is not None else "offered")
        yield {
            **keys(cell),
            "instrument": k.name,
            "question": cell.get("question") or None,
            "version": k.version,
            "scale_min": k.low,
            "scale_max": k.high,
            "direction": k.direction,
            "state": state,
            "value": value,
            "answer": answer,
            "comment": cell.get("comment") or None,
            "answered_at": moments(pick(cell, TIMES)),
            "record": record,
        }
