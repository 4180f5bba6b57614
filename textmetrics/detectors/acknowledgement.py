"""What the one who asked says about a solution: it worked, was used, is accepted, failed, or just thanks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..types import CUSTOMERS, Cue
from . import View, Vote, detector

STATES = ("worked", "used", "accepted", "thanks", "failed")
RIVALS = (("accepted", "worked"), ("accepted", "failed"))
GOES_BY = ("worked", "failed", "relapse", "tried", "did_as_told", "will_try", "accepts", "thanks", "thanks_ahead", "takes_leave")
SPOKEN = ("worked", "failed", "relapse", "tried", "did_as_told", "will_try", "accepts")  # cues of more than courtesy
MANY = 60  # characters: thanks in a message longer than this are seldom all it says
BRIEF = 40  # characters: a message that tells a failure in so few tells no success beside it (3 of 122 that were read)
LEAVE = 140  # characters: in a message longer than this a leave-taking is seldom all it says


def describe(view: View, i: int, span: tuple[int, int]) -> Mapping[str, Any]:
    """``answers``: the position of the solution it is about, by reply link, else the last one that stands. ``by_thanks``: nothing but thanks is said."""
    solution = view.solved_by(i)
    told: dict[str, Any] = {} if solution is None else {"answers": solution}
    if "thanks" in view.named[i] and view.named[i].keys().isdisjoint(SPOKEN):
        told["by_thanks"] = True
    return told


@detector("acknowledgement", by=CUSTOMERS, states=STATES, describe=describe, rivals=RIVALS, goes_by=GOES_BY)
def acknowledgement(view: View, i: int) -> list[Vote]:
    """A thanks becomes acceptance only after a solution, and never where it takes leave; ``it works`` needs something that could have worked."""
    shown = view.named[i]
    worked, failed, accepts, thanks, later = [shown.get(name, []) for name in ("worked", "failed", "accepts", "thanks", "will_try")]
    used, courtesy = view.shows(i, "did_as_told", "tried"), view.shows(i, "thanks", "thanks_ahead")
    asks = view.asks(i)
    if "takes_leave" in shown and _takes_leave(view, i, courtesy, accepts + later + worked + failed + used):
        return [Vote(0.8, tuple(courtesy), "thanks", final=True), Vote(0.0, tuple(view.shows(i, "takes_leave")), "accepted", final=True)]
    stands = view.solved_by(i) is not None
    answered = (worked or failed or used) and view.before(i)
    votes = []
    relapse = view.shows(i, "relapse") if stands else []
    if relapse and not any(c.start >= relapse[-1].end for c in worked):
        votes += [Vote(0.85, tuple(relapse), "failed", final=True), Vote(0.0, tuple(relapse), "worked", final=True)]
    if failed and not worked and not relapse and len(view.folded[i].strip()) <= BRIEF:
        votes.append(Vote(0.0, tuple(failed), "worked", final=True))
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
    if courtesy and not any(v.state in ("accepted", "worked") for v in votes):
        votes.append(Vote(0.7 if thanks else 0.5, tuple(courtesy), "thanks"))
    return votes


def _takes_leave(view: View, i: int, courtesy: Sequence[Cue], more: Sequence[Cue]) -> bool:
    """Whether a message thanks and takes leave, and says nothing else about the answer: ``thanks, bye``, ``thanks anyway``."""
    leave = view.shows(i, "takes_leave")
    besides = [c for c in more if all(c.end <= bye.start or c.start >= bye.end for bye in leave)]
    return bool(courtesy and leave and not besides) and not view.asks(i) and len(view.folded[i]) <= LEAVE
