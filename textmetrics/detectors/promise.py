"""Promises to come back, or that something will be done: a commitment that can be kept or broken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..commitments import around
from ..deadlines import by_its_clock, names_time, resolve
from ..types import RESPONDERS
from . import View, Vote, detector


def describe(view: View, i: int, span: tuple[int, int]) -> Mapping[str, Any]:
    """``at``: by when it is promised (UTC, ISO), or ``unresolved``: why it cannot be told. Only the sentence of the promise is read: others name other times."""
    return view.once(_moment, i, *around(view.folded[i], *span))


def _moment(view: View, i: int, start: int, stop: int) -> Mapping[str, Any]:
    sent_at, own = by_its_clock(view.conversation.messages[i])
    return resolve(view.folded[i][start:stop], view.languages[i], sent_at, own_clock=own)


@detector("promise", by=RESPONDERS, describe=describe, goes_by=("promise",))
def promise(view: View, i: int) -> Vote | None:
    """Promises to come back, or that something will be done; by when, where it is said. Judged by rule alone: no model was taught it."""
    cues = view.shows(i, "promise")
    if not cues:
        return None
    timed = [c for c in cues if names_time(describe(view, i, (c.start, c.end)))]
    return Vote(0.7 if timed else 0.6, tuple(timed or cues))
