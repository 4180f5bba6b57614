"""Asks the other side to say again, reword, simplify or specify what they just said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..types import CUSTOMERS, Cue
from . import View, Vote, detector

SHORT = 90  # characters: a repair is brief; a long message with such words mostly asks something new
FORMS = (("do_you_mean", "offer"), ("which_one", "restricted"), ("explain", "simplify"), ("not_understood", "open"))


def describe(view: View, i: int, span: tuple[int, int]) -> Mapping[str, Any]:
    """``target``: a question, a solution or something other that was said; ``form`` as in Dingemanse and Enfield (2015)."""
    lost = view.shows(i, "not_understood")
    form = next((form for cue, form in FORMS if any(not _within(c, lost) for c in view.shows(i, cue))), "open")
    said = view.before(i)
    target = "solution" if any(view.chance(j, "solution") >= 0.4 for j in said) else "question" if any(view.asks(j) for j in said) else "other"
    return {"target": target, "form": form}


def _within(cue: Cue, lost: Sequence[Cue]) -> bool:
    """Whether words are part of a longer "what do you mean" and offer nothing by themselves."""
    return any(c.start <= cue.start and cue.end <= c.end and c.end - c.start > cue.end - cue.start for c in lost)


@detector("rephrase_request", by=CUSTOMERS, describe=describe, goes_by=("not_understood", "which_one", "do_you_mean", "explain"))
def rephrase_request(view: View, i: int) -> Vote | None:
    """Asks to say again, reword, simplify or specify what was just said: only after the other side said something."""
    if not view.before(i):
        return None
    lost = view.shows(i, "not_understood")
    asked = view.shows(i, "which_one", "do_you_mean", "explain") if view.asks(i) else view.shows(i, "explain")
    cues = lost + asked
    if not cues:
        return None
    brief = len(view.folded[i].strip()) <= SHORT
    return Vote((0.75 if lost else 0.55) if brief else (0.5 if lost else 0.25), tuple(cues))
