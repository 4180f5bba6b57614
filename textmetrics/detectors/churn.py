"""Says they will leave, cancel or switch."""

from __future__ import annotations

from ..types import CUSTOMERS
from . import View, Vote, detector


@detector("churn", by=CUSTOMERS, goes_by=("churn",))
def churn(view: View, i: int) -> Vote | None:
    """Says they will leave. A question how to cancel is none."""
    cues = view.shows(i, "churn")
    return Vote(0.4 if view.asks(i) else 0.6, tuple(cues)) if cues else None
