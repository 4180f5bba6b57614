"""How the mood of the one who asked changes around a solution."""

from __future__ import annotations

from collections.abc import Iterator

from ..types import RESPONDERS, Observation, Transcript
from . import metric


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _change(t: Transcript, at: int) -> Iterator[Observation]:
    """Mean mood of the originator after a message, minus that up to it."""
    before = [m for i in t.by("customer") if i < at and (m := t.moods[i]) is not None]
    after = [(i, m) for i in t.by("customer") if i > at and (m := t.moods[i]) is not None]
    if before and after:
        yield Observation(_mean([m for _, m in after]) - _mean(before), message=after[-1][0])


@metric(unit="mood", better="higher", estimate="mean", against="mood_change_without_solution", headline=True)
def mood_change_after_solution(t: Transcript) -> Iterator[Observation]:
    """Change of the originator's mood from before the solution to after it, from -2 to 2.

    Only the one who asked counts, and only who wrote on both sides of it.

    Read: only beside mood_change_without_solution: moods that begin low rise by themselves. Who is silent afterwards is missing, and not at random.
    Act: read the conversations in which it fell.
    Source: metric catalogue SO-4.
    """
    if t.solution is not None:
        yield from _change(t, t.solution)


@metric(unit="mood", estimate="mean")
def mood_change_without_solution(t: Transcript) -> Iterator[Observation]:
    """Change of the originator's mood around the first reply, in conversations in which no solution was given.

    Read: the comparison for mood_change_after_solution: what time, courtesy and regression to the mean do alone.
    Act: none.
    Source: metric catalogue SO-4(i).
    """
    if t.solution is None:
        asked = t.first("customer")
        replied = t.first(*RESPONDERS, after=asked) if asked is not None else None
        if replied is not None:
            yield from _change(t, replied)


@metric(unit="mood", better="higher", estimate="mean")
def mood_at_end(t: Transcript) -> Iterator[Observation]:
    """Mood of the originator's last message, from -1 to 1.

    Read: -1 angry, 0 factual, 1 delighted. The scale is that of the scorer of the language.
    Act: sort by it to find the conversations to read.
    Source: definitions of mood.
    """
    mine = [i for i in t.by("customer") if t.moods[i] is not None]
    if len(mine) > 1:
        yield Observation(float(t.moods[mine[-1]] or 0.0), message=mine[-1])


@metric(unit="share", better="lower", estimate="proportion", headline=True)
def churn_threats(t: Transcript) -> Iterator[Observation]:
    """Share of conversations in which the customer says they will leave, cancel or switch.

    Read: said, not done.
    Act: read what came right before it.
    Source: definitions of churn.
    """
    if t.first("customer") is not None:
        found = t.found("churn")
        yield Observation(float(bool(found)), message=found[0].message if found else None)
