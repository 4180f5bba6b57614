"""How good the detectors are on conversations that somebody has read and labelled: precision, recall, where they overlap, where they are wrong.

Labels are JSON Lines, a conversation a line: ``conversation_id``; ``labels``: message id -> list of labels (``nudge``, ``acknowledgement/worked``, or
the short codes of `CODES`); and, where they were read too, ``mood`` (message id -> -2 to 2), ``resolution``, ``request_type``, and ``only``: the labels
that were judged, where not all were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from . import agreement, judging
from .annotation import Settings, judge
from .detectors import DETECTORS, key, label_keys
from .errors import ReadError, UnknownName
from .plain_data import to_conversations
from .sources import lines, sources
from .syntax import parse
from .types import CUSTOMERS, RESPONDERS, Conversation, Problem

CODES = {
    "RR": "rephrase_request", "RF": "reformulation", "AW": "acknowledgement/worked", "AU": "acknowledgement/used", "AA": "acknowledgement/accepted",
    "AT": "acknowledgement/thanks", "AN": "acknowledgement/failed", "NU": "nudge", "PC": "prior_contact", "DL": "deadline", "CH-": "churn", "CH+": "conversion",
    "SO": "solution", "CQ": "clarification_request", "RD": "redirect", "HO": "hold", "AP": "apology",
}  # fmt: skip
BATCH = 256
RESAMPLES = 500  # of the bootstrap over conversations
SEED = 20260101
ERRORS = 10  # errors shown, the most confident first
PAIRS = 6  # overlaps and conflicts shown


class Labels(Struct, frozen=True, kw_only=True):
    """What somebody found in one conversation. ``only``: the labels that were judged, None for all of them."""

    conversation_id: str
    labels: Mapping[str, frozenset[str]] = {}
    mood: Mapping[str, float] = {}
    resolution: str | None = None
    request_type: str | None = None
    only: frozenset[str] | None = None


class Score(Struct, frozen=True):
    """One detector beside the labels: how often the label is there (``n``), how often it was found, how right that was; intervals of 95 %."""

    key: str
    n: int
    found: int
    precision: float | None
    recall: float | None
    f1: float | None
    low: float | None
    high: float | None
    coverage: float


class Error(Struct, frozen=True):
    """A finding that should not be there (``found``), or one that is missing, with how sure the detector was of it."""

    key: str
    found: bool
    confidence: float
    conversation_id: str
    message_id: str
    before: str
    text: str


class Evaluation(Struct, frozen=True, kw_only=True):
    """What `evaluate` found. ``overlaps``: labels found on one message together; ``conflicts``: a label that is there and another found in its place;
    ``seen``: archives among these that the model was trained on."""

    conversations: int
    messages: int
    scores: tuple[Score, ...]
    overlaps: tuple[tuple[str, str, int], ...]
    conflicts: tuple[tuple[str, str, int], ...]
    errors: tuple[Error, ...]
    mood: Mapping[str, float] | None = None
    resolution: Mapping[str, float] | None = None
    request_type: Mapping[str, float] | None = None
    unknown: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()

    @property
    def macro_f1(self) -> float | None:
        """Mean F1 of the labels that are there at least five times."""
        judged = [s.f1 or 0.0 for s in self.scores if s.n >= 5]
        return sum(judged) / len(judged) if judged else None

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for a file or a test."""
        return {**msgspec.to_builtins(self), "macro_f1": self.macro_f1}

    def __rich__(self) -> Any:
        from .render.evaluation import evaluation

        return evaluation(self)


def read_labels(path: str | Path) -> list[Labels]:
    """The labels of a file; a line that cannot be one is a ReadError with its number."""
    found = []
    (source,) = sources([path])
    for line in lines(source):
        if isinstance(line, Problem):
            raise ReadError(path, line.reason, line=line.line)
        if line.text.strip():
            try:
                found.append(_labels(parse(line.text)))
            except (ValueError, TypeError, LookupError, AttributeError) as error:
                why = f"has no {error}" if isinstance(error, KeyError) else " ".join(str(error).split())
                raise ReadError(path, f"is no line of labels: {why}", line=line.number) from error
    return found


