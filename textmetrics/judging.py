"""Votes and trained models to findings.

Responders' messages are judged first, then customers', because what a customer says is read in the light of what they were given. Where the
trained model speaks a message's language it decides, with the votes of the rules among its evidence; elsewhere, and for labels it was never taught, the votes decide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain, compress, repeat
from math import fsum
from typing import Any

import numpy as np
from msgspec import Struct

from . import columns, models
from .columns import Batch
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

    view: View
    i: int
    votes: Sequence[tuple[str, Vote]] = ()
    weighed: models.Weighed | models.Few | None = None
    n: int = 0

    def vote(self, name: str) -> Vote | None:
        """The first vote for a label with its state."""
        for own, vote in self.votes:
            if own == name:
                return vote
        return None

    def by_model(self, name: str) -> bool:
        """Whether the model decided on a label: it speaks the language, was taught the label, and no vote was final."""
        return self.weighed is not None and name in self.weighed.part.columns and not any([vote.final and own == name for own, vote in self.votes])

    @property
    def folded(self) -> str:
        """Its text, folded."""
        return self.view.folded[self.i]


@cache
def _detectors(role: str) -> tuple[Detector, ...]:
    """The detectors of what somebody in a role can say."""
    return tuple(d for _, d in DETECTORS.items() if role in d.by)


@lru_cache(maxsize=1 << 14)
def _asked(role: str, shown: tuple[str, ...]) -> tuple[Detector, ...]:
    """Those of them that have something to say of a message with some cues."""
    return tuple(one for one in _detectors(role) if not one.goes_by or not set(one.goes_by).isdisjoint(shown))


def votes(view: View, i: int) -> list[tuple[str, Vote]]:
    """What the rules say of one message: each vote with the name of what it is for."""
    found: list[tuple[str, Vote]] = []
    for one in _asked(view.roles[i], tuple(view.named[i])):
        given = one.vote(view, i)
        if given is not None:
            found += [(key(one.label, v.state), v) for v in ([given] if isinstance(given, Vote) else given)]
    return found


def model() -> models.Model | None:
    """The trained model, where there is one."""
    return models.installed(MODEL)


def judge(views: Sequence[View], tolds: Sequence[Told], *, trained: models.Model | None = None, batch: Batch | None = None) -> list[list[Judged]]:
    """Judge every message of some conversations: fills their ``chances``, and gives votes and features a message. ``batch``: the same conversations as columns, where there are many."""
    judged = [[Judged(view, i) for i in range(len(view))] for view in views]
    for side, roles in SIDES.items():
        with stage("annotate.votes"):
            mine = [one for marks in judged for one in marks if one.view.roles[one.i] in roles]
            for one in mine:
                one.votes = votes(one.view, one.i)
        part = trained.parts.get(side) if trained is not None else None
        known = [one.view.languages[one.i] in trained.languages for one in mine] if trained is not None and part is not None else [False] * len(mine)
        if batch is not None:
            _weigh_many(mine, known, part, batch, batch.answers if side == "responder" else batch.asks)
        else:
            _weigh_few(mine, known, part, tolds)
        if side == "responder":
            for view, standing in zip(views, batch.solutions() if batch is not None else repeat(None), strict=False):
                view.settle(standing)
    return judged


def _weigh_few(mine: Sequence[Judged], known: Sequence[bool], part: models.Linear | None, tolds: Sequence[Told]) -> None:
    """Judge the messages of one side, those ``known`` by a model: what rules say of what it was not taught, and what they say for good, stands."""
    for one in mine:
        chances = one.view.chances[one.i]
        for name, vote in one.votes:
            chances[name] = max(chances.get(name, 0.0), vote.score)
    few = list(compress(mine, known))
    if part is not None and few:
        words = {id(told.view): told for told in tolds}
        with stage("annotate.features"):
            rows = [beyond_words(one.view, words[id(one.view)], one.i, one.votes) for one in few]
        with stage("annotate.weights"):
            weighed = part.few(rows, [words[id(one.view)].tokens[one.i] for one in few])
            for n, (one, row) in enumerate(zip(few, weighed.chances().tolist(), strict=True)):
                one.weighed, one.n = weighed, n
                one.view.chances[one.i] |= zip(part.outputs, row, strict=True)
    for one in mine:
        one.view.chances[one.i] |= {name: vote.score for name, vote in one.votes if vote.final}


def _weigh_many(mine: Sequence[Judged], known: Sequence[bool], part: models.Linear | None, batch: Batch, whose: Any) -> None:
    """`_weigh_few` of the messages of one side of a batch."""
    at = whose.nonzero()[0]
    with stage("annotate.votes"):
        cast = columns.Cast.on(batch, at, [one.votes for one in mine])
        np.maximum.at(batch.chances, (cast.rows, cast.labels), cast.scores)
    some, of = list(compress(mine, known)), at[known]
    if part is not None and some:
        with stage("annotate.features"):
            named = columns.beyond_words(batch, of, cast)
        with stage("annotate.weights"):
            weighed = part.weigh_columns(named, models.Worded(batch.words.among(of)))
            for n, one in enumerate(some):
                one.weighed, one.n = weighed, n
            told = of[:, None], [batch.column(name) for name in part.outputs]
            batch.chances[told], batch.by_model[told] = weighed.chances(), True
            batch.weighed[of] = True
    with stage("annotate.weights"):
        for_good = cast.rows[cast.final], cast.labels[cast.final]
        batch.chances[for_good], batch.by_model[for_good] = cast.scores[cast.final], False
        batch.tell()


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
    usual = _usual(trained)
    if not given:
        return usual
    if unknown := set(given) - set(label_keys()):
        raise UnknownName("label", sorted(unknown)[0], label_keys())
    return Limits({**usual.model, **given}, {**usual.rules, **given})


@lru_cache(maxsize=8)
def _usual(trained: models.Model | None) -> Limits:
    """The limits where none are given."""
    rules = dict.fromkeys(label_keys(), RULE_THRESHOLD)
    return Limits(rules | (dict(trained.card.get("thresholds", {})) if trained else {}), rules)


class Claim(Struct):
    """What a message is found to do, before it is shown where: by number of its conversation, by name, with the first vote for it."""

    conversation: int
    one: Judged
    name: str
    vote: Vote | None
    score: float
    by_model: bool


def findings(judged: Sequence[Sequence[Judged]], limits: Limits, batch: Batch | None = None) -> list[list[Finding]]:
    """The findings of judged conversations, each one's by message and place."""
    claims = [claim for c, marks in enumerate(judged) for one in marks for claim in _passed(c, one, limits)] if batch is None else _claims(judged, limits, batch)
    found: list[list[Finding]] = [[] for _ in judged]
    for claim, span in zip(claims, _spans(claims), strict=True):
        found[claim.conversation].append(_finding(claim, span))
    return [sorted(own, key=_by_place) if len(own) > 1 else own for own in found]


