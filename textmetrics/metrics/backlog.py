"""What waits still: the backlog and its age, the longest delays of all, and silences while the customer is owed something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

from .. import packs
from ..types import Observation, Transcript
from ..waits import Wait
from . import metric
from .waiting import _seen

QUEUED = ("email", "social", "community")  # channels in which an answer may still come; who left a chat waits no more
OWED = ("promise", "hold")  # what leaves the next word with whoever said it


def _open(t: Transcript) -> Iterator[Observation]:
    for wait in t.waits():
        if wait.censored:
            yield Observation(wait.seconds, censored=True, message=wait.start)


@metric(unit="conversations", better="lower", estimate="total", channels=QUEUED)
def open_waits(t: Transcript) -> Iterator[Observation]:
    """Conversations whose customer is waiting for an answer when the data are cut.

    Read: the whole backlog as customers see it, whatever the status of a ticket says: closed without an answer is in it. A count of all there is has no interval.
    Act: `textmetrics explain open_age --in DIR` names the oldest.
    Source: metric catalogue EM-4.
    """
    waits = t.waits()
    if waits:
        yield Observation(float(waits[-1].censored), message=waits[-1].start)


@metric(unit="s", better="lower", estimate="quantile", channels=QUEUED)
def open_age(t: Transcript) -> Iterable[Observation]:
    """Age of the open waits when the data are cut: the median.

    Read: an age is not a wait: the long ones are met more often. For how long customers wait, see customer_wait.
    Act: older than the channel's patience, most have given up: say so, or close them with a word.
    Source: metric catalogue EM-4.
    """
    return _open(t)


@metric(unit="s", better="lower", estimate="maximum", channels=QUEUED)
def oldest_open(t: Transcript) -> Iterable[Observation]:
    """Age of the oldest open wait when the data are cut.

    Read: one customer. Where it is longest_delay, the worst case is not over.
    Act: answer it today.
    Source: metric catalogue EM-4.
    """
    return _open(t)


@metric(unit="s", better="lower", estimate="p99")
def customer_wait_p99(t: Transcript) -> Iterable[Observation]:
    """What all but one wait in a hundred last at most, open ones counted as lasting at least so long: the 99th percentile of customer_wait.

    Read: from 299 waits on; 75th, 90th and 95th percentiles stand beside customer_wait. "Not reached" means that more than one in a hundred is not answered at all.
    Act: these are accidents, not work: `textmetrics explain customer_wait_p99 --in DIR` names the ten longest.
    Source: metric catalogue EM-4, 1.6; Kaplan and Meier 1958.
    """
    return map(_seen, t.waits())


@metric(unit="cycles", better="lower", estimate="mean", channels=("email", "community"), by=("severity",), version=2)
def cycles_late(t: Transcript) -> Iterator[Observation]:
    """How late the open waits past the channel's target are, in targets: 2 is three times the target.

    Only where a queue is worked off over days: in a live chat nobody is behind by cycles of a minute, the customer has left (abandonment, dropped).

    Read: the age of the backlog; what is within its target is no observation. Mail two days old at a target of one is one cycle late.
    Act: it falls when the oldest are answered first, while service_level falls: decide which of both you owe.
    Source: metric catalogue EM-4 (the formula is ours; COPC requires such a measure without publishing one).
    """
    target = packs.channel(t.channel).targets.get("first_response_wait")
    for wait in t.waits():
        if wait.censored and target and wait.seconds > target:
            yield Observation(wait.seconds / target - 1, message=wait.start)


@metric(unit="s", better="lower", estimate="survival", version=3)
def update_silence(t: Transcript) -> Iterator[Observation]:
    """The longest silence in a conversation while the next word was owed to the customer: half of the conversations held a longer one.

    Owed is what the customer asked, and what a person put off or promised; a substantive answer that promises nothing more settles it, and so does the customer's
    word that it works. "One moment" breaks no silence. A silence that lasts still counts as at least so long.

    Read: longest_wait ends with the first answer; this one goes on where that answer said "we will get back to you".
    Act: agree how often an open case gets a word, news or none, and hold this against it.
    Source: metric catalogue EM-5; Zendesk's periodic update.
    """
    if silences := _silences(t):
        longest = max(silences, key=attrgetter("seconds"))
        yield Observation(longest.seconds, censored=any([w.censored for w in silences]), message=longest.start)


def _silences(t: Transcript) -> Sequence[Wait]:
    """From each message that leaves the next word with those who answer to the one that brings it."""
    owes = {i for label in OWED for i in t.places(label) if t.roles[i] in ("agent", "peer")}
    works = {f.message for f in t.found("acknowledgement", "worked", by=("customer",))}
    if not owes and not works:
        return t.waits()
    found: list[Wait] = []
    since: int | None = None
    for i, (role, open_, reply) in enumerate(zip(t.roles, t.open, t.replies, strict=True)):
        if role == "customer" and not open_ and i in works and since is not None:
            found += [Wait(w.start, None, w.seconds, True) for w in t.wait(since, i)]
            since = None
        elif role == "customer" and open_ and since is None:
            since = i
        elif reply == "substantive":
            found += t.wait(since, i)
            since = i if i in owes else None
        elif since is None and i in owes:
            since = i
    found += t.wait(since, None)
    return found
