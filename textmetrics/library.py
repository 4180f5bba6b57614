"""The verbs of the library that are not a module's own: annotate, observe, estimate, explain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from . import annotation, dialects, estimates, packs
from .annotation import Settings
from .asked import answers, asked
from .detectors import DETECTORS
from .errors import UnknownName, UsageError
from .estimates import BESIDE, ESTIMATES, NEEDED, Estimate
from .metrics import METRICS
from .metrics import observe as observe_one
from .plain_data import to_conversations
from .readers import READERS
from .scorers import SCORERS
from .times import zoned
from .types import Observation, Transcript


def annotate(
    conversations: Any,
    *,
    as_of: datetime | None = None,
    thresholds: Mapping[str, float] | None = None,
    mood: str | None = None,
    rules_only: bool = False,
) -> Iterator[Transcript]:
    """Find what messages do, conversation by conversation: from conversations, plain dicts or a DataFrame.

    ``as_of``: when the data were cut; without it open waits have no length. ``thresholds``: label -> score from which it counts.
    """
    return annotation.annotate(to_conversations(conversations), as_of=zoned(as_of), settings=Settings(thresholds=thresholds or {}, mood=mood, rules_only=rules_only))


def observe(transcripts: Transcript | Iterable[Transcript], metrics: Sequence[str] | None = None) -> dict[str, list[Observation]]:
    """What each metric sees in a transcript, or in several together."""
    given = [transcripts] if isinstance(transcripts, Transcript) else transcripts
    found: dict[str, list[Observation]] = {}
    for t in given:
        for name, seen in observe_one(t, metrics).items():
            found.setdefault(name, []).extend(seen)
    return found


def estimate(metric: str, observations: Iterable[Observation], *, percentile: str | None = None) -> Estimate:
    """Value, 95 % interval and n of a metric over observations of any group.

    ``percentile``: p75, p90 or p95 of a duration in place of its median; for another metric that is a UsageError. With fewer observations than
    the estimate's ``need`` there is no value.

    >>> estimate("nudges", [Observation(1.0), Observation(0.0), Observation(2.0)]).value
    1.0
    """
    if percentile is not None and percentile not in BESIDE:
        raise UnknownName("percentile", percentile, BESIDE)
    if percentile is not None and not METRICS[metric].lasts:
        raise UsageError(f"{metric}: is no duration with a median, so it has no {percentile}")
    seen = list(observations)
    if not seen:
        return Estimate(0, None)
    columns = (np.array([o.value for o in seen]), np.array([o.exposure for o in seen]), np.array([o.censored for o in seen]))
    if percentile is not None:
        return estimates.beside(METRICS[metric].estimate, percentile, *columns)
    return ESTIMATES[METRICS[metric].estimate](*columns)


def explain(name: str) -> str:
    """The page of a metric, detector, scorer, reader, channel or language: what it is, how to read it, what to do."""
    if name in METRICS:
        m = METRICS[name]
        facts = [
            f"unit: {m.unit}",
            f"estimate: {m.estimate}",
            f"version: {m.version}",
            *([f"{m.better} is better"] if m.better else []),
            *([f"shown from n = {NEEDED[m.estimate]}; beside it {', '.join(f'{p} (from {NEEDED[p]})' for p in BESIDE)}"] if m.lasts else []),
            *([f"channels: {', '.join(m.channels)}"] if m.channels else []),
        ]
        if m.against:
            facts.append(f"compare with: {m.against}")
        return f"{m.name} (metric)\n{'; '.join(facts)}\nanswers: {' '.join(q.ask for q in answers(name))}\n\n{m.doc}"
    if name in DETECTORS:
        d = DETECTORS[name]
        states = f"; states: {', '.join(s for s in d.states if s)}" if d.states != (None,) else ""
        return f"{d.label} (finding; said by: {', '.join(d.by)}{states})\n\n{d.doc}"
    if name in READERS:
        return f"{name} (reader)\n\n{READERS[name].doc}" + (f"\n\n{_vendor(name)}" if name in dialects.vendors() else "")
    if name in SCORERS:
        return f"{name} (scorer)\n\n{SCORERS[name].__doc__}"
    if name in packs.channels():
        c = packs.channel(name)
        rows = [f"silence: {c.silence:g} s", f"mature: {c.mature:g} s", f"patience: {c.patience:g} s", *(f"target {k}: {v:g} s" for k, v in c.targets.items())]
        return f"{name} (channel)\n\n{c.doc}\n" + "\n".join(rows)
    if name in packs.languages():
        pack = packs.language(name)
        return f"{name} (language: {pack.name})\n\n{pack.note or 'Cues: ' + ', '.join(pack.cues)}"
    if name in dialects.vendors():
        return _vendor(name)
    raise UnknownName("metric, finding, scorer, reader, channel, language or vendor", name, [*dialects.vendors(), *METRICS, *DETECTORS, *SCORERS, *READERS, *packs.channels(), *packs.languages()])


def _vendor(name: str) -> str:
    """The page of a vendor: its metrics, and how each leaves ours."""
    told = dialects.dialect(name)
    lines = [f"{name} (vendor)", "", told.doc, ""]
    for t in told.terms:
        lines.append(f"{t.theirs}: not computed, needs {t.needs}" if t.needs else f"{t.theirs}, from our {t.ours.replace('_', ' ')}")
        lines += [f"  {s.change} ({s.source})" for s in t.steps] + ([f"  {t.same}"] if t.same else [])
    return "\n".join([*lines, "", *(f"{short}: {page}" for short, page in told.sources.items())])


def catalogue() -> dict[str, list[tuple[str, str]]]:
    """Everything that is installed: kind -> (name, first line); questions with what answers them."""
    return {
        "questions": [(q.ask, ", ".join([*q.metrics, *(f"all of {f}" for f in q.families), *(f"textmetrics {c}" for c in q.commands)])) for q in asked()],
        "readers": [(n, r.doc.split("\n")[0]) for n, r in READERS.items()],
        "findings": [(n, d.doc.split("\n")[0]) for n, d in DETECTORS.items()],
        "metrics": [(n, m.title) for n, m in METRICS.items()],
        "scorers": [(n, (s.__doc__ or "").split("\n")[0]) for n, s in SCORERS.items()],
        "languages": [(n, packs.language(n).note or packs.language(n).name) for n in packs.languages()],
        "channels": [(n, packs.channel(n).doc) for n in packs.channels()],
        "vendors": [(n, dialects.dialect(n).doc) for n in dialects.vendors()],
    }
