"""Zendesk: satisfaction ratings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from ..errors import ReadError
from ..sources import DAMAGED, Source
from ..times import Clock
from ..types import Problem
from . import Row, sidetable


def _claims(source: Source) -> bool:
    return b'"satisfaction_ratings"' in source.head()


@sidetable("surveys", claims=_claims)
def zendesk_ratings(source: Source) -> Iterator[Row | Problem]:
    """Zendesk: ``satisfaction_ratings`` of the interface: good, bad, offered, unoffered. Of several ratings of a ticket the latest counts."""
    with source.open() as stream:
        try:
            whole: Any = msgspec.json.decode(stream.read())
        except (msgspec.DecodeError, *DAMAGED) as error:
            raise ReadError(source.name, f"is no JSON: {error}") from error
    read = Clock().read
    for record, r in enumerate(whole["satisfaction_ratings"], start=1):
        score = str(r.get("score") or "")
        kind = score.split("_")[0]
        if kind not in ("good", "bad", "offered", "unoffered"):
            yield Problem(source.name, f"the score {score!r} is none of good, bad, offered, unoffered", record=record)
            continue
        at = r.get("updated_at") or r.get("created_at")
        yield {
            "key": str(r["ticket_id"]) if r.get("ticket_id") is not None else None,
            "customer_id": str(r["requester_id"]) if r.get("requester_id") is not None else None,
            "email": None,
            "instrument": "csat",
            "version": "good_bad",
            "scale_min": 0.0,
            "scale_max": 1.0,
            "direction": "higher",
            "state": "answered" if kind in ("good", "bad") else kind,
            "value": float(kind == "good") if kind in ("good", "bad") else None,
            "answer": score,
            "comment": r.get("comment") or r.get("reason") or None,
            "answered_at": read(at) if at else None,
            "record": record,
        }
