"""Prompts the other side for an answer, or complains about waiting for one."""

from __future__ import annotations

from ..types import CUSTOMERS, RESPONDERS
from . import View, Vote, detector


@detector("nudge", by=CUSTOMERS, goes_by=("nudge", "chases"))
def nudge(view: View, i: int) -> Vote | None:
    """Prompts for an answer. Stronger where it is said outright, or the message before was the customer's own and nobody answered it."""
    outright, cues = view.shows(i, "chases"), view.shows(i, "nudge")
    if outright:
        return Vote(0.75, tuple(outright))
    if not cues:
        return None
    unanswered = i > 0 and view.roles[i - 1] not in RESPONDERS
    return Vote(0.7 if unanswered else 0.5 if i > 0 else 0.35, tuple(cues))
