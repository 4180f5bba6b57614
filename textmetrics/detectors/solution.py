"""Gives an answer, an instruction, a workaround, a fix, or reports an action that should resolve the matter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..types import RESPONDERS
from . import View, Vote, detector

SUBSTANCE = 40  # characters: an answer in fewer is seldom one


def describe(view: View, i: int, span: tuple[int, int]) -> Mapping[str, Any]:
    """``to_do``: it leaves something to carry out, an instruction or a link, to the one who asked."""
    return {"to_do": True} if view.shows(i, "instruct", "link") else {}


@detector("solution", by=RESPONDERS, describe=describe, goes_by=("instruct", "acted", "link", "states"))
def solution(view: View, i: int) -> Vote | None:
    """Instructions, reported actions, links and explanations; apologies, promises and mere questions are none."""
    strong, weak = view.shows(i, "instruct", "acted", "link"), view.shows(i, "states")
    cues = strong + weak
    if not cues:
        return None
    if not strong:
        return Vote(0.5 if len(view.folded[i]) > SUBSTANCE else 0.3, tuple(cues))
    aside = view.shows(i, "elsewhere", "asks_facts", "please_wait", "unclear")
    score = 0.75 if len(strong) > 1 else 0.6
    return Vote(score - (0.3 if aside and len(strong) <= len(aside) else 0.0), tuple(cues))
