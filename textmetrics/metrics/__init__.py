"""Metrics: an annotated conversation in, observations out.

To add one, put a function decorated ``@metric(unit=..., estimate=...)`` into a module here. It yields, or returns, one Observation for each thing it saw and
nothing where there is nothing to see; ``needs=("solution",)`` saves asking it where no solution was found. Its docstring is its page: the first line says what the number is, *Read:* how to take
it, *Act:* what to do about it, *Source:* where it comes from.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from .. import packs
from ..registry import Registry
from ..types import Observation, Transcript

Observe = Callable[..., Iterable[Any]]
Estimator = Literal["proportion", "bounds", "rate", "quantile", "survival", "incidence", "mean", "maximum", "total", "share", "p50", "p90", "p95", "p99"]
Better = Literal["lower", "higher"]


class Metric(Struct, frozen=True):
    """One metric. ``of``: it sees one conversation, or all of one customer in order of time. ``by``: columns it is always broken down by.

    ``against``: the metric it must be compared with to mean anything. ``headline``: it stands in the short summary, of all channels or of some. ``family``: the file it is written in.
    ``needs``: what a transcript must hold, all of it, for this metric to see anything (names as `held` gives them); it is not asked where something is missing.
    ``version``: raised by one whenever the same transcript may give another number; runs name it, and `diff` goes by it.
    """

    name: str
    doc: str
    unit: str
    estimate: Estimator
    better: Better | None
    channels: tuple[str, ...] | None
    of: Literal["conversation", "customer"]
    by: tuple[str, ...]
    against: str | None
    headline: bool | tuple[str, ...]
    observe: Observe
    version: int = 1
    needs: frozenset[str] = frozenset()

    @property
    def family(self) -> str:
        """The subject it belongs to: the name of its file."""
        return self.observe.__module__.rpartition(".")[2]

    def leads(self, channel: str) -> bool:
        """Whether it stands in the short summary of a channel."""
        return self.headline if isinstance(self.headline, bool) else channel in self.headline

    @property
    def lasts(self) -> bool:
        """Whether it is a duration with a median, and so with percentiles beside it."""
        return self.unit == "s" and self.estimate in ("survival", "quantile", "p50")

    @property
    def title(self) -> str:
        """The first sentence of its page."""
        return self.doc.split("\n\n")[0].replace("\n", " ")


METRICS: Registry[Metric] = Registry("metric", __name__)


def metric(
    *,
    unit: str,
    estimate: Estimator,
    better: Better | None = None,
    channels: tuple[str, ...] | None = None,
    of: Literal["conversation", "customer"] = "conversation",
    by: tuple[str, ...] = (),
    against: str | None = None,
    headline: bool | tuple[str, ...] = False,
    version: int = 1,
    needs: tuple[str, ...] = (),
) -> Callable[[Observe], Observe]:
    """Register a metric under the name of its function."""

    def register(function: Observe) -> Observe:
        name, doc = function.__name__, inspect.getdoc(function) or ""
        METRICS.add(name, Metric(name, doc, unit, estimate, better, channels, of, by, against, headline, function, version, frozenset(needs)), function.__code__.co_filename)
        return function

    return register


_NONE, _NO = (Observation(0),), (Observation(0.0),)


def counted(places: Sequence[int]) -> Sequence[Observation]:
    """How many messages do something, with the first that does."""
    return (Observation(len(places), message=places[0]),) if places else _NONE


def whether(places: Sequence[int]) -> Sequence[Observation]:
    """Whether any message does something, with the first that does."""
    return (Observation(1.0, message=places[0]),) if places else _NO


def observe(transcript: Transcript, metrics: Iterable[str] | None = None) -> Mapping[str, list[Observation]]:
    """What each metric sees in one transcript; metrics of whole customers are left out.

    >>> from textmetrics.testing import transcript
    >>> [o.value for o in observe(transcript("09:00 customer: No sound?", "09:04 agent: Restart it."), ["first_response_wait"])["first_response_wait"]]
    [240.0]
    """
    choice = _choice(METRICS.names if metrics is None else tuple(metrics))
    return {name: [*look(transcript)] if look else [] for name, look in zip(choice.names, choice.of(transcript), strict=True) if look is not None}


class Observed(Struct, frozen=True):
    """What metrics saw in ``size`` transcripts: first what the first metric saw in each of them, then the second, and so on. ``ends``: where what one saw in one ends, from 0."""

    metrics: Sequence[str]
    size: int
    observations: list[Observation]
    ends: list[int]

    def of(self, n: int) -> dict[str, list[Observation]]:
        """What each metric that saw anything saw in one of the transcripts."""
        places = zip(self.metrics, range(n, len(self.ends) - 1, self.size), strict=True)
        return {name: found for name, at in places if (found := self.observations[self.ends[at] : self.ends[at + 1]])}


def observe_all(transcripts: Sequence[Transcript], metrics: Iterable[str] | None = None) -> Observed:
    """What `observe` gives of each of several transcripts; some tens at a time, each metric looking at all of them, take less than one by one."""
    choice = _choice(METRICS.names if metrics is None else tuple(metrics))
    seen: list[Observation] = []
    ends = [0]
    for looks in zip(*map(choice.of, transcripts), strict=bool(transcripts)):
        for t, look in zip(transcripts, looks, strict=True):
            if look:
                seen += look(t)
            ends.append(len(seen))
    return Observed(choice.names, len(transcripts), seen, ends)


def held(t: Transcript) -> set[str]:
    """What there is in a transcript to be seen: labels of findings, counters of messages, columns of the conversation, ``hours`` where opening hours are known.

    >>> from textmetrics.testing import transcript
    >>> sorted(held(transcript("09:00 customer: No sound?", "09:04 agent: Please restart it.", columns={"device": "tablet"})))
    ['device', 'solution']
    """
    found = {*t.labelled, *t.conversation.columns}
    for m in t.messages:
        if m.reactions:
            found.update(m.reactions)
    if t.solution is not None:
        found.add("solution")
    if t.hours is not None:
        found.add("hours")
    return found


def young(t: Transcript) -> bool:
    """Whether the last message of a conversation is so young that an outcome may still come."""
    last = max([m.sent_at for m in t.messages if m.sent_at is not None], default=None)
    return t.as_of is not None and last is not None and (t.as_of - last).total_seconds() < packs.channel(t.channel).mature


def too_young(transcripts: Sequence[Transcript], seen: Observed, metrics: Iterable[str] | None = None) -> list[dict[str, int]]:
    """How many observations more each metric would make of each transcript if the data had not been cut so soon: what it leaves out because its outcome may still come.

    ``seen``: what `observe_all` gave. A metric that counts what is too young as open leaves nothing out.
    """
    fresh = [n for n, t in enumerate(transcripts) if t.once(young)]
    uncut = observe_all([replace(transcripts[n], as_of=None) for n in fresh], metrics)
    left_out: list[dict[str, int]] = [{} for _ in transcripts]
    for place, n in enumerate(fresh):
        cut = seen.of(n)
        left_out[n] = {name: more for name, found in uncut.of(place).items() if (more := len(found) - len(cut.get(name, ()))) > 0}
    return left_out


class Choice:
    """Some metrics of single conversations, and which of them are asked of a transcript: those of its channel that need nothing it lacks."""

    MOST = 1000  # kinds of transcripts that are remembered

    def __init__(self, names: tuple[str, ...]) -> None:
        self._metrics = [m for m in map(METRICS.__getitem__, names) if m.of == "conversation"]
        self.names = [m.name for m in self._metrics]
        self._needed = frozenset[str]().union(*(m.needs for m in self._metrics))
        self._known: dict[tuple[str, frozenset[str]], list[Observe | Literal[False] | None]] = {}

    def of(self, t: Transcript) -> list[Observe | Literal[False] | None]:
        """The functions of the metrics: None where one is not for the transcript's channel, False where it lacks what one needs."""
        kind = (t.channel, self._needed & held(t))
        known = self._known.get(kind)
        if known is None:
            if len(self._known) >= self.MOST:
                self._known.clear()
            self._known[kind] = known = [(m.needs <= kind[1] and m.observe) if m.channels is None or t.channel in m.channels else None for m in self._metrics]
        return known


@lru_cache(maxsize=64)
def _choice(names: tuple[str, ...]) -> Choice:
    return Choice(names)


def observe_customer(transcripts: Sequence[Transcript], metrics: Iterable[str] | None = None) -> Mapping[str, list[tuple[Transcript, Observation]]]:
    """What each metric of whole customers sees in the conversations of one, in order of time, each with the conversation it belongs to."""
    chosen = [METRICS[name] for name in (METRICS if metrics is None else metrics)]
    return {m.name: list(m.observe(transcripts)) for m in chosen if m.of == "customer"}
