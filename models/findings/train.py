#!/usr/bin/env python3
"""Train the model of findings: from labelled conversations to models/findings/model.{toml,npz}.

    python models/findings/train.py            with ../shared beside the checkout (or $TEXTMETRICS_SHARED)

A logistic regression a label, over words, cues, votes of the rules and context, each scaled by how well it tells the label apart by itself. Responders' labels first; their
cross-validated chances are context for the customers' labels, as they are when the model is used. Chances are calibrated by isotonic
regression and thresholds chosen for the highest F1 (the median over resamples of the conversations), both on cross-validated figures of real conversations.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import learning  # noqa: E402
import material  # noqa: E402
from material import Labelled  # noqa: E402

from textmetrics import judging, models  # noqa: E402
from textmetrics.annotation import prepare  # noqa: E402
from textmetrics.evaluation import CODES  # noqa: E402
from textmetrics.features import Told, of_message  # noqa: E402
from textmetrics.types import RESPONDERS  # noqa: E402

C = 0.2  # strength of the regression: less trusts the data less; flat from 0.1 to 0.3 in cross-validation
LANGUAGES = ("en", "es", "it", "ro")
BATCH = 256
TAUGHT = frozenset(CODES.values())  # the labels that readers looked for; others are judged by rule alone
Place = tuple[int, int]


class Data:
    """Labelled conversations with their views."""

    def __init__(self, items: list[Labelled]) -> None:
        self.items = items
        self.views = [p.view for k in range(0, len(items), BATCH) for p in prepare([x.conversation for x in items[k : k + BATCH]])]
        self.told = [Told(v) for v in self.views]
        self.kinds = [x.set if x.kind == "written" else x.kind for x in items]

    def places(self, side: str) -> list[Place]:
        """The messages of one side."""
        return [(c, i) for c, v in enumerate(self.views) for i, r in enumerate(v.roles) if r in judging.SIDES[side]]

    def rows(self, places: list[Place]) -> list[dict[str, float]]:
        """Their features, with what has been judged so far."""
        return [of_message(self.views[c], self.told[c], i, judging.votes(self.views[c], i)) for c, i in places]

    def judged(self, places: list[Place], key: str) -> np.ndarray:
        """Where a reader decided on a label."""
        return np.array([(x.only is None or key in x.only) and (x.judged is None or x.judged[i]) for c, i in places for x in (self.items[c],)])

    def fair(self, places: list[Place]) -> np.ndarray:
        """Where figures, curves and thresholds may be taken from: real conversations that were not searched out for what they hold."""
        return np.array([self.items[c].kind != "written" and not self.items[c].searched for c, _ in places])

    def truth(self, places: list[Place], key: str) -> np.ndarray:
        """Where a reader found a label."""
        return np.array([key in self.items[c].labels[i] for c, i in places])

    def ids(self, places: list[Place]) -> np.ndarray:
        """The conversations of messages."""
        return np.array([self.items[c].conversation.id for c, _ in places])


class Side:
    """One side of the model: its matrix, its weights, its sums on everything, cross-validated where it was trained on."""

    def __init__(self, data: Data, side: str) -> None:
        self.places = data.places(side)
        self.keys = [k for k in judging.label_keys() if _by(k) == side and k in TAUGHT]
        rows = data.rows(self.places)
        ids = data.ids(self.places)
        folds = np.array([learning.fold(i) for i in ids])
        trainable = np.array([data.items[c].trainable for c, _ in self.places])
        kinds = np.array([data.kinds[c] for c, _ in self.places])
        self.sums = {k: np.zeros(len(rows)) for k in self.keys}
        for held in range(learning.FOLDS):
            inside, outside = trainable & (folds != held), trainable & (folds == held)
            self._fit(data, rows, ids, kinds, inside, outside)
        self.matrix, self.fitted = self._fit(data, rows, ids, kinds, trainable, ~trainable)

    def _fit(self, data: Data, rows: list[dict[str, float]], ids: np.ndarray, kinds: np.ndarray, inside: np.ndarray, outside: np.ndarray):  # type: ignore[no-untyped-def]
        at = np.nonzero(inside)[0]
        matrix = learning.Matrix([rows[k] for k in at], ids[at].tolist(), kinds[at].tolist())
        x, other = matrix.of([rows[k] for k in at]), matrix.of([rows[k] for k in np.nonzero(outside)[0]])
        fitted = {}
        for key in self.keys:
            mine = data.judged(self.places, key)[at]
            weights, intercept = learning.logistic(x[mine], data.truth(self.places, key)[at][mine], C)
            fitted[key] = weights, intercept
            self.sums[key][outside] = other @ weights + intercept
        return matrix, fitted


def _by(key: str) -> str:
    label = key.split("/")[0]
    return "responder" if judging.DETECTORS[label].by == RESPONDERS else "customer"


def judge(data: Data) -> Iterator[tuple[str, Side, dict[str, Any]]]:
    """Each side of the model, trained, with its curves; fills the chances of the views, cross-validated where they were trained on."""
    for side in ("responder", "customer"):
        one = Side(data, side)
        fair = data.fair(one.places)
        curves = {}
        for key in one.keys:
            truth, mine = data.truth(one.places, key), fair & data.judged(one.places, key)
            curves[key] = learning.knots(one.sums[key][mine], truth[mine])
            for (c, i), chance in zip(one.places, np.round(np.interp(one.sums[key], *curves[key]), 6).tolist(), strict=True):
                data.views[c].chances[i] = data.views[c].chances[i] | {key: chance}
        yield side, one, curves


def main() -> None:
    data = Data([*material.gold("train"), *material.labelled(), *material.written()])
    parts, card_figures, limits, social = {}, {}, {}, {}
    for side, one, curves in judge(data):
        ids, fair = data.ids(one.places), data.fair(one.places)
        learned = np.array([data.items[c].trainable for c, _ in one.places])
        for key in one.keys:
            truth, mine = data.truth(one.places, key), fair & data.judged(one.places, key)
            chances = np.array([data.views[c].chances[i][key] for c, i in one.places])
            limits[key] = learning.steady_threshold(chances[mine], truth[mine], ids[mine])
            found = chances >= limits[key]
            inner, outer = mine & learned, mine & ~learned
            low, high = learning.interval(found[inner], truth[inner], ids[inner])
            card_figures[key] = {
                "n": int(truth[inner].sum()),
                "f1": learning.f1(found[inner], truth[inner]),
                "low": low,
                "high": high,
                "precision": float(truth[inner][found[inner]].mean()) if found[inner].any() else 0.0,
                "recall": float(found[inner][truth[inner]].mean()) if truth[inner].any() else 0.0,
                "calibration_error": learning.calibration_error(chances[inner], truth[inner]),
            }
            social[key] = {"n": int(truth[outer].sum()), "f1": learning.f1(found[outer], truth[outer])}
        parts[side] = {
            "features": one.matrix.names,
            "outputs": one.keys,
            "weights": np.stack([one.fitted[k][0] for k in one.keys], axis=1),
            "intercept": [one.fitted[k][1] for k in one.keys],
            "knots": curves,
        }
    checksum = models.write(HERE, parts)
    sets = Counter(x.set for x in data.items if x.trainable)
    card = {
        "name": "findings",
        "task": "which labels of the definitions a message carries, in its context",
        "form": models.FORM,
        "languages": LANGUAGES,
        "sha256": checksum,
        "trained_on": [f"{k}: {n} conversations" for k, n in sorted(sets.items())],
        "measured_on_only": [f"{k}: {n} conversations" for k, n in sorted(Counter(x.set for x in data.items if not x.trainable).items())],
        "licence": "MIT; weights only. Sources: a support forum and firefox_* (MPL-2.0, public posts), oem_* (MIT), ibm_* (Apache-2.0), Ubuntu and Stripe channels "
        "(Kummerfeld et al. 2019, CC BY 4.0), conversations written for this project. Words seen in fewer than 3 conversations or 2 sources have no weight. "
        "Customer-care tweets (CC BY-NC-SA 4.0) set thresholds, curves and words of cues, no weight.",
        "labels": "Made by reading, by language-model readers with the definitions as guide, one conversation at a time; two such readers agree with F1 0.75 to 1.0 per label. They are no human labels.",
        "method": "logistic regression a label over words, word pairs, cues, votes of the rules and context; isotonic calibration; thresholds of highest F1 on cross-validated chances of real conversations, the median over resamples of the conversations",
        "built_with": learning.built_with(),
        "known_failures": [
            "Romanian: no labelled real conversation; figures are of conversations written for this project",
            "conversion and deadline: few real examples outside customer care",
            "a peer who answers and has the matter too is read as an answerer",
            "sarcasm without a cue word",
        ],
        "thresholds": limits,
        "cross_validated": card_figures,
        "other_kind_customer_care_tweets": social,
    }
    (HERE / "model.toml").write_text(learning.toml(card), encoding="utf-8")
    judged = [v["f1"] for v in card_figures.values() if v["n"] >= 5]
    print(f"findings: {checksum[:12]}  macro F1, cross-validated {np.mean(judged):.3f}; on tweets never trained on {np.mean([v['f1'] for v in social.values() if v['n'] >= 5]):.3f}")
    for key, v in card_figures.items():
        print(f"  {key:<28} n {v['n']:>5}  F1 {v['f1']:.2f} [{v['low']:.2f}, {v['high']:.2f}]  tweets {social[key]['f1']:.2f} ({social[key]['n']})  from {limits[key]:.2f}  ECE {v['calibration_error']:.3f}")


if __name__ == "__main__":
    main()