def _labels(row: Mapping[str, Any]) -> Labels:
    return Labels(
        conversation_id=str(row["conversation_id"]),
        labels={str(m): frozenset(map(_key, given)) for m, given in row.get("labels", {}).items()},
        mood={str(m): float(v) for m, v in row.get("mood", {}).items()},
        resolution=row.get("resolution"),
        request_type=row.get("request_type"),
        only=frozenset(map(_key, row["only"])) if "only" in row else None,
    )


def _key(name: str) -> str:
    found = CODES.get(name, name)
    if found not in label_keys():
        raise UnknownName("label", name, [*CODES, *label_keys()])
    return found


def archives(target: str | Path) -> Iterator[tuple[Any, Path]]:
    """The labelled archives below a path: what to read, and its file of labels (``labels.jsonl`` in the folder, or ``X.labels.jsonl`` beside ``X.messages.jsonl``)."""
    target = Path(target)
    if target.is_file():
        yield target.with_name(target.name.replace(".labels.", ".messages.")), target
        return
    found = sorted(target.rglob("labels.jsonl"))
    for path in found:
        yield path.parent, path
    pairs = sorted(target.glob("*.labels.jsonl"))
    for path in pairs:
        yield path.with_name(path.name.replace(".labels.", ".messages.")), path
    if not found and not pairs:
        raise ReadError(target, "holds no labels.jsonl and no X.labels.jsonl beside X.messages.jsonl; name a file of labels with --labels")


def seen(names: Iterable[str]) -> tuple[str, ...]:
    """Those of some archives that the trained model has learned from, by its card."""
    trained = judging.model()
    learned = {str(one).split(":")[0] for one in trained.card["trained_on"]} if trained else set()
    return tuple(sorted(learned & set(names)))


def evaluate(conversations: Any, labels: Iterable[Labels], *, settings: Settings | None = None, names: Iterable[str] = ()) -> Evaluation:
    """The detectors beside labels, on the conversations that have any.

    ``conversations``: ours, dicts or a DataFrame; ``names``: of the archives they are from. Labels of conversations or messages that are not there are named in ``unknown``.
    """
    given = {c.id: c for c in to_conversations(conversations)}
    read = {one.conversation_id: one for one in labels}
    unknown = [i for i in read if i not in given]
    both = [(given[i], read[i]) for i in read if i in given]
    tally = _Tally()
    tally.asked = frozenset(CODES.values()) | {k for one in read.values() for keys in one.labels.values() for k in keys}
    for k in range(0, len(both), BATCH):
        _batch(both[k : k + BATCH], tally, settings or Settings())
    unknown += [f"{one.conversation_id}: {m}" for c, one in both for m in {*one.labels, *one.mood} - {m.id for m in c.messages}]
    return Evaluation(
        conversations=len(both),
        messages=sum(tally.messages.values()),
        scores=tuple(tally.score(k) for k in label_keys() if k in tally.asked),
        overlaps=tuple((a, b, n) for (a, b), n in tally.overlaps.most_common(PAIRS)),
        conflicts=tuple((a, b, n) for (a, b), n in tally.conflicts.most_common(PAIRS)),
        errors=tuple(sorted(tally.errors, key=lambda e: (-e.confidence, e.conversation_id, e.message_id, e.key))[:ERRORS]),
        mood={"n": len(tally.moods), "spearman": _spearman(*zip(*tally.moods, strict=True))} if len(tally.moods) > 2 else None,
        resolution=_agreement(tally.resolutions),
        request_type=_agreement(tally.types),
        unknown=tuple(sorted(unknown)),
        seen=seen(names),
    )


class _Tally:
    """What is counted over all batches."""

    def __init__(self) -> None:
        self.counts: dict[str, list[tuple[int, int, int]]] = {}  # a label: of each conversation hits, false alarms, misses
        self.messages: Counter[str] = Counter()
        self.overlaps: Counter[tuple[str, str]] = Counter()
        self.asked: frozenset[str] = frozenset()  # labels that readers were asked about: what nobody looked for is no false alarm
        self.conflicts: Counter[tuple[str, str]] = Counter()
        self.errors: list[Error] = []
        self.moods: list[tuple[float, float]] = []
        self.resolutions: list[tuple[str, str | None]] = []
        self.types: list[tuple[str, str | None]] = []

    def score(self, name: str) -> Score:
        """The figures of one label."""
        rows = np.array(self.counts.get(name, []), dtype=np.int64).reshape(-1, 3)
        hits, alarms, misses = rows.sum(axis=0).tolist() if len(rows) else (0, 0, 0)
        low, high = _interval(rows) if hits + misses else (None, None)
        side = "responder" if DETECTORS[name.split("/")[0]].by == RESPONDERS else "customer"
        return Score(
            name,
            hits + misses,
            hits + alarms,
            hits / (hits + alarms) if hits + alarms else None,
            hits / (hits + misses) if hits + misses else None,
            2 * hits / (2 * hits + alarms + misses) if hits + misses else None,
            low,
            high,
            (hits + alarms) / self.messages[side] if self.messages[side] else 0.0,
        )


