"""Says one's own earlier question or problem again, because it was not understood or not answered."""

from __future__ import annotations

from ..types import CUSTOMERS
from . import View, Vote, detector


@detector("reformulation", by=CUSTOMERS, goes_by=("repeat_self",))
def reformulation(view: View, i: int) -> Vote | None:
    """Repeats the own earlier question or problem: only who has spoken before can."""
    author = view.conversation.messages[i].participant_id
    spoken = any(view.conversation.messages[j].participant_id == author for j in range(i))
    cues = view.shows(i, "repeat_self")
    return Vote(0.6, tuple(cues)) if cues and spoken and view.before(i) else None
