"""Asks whether the solution worked, or to be told: what makes an acknowledgement a solicited one."""

from __future__ import annotations

from ..types import RESPONDERS
from . import View, Vote, detector, vote


@detector("outcome_question", by=RESPONDERS, goes_by=("asks_outcome",))
def outcome_question(view: View, i: int) -> Vote | None:
    """Asks whether the solution worked, or to be told how it went. Judged by rule alone: no model was taught it."""
    return vote(view.shows(i, "asks_outcome"), 0.7)
