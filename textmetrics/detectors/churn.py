"""Says they will leave, cancel or switch."""

from __future__ import annotations

from ..types import CUSTOMERS
from . import View, Vote, detector


@detector("churn", by=CUSTOMERS, goes_by=("churn", "leaves"))
def churn(view: View, i: int) -> Vote | None:
    """Says they will leave; surer where it is said outright. A question how to cancel is none."""
    outright, cues = view.shows(i, "leaves"), view.shows(i, "churn")
    if outright:
        return Vote(0.6 if view.asks(i) else 0.8, tuple(outright))
    return Vote(0.4 if view.asks(i) else 0.6, tuple(cues)) if cues else None
