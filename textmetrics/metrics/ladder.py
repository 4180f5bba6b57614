"""The rungs of what customers say about a solution: worked, used, failed; whether they were asked for it, and when it came. Acceptance and thanks stand in resolution.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..types import Observation, Transcript
from . import metric
from .resolution import _given, _outspoken, _verdict


def _words(t: Transcript) -> list[tuple[int, int, str]]:
    """What the originator's messages after the first solution say of solutions, in order: message, solution, and worked, used or failed.

    Within one message what became of it outweighs that it was used, and of success and failure the surer one counts.
    """
    first = t.places("solution")[0]
    said = {(f.message, f.attributes["answers"]): f.state or "" for f in t.once(_outspoken) if f.message > first}
    return [(message, solution, state) for (message, solution), state in said.items()]


def _standing(t: Transcript) -> dict[int, tuple[str, int]]:
    """Where these words leave each solution, and the message that does. Using it again does not take back that it worked; a failure does."""
    standing: dict[int, tuple[str, int]] = {}
    for message, solution, state in t.once(_words):
        if (state, standing.get(solution, ("", 0))[0]) != ("used", "worked"):
            standing[solution] = (state, message)
    return standing


def _rung(t: Transcript) -> tuple[str | None, int] | None:
    """The last word about any solution of a conversation and where it stands; None without a solution, or too early."""
    if not (given := t.once(_given)):
        return None
    return max(t.once(_standing).values(), key=lambda s: s[1], default=(None, given[-1]))


@metric(unit="share", better="higher", estimate="bounds", needs=("solution",))
def solutions_worked(t: Transcript) -> Iterator[Observation]:
    """Share of conversations with a solution in which the customer says that it worked, and does not take it back.

    The strict form of solutions_acknowledged. Silence is neither, and so is having used it without a word of how it went.

    Read: the floor under every claim of solved. With solutions_used, solutions_failed, solutions_accepted_only, solutions_thanked_only and silence it makes up the whole.
    Act: where many use and few say that it worked, ask them.
    Source: metric catalogue CH-1 (strict), section 2 (A4); Manski 1990.
    """
    if (rung := t.once(_rung)) is not None:
        yield Observation(float(rung[0] == "worked"), censored=rung[0] in (None, "used"), message=rung[1])


@metric(unit="share", estimate="proportion", needs=("solution",))
def solutions_used(t: Transcript) -> Iterator[Observation]:
    """Share of conversations with a solution that end with the customer having used it, without a word whether it worked.

    Read: the rung below success: tried, outcome open.
    Act: ask these customers how it went: they have done their part.
    Source: metric catalogue section 2 (A3).
    """
    if (rung := t.once(_rung)) is not None:
        yield Observation(float(rung[0] == "used"), message=rung[1])


@metric(unit="share", better="lower", estimate="proportion", needs=("solution",))
def solutions_failed(t: Transcript) -> Iterator[Observation]:
    """Share of conversations with a solution in which the customer's last word about it is that it did not work.

    Read: a lower bound of failure: others leave without saying so.
    Act: read them by request type; one wrong answer that is given often is worth more than ten that are given once.
    Source: metric catalogue section 2 (R2).
    """
    if (rung := t.once(_rung)) is not None:
        yield Observation(float(rung[0] == "failed"), message=rung[1])


@metric(unit="share", better="higher", estimate="bounds", needs=("solution",))
def solution_use(t: Transcript) -> Iterator[Observation]:
    """Share of conversations with a solution to carry out in which the customer says that they did.

    To carry out are instructions and links; what was done for the customer, or merely explained, is not. "It works" without a word of having
    done anything is silence here; "I did that, same error" is a failure, not a use.

    Read: whether instructions are followed at all. Compare with solutions_worked: used and failed is another matter than not used.
    Act: where the upper end is low, the instructions ask too much.
    Source: metric catalogue CH-2.
    """
    steps = {f.message for f in t.found("solution") if f.attributes.get("to_do")}
    if not steps or not t.once(_given):
        return
    said = {i: s for i, s in t.once(_standing).items() if i in steps}
    last = max(said, key=lambda i: said[i][1], default=None)
    if last is None:
        yield Observation(0.0, censored=True, message=max(steps))
    else:
        state, message = said[last]
        applied = state != "failed" and _applied(t, last)
        yield Observation(float(applied), censored=state != "failed" and not applied, message=message)


def _applied(t: Transcript, solution: int) -> bool:
    """Whether the customer says in so many words that they carried out a solution, by itself or with what came of it."""
    return any(f.attributes.get("answers") == solution for f in t.found("acknowledgement", "used", by=("customer",)))


def _asked(t: Transcript, until: int | None) -> int | None:
    """The message in which whoever answers asks, with the first solution or after it and before another message, whether it worked."""
    first = t.places("solution")[0]
    return next((message for message in t.places("outcome_question") if message >= first and (until is None or message < until)), None)


@metric(unit="share", estimate="proportion", needs=("solution",))
def outcome_asked(t: Transcript) -> Iterator[Observation]:
    """Share of conversations with a solution in which whoever answers asks whether it worked ("did that help?").

    Read: neither good nor bad: asking narrows the bounds of solutions_acknowledged, and invites a polite yes.
    Act: where it rises with the share acknowledged, look at acknowledged_unasked before celebrating.
    Source: metric catalogue CH-1 (agent solicitation), CF-2.
    """
    if given := t.once(_given):
        asked = _asked(t, None)
        yield Observation(float(asked is not None), message=given[-1] if asked is None else asked)


def _acknowledged(t: Transcript, when_asked: bool) -> Iterator[Observation]:
    seen = t.once(_verdict)
    if seen is not None and (_asked(t, None if seen.censored else seen.message) is not None) == when_asked:
        yield seen


@metric(unit="share", better="higher", estimate="bounds", needs=("solution", "outcome_question"))
def acknowledged_when_asked(t: Transcript) -> Iterable[Observation]:
    """Share of conversations with a solution in which the customer says that it worked or was used, where they had been asked whether it did.

    Asked before they said so; of the silent, asked at all.

    Read: beside acknowledged_unasked. A question brings answers, and some of them are manners: a gap is no proof of better solutions.
    Act: ask after a while, not in the same breath: "did that help?" right below the steps is answered before they are tried.
    Source: metric catalogue CH-1 (with agent solicitation).
    """
    return _acknowledged(t, True)


@metric(unit="share", better="higher", estimate="bounds", needs=("solution",))
def acknowledged_unasked(t: Transcript) -> Iterable[Observation]:
    """Share of conversations with a solution in which the customer says that it worked or was used, where nobody had asked.

    Read: said of their own accord: the firmer part of solutions_acknowledged, with wider bounds.
    Act: compare teams by this one where some fish for a yes.
    Source: metric catalogue CH-1 (without agent solicitation).
    """
    return _acknowledged(t, False)


@metric(unit="s", estimate="survival", needs=("solution",))
def time_to_acknowledgement(t: Transcript) -> Iterator[Observation]:
    """Time from the first solution of a conversation to the customer's first word that it worked or was used.

    No such word yet counts as at least so long: a median stands only where more than half say one in the end.

    Read: how long customers take to try. It says nothing of those who never speak but that they are many.
    Act: send the question how it went after this time, not before.
    Source: metric catalogue EM-1 (time to acknowledgement); Kaplan and Meier 1958.
    """
    given = t.places("solution")
    if given:
        said = next((message for message, _, state in t.once(_words) if state != "failed"), None)
        for wait in t.wait(given[0], said):
            yield Observation(wait.seconds, censored=wait.censored, message=given[0] if wait.stop is None else wait.stop)
