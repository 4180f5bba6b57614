"""Whether the customer says that the solution worked, or was used."""

from __future__ import annotations

from collections.abc import Iterator

from .. import packs
from ..types import RESPONDERS, Observation, Transcript
from . import metric

USED = ("worked", "used")


def _mature(t: Transcript, message: int) -> bool:
    """Whether a message is old enough at ``as_of`` for its outcome to be there; without clocks it is taken to be."""
    age = t.seconds(message, None)
    return age is None or age >= packs.channel(t.channel).mature


def _last_words(t: Transcript) -> dict[int, tuple[str, int]]:
    """Of each solution: the last state the originator gave it, and where. A failure after a success revokes it.

    Within one message what became of it outweighs that it was used, and of success and failure the surer one counts.
    """
    words: dict[int, tuple[str, int]] = {}
    told = [f for f in t.found("acknowledgement", *USED, "failed", by=("customer",)) if "answers" in f.attributes]
    for f in sorted(told, key=lambda f: (f.message, f.state != "used", f.score)):
        words[f.attributes["answers"]] = ("failed" if f.state == "failed" else "used", f.message)
    return words


@metric(unit="share", better="higher", estimate="bounds", headline=True)
def solutions_acknowledged(t: Transcript) -> Iterator[Observation]:
    """Share of conversations with a solution in which the customer says that it worked or that they used it.

    The customer's last word counts: a failure after a success revokes it. Silence is neither: the interval reaches from "none of
    the silent" to "all of the silent". Thanks and mere acceptance are silence here.

    Read: the truth lies within the interval; a narrow one needs customers who speak, not more conversations.
    Act: ask for the outcome where the interval is wide; read the failures where its upper end is low.
    Source: metric catalogue CH-1, EM-1; Manski 1990.
    """
    given = [f.message for f in t.found("solution")]
    if not given or not _mature(t, given[-1]):
        return
    last = max(_last_words(t).values(), key=lambda w: w[1], default=None)
    if last is None:
        yield Observation(0.0, censored=True, message=given[-1])
    else:
        yield Observation(float(last[0] != "failed"), message=last[1])


@metric(unit="share", better="higher", estimate="proportion")
def solutions_acknowledged_of_outspoken(t: Transcript) -> Iterator[Observation]:
    """Share of the customers who said what became of the solution that said it worked or was used.

    Read: among those who spoke. Who speaks differs from who is silent: never read it as a share of all.
    Act: compare periods and teams by it, with the same share outspoken.
    Source: metric catalogue CH-1.
    """
    for seen in solutions_acknowledged(t):
        if not seen.censored:
            yield seen


@metric(unit="share", better="higher", estimate="bounds", headline=("social", "community"), version=2)
def each_solution_acknowledged(t: Transcript) -> Iterator[Observation]:
    """Share of single solutions given that the one who asked says worked or were used.

    Solutions too young to have an outcome are left out, whatever was said of them already.

    Read: several answers to one question each count; silence about one of them is neither.
    Act: see which helpers' answers are tried at all.
    Source: metric catalogue SO-1, CH-1 (per solution).
    """
    words = _last_words(t)
    for solution in sorted({f.message for f in t.found("solution")}):
        yield from _each(t, solution, words)


def _each(t: Transcript, solution: int, words: dict[int, tuple[str, int]]) -> Iterator[Observation]:
    """What became of one solution that is old enough, silence being neither."""
    if _mature(t, solution):
        state, message = words.get(solution, ("silent", solution))
        yield Observation(float(state == "used"), censored=state == "silent", message=message)


@metric(unit="share", estimate="proportion", version=2)
def solutions_accepted_only(t: Transcript) -> Iterator[Observation]:
    """Share of conversations with a solution that end with the customer accepting it in words, without one whether it worked.

    Read: the tier between success and silence: "perfect, will try". Counting it as solved would raise the rate by this much.
    Act: none by itself; watch that it does not replace solutions_acknowledged.
    Source: metric catalogue section 2 (A2).
    """
    yield from _ends_with(t, "accepted")


@metric(unit="share", estimate="proportion", version=2)
def solutions_thanked_only(t: Transcript) -> Iterator[Observation]:
    """Share of conversations with a solution about which the customer says nothing but thanks.

    A thanks that takes leave ("thanks, bye") is courtesy; a thanks right after the answer is read as accepting it, but rests on courtesy all the same.

    Read: how much a rule "thanks means solved" would inflate the rate, and how much of resolution rests on thanks alone.
    Act: none; it is a check on other people's figures.
    Source: metric catalogue CH-3 (A1).
    """
    yield from _ends_with(t, "thanks")


def _ends_with(t: Transcript, tier: str) -> Iterator[Observation]:
    """Whether the highest tier that the customer's words about a solution reach is acceptance, or thanks; success and failure stand above both."""
    given = [f.message for f in t.found("solution")]
    if not given or not _mature(t, given[-1]):
        return
    said = [f for f in t.found("acknowledgement", by=("customer",)) if f.message > given[0]]
    tiers = {"thanks" if f.attributes.get("by_thanks") and f.state == "accepted" else f.state for f in said}
    above = {*USED, "failed"} | ({"accepted"} if tier == "thanks" else set())
    yield Observation(float(tier in tiers and not tiers & above), message=said[-1].message if said else given[-1])


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
    asked = t.first("customer")
    answers = [i for i, role in enumerate(t.roles) if role in RESPONDERS]
    if asked is not None and answers and _mature(t, answers[-1]):
        yield Observation(float(t.resolution == "confirmed"), censored=t.resolution == "silent", message=_decisive(t))


def _decisive(t: Transcript) -> int | None:
    said = t.found("acknowledgement", "worked", "failed", "accepted", by=("customer",))
    return said[-1].message if said else None


@metric(unit="share", better="lower", estimate="proportion", headline=True, version=2)
def revoked(t: Transcript) -> Iterator[Observation]:
    """Share of solutions reported as working that the customer later reports as failing; reports too young to be taken back are left out.

    Read: "it works" that did not last.
    Act: look for fixes that only hide the fault.
    Source: metric catalogue section 2.
    """
    said = t.found("acknowledgement", "worked", "failed", by=("customer",))
    first = next((f for f in said if f.state == "worked"), None)
    if first is not None and _mature(t, first.message):
        later = [f for f in said if f.state == "failed" and f.message > first.message]
        yield Observation(float(bool(later)), message=later[0].message if later else first.message)


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
    given = [f.message for f in t.found("solution") if f.message > asked]
    for wait in t.wait(asked, given[0] if given else None):
        yield Observation(wait.seconds, censored=wait.censored, message=wait.stop if wait.stop is not None else asked)
