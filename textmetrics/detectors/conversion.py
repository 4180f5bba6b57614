"""Says they will buy, stay or come back."""

from __future__ import annotations

from ..types import CUSTOMERS
from . import View, Vote, detector


@detector("conversion", by=CUSTOMERS, goes_by=("conversion", "stays"))
def conversion(view: View, i: int) -> Vote | None:
    """Says they will buy, stay or come back; surer where it is said outright, not beside words of leaving."""
    outright, cues = view.shows(i, "stays"), view.shows(i, "conversion")
    leaving = view.shows(i, "churn", "leaves", "negative_words")
    if outright:
        return Vote(0.35 if leaving else 0.75, tuple(outright))
    return Vote(0.2 if leaving else 0.55, tuple(cues)) if cues else None
