"""What became of a time that somebody named: a promise of those who answer, or a time by which a customer needs an answer.

An answer keeps it when it comes by then. What nobody answered is broken once the time is past, and open before; where no time can be told, nothing is said.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

from msgspec import Struct

from .types import Finding, Transcript

Fate = Literal["kept", "late", "broken", "open", "unknown"]
FATES: tuple[Fate, ...] = ("kept", "late", "broken", "open", "unknown")
NAMED_TIMES = ("promise", "deadline")  # findings that can name a time
ENDS = re.compile(r"[!?\n]|\.(?=\s|$)")  # of sentences; a point within a time or number ends none
ANYWHERE = timedelta(hours=12)  # between a clock of UTC and that of the farthest west, where a day ends last
BREATH = 300.0  # s: what the same side adds within this after a promise belongs to it, and keeps nothing


class Commitment(Struct, frozen=True):
    """What became of one named time.

    ``due``: the moment meant, None where it cannot be told; ``why`` nothing can be said. ``answer``: the message that answered it; ``late``: seconds from the
    moment meant to it (below 0: before it), or, with no answer, to when the data were cut.
    """

    fate: Fate
    due: datetime | None = None
    why: str | None = None
    answer: int | None = None
    late: float | None = None


def settled(t: Transcript) -> list[tuple[Finding, Commitment]]:
    """The named times of a conversation, one by one, with what became of each: to be asked for by ``t.once``."""
    if t.labelled.keys().isdisjoint(NAMED_TIMES):
        return []
    sent, as_of = [m.sent_at for m in t.messages], None if t.conversation.skewed else t.as_of
    return [(f, settle(f.label, f.attributes, f.message, sent, t.answers, as_of)) for f in t.findings if f.label in NAMED_TIMES]


def commitments(t: Transcript, label: str) -> list[tuple[Finding, Commitment]]:
    """The promises (``promise``) or needed-by times (``deadline``) of a conversation, one by one, with what became of each."""
    return [(f, c) for f, c in t.once(settled) if f.label == label]


def sentence(text: str, start: int, end: int) -> str:
    """The sentence that some characters of a message stand in.

    >>> sentence("Hello! We call you by 3.30 tomorrow. Bye", 10, 14)
    'We call you by 3.30 tomorrow'
    """
    begun, stop = around(text, start, end)
    return " ".join(text[begun:stop].split())


def around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence begins and ends that some characters of a message stand in."""
    ends = _ends(text)
    before, behind = bisect_right(ends, start - 1), bisect_left(ends, end)
    begun = start if start and text[start - 1] == "." else ends[before - 1] + 1 if before else 0
    return begun, ends[behind] if behind < len(ends) else len(text)


@lru_cache(maxsize=8)  # a message with many promises is asked for each
def _ends(text: str) -> list[int]:
    return [m.start() for m in ENDS.finditer(text)]


def settle(
    label: str, told: Mapping[str, Any], at: int, sent: Sequence[datetime | None], answers: Sequence[int], as_of: datetime | None
) -> Commitment:
    """What became of a time named in message ``at``; ``told`` are the attributes of its finding, ``answers`` the messages that answer, ``as_of`` is None where clocks cannot be believed."""
    if "at" not in told:
        return Commitment("unknown", why=str(told.get("unresolved", "names no time")))
    due, said = datetime.fromisoformat(told["at"]), sent[at]
    if as_of is None or said is None:
        return Commitment("unknown", due, "a clock is missing, or cannot be right")
    after = said + timedelta(seconds=min(BREATH, (due - said).total_seconds() / 2)) if label == "promise" else said
    for i in islice(answers, bisect_right(answers, at), None):
        answered = sent[i]
        if answered is None:
            return Commitment("unknown", due, "the answer has no time")
        if answered >= after:
            late = (answered - due).total_seconds()
            return Commitment("kept" if answered <= latest(told) else "late", due, None, i, late)
    late = (as_of - due).total_seconds()
    return Commitment("open" if as_of < latest(told) else "broken", due, None, None, late)


def latest(told: Mapping[str, Any]) -> datetime:
    """The latest moment that a named time may mean: where nobody told the zone of its day or hour, that of the farthest west. What comes by then is not late.

    >>> latest({"at": "2026-03-06T12:00:00+00:00", "zone": "unknown"}).isoformat()
    '2026-03-07T00:00:00+00:00'
    """
    due = datetime.fromisoformat(told["at"])
    return due + ANYWHERE if told.get("zone") == "unknown" else due
