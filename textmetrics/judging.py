"""Votes and trained models to findings.

Responders' messages are judged first, then customers', because what a customer says is read in the light of what they were given. Where the
trained model speaks a message's language it decides, with the votes of the rules among its evidence; elsewhere, and for labels it was never taught, the votes decide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from math import fsum

from msgspec import Struct

from . import columns, models
from .detectors import DETECTORS, Detector, View, Vote, key, label_keys
from .errors import UnknownName
from .features import Told, beyond_words, in_words
from .profile import stage
from .types import CUSTOMERS, RESPONDERS, Finding

MODEL = "findings"
RULE_THRESHOLD = 0.5  # score from which a rule's vote is a finding where no model speaks the language
SIDES = {"responder": RESPONDERS, "customer": CUSTOMERS}
STRONGEST = 40  # features of a message that are asked which sentence they stand in
Span = tuple[int, int]
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


class Reason(Struct, frozen=True):
    """Why one label was judged as it was: the rule's vote, the model's chance, what spoke for it."""

    key: str
    score: float
    threshold: float
    by: str
    spoke: tuple[str, ...] = ()


class Judged(Struct):
    """One message as judged: the votes on it by the names of what they are for and, where a model judged, the features it went by, as row ``n`` of ``weighed``."""

    votes: Sequence[tuple[str, Vote]] = ()
    weighed: models.Weighed | None = None
    n: int = 0

    def vote(self, name: str) -> Vote | None:
        """The first vote for a label with its state."""
        for own, vote in self.votes:
            if own == name:
                return vote
        return None

    def by_model(self, name: str) -> bool:
        """Whether the model decided on a label: it speaks the language, was taught the label, and no vote was final."""
        return self.weighed is not None and name in self.weighed.part.outputs and not any([vote.final and own == name for own, vote in self.votes])


@cache
def _detectors(role: str) -> tuple[Detector, ...]:
    """The detectors of what somebody in a role can say."""
    return tuple(d for _, d in DETECTORS.items() if role in d.by)


@lru_cache(maxsize=1 << 14)
def _asked(role: str, shown: frozenset[str]) -> tuple[Detector, ...]:
    """Those of them that have something to say of a message with some cues."""
    return tuple(one for one in _detectors(role) if not one.goes_by or not shown.isdisjoint(one.goes_by))


def votes(view: View, i: int) -> list[tuple[str, Vote]]:
    """What the rules say of one message: each vote with the name of what it is for."""
    found: list[tuple[str, Vote]] = []
    for one in _asked(view.roles[i], frozenset(view.named[i])):
        given = one.vote(view, i)
        if given is not None:
            found += [(key(one.label, v.state), v) for v in ([given] if isinstance(given, Vote) else given)]
    return found


def model() -> models.Model | None:
    """The trained model, where there is one."""
    return models.installed(MODEL)


def judge(
    views: Sequence[View],
    tolds: Sequence[Told],
    *,
    trained: models.Model | None = None,
    sides: Sequence[str] = ("responder", "customer"),
    batch: columns.Batch | None = None,
) -> list[list[Judged]]:
    """Judge every message of some conversations: fills their ``chances``, and gives votes and features a message. ``batch``: the same conversations as columns, where there are many."""
    judged = [[Judged() for _ in range(len(view))] for view in views]
    for side in sides:
        part = trained.parts.get(side) if trained is not None else None
        mine = [(c, i) for c, view in enumerate(views) for i, role in enumerate(view.roles) if role in SIDES[side]]
        with stage("annotate.votes"):
            for c, i in mine:
                _take(views[c], i, judged[c][i])
        if part is not None and trained is not None and (known := [(c, i) for c, i in mine if views[c].languages[i] in trained.languages]):
            _weigh(part, views, tolds, known, judged, batch)
        if batch is not None:
            voted = [(batch.first[c] + i, batch.column(name), views[c].chances[i][name]) for c, i in mine for name, _ in judged[c][i].votes]
            if voted:
                rows, labels, chances = zip(*voted, strict=True)
                batch.chances[list(rows), list(labels)] = chances
    return judged


def _weigh(
    part: models.Linear, views: Sequence[View], tolds: Sequence[Told], mine: Sequence[tuple[int, int]], judged: Sequence[Sequence[Judged]], batch: columns.Batch | None
) -> None:
    """Judge some messages by a model: by their features one by one, or, where there are many, as columns."""
    votes = [judged[c][i].votes for c, i in mine]
    if batch is None:
        with stage("annotate.features"):
            rows = [beyond_words(views[c], tolds[c], i, own) for (c, i), own in zip(mine, votes, strict=True)]
        with stage("annotate.weights"):
            weighed = part.weigh(rows, [tolds[c].tokens[i] for c, i in mine])
            chances = weighed.chances()
    else:
        with stage("annotate.features"):
            at = batch.at(mine)
            named = columns.beyond_words(batch, at, votes)
        with stage("annotate.weights"):
            weighed = part.weigh_columns(named, [models.Worded(batch.words.among(at))])
            chances = weighed.chances()
            batch.chances[at[:, None], [batch.column(name) for name in part.outputs]] = chances
    with stage("annotate.weights"):
        outputs = dict.fromkeys(part.outputs, 0.0)
        for n, ((c, i), row) in enumerate(zip(mine, chances.tolist(), strict=True)):
            view, mark = views[c], judged[c][i]
            mark.weighed, mark.n = weighed, n
            told = dict(zip(outputs, row, strict=True))
            if mark.votes:
                told |= {name: chance for name, chance in view.chances[i].items() if name not in outputs}
                _settle(told, mark.votes)
            view.chances[i] = told


def _take(view: View, i: int, mark: Judged) -> None:
    """The votes of the rules on one message; what they come to stands until a model judges."""
    mark.votes = votes(view, i)
    chances = view.chances[i]
    for name, vote in mark.votes:
        chances[name] = max(chances.get(name, 0.0), vote.score)
    _settle(chances, mark.votes)


def _settle(chances: dict[str, float], votes: Sequence[tuple[str, Vote]]) -> None:
    """Votes that are final stand."""
    for name, vote in votes:
        if vote.final:
            chances[name] = vote.score


class Limits(Struct, frozen=True):
    """From which score each label counts as found, where the model judged and where the rules did."""

    model: Mapping[str, float]
    rules: Mapping[str, float]
    known: dict[tuple[str, bool], Sequence[tuple[str, float]]] = {}

    def of(self, name: str, judged: Judged) -> float:
        """The limit of one label for one message."""
        return (self.rules if judged.weighed is None else self.model)[name]

    def of_role(self, role: str, judged: Judged) -> Sequence[tuple[str, float]]:
        """The limits of everything that somebody in a role can say."""
        asked = role, judged.weighed is None
        if asked not in self.known:
            self.known[asked] = [(name, self.of(name, judged)) for one in _detectors(role) for name in one.names()]
        return self.known[asked]


def thresholds(trained: models.Model | None, given: Mapping[str, float] | None = None) -> Limits:
    """The limits of a run: the given ones, else the model's own, else that of the rules."""
    if unknown := set(given or {}) - set(label_keys()):
        raise UnknownName("label", sorted(unknown)[0], label_keys())
    rules = dict.fromkeys(label_keys(), RULE_THRESHOLD) | dict(given or {})
    return Limits(dict.fromkeys(label_keys(), RULE_THRESHOLD) | (dict(trained.card.get("thresholds", {})) if trained else {}) | dict(given or {}), rules)


