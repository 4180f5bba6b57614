"""Votes and trained models to findings.

Responders' messages are judged first, then customers', because what a customer says is read in the light of what they were given. Where the
trained model speaks a message's language it decides, with the votes of the rules among its evidence; elsewhere, and for labels it was never taught, the votes decide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from msgspec import Struct, field

from . import columns, models
from .detectors import DETECTORS, Detector, View, Vote, key
from .errors import UnknownName
from .features import Told, beyond_words, in_words
from .profile import stage
from .types import CUSTOMERS, RESPONDERS, Finding

MODEL = "findings"
MANY = 100  # messages from which columns pay
RULE_THRESHOLD = 0.5  # score from which a rule's vote is a finding where no model speaks the language
SIDES = {"responder": RESPONDERS, "customer": CUSTOMERS}
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


class Reason(Struct, frozen=True):
    """Why one label was judged as it was: the rule's vote, the model's chance, what spoke for it."""

    key: str
    score: float
    threshold: float
    by: str
    spoke: tuple[str, ...] = ()


class Judged(Struct):
    """One message as judged: the votes on it and, where a model judged, the features it went by, as row ``n`` of ``weighed``."""

    votes: list[tuple[str, Vote]] = field(default_factory=list)
    weighed: models.Weighed | None = None
    n: int = 0


@cache
def _detectors(role: str) -> tuple[Detector, ...]:
    """The detectors of what somebody in a role can say."""
    return tuple(d for _, d in DETECTORS.items() if role in d.by)


@lru_cache(maxsize=1 << 14)
def _asked(role: str, shown: frozenset[str]) -> tuple[Detector, ...]:
    """Those of them that have something to say of a message with some cues."""
    return tuple(one for one in _detectors(role) if not one.goes_by or not shown.isdisjoint(one.goes_by))


@cache
def label_keys() -> tuple[str, ...]:
    """Every label, with its states, that can be found."""
    return tuple(k for _, d in DETECTORS.items() for k in d.names())


def votes(view: View, i: int) -> list[tuple[str, Vote]]:
    """What the rules say of one message."""
    found: list[tuple[str, Vote]] = []
    for one in _asked(view.roles[i], frozenset(view.named[i])):
        given = one.vote(view, i)
        if given is not None:
            found += [(one.label, v) for v in ([given] if isinstance(given, Vote) else given)]
    return found


def model() -> models.Model | None:
    """The trained model, where there is one."""
    return models.installed(MODEL)


def judge(
    views: Sequence[View], *, trained: models.Model | None = None, sides: Sequence[str] = ("responder", "customer"), tolds: Sequence[Told] | None = None
) -> list[list[Judged]]:
    """Judge every message of some conversations: fills their ``chances``, and gives votes and features a message."""
    judged = [[Judged() for _ in range(len(view))] for view in views]
    tolds = tolds or [Told(view) for view in views]
    with stage("annotate.features"):
        batch = columns.Batch(views, tolds) if trained is not None and sum(map(len, views)) >= MANY else None
    for side in sides:
        part = trained.parts.get(side) if trained is not None else None
        mine = [(c, i) for c, view in enumerate(views) for i, role in enumerate(view.roles) if role in SIDES[side]]
        with stage("annotate.votes"):
            for c, i in mine:
                _take(views[c], i, judged[c][i])
        if part is None or trained is None:
            continue
        mine = [(c, i) for c, i in mine if views[c].languages[i] in trained.languages]
        if mine:
            weighed = _weighed(part, views, tolds, mine, [judged[c][i].votes for c, i in mine], batch)
            with stage("annotate.weights"):
                outputs = frozenset(part.outputs)
                for n, ((c, i), row) in enumerate(zip(mine, weighed.chances().tolist(), strict=True)):
                    view, mark = views[c], judged[c][i]
                    mark.weighed, mark.n = weighed, n
                    told_by_rules = {name: chance for name, chance in view.chances[i].items() if name not in outputs}
                    view.chances[i] = dict(zip(part.outputs, row, strict=True)) | told_by_rules
                    _settle(view, i, mark)
    return judged


def _weighed(
    part: models.Linear, views: Sequence[View], tolds: Sequence[Told], mine: Sequence[tuple[int, int]], votes: Sequence[list[tuple[str, Vote]]], batch: columns.Batch | None
) -> models.Weighed:
    """The features of some messages: one by one, or, where there are many, by columns."""
    if batch is None:
        with stage("annotate.features"):
            rows = [beyond_words(views[c], tolds[c], i, own) for (c, i), own in zip(mine, votes, strict=True)]
        with stage("annotate.weights"):
            return part.weigh(rows, [tolds[c].tokens[i] for c, i in mine])
    with stage("annotate.features"):
        at = batch.at(mine)
        named = columns.beyond_words(batch, at, votes)
    with stage("annotate.weights"):
        return part.weigh_columns(named, batch.words.among(at))


def _take(view: View, i: int, mark: Judged) -> None:
    """The votes of the rules on one message; what they come to stands until a model judges."""
    mark.votes = votes(view, i)
    for label, vote in mark.votes:
        name = key(label, vote.state)
        view.chances[i][name] = max(view.chances[i].get(name, 0.0), vote.score)
    _settle(view, i, mark)


def _settle(view: View, i: int, mark: Judged) -> None:
    """Votes that are final stand."""
    for label, vote in mark.votes:
        if vote.final:
            view.chances[i][key(label, vote.state)] = vote.score


class Limits(Struct, frozen=True):
    """From which score each label counts as found, where the model judged and where the rules did."""

    model: Mapping[str, float]
    rules: Mapping[str, float]

    def of(self, name: str, judged: Judged) -> float:
        """The limit of one label for one message."""
        return (self.rules if judged.weighed is None else self.model)[name]


def thresholds(trained: models.Model | None, given: Mapping[str, float] | None = None) -> Limits:
    """The limits of a run: the given ones, else the model's own, else that of the rules."""
    if unknown := set(given or {}) - set(label_keys()):
        raise UnknownName("label", sorted(unknown)[0], label_keys())
    rules = dict.fromkeys(label_keys(), RULE_THRESHOLD) | dict(given or {})
    return Limits(dict.fromkeys(label_keys(), RULE_THRESHOLD) | (dict(trained.card.get("thresholds", {})) if trained else {}) | dict(given or {}), rules)


