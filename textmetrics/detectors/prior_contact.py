"""Mentions an earlier contact about the matter, in any channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..channel_names import channel_named
from ..types import CUSTOMERS
from . import View, Vote, detector


def describe(view: View, i: int, span: tuple[int, int]) -> Mapping[str, Any]:
    """``channel``: the one named nearest to the words that mention the contact."""
    named = channel_named(view.folded[i], view.languages[i], span)
    return {} if named is None else {"channel": named}


@detector("prior_contact", by=CUSTOMERS, describe=describe, goes_by=("prior_contact", "contacted"))
def prior_contact(view: View, i: int) -> Vote | None:
    """Mentions an earlier contact about this matter; surer where it is told outright."""
    if outright := view.shows(i, "contacted"):
        return Vote(0.75, tuple(outright))
    cues = view.shows(i, "prior_contact")
    return (
        Vote(0.55 if len(cues) > 1 or (len(cues[0].name) > 3 and channel_named(view.folded[i], view.languages[i], (cues[0].start, cues[0].end))) else 0.35, tuple(cues))
        if cues
        else None
    )
