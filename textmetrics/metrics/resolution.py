"""Whether the customer says that the solution worked, or was used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .. import packs
from ..types import RESPONDERS, Finding, Observation, Transcript
from . import metric

USED = ("worked", "used")
ABOVE = {"accepted": {*USED, "failed"}, "thanks": {*USED, "failed", "accepted"}}  # what stands above a tier of words about a solution


def _mature(t: Transcript, message: int) -> bool:
    """Whether a message is old enough at ``as_of`` for its outcome to be there; without clocks it is taken to be."""
    age = t.seconds(message, None)
    return age is None or age >= packs.channel(t.channel).mature


def _given(t: Transcript) -> tuple[int, ...]:
    """The messages with a solution, of a conversation that is old enough for its outcome; none of a younger one."""
    given = t.places("solution")
    return given if given and _mature(t, given[-1]) else ()


def _last_words(t: Transcript) -> dict[int, tuple[str, int]]:
    """Of each solution: the last state the originator gave it, and where. A failure after a success revokes it.

    Within one message what became of it outweighs that it was used, and of success and failure the surer one counts.
    """
    return {f.attributes["answers"]: ("failed" if f.state == "failed" else "used", f.message) for f in t.once(_outspoken)}


def _outspoken(t: Transcript) -> list[Finding]:
    """What the originator says became of solutions, the surer last of what one message says."""
    told = [f for f in t.found("acknowledgement", *USED, "failed", by=("customer",)) if "answers" in f.attributes]
    return sorted(told, key=lambda f: (f.message, f.state != "used", f.score)) if len(told) > 1 else told


def _verdict(t: Transcript) -> Observation | None:
    """What became of the solutions of a conversation by the last word about any of them."""
    if not (given := t.once(_given)):
        return None
    last = max(t.once(_last_words).values(), key=lambda w: w[1], default=None)
    return Observation(0.0, censored=True, message=given[-1]) if last is None else Observation(float(last[0] != "failed"), message=last[1])


@metric(unit="share", better="higher", estimate="bounds", headline=True, needs=("solution",))
def solutions_acknowledged(t: Transcript) -> Iterator[Observation]:
    """Share of conversations with a solution in which the customer says that it worked or that they used it.

    The customer's last word counts: a failure after a success revokes it. Silence is neither: the interval reaches from "none of
    the silent" to "all of the silent". Thanks and mere acceptance are silence here.

    Read: the truth lies within the interval; a narrow one needs customers who speak, not more conversations.
    Act: ask for the outcome where the interval is wide; read the failures where its upper end is low.
    Source: metric catalogue CH-1, EM-1; Manski 1990.
    """
    if (seen := t.once(_verdict)) is not None:
        yield seen


@metric(unit="share", better="higher", estimate="proportion", needs=("solution",))
def solutions_acknowledged_of_outspoken(t: Transcript) -> Iterator[Observation]:
    """Share of the customers who said what became of the solution that said it worked or was used.

    Read: among those who spoke. Who speaks differs from who is silent: never read it as a share of all.
    Act: compare periods and teams by it, with the same share outspoken.
    Source: metric catalogue CH-1.
    """
    seen = t.once(_verdict)
    if seen is not None and not seen.censored:
        yield seen


@metric(unit="share", better="higher", estimate="bounds", headline=("social", "community"), version=2, needs=("solution",))
def each_solution_acknowledged(t: Transcript) -> Iterable[Observation]:
    """Share of single solutions given that the one who asked says worked or were used.

    Solutions too young to have an outcome are left out, whatever was said of them already.

    Read: several answers to one question each count; silence about one of them is neither.
    Act: see which helpers' answers are tried at all.
    Source: metric catalogue SO-1, CH-1 (per solution).
    """
    return t.once(_each).values()


def _each(t: Transcript) -> dict[int, Observation]:
    """What became of each solution that is old enough, silence being neither."""
    words = t.once(_last_words)
    told = {solution: words.get(solution, ("silent", solution)) for solution in t.places("solution") if _mature(t, solution)}
    return {solution: Observation(float(state == "used"), censored=state == "silent", message=message) for solution, (state, message) in told.items()}


@metric(unit="share", estimate="proportion", version=2, needs=("solution",))
def solutions_accepted_only(t: Transcript) -> Iterable[Observation]:
    """Share of conversations with a solution that end with the customer accepting it in words, without one whether it worked.

    Read: the tier between success and silence: "perfect, will try". Counting it as solved would raise the rate by this much.
    Act: none by itself; watch that it does not replace solutions_acknowledged.
    Source: metric catalogue section 2 (A2).
    """
    return _ends_with(t, "accepted")


@metric(unit="share", estimate="proportion", version=2, needs=("solution",))
def solutions_thanked_only(t: Transcript) -> Iterable[Observation]:
    """Share of conversations with a solution about which the customer says nothing but thanks.

    A thanks that takes leave ("thanks, bye") is courtesy; a thanks right after the answer is read as accepting it, but rests on courtesy all the same.

    Read: how much a rule "thanks means solved" would inflate the rate, and how much of resolution rests on thanks alone.
    Act: none; it is a check on other people's figures.
    Source: metric catalogue CH-3 (A1).
    """
    return _ends_with(t, "thanks")


def _ends_with(t: Transcript, tier: str) -> Iterator[Observation]:
    """Whether the highest tier that the customer's words about a solution reach is acceptance, or thanks; success and failure stand above both."""
    if given := t.once(_given):
        tiers, last = t.once(_tiers)
        yield Observation(float(tier in tiers and not tiers & ABOVE[tier]), message=given[-1] if last is None else last)


