"""Whether those who answer do what they said they would, when they said they would."""

from __future__ import annotations

from collections.abc import Iterator

from ..commitments import commitments
from ..types import Observation, Transcript
from . import metric


@metric(unit="share", better="higher", estimate="proportion", headline=True, version=2, needs=("promise",))
def promise_kept(t: Transcript) -> Iterator[Observation]:
    """Share of the promises with a time ("I'll get back to you by Friday") after which a substantive answer of a person came by then.

    Not yet due and not answered is open; past it, answered late or not at all, is broken. What is said within five minutes of the promise keeps nothing.

    Read: a promise sets what the customer expects; one that is broken weighs more than a wait nobody had named. What was kept by a call that is not in the archive counts as broken.
    Act: `textmetrics promises` lists each with what became of it; open ones that fall due soon come first.
    Source: metric catalogue EX-3 (its complement).
    """
    for f, c in commitments(t, "promise"):
        if c.fate != "unknown":
            yield Observation(float(c.fate == "kept"), censored=c.fate == "open", message=f.message)


@metric(unit="s", better="lower", estimate="quantile", needs=("promise",))
def promise_lateness(t: Transcript) -> Iterator[Observation]:
    """How much later than promised the answer came; below 0 it came before.

    Read: the median over promises that were answered; what was never answered stands in promise_kept.
    Act: a median just above 0 is won by promising a little later.
    Source: metric catalogue EX-3.
    """
    for f, c in commitments(t, "promise"):
        if c.answer is not None and c.late is not None:
            yield Observation(c.late, message=f.message)


@metric(unit="share", estimate="proportion", needs=("promise",))
def promises_with_a_time(t: Transcript) -> Iterator[Observation]:
    """Share of the promises that say by when.

    Read: of the others nobody can tell whether they were kept, the customer least of all.
    Act: "soon" is a promise too: say when instead.
    Source: metric catalogue EX-3 (coverage).
    """
    for f, c in commitments(t, "promise"):
        yield Observation(float(c.due is not None), message=f.message)
