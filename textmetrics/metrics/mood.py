"""How the mood of the one who asked changes around a solution."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..types import RESPONDERS, Observation, Transcript
from . import metric, whether

STEP = 0.25  # half a step of the five-step scale that moods were read on: a change of less is none
Felt = list[tuple[int, float]]  # moods with where they are
NEUTRAL = 0.05  # moods nearer to 0 than this are neither, as in the comparison of moods at equal beginnings


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _change(before: list[float], after: Felt) -> Sequence[Observation]:
    """Mean mood of the originator after a message, minus that up to it."""
    return (Observation(_mean([m for _, m in after]) - _mean(before), message=after[-1][0]),) if before and after else ()


def _changed(t: Transcript) -> Sequence[Observation]:
    """The change around the solution."""
    return _change(*t.once(_around_solution))


def _around(t: Transcript, at: int) -> tuple[list[float], Felt]:
    """Moods of the originator up to a message, and those after it with where they are."""
    mine = t.once(felt)
    return [m for i, m in mine if i < at], [(i, m) for i, m in mine if i > at]


def felt(t: Transcript) -> Felt:
    """The moods of the originator that are known."""
    return [(i, m) for i in t.by("customer") if (m := t.moods[i]) is not None]


def _around_solution(t: Transcript) -> tuple[list[float], Felt]:
    """Moods up to the solution and after it; none of both without one."""
    return ([], []) if t.solution is None else _around(t, t.solution)


def _beyond_thanks(t: Transcript) -> tuple[list[float], Felt]:
    """The same, courtesy left out of what comes after."""
    before, after = t.once(_around_solution)
    if not after or "acknowledgement" not in t.labelled:
        return before, after
    courtesy = _courtesy(t)
    return before, [(i, m) for i, m in after if i not in courtesy]


def _courtesy(t: Transcript) -> set[int]:
    """The messages that thank and say and ask nothing else."""
    said = t.labelled["acknowledgement"]
    more = {f.message for f in said if f.state != "thanks" and not f.attributes.get("by_thanks")}
    return {f.message for f in said if not t.open[f.message]} - more


@metric(unit="mood", better="higher", estimate="mean", against="mood_change_without_solution", headline=True, needs=("solution",))
def mood_change_after_solution(t: Transcript) -> Iterable[Observation]:
    """Change of the originator's mood from before the solution to after it, from -2 to 2.

    Only the one who asked counts, and only who wrote on both sides of it.

    Read: only beside mood_change_without_solution: moods that begin low rise by themselves. Who is silent afterwards is missing, and not at random.
    Act: read the conversations in which it fell.
    Source: metric catalogue SO-4.
    """
    return t.once(_changed)


@metric(unit="mood", better="higher", estimate="mean", against="mood_change_without_solution", needs=("solution",))
def mood_change_beyond_thanks(t: Transcript) -> Iterable[Observation]:
    """Change of the originator's mood after the solution, messages that only thank left out.

    Read: courtesy lifts moods by itself: what is left of mood_change_after_solution is about the matter.
    Act: as mood_change_after_solution.
    Source: metric catalogue SO-4(ii).
    """
    return _change(*t.once(_beyond_thanks))


def _heard(t: Transcript, before: list[float], after: Felt) -> Sequence[Observation]:
    return (Observation(float(bool(after)), message=after[0][0] if after else t.solution),) if before else ()


@metric(unit="share", estimate="proportion", needs=("solution",))
def heard_after_solution(t: Transcript) -> Iterable[Observation]:
    """Share of conversations with a solution whose originator wrote after it, of those whose mood before it is known.

    Read: the coverage of mood_change_after_solution: of the others nobody knows.
    Act: where it is low, believe the bounds of mood_improved, not the mean.
    Source: metric catalogue SO-4 (coverage).
    """
    return _heard(t, *t.once(_around_solution))


@metric(unit="share", estimate="proportion", needs=("solution",))
def heard_beyond_thanks(t: Transcript) -> Iterable[Observation]:
    """Share of conversations with a solution whose originator wrote more than thanks after it, of those whose mood before it is known.

    Read: the coverage of mood_change_beyond_thanks.
    Act: as heard_after_solution.
    Source: metric catalogue SO-4 (coverage), (ii).
    """
    return _heard(t, *t.once(_beyond_thanks))


def _turned(t: Transcript, way: int) -> Sequence[Observation]:
    """Whether the mood rose (1), fell (-1) or stayed (0) by more than a step; open where nothing was written after the solution."""
    before, after = t.once(_around_solution)
    if before and not after:
        return (Observation(0.0, censored=True, message=t.solution),)
    return [Observation(float((seen.value > STEP) - (seen.value < -STEP) == way), message=seen.message) for seen in t.once(_changed)]


@metric(unit="share", better="higher", estimate="bounds", needs=("solution",))
def mood_improved(t: Transcript) -> Iterable[Observation]:
    """Share of conversations with a solution after which the originator's mood was better by more than 0.25.

    0.25 is half a step of the five on which moods were read. Who wrote nothing after the solution is silent: the interval reaches from none to all of them.

    Read: with mood_unchanged, mood_worsened and the silent it makes up the whole. Moods that begin low rise by themselves.
    Act: see from which request types they come.
    Source: metric catalogue SO-4; Manski 1990.
    """
    return _turned(t, 1)


@metric(unit="share", estimate="bounds", needs=("solution",))
def mood_unchanged(t: Transcript) -> Iterable[Observation]:
    """Share of conversations with a solution after which the originator's mood was the same to within 0.25.

    Read: as mood_improved. Factual before and after is no failure.
    Act: none by itself.
    Source: metric catalogue SO-4; Manski 1990.
    """
    return _turned(t, 0)


@metric(unit="share", better="lower", estimate="bounds", needs=("solution",))
def mood_worsened(t: Transcript) -> Iterable[Observation]:
    """Share of conversations with a solution after which the originator's mood was worse by more than 0.25.

    Read: as mood_improved.
    Act: read them all: the solution, or its tone, made it worse.
    Source: metric catalogue SO-4; Manski 1990.
    """
    return _turned(t, -1)


@metric(unit="share", better="higher", estimate="bounds", needs=("solution",))
def annoyed_no_more(t: Transcript) -> Iterator[Observation]:
    """Share of the originators in a bad mood before the solution who were not in one after it.

    Read: only who began below 0 is in it, so many would rise by themselves: mood_change_after_solution beyond no solution says how much. Silent ones are in the interval.
    Act: read those who stayed annoyed: was it the solution, or how long it took?
    Source: metric catalogue SO-4 (conversion from negative), (i); Manski 1990.
    """
    before, after = t.once(_around_solution)
    if before and _mean(before) < -NEUTRAL:
        calm = bool(after) and _mean([m for _, m in after]) >= -NEUTRAL
        yield Observation(float(calm), censored=not after, message=after[-1][0] if after else t.solution)


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
            yield from _change(*_around(t, replied))


@metric(unit="mood", better="higher", estimate="mean")
def mood_at_end(t: Transcript) -> Iterator[Observation]:
    """Mood of the originator's last message, from -1 to 1.

    Read: -1 angry, 0 factual, 1 delighted. The scale is that of the scorer of the language.
    Act: sort by it to find the conversations to read.
    Source: definitions of mood.
    """
    mine = t.once(felt)
    if len(mine) > 1:
        last, mood = mine[-1]
        yield Observation(float(mood or 0.0), message=last)


@metric(unit="share", better="lower", estimate="proportion", headline=True)
def churn_threats(t: Transcript) -> Iterable[Observation]:
    """Share of conversations in which the customer says they will leave, cancel or switch.

    Read: said, not done.
    Act: read what came right before it.
    Source: definitions of churn.
    """
    return whether(t.places("churn")) if t.first("customer") is not None else ()