def _tiers(t: Transcript) -> tuple[set[str | None], int | None]:
    """The tiers that the customer's words after the first solution reach, and where the last of these words stand."""
    first = t.places("solution")[0]
    said = [f for f in t.found("acknowledgement", by=("customer",)) if f.message > first]
    return {"thanks" if f.state == "accepted" and f.attributes.get("by_thanks") else f.state for f in said}, said[-1].message if said else None


@metric(unit="share", better="higher", estimate="bounds", headline=True, version=2)
def resolution(t: Transcript) -> Iterator[Observation]:
    """Share of conversations that the customer says are solved or answered to their satisfaction.

    Confirmed counts, rejected does not, silence is neither; a confirmation that is followed by a failure or by the same matter again is revoked.
    A conversation whose last answer is too young to have an outcome is left out.

    Read: as bounds. Wider than solutions_acknowledged: an accepted answer counts, and so does what the customer solved alone. A thanks right after
    the answer is read as accepting it, one that takes leave is not: solutions_thanked_only says how many conversations rest on it.
    Act: open the rejected ones first.
    Source: definitions of resolution; metric catalogue 1.5.
    """
    answers = t.by(*RESPONDERS)
    if answers and t.first("customer") is not None and _mature(t, answers[-1]):
        yield Observation(float(t.resolution == "confirmed"), censored=t.resolution == "silent", message=_decisive(t))


def _decisive(t: Transcript) -> int | None:
    said = t.found("acknowledgement", "worked", "failed", "accepted", by=("customer",))
    return said[-1].message if said else None


@metric(unit="share", better="lower", estimate="proportion", headline=True, version=2, needs=("acknowledgement",))
def revoked(t: Transcript) -> Iterator[Observation]:
    """Share of solutions reported as working that the customer later reports as failing; reports too young to be taken back are left out.

    Read: "it works" that did not last.
    Act: look for fixes that only hide the fault.
    Source: metric catalogue section 2.
    """
    worked = t.found("acknowledgement", "worked", by=("customer",))
    if worked and _mature(t, first := worked[0].message):
        later = next((f.message for f in t.found("acknowledgement", "failed", by=("customer",)) if f.message > first), None)
        yield Observation(float(later is not None), message=first if later is None else later)


@metric(unit="s", better="lower", estimate="survival", headline=True, version=2)
def time_to_solution(t: Transcript) -> Iterator[Observation]:
    """Time from the author's first post to the first solution, whoever gives it.

    Read: a first response that is no solution does not end it; no solution yet counts as at least so long.
    Act: compare with first_response_wait: the difference is what acknowledging without answering costs.
    Source: metric catalogue SO-3.
    """
    asked = t.first("customer")
    if asked is None or not t.open[asked]:
        return
    given = next((message for message in t.places("solution") if message > asked), None)
    for wait in t.wait(asked, given):
        yield Observation(wait.seconds, censored=wait.censored, message=wait.stop if wait.stop is not None else asked)
