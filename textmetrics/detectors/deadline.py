"""Says by when an answer or a solution is needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..deadlines import by_its_clock, names_time, resolve
from ..types import CUSTOMERS
from . import View, Vote, detector


def describe(view: View, i: int, span: tuple[int, int]) -> Mapping[str, Any]:
    """``at``: the moment meant (UTC, ISO), or ``unresolved``: why it cannot be told."""
    return view.once(_moment, i)


def _moment(view: View, i: int) -> Mapping[str, Any]:
    sent_at, own = by_its_clock(view.conversation.messages[i])
    return resolve(view.folded[i], view.languages[i], sent_at, own_clock=own)


@detector("deadline", by=CUSTOMERS, describe=describe, goes_by=("deadline", "presses"))
def deadline(view: View, i: int) -> Vote | None:
    """Says by when it is needed; surer where time presses, or where a moment can be worked out from it."""
    outright, cues = view.shows(i, "presses"), view.shows(i, "deadline")
    if outright:
        return Vote(0.75, tuple(outright))
    if not cues:
        return None
    return Vote(0.6 if names_time(describe(view, i, (0, 0))) else 0.4, tuple(cues))
