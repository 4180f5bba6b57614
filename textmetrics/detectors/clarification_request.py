"""A responder did not understand, and asks for rewording."""

from __future__ import annotations

from ..types import RESPONDERS
from . import View, Vote, detector


@detector("clarification_request", by=RESPONDERS, goes_by=("unclear",))
def clarification_request(view: View, i: int) -> Vote | None:
    """Shows that the customer was not understood; asking for facts is none."""
    cues = view.shows(i, "unclear")
    if not cues or not view.before(i):
        return None
    return Vote(0.55 if view.asks(i) and not view.shows(i, "instruct") else 0.3, tuple(cues))
