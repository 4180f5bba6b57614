#!/usr/bin/env python3
"""Train the models of what a conversation comes to: resolution and request type, to models/outcomes/model.{toml,npz}.

    python models/outcomes/train.py            with ../shared beside the checkout (or $TEXTMETRICS_SHARED); after findings and mood

Both are logistic regressions with one output a class: resolution over what the messages were judged to say and which came last, request type over
the words and cues of the customer's opening. How likely a class is beforehand differs between channels: intercepts are set for social media on customer-care
tweets, which give no other weight, and for everything else on cross-validated figures.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
from sklearn.metrics import cohen_kappa_score

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE.parent / "findings"))

import learning  # noqa: E402
import material  # noqa: E402
from train import Data, judge  # noqa: E402  the trainer of findings

from textmetrics import models  # noqa: E402
from textmetrics.annotation import Settings  # noqa: E402
from textmetrics.annotation import moods as feel  # noqa: E402
from textmetrics.outcomes import REQUEST_TYPES, RESOLUTIONS, request_features, resolution_features  # noqa: E402

STRENGTH = {"resolution": 0.3, "request_type": 0.5}
GOAL = {"resolution": "kappa", "request_type": "accuracy"}
SOCIAL = "channel social"  # its weights are differences of intercepts
CLASSES = {"resolution": RESOLUTIONS, "request_type": REQUEST_TYPES}


def main() -> None:
    data = Data([x for x in (*material.gold("train"), *material.labelled(), *material.written()) if x.resolution is not None])
    for _ in judge(data):
        pass
    moods = feel(data.views, Settings())
    rows = {
        "resolution": [resolution_features(v, m).named() for v, m in zip(data.views, moods, strict=True)],
        "request_type": [request_features(v, t, m).named() for v, t, m in zip(data.views, data.told, moods, strict=True)],
    }
    ids = [x.conversation.id for x in data.items]
    learned = np.array([x.trainable for x in data.items])
    real = np.array([x.kind != "written" for x in data.items])
    folds = np.array([learning.fold(i) for i in ids])
    parts, figures = {}, {}
    for task, classes in CLASSES.items():
        y = np.array([classes.index(getattr(x, task)) for x in data.items])

        def fit(inside: np.ndarray, outside: np.ndarray, task: str = task, y: np.ndarray = y, classes: tuple[str, ...] = classes):  # type: ignore[no-untyped-def]
            at, other = np.nonzero(inside)[0], np.nonzero(outside)[0]
            matrix = learning.Matrix([{n: v for n, v in rows[task][k].items() if not n.startswith("channel ")} for k in at], [ids[k] for k in at], [data.kinds[k] for k in at])
            x, o = matrix.of([rows[task][k] for k in at]), matrix.of([rows[task][k] for k in other])
            weights, intercepts = np.zeros((len(matrix.names), len(classes))), np.full(len(classes), -9.0)
            for k in range(len(classes)):
                if (y[at] == k).sum() >= 3:
                    weights[:, k], intercepts[k] = learning.logistic(x, y[at] == k, STRENGTH[task])
            return matrix, weights, intercepts, o @ weights + intercepts

        sums = np.zeros((len(y), len(classes)))
        for held in range(learning.FOLDS):
            outside = learned & (folds == held)
            sums[outside] = fit(learned & (folds != held), outside)[3]
        matrix, weights, intercepts, sums[~learned] = fit(learned, ~learned)
        rest, social = (learning.shifts(sums[m], y[m], GOAL[task]) for m in (real & learned, ~learned))
        found = np.argmax(sums + rest, axis=1)
        tweets = np.nonzero(~learned)[0]
        for tuned, told in ((tweets[::2], tweets[1::2]), (tweets[1::2], tweets[::2])):  # figures of one half with what the other half set
            found[told] = np.argmax(sums[told] + learning.shifts(sums[tuned], y[tuned], GOAL[task]), axis=1)
        for name, chosen in (("real, cross-validated", real & learned), ("customer-care tweets, never trained on", ~learned), ("both", real)):
            figures[f"{task}: {name}"] = {
                "n": int(chosen.sum()),
                "accuracy": float((found[chosen] == y[chosen]).mean()),
                "kappa": float(cohen_kappa_score(y[chosen], found[chosen])),
            }
        parts[task] = {
            "features": [*matrix.names, SOCIAL],
            "outputs": list(classes),
            "weights": np.vstack([weights, social - rest]),
            "intercept": intercepts + rest,
        }
    checksum = models.write(HERE, parts)
    card = {
        "name": "outcomes",
        "task": "resolution of a conversation in the customer's words, and what the request is about",
        "form": models.FORM,
        "languages": ("en", "es", "it", "ro"),
        "sha256": checksum,
        "trained_on": [f"{k}: {n} conversations" for k, n in sorted(Counter(x.set for x in data.items if x.trainable).items())],
        "licence": "MIT; weights only. Sources as for the model of findings.",
        "labels": "Made by reading, by language-model readers; two such readers agree with kappa 0.91 on resolution and 0.86 on request type. They are no human labels.",
        "method": "logistic regression, one output a class; intercepts by channel, those of social media set on customer-care tweets",
        "built_with": learning.built_with(),
        "known_failures": ["acceptance that is only tone", "question against fault in technical forums", "Romanian: no labelled real conversation"],
        "figures": figures,
    }
    (HERE / "model.toml").write_text(learning.toml(card), encoding="utf-8")
    print(f"outcomes: {checksum[:12]}")
    for name, v in figures.items():
        print(f"  {name:<55} n {v['n']:>5}  accuracy {v['accuracy']:.3f}  kappa {v['kappa']:.3f}")


if __name__ == "__main__":
    main()
