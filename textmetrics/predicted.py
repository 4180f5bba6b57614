"""What those who were not asked, or did not answer, would have said of a conversation: predicted from it, to see how far the answers speak for all.

Only ever beside the score of those who answered, never in its place. The prediction is a logistic regression on what was found in a conversation, each one judged by a model
that has not seen its customer; it is made only where it tells the contented from the others, and corrected by what it gets wrong among those who answered. What it cannot
correct is that answering itself may depend on what no transcript shows.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from math import copysign, log1p

import numpy as np

from .estimates import RESAMPLES, SEED, Array, Estimate, Z, wilson
from .figures import Figure, Section, share
from .observed import seen
from .report import Report
from .surveys import good, latest

FEWEST_RATED = 60  # answers, and LEAST_EACH of the rarer kind, below which nothing is predicted
LEAST_EACH = 15
LEAST_TOLD = 0.6  # area under the curve, cross-validated, below which the conversations do not say what customers answer
FOLDS = 5
RIDGE = 1.0
METRICS = ("first_response_wait", "customer_wait", "nudges", "reformulations", "mood_at_end", "contact_experience")


def predicted(report: Report) -> Section:
    """The share of content customers among those who answered, and as predicted for all, with what the prediction is worth."""
    rated = ratings(report)
    title, yes = "Had all answered, predicted", sum(rated.values())
    if not rated:
        return Section(title, ())
    crude = share("all", "content, of those who answered", yes, len(rated))
    if len(rated) < FEWEST_RATED or min(yes, len(rated) - yes) < LEAST_EACH:
        return Section(title, (crude,), "", (f"Not predicted: that needs {FEWEST_RATED} answers, {LEAST_EACH} of each kind.",))
    ids, people, rows = features(report)
    known = np.array([i in rated for i in ids])
    truth = np.array([float(rated.get(i, 0)) for i in ids])
    chances = cross_fitted(rows, truth, known, people)
    told = discrimination(chances[known], truth[known])
    worth = Figure("all", "area under the curve", Estimate(int(known.sum()), told), "AUC", "cross-validated by customer; 0.5 is chance")
    if told < LEAST_TOLD:
        return Section(title, (crude, worth), "", (f"Not predicted: below {LEAST_TOLD:g} conversations do not say what customers answer.",))
    figures = (crude, Figure("all", "content, had all answered", corrected(rows, chances, truth, known, people), "share", f"{int((~known).sum()):,} predicted"), *reliability(chances[known], truth[known]), worth)
    notes = ("It takes those who answered to be like the others whose conversations went alike. Where the contented were asked, it is too high still: see Asked by outcome.",)
    return Section(title, figures, "An imputation beside the survey, never a score of one conversation or person.", notes)


def ratings(report: Report) -> dict[str, int]:
    """Whether each customer who was asked for satisfaction was content: surveys first, else the rating the export holds, on the scale it shows."""
    told = {r["conversation_id"]: r["rating"] for r in report.rows("conversations") if r["rating"] is not None}
    top = max(told.values(), default=0.0)
    found = {i: int(v >= (1 if top <= 1 else 4)) for i, v in told.items()} if 0 < top <= 5 else {}
    for r in latest(report.rows("surveys")):
        if r["instrument"] == "csat" and r["state"] == "answered" and r["conversation_id"] and (kind := good(r)) is not None:
            found[r["conversation_id"]] = int(kind)
    return found


def features(report: Report) -> tuple[list[str], list[str], Array]:
    """Conversations, their customers, and what is known of each: outcome, request type, waits, effort, mood; unknown ones stand at the middle, and say so."""
    conversations = report.rows("conversations")
    ids = [r["conversation_id"] for r in conversations]
    people = [r["customer_id"] or r["conversation_id"] for r in conversations]
    columns = [[float(r["resolution"] == kind) for r in conversations] for kind in ("confirmed", "rejected")]
    columns.append([log1p(r["n_messages"]) for r in conversations])
    for s in (seen(report, [m]).get(m) for m in METRICS):
        if s is None:
            continue
        sums: dict[str, list[float]] = defaultdict(list)
        for i, value in zip(s.conversation.tolist(), s.value.tolist(), strict=True):
            sums[i].append(value)
        squeezed = {i: copysign(log1p(abs(sum(v) / len(v))), sum(v)) for i, v in sums.items()}
        middle = float(np.median(list(squeezed.values())))
        columns += [[squeezed.get(i, middle) for i in ids], [float(i not in squeezed) for i in ids]]
    made = np.array(columns).T
    spread = made.std(0)
    kept = spread > 0
    return ids, people, (made[:, kept] - made[:, kept].mean(0)) / spread[kept]


def fold_of(person: str) -> int:
    """The fold of a customer: the same in every run and on every machine."""
    return hashlib.sha256(person.encode()).digest()[0] % FOLDS


def cross_fitted(rows: Array, truth: Array, known: Array, people: Sequence[str]) -> Array:
    """The chance of each conversation, by a model fitted without its customer's fold."""
    folds = np.array([fold_of(p) for p in people])
    chances = np.zeros(len(rows))
    for fold in range(FOLDS):
        away, here = known & (folds != fold), folds == fold
        weights = fit(rows[away], truth[away])
        chances[here] = chance_of(rows[here], weights)
    return chances


