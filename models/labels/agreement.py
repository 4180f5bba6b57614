#!/usr/bin/env python3
"""How well two readings of the same conversations agree: prints F1 a label, kappa of resolution and request type, correlation of moods.

    python models/labels/agreement.py          with ../shared beside the checkout (or $TEXTMETRICS_SHARED)
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import cohen_kappa_score

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import material


def main() -> None:
    second = {x.conversation.id: x for x in material.labelled(second=True)}
    first = {x.conversation.id: x for x in (*material.gold("train"), *material.labelled()) if x.conversation.id in second and not x.searched}
    both, ours, theirs = Counter(), Counter(), Counter()
    moods = []
    for key, a in first.items():
        b = second[key]
        for x, y in zip(a.labels, b.labels, strict=True):
            both.update(x & y)
            ours.update(x)
            theirs.update(y)
        moods += [(x, y) for x, y in zip(a.moods, b.moods, strict=True) if x is not None and y is not None]
    print(f"{len(first)} conversations read twice")
    f1 = {k: 2 * both[k] / (ours[k] + theirs[k]) for k in sorted({*ours, *theirs})}
    for k, v in f1.items():
        print(f"  {k:<26} n {ours[k]:>4} and {theirs[k]:>4}  F1 {v:.2f}")
    print(f"  macro F1 of labels found at least 5 times {np.mean([v for k, v in f1.items() if ours[k] >= 5]):.2f}")
    for name in ("resolution", "request_type"):
        pairs = [(getattr(a, name), getattr(second[k], name)) for k, a in first.items() if getattr(a, name) and getattr(second[k], name)]
        print(f"  {name}: n {len(pairs)}, kappa {cohen_kappa_score(*zip(*pairs, strict=True)):.2f}")
    print(f"  mood: n {len(moods)}, Spearman {spearmanr(*zip(*moods, strict=True)).statistic:.2f}")


if __name__ == "__main__":
    main()