def findings(view: View, judged: Sequence[Judged], trained: models.Model | None, limits: Limits) -> list[Finding]:
    """The findings of one judged conversation, by message and place."""
    found = []
    for i, role in enumerate(view.roles):
        chances, own = view.chances[i], limits.rules if judged[i].weighed is None else limits.model
        passed = [name for name in _names(role) if chances.get(name, 0.0) >= own[name]]
        if passed and view.folded[i].strip():
            found += [_finding(view, i, judged[i], *_named(name), chances.get(name, 0.0)) for name in _without_rivals(passed, chances)]
    return sorted(found, key=lambda f: (f.message, f.start, f.end, f.label, f.state or "")) if len(found) > 1 else found


@cache
def _names(role: str) -> tuple[str, ...]:
    """The names under which the chances of everything that somebody in a role can say are kept."""
    return tuple(name for one in _detectors(role) for name in one.names())


@cache
def _named(name: str) -> tuple[Detector, str | None]:
    """The detector and the state that a name stands for."""
    return next((one, state) for _, one in DETECTORS.items() for state in one.states if key(one.label, state) == name)


def _without_rivals(names: Sequence[str], chances: Mapping[str, float]) -> Sequence[str]:
    """What is left when of two rivals only the surer stays."""
    if len(names) == 1:
        return names
    left = list(names)
    for one in dict.fromkeys(_named(name)[0] for name in names if _named(name)[0].rivals):
        for a, b in ((key(one.label, s), key(one.label, t)) for s, t in one.rivals):
            if a in left and b in left:
                left.remove(a if chances.get(a, 0.0) < chances.get(b, 0.0) else b)
    return left


def _finding(view: View, i: int, judged: Judged, one: Detector, state: str | None, score: float) -> Finding:
    own = next((v for label, v in judged.votes if label == one.label and v.state == state), None)
    start, end = (own.span if own else None) or _evidence(view, i, judged, key(one.label, state))
    told = {**(own.attributes if own else {}), **(one.describe(view, i, (start, end)) if one.describe else {})}
    return Finding(
        message=i, label=one.label, state=state, start=start, end=end, score=round(score, 4), detector=_judge(judged, key(one.label, state)), attributes=told
    )


def _judge(judged: Judged, name: str) -> str:
    """Who decided on a label: the model, where it speaks the language and was taught the label, else the rule; the rule too where its vote is final."""
    settled = any(vote.final and key(label, vote.state) == name for label, vote in judged.votes)
    return "model" if judged.weighed is not None and name in judged.weighed.part.outputs and not settled else "rule"


def _evidence(view: View, i: int, judged: Judged, name: str) -> tuple[int, int]:
    """The sentence of a message that speaks most for a label; where none does, its first."""
    folded = view.folded[i]
    sentences = [m.span() for m in _SENTENCE.finditer(folded) if m[0].strip()] or [(0, len(folded))]
    best = sentences[0]
    if judged.weighed is not None and len(sentences) > 1 and _judge(judged, name) == "model":
        strong = [(text, w) for f, w in judged.weighed.reasons(judged.n, name, 40) for mark, _, text in [f.partition(":")] if mark in ("w", "b", "^", "$")]
        spoken = [folded[start:end] for start, end in sentences]
        weight = [sum([w for text, w in strong if text in said]) for said in spoken]
        best = sentences[weight.index(max(weight))]
    start, end = best
    while start < end - 1 and folded[start].isspace():
        start += 1
    while end > start + 1 and folded[end - 1].isspace():
        end -= 1
    return start, end


def reasons(view: View, i: int, judged: Judged, name: str, limit: float) -> Reason:
    """Why a label was or was not found in one message, in words."""
    score = view.chance(i, name)
    rule = [v for label, v in judged.votes if key(label, v.state) == name]
    words = [f"the rule goes by {view.texts[i][c.start : c.end]!r} ({c.name})" for v in rule for c in v.cues[:3]]
    if judged.weighed is not None and _judge(judged, name) == "model":
        words += [f"{in_words(f)} ({w:+.2f})" for f, w in judged.weighed.reasons(judged.n, name)]
    return Reason(name, score, limit, _judge(judged, name), tuple(words))