def chance_of(rows: Array, weights: Array) -> Array:
    """The chances of some rows."""
    return np.asarray(1 / (1 + np.exp(-np.clip(rows @ weights[1:] + weights[0], -30, 30))))


def fit(rows: Array, truth: Array, weight: Array | None = None) -> Array:
    """Logistic regression with a ridge on all but the intercept, by Newton's steps."""
    weight = np.ones(len(rows)) if weight is None else weight
    given = np.column_stack([np.ones(len(rows)), rows])
    penalty = np.full(given.shape[1], RIDGE)
    penalty[0] = 1e-6
    weights = np.zeros(given.shape[1])
    for _ in range(50):
        chance = chance_of(rows, weights)
        slope = given.T @ (weight * (truth - chance)) - penalty * weights
        step = np.linalg.solve((given * (weight * chance * (1 - chance))[:, None]).T @ given + np.diag(penalty), slope)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-9:
            break
    return np.asarray(weights)


def discrimination(chances: Array, truth: Array) -> float:
    """The chance that a content customer is given a higher chance than one who is not; ties count half.

    >>> discrimination(np.array([0.9, 0.2, 0.5, 0.5]), np.array([1.0, 0.0, 1.0, 0.0]))
    0.875
    """
    yes, no = chances[truth > 0], np.sort(chances[truth == 0])
    below, upto = np.searchsorted(no, yes, "left"), np.searchsorted(no, yes, "right")
    return float((below + upto).sum() / 2 / (len(yes) * len(no)))


def corrected(rows: Array, chances: Array, truth: Array, known: Array, people: Sequence[str]) -> Estimate:
    """The mean chance over all, plus what it was off by among those who answered; the interval is a bootstrap over customers, each time fitted anew.

    Formulas for samples drawn at random (prediction-powered inference) would be too narrow: who answers was not drawn.
    """
    value = float(chances.mean() + (truth[known] - chances[known]).mean())
    names, of = np.unique(np.asarray(people, object).astype(str), return_inverse=True)
    rng = np.random.default_rng(SEED)
    draws = []
    for _ in range(RESAMPLES // 5):
        weight = rng.multinomial(len(names), np.full(len(names), 1 / len(names)))[of].astype(float)
        answered = weight[known]
        if not 0 < float(answered @ truth[known]) < float(answered.sum()):
            continue  # none of one kind was drawn
        drawn = chance_of(rows, fit(rows[known], truth[known], answered))
        wrong = truth[known] - drawn[known]
        draws.append(float(weight @ drawn / weight.sum() + answered @ wrong / answered.sum()))
    half = Z * float(np.std(draws))
    return Estimate(len(chances), min(1.0, max(0.0, value)), max(0.0, value - half), min(1.0, value + half), int((~known).sum()))


def reliability(chances: Array, truth: Array) -> list[Figure]:
    """Whether what is given a chance comes true as often: thirds of those who answered, by chance."""
    figures = []
    for name, part in zip(("least likely third", "middle third", "likeliest third"), np.array_split(np.argsort(chances, kind="stable"), 3), strict=True):
        yes, n = int(truth[part].sum()), len(part)
        figures.append(Figure(name, "content", Estimate(n, yes / n, *wilson(yes, n)), "share", f"predicted {100 * float(chances[part].mean()):.0f} %"))
    return figures
