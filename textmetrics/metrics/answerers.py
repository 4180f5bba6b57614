"""Whose answers work in public: those of the company and those of peers apart; what others say of them; what the one who asked shows without a word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..types import Observation, Transcript
from . import metric
from .resolution import USED, _each, _mature

PUBLIC = ("social", "community")
STATED = 1.0  # confidence of a role that the export, a map or a roles file states


def _side(t: Transcript, message: int) -> str | None:
    """Whether who wrote a message is of the company or a peer; None where nobody says so and the channel does not tell.

    In a community, whoever answers without being named as the company's is a peer; in other public places it may as well be the company.
    """
    role, person = t.roles[message], t.messages[message].participant_id
    if role == "agent":
        stated = any(p.id == person and p.confidence >= STATED for p in t.conversation.participants)
        return "company" if stated else "peer" if t.channel == "community" else None
    return {"bot": "company", "peer": "peer"}.get(role)


def _acknowledged(t: Transcript, side: str) -> Iterator[Observation]:
    for solution, seen in t.once(_each).items():
        if _side(t, solution) == side:
            yield seen


@metric(unit="share", better="higher", estimate="bounds", channels=PUBLIC, version=2, needs=("solution",))
def company_solutions_acknowledged(t: Transcript) -> Iterable[Observation]:
    """Share of the company's own solutions in public that the one who asked says worked or were used.

    Of the company is who the export, a map or a roles file names as agent or bot. Solutions too young to have an outcome are left out, whatever was said of them already.

    Read: as each_solution_acknowledged; beside peer_solutions_acknowledged. What moved to private is silent here: see moved_to_private.
    Act: where peers do better on a matter, let agents learn from them.
    Source: metric catalogue SO-1 (brand).
    """
    return _acknowledged(t, "company")


@metric(unit="share", better="higher", estimate="bounds", channels=PUBLIC, version=2, needs=("solution",))
def peer_solutions_acknowledged(t: Transcript) -> Iterable[Observation]:
    """Share of the solutions of peers that the one who asked says worked or were used.

    Peers are those whom a map names so (`peer`), and in a community everybody who answers and is not named as the company's. Too young ones are left out.

    Read: as each_solution_acknowledged. Peers choose what they answer, so they are not given the hardest: compare within a request type.
    Act: thank those whose answers are tried; make articles of them.
    Source: metric catalogue SO-1 (peer).
    """
    return _acknowledged(t, "peer")


@metric(unit="share", better="higher", estimate="proportion", channels=PUBLIC, version=2, needs=("solution",))
def confirmed_by_others(t: Transcript) -> Iterator[Observation]:
    """Share of the solutions in public of which somebody else than the one who asked says that they worked or used it too ("worked for me").

    Solutions too young to have an outcome are left out.

    Read: never added to what the one who asked says: others have other machines. A floor: few who are helped by reading say so.
    Act: a solution that works for others and not for the one who asked answers another question: say which.
    Source: metric catalogue SO-1 (third-party confirmation).
    """
    told = {f.attributes["answers"]: f.message for f in t.found("acknowledgement", *USED, by=("other",)) if "answers" in f.attributes}
    for solution in t.places("solution"):
        if _mature(t, solution):
            yield Observation(float(solution in told), message=told.get(solution, solution))


@metric(unit="share", better="higher", estimate="proportion", channels=PUBLIC, needs=("solution", "originator"))
def reacted_to_by_originator(t: Transcript) -> Iterator[Observation]:
    """Share of the solutions that the one who asked reacted to without a word, by a like or a mark of theirs, where the export says whose it is.

    Read: acceptance, one rung below use: a like is no success, and is in no rate of solutions acknowledged.
    Act: ask those who like and do not write whether it worked.
    Source: metric catalogue SO-1 (evidence type reaction).
    """
    for solution in t.places("solution"):
        if (reacted := t.messages[solution].reactions.get("originator")) is not None:
            yield Observation(float(reacted > 0), message=solution)