def _by_place(f: Finding) -> tuple[int, int, int, str, str]:
    return f.message, f.start, f.end, f.label, f.state or ""


def _passed(c: int, one: Judged, limits: Limits) -> Sequence[Claim]:
    """What one message is found to do: of two rivals only the surer stays."""
    chance, role = one.view.chances[one.i].get, one.view.roles[one.i]
    passed = [name for name, limit in limits.of_role(role, one) if chance(name, 0.0) >= limit] if one.folded.strip() else []
    if len(passed) > 1:
        for a, b in _rivals():
            if a in passed and b in passed:
                passed.remove(a if chance(a, 0.0) < chance(b, 0.0) else b)
    return [Claim(c, one, name, one.vote(name), chance(name, 0.0), one.by_model(name)) for name in passed]


def _claims(judged: Sequence[Sequence[Judged]], limits: Limits, batch: Batch) -> list[Claim]:
    """`_passed` of all messages of a batch."""
    chances, labels = batch.chances.clip(0.0), batch.labels
    by_rules, by_model = ([own[name] for name in labels] for own in (limits.rules, limits.model))
    can = np.array([[role in _named(name)[0].by for name in labels] for role in batch.role_names])
    passed = (chances >= np.where(batch.weighed[:, None], by_model, by_rules)) & can[batch.roles] & batch.filled[:, None]
    for a, b in [(batch.column(a), batch.column(b)) for a, b in _rivals()]:
        both, weaker = passed[:, a] & passed[:, b], chances[:, a] < chances[:, b]
        passed[both & weaker, a] = passed[both & ~weaker, b] = False
    found = passed.nonzero()
    every = list(chain.from_iterable(judged))
    columns = (batch.conversation[found[0]], *found, chances[found], batch.by_model[found])
    return [Claim(c, every[row], labels[k], every[row].vote(labels[k]), score, model) for c, row, k, score, model in zip(*map(np.ndarray.tolist, columns), strict=True)]


@cache
def _rivals() -> tuple[tuple[str, str], ...]:
    """The names of states of which a message carries only one."""
    return tuple((key(one.label, a), key(one.label, b)) for _, one in DETECTORS.items() for a, b in one.rivals)


@cache
def _named(name: str) -> tuple[Detector, str | None]:
    """The detector and the state that a name stands for."""
    return next((one, state) for _, one in DETECTORS.items() for state in one.states if key(one.label, state) == name)


def _finding(claim: Claim, span: Span) -> Finding:
    (detector, state), one = _named(claim.name), claim.one
    told: Mapping[str, Any] = claim.vote.attributes if claim.vote else {}
    if detector.describe:
        told = {**told, **detector.describe(one.view, one.i, span)}
    by = "model" if claim.by_model else "rule"
    return Finding(message=one.i, label=detector.label, state=state, start=span[0], end=span[1], score=round(claim.score, 4), detector=by, attributes=told)


def _spans(claims: Sequence[Claim]) -> list[Span]:
    """The characters that show each claim: those its rule goes by; else the sentence with the words that spoke most for it, where a model judged; else the first."""
    spans: list[Span] = []
    asked: dict[int, list[tuple[int, list[Span]]]] = {}  # by the messages that were weighed together
    for n, claim in enumerate(claims):
        span = claim.vote.span if claim.vote else None
        if span is None:
            folded = claim.one.folded
            sentences = [m.span() for m in _SENTENCE.finditer(folded) if not m[0].isspace()] or [(0, len(folded))]
            span = _trimmed(folded, *sentences[0])
            if len(sentences) > 1 and claim.by_model:
                asked.setdefault(id(claim.one.weighed), []).append((n, sentences))
        spans.append(span)
    for together in asked.values():
        weighed = claims[together[0][0]].one.weighed
        if weighed is not None:
            for (n, sentences), strong in zip(together, weighed.said([(claims[n].one.n, claims[n].name) for n, _ in together], STRONGEST), strict=True):
                folded = claims[n].one.folded
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


def reasons(one: Judged, name: str, limit: float) -> Reason:
    """Why a label was or was not found in one message, in words."""
    rule = [v for own, v in one.votes if own == name]
    words = [f"the rule goes by {one.view.texts[one.i][c.start : c.end]!r} ({c.name})" for v in rule for c in v.cues[:3]]
    by_model = one.by_model(name)
    if one.weighed is not None and by_model:
        words += [f"{in_words(f)} ({w:+.2f})" for f, w in one.weighed.reasons(one.n, name)]
    return Reason(name, one.view.chance(one.i, name), limit, "model" if by_model else "rule", tuple(words))
