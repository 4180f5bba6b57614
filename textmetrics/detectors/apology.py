"""Apology, or sympathy for the customer's trouble."""

from __future__ import annotations

from ..types import RESPONDERS
from . import View, Vote, detector


@detector("apology", by=RESPONDERS, goes_by=("apology",))
def apology(view: View, i: int) -> Vote | None:
    """Apology or sympathy for the customer's trouble."""
    cues = view.shows(i, "apology")
    return Vote(0.8, tuple(cues)) if cues else None
