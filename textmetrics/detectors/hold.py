"""Asks to wait, or announces a pause or a later answer."""

from __future__ import annotations

from ..types import RESPONDERS
from . import View, Vote, detector


@detector("hold", by=RESPONDERS, goes_by=("please_wait",))
def hold(view: View, i: int) -> Vote | None:
    """Asks to wait or promises a later answer; beside a solution it is mostly a phrase."""
    cues = view.shows(i, "please_wait")
    if not cues:
        return None
    return Vote(0.35 if view.shows(i, "instruct", "acted") else 0.6, tuple(cues))
