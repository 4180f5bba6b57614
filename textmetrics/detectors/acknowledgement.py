"""What the one who asked says about a solution: it worked, was used, is accepted, failed, or just thanks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..types import CUSTOMERS, RESPONDERS
from . import View, Vote, detector

STATES = ("worked", "used", "accepted", "thanks", "failed")
RIVALS = (("accepted", "worked"), ("accepted", "failed"))
GOES_BY = ("worked", "failed", "tried", "will_try", "accepts", "thanks", "thanks_ahead")
MANY = 60  # characters: thanks in a message longer than this are seldom all it says


def describe(view: View, i: int, span: tuple[int, int]) -> Mapping[str, Any]:
    """``answers``: the position of the solution it is about, by reply link, else the last one that stands."""
    solution = view.solved_by(i)
    return {} if solution is None else {"answers": solution}


@detector("acknowledgement", by=CUSTOMERS, states=STATES, describe=describe, rivals=RIVALS, goes_by=GOES_BY)
def acknowledgement(view: View, i: int) -> list[Vote]:
    """A thanks becomes acceptance only after a solution; ``it works`` needs something that could have worked."""
    stands = view.solved_by(i) is not None
    answered = any(role in RESPONDERS for role in view.roles[:i])
    worked, failed = view.shows(i, "worked"), view.shows(i, "failed")
    used, later = view.shows(i, "tried"), view.shows(i, "will_try")
    accepts, thanks = view.shows(i, "accepts"), view.shows(i, "thanks")
    asks = view.asks(i)
    votes = []
    if worked and answered:
        votes.append(Vote(0.3 if failed else 0.75, tuple(worked), "worked"))
    if failed and answered:
        votes.append(Vote((0.45 if worked else 0.65) if stands else 0.35, tuple(failed), "failed"))
    if used and answered:
        votes.append(Vote(0.55 if stands else 0.3, tuple(used), "used"))
    if stands and not worked and not failed:
        taken = accepts + later
        if taken and not asks:
            votes.append(Vote(0.65, tuple(taken), "accepted"))
        elif thanks and not asks and len(view.folded[i]) <= MANY and not view.shows(i, "thanks_ahead"):
            votes.append(Vote(0.6, tuple(thanks), "accepted"))
    courtesy = thanks + view.shows(i, "thanks_ahead")
    if courtesy and not any(v.state in ("accepted", "worked") for v in votes):
        votes.append(Vote(0.7 if thanks else 0.5, tuple(courtesy), "thanks"))
    return votes