def _batch(both: Sequence[tuple[Conversation, Labels]], tally: _Tally, settings: Settings) -> None:
    told = judge([c for c, _ in both], settings)
    for n, ((c, labels), prepared, mood) in enumerate(zip(both, told.prepared, told.moods, strict=True)):
        view = prepared.view
        found: dict[int, dict[str, float]] = {}
        for f in told.findings[n]:
            found.setdefault(f.message, {})[key(f.label, f.state)] = f.score
        counts: dict[str, list[int]] = {}
        for i, message in enumerate(c.messages):
            side = "responder" if view.roles[i] in RESPONDERS else "customer" if view.roles[i] in CUSTOMERS else None
            if side is None:
                continue
            tally.messages[side] += 1
            can = {k for k in label_keys() if k in tally.asked and view.roles[i] in DETECTORS[k.split("/")[0]].by and (labels.only is None or k in labels.only)}
            truth, got = set(labels.labels.get(message.id, ())) & can, set(found.get(i, ())) & can
            for k in truth | got:
                counts.setdefault(k, [0, 0, 0])[0 if k in truth and k in got else 1 if k in got else 2] += 1
            tally.overlaps.update(combinations(sorted(got), 2))
            tally.conflicts.update(product(sorted(truth - got), sorted(got - truth)))
            before = next((c.messages[j].text for j in view.before(i)), "")
            for k in got ^ truth:
                sure = found[i][k] if k in got else 1.0 - view.chance(i, k)
                tally.errors.append(Error(k, k in got, round(sure, 4), c.id, message.id, before, message.text))
            if message.id in labels.mood and mood[i] is not None:
                tally.moods.append((labels.mood[message.id], mood[i] or 0.0))
        for k, (a, b, d) in counts.items():
            tally.counts.setdefault(k, []).append((a, b, d))
        if labels.resolution is not None:
            tally.resolutions.append((labels.resolution, told.resolutions[n]))
        if labels.request_type is not None:
            tally.types.append((labels.request_type, told.request_types[n]))


def _interval(counts: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of F1, by a bootstrap over conversations."""
    draws = np.random.default_rng(SEED).multinomial(len(counts), np.full(len(counts), 1 / len(counts)), RESAMPLES) @ counts
    below = 2 * draws[:, 0] + draws[:, 1] + draws[:, 2]
    low, high = np.quantile(np.where(below > 0, 2 * draws[:, 0] / np.maximum(below, 1), 0.0), [0.025, 0.975])
    return float(low), float(high)


def _agreement(pairs: Sequence[tuple[str, str | None]]) -> dict[str, float] | None:
    """Accuracy and Cohen's kappa (Cohen 1960) of pairs of a read and a told class."""
    if not pairs:
        return None
    read, told = zip(*((a, str(b)) for a, b in pairs), strict=True)
    return {"n": len(pairs), "accuracy": sum(a == b for a, b in pairs) / len(pairs), "kappa": agreement.cohen_kappa(agreement.table(read, told)) or 0.0}


def _spearman(x: Sequence[float], y: Sequence[float]) -> float:
    """Spearman's rank correlation, ties at their mean rank."""
    ranks = []
    for values in (np.asarray(x, float), np.asarray(y, float)):
        _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
        ends = np.cumsum(counts)
        ranks.append(((ends - counts + ends - 1) / 2)[where])
    spread = ranks[0].std() * ranks[1].std()
    return float(((ranks[0] - ranks[0].mean()) * (ranks[1] - ranks[1].mean())).mean() / spread) if spread else 0.0
