"""Asks to go on elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..channel_names import channel_named
from ..types import RESPONDERS
from . import View, Vote, detector


def describe(view: View, i: int, span: tuple[int, int]) -> Mapping[str, Any]:
    """``channel``: the one named nearest to the words that send the customer on."""
    named = channel_named(view.folded[i], view.languages[i], span)
    return {} if named is None else {"channel": named}


@detector("redirect", by=RESPONDERS, describe=describe, goes_by=("elsewhere",))
def redirect(view: View, i: int) -> Vote | None:
    """Asks to go on elsewhere: direct message, phone, form, store, another team."""
    cues = view.shows(i, "elsewhere")
    if not cues:
        return None
    named = channel_named(view.folded[i], view.languages[i], (cues[0].start, cues[0].end))
    return Vote(0.65 if named else 0.35, tuple(cues))