def findings(views: Sequence[View], judged: Sequence[Sequence[Judged]], limits: Limits) -> list[list[Finding]]:
    """The findings of judged conversations, each one's by message and place."""
    claims = [(c, i, name) for c, view in enumerate(views) for i in range(len(view)) for name in _passed(view, i, judged[c][i], limits)]
    found: list[list[Finding]] = [[] for _ in views]
    for (c, i, name), span in zip(claims, _spans(views, judged, claims), strict=True):
        found[c].append(_finding(views[c], i, judged[c][i], name, span))
    return [sorted(own, key=lambda f: (f.message, f.start, f.end, f.label, f.state or "")) if len(own) > 1 else own for own in found]


def _passed(view: View, i: int, judged: Judged, limits: Limits) -> Sequence[str]:
    """What one message is found to do."""
    chance = view.chances[i].get
    passed = [name for name, limit in limits.of_role(view.roles[i], judged) if chance(name, 0.0) >= limit]
    return _without_rivals(passed, view.chances[i]) if passed and view.folded[i].strip() else ()


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


def _finding(view: View, i: int, judged: Judged, name: str, span: Span) -> Finding:
    (one, state), own = _named(name), judged.vote(name)
    told = {**(own.attributes if own else {}), **(one.describe(view, i, span) if one.describe else {})}
    score, by = round(view.chance(i, name), 4), "model" if judged.by_model(name) else "rule"
    return Finding(message=i, label=one.label, state=state, start=span[0], end=span[1], score=score, detector=by, attributes=told)


def _spans(views: Sequence[View], judged: Sequence[Sequence[Judged]], claims: Sequence[tuple[int, int, str]]) -> list[Span]:
    """The characters that show each claim: those its rule goes by; else the sentence with the words that spoke most for it, where a model judged; else the first."""
    spans: list[Span] = []
    asked: dict[int, list[tuple[int, Judged, str, str, list[Span]]]] = {}  # by the messages that were weighed together
    for c, i, name in claims:
        mark, folded = judged[c][i], views[c].folded[i]
        span = own.span if (own := mark.vote(name)) else None
        if span is None:
            sentences = [m.span() for m in _SENTENCE.finditer(folded) if m[0].strip()] or [(0, len(folded))]
            span = _trimmed(folded, *sentences[0])
            if len(sentences) > 1 and mark.by_model(name):
                asked.setdefault(id(mark.weighed), []).append((len(spans), mark, name, folded, sentences))
        spans.append(span)
    for together in asked.values():
        weighed = together[0][1].weighed
        if weighed is None:
            continue
        at, added, ends = weighed.strongest([(mark.n, name) for _, mark, name, _, _ in together], STRONGEST, weighed.part.spoken)
        words = list(zip(weighed.part.said[at].tolist(), added.tolist(), strict=True))
        for (n, _, _, folded, sentences), (begin, end) in zip(together, pairwise(ends), strict=True):
            strong = words[begin:end]
            weight = [fsum([w for text, w in strong if text in said]) for said in [folded[start:stop] for start, stop in sentences]]
            spans[n] = _trimmed(folded, *sentences[weight.index(max(weight))])
    return spans


def _trimmed(text: str, start: int, end: int) -> Span:
    """A span without white space at its edges."""
    while start < end - 1 and text[start].isspace():
        start += 1
    while end > start + 1 and text[end - 1].isspace():
        end -= 1
    return start, end


def reasons(view: View, i: int, judged: Judged, name: str, limit: float) -> Reason:
    """Why a label was or was not found in one message, in words."""
    score = view.chance(i, name)
    rule = [v for own, v in judged.votes if own == name]
    words = [f"the rule goes by {view.texts[i][c.start : c.end]!r} ({c.name})" for v in rule for c in v.cues[:3]]
    if judged.weighed is not None and judged.by_model(name):
        words += [f"{in_words(f)} ({w:+.2f})" for f, w in judged.weighed.reasons(judged.n, name)]
    return Reason(name, score, limit, "model" if judged.by_model(name) else "rule", tuple(words))
