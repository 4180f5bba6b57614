"""Says they will buy, stay or come back."""

from __future__ import annotations

from ..types import CUSTOMERS
from . import View, Vote, detector


@detector("conversion", by=CUSTOMERS, goes_by=("conversion",))
def conversion(view: View, i: int) -> Vote | None:
    """Says they will buy, stay or come back; not beside words of leaving."""
    cues = view.shows(i, "conversion")
    return Vote(0.2 if view.shows(i, "churn", "negative_words") else 0.55, tuple(cues)) if cues else None
