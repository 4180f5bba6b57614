#!/usr/bin/env python3
"""Train the mood model: from moods that careful readers gave to messages of customers, to models/mood/model.{toml,npz}.

    python models/mood/train.py                with ../shared beside the checkout (or $TEXTMETRICS_SHARED)

Four logistic regressions (negative, positive, very negative, very positive) over words, word pairs, cues, the mood words of the language packs,
how a text is written, what it was judged to do and what the other side just said; the mood is the mean they make expected.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE.parent / "findings"))

import learning  # noqa: E402
import material  # noqa: E402
from train import Data, judge  # noqa: E402  the trainer of findings

from textmetrics import models, packs  # noqa: E402
from textmetrics.annotation import text  # noqa: E402
from textmetrics.mood_words import BAD, GOOD, OUTPUTS, features  # noqa: E402
from textmetrics.scorers.linear import expected  # noqa: E402

C = 0.05  # strength of the regressions


def main() -> None:
    data = Data([*material.gold("train"), *material.labelled(), *material.written()])
    for _ in judge(data):
        pass
    items = data.items
    rows, truth, ids, kinds, trainable, real, codes = [], [], [], [], [], [], []
    for item, view in zip(items, data.views, strict=True):
        for i, mood in enumerate(item.moods):
            code = view.languages[i]
            if mood is not None and code in packs.languages():
                t = text(view, i)
                rows.append(features(t.folded, t.text, t.cues, packs.language(code), role=t.role, first=t.first, before=t.before, chances=t.chances))
                truth.append(mood / 2)
                ids.append(item.conversation.id)
                kinds.append(item.set if item.kind == "written" else item.kind)
                trainable.append(item.trainable)
                real.append(item.kind != "written")
                codes.append(code)
    y, learned, genuine, languages = np.array(truth), np.array(trainable), np.array(real), np.array(codes)
    folds = np.array([learning.fold(i) for i in ids])

    targets = {"negative": y < 0, "positive": y > 0, "very negative": y <= -1, "very positive": y >= 1}

    def fit(inside: np.ndarray, outside: np.ndarray):  # type: ignore[no-untyped-def]
        at, other = np.nonzero(inside)[0], np.nonzero(outside)[0]
        matrix = learning.Matrix([rows[k] for k in at], [ids[k] for k in at], [kinds[k] for k in at])
        x, o = matrix.of([rows[k] for k in at]), matrix.of([rows[k] for k in other])
        fitted = [learning.logistic(x, targets[name][at], C, informed=False) for name in OUTPUTS]
        chances = [1 / (1 + np.exp(-(o @ weights + intercept))) for weights, intercept in fitted]
        return matrix, fitted, np.array([expected(*c, rows[k][GOOD], rows[k][BAD]) for k, c in zip(other, zip(*chances, strict=True), strict=True)])

    predicted = np.zeros(len(rows))
    for held in range(learning.FOLDS):
        outside = learned & (folds == held)
        predicted[outside] = fit(learned & (folds != held), outside)[2]
    matrix, fitted, predicted[~learned] = fit(learned, ~learned)
    figures = {}
    for name, chosen in (
        ("real, cross-validated", genuine & learned),
        ("customer-care tweets, never trained on", ~learned),
        ("both", genuine),
        *((f"{c}, cross-validated", genuine & learned & (languages == c)) for c in ("en", "es", "it")),
        ("ro, written, cross-validated", learned & (languages == "ro")),
    ):
        if chosen.sum() > 20:
            figures[name] = {"n": int(chosen.sum()), "spearman": float(spearmanr(y[chosen], predicted[chosen]).statistic)}
    checksum = models.write(HERE, {"mood": {"features": matrix.names, "outputs": OUTPUTS, "weights": np.stack([w for w, _ in fitted], axis=1), "intercept": [b for _, b in fitted]}})
    card = {
        "name": "mood",
        "task": "the writer's feeling about the service, from -1 (anger) to 1 (delight), 0 factual",
        "form": models.FORM,
        "languages": packs.languages(),
        "sha256": checksum,
        "trained_on": [f"{k}: {n} conversations" for k, n in sorted(Counter(x.set for x in items if x.trainable).items())],
        "licence": "MIT; weights only. Sources as for the model of findings.",
        "labels": "Made by reading, by language-model readers, from -2 to 2; two such readers correlate with 0.97. They are no human labels.",
        "method": "four logistic regressions (negative, positive, very so) over words, cues, mood words of the packs, how a text is written, what it was judged to do and what was said before; the mood is the expected one",
        "built_with": learning.built_with(),
        "known_failures": ["sarcasm without a cue", "moods that only what was said before explains", "Romanian: no labelled real conversation"],
        "figures": figures,
    }
    (HERE / "model.toml").write_text(learning.toml(card), encoding="utf-8")
    print(f"mood: {checksum[:12]}", *(f"{k}: n {v['n']}, Spearman {v['spearman']:.3f};" for k, v in figures.items()))


if __name__ == "__main__":
    main()
