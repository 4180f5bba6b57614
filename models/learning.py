"""What the trainers share: features to matrices, fitting, cross-validation by conversation, calibration, thresholds, figures.

Everything is deterministic: folds come from a checksum of the conversation's id, solvers run on one thread in float64.
"""

from __future__ import annotations

import platform
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

FOLDS = 5
SEEN = 3  # conversations a feature must stand in: no word of fewer people gets a weight
KINDS = 2  # sources a feature must stand in: no word of one product or brand carries a decision
CERTAIN = 1e-4
STEPS = np.arange(-1.5, 1.51, 0.25).tolist()  # shifts of a class that are tried


def fold(conversation: str, folds: int = FOLDS) -> int:
    """The fold of a conversation."""
    return zlib.crc32(conversation.encode()) % folds


class Matrix:
    """Named features to the columns of a sparse matrix."""

    def __init__(self, rows: Sequence[Mapping[str, float]], conversations: Sequence[str], kinds: Sequence[str]) -> None:
        where: dict[str, set[str]] = defaultdict(set)
        of: dict[str, set[str]] = defaultdict(set)
        for row, conversation, kind in zip(rows, conversations, kinds, strict=True):
            for name in row:
                where[name].add(conversation)
                of[name].add(kind)
        self.names = sorted(n for n in where if len(where[n]) >= SEEN and len(of[n]) >= KINDS)
        self.index = {n: i for i, n in enumerate(self.names)}

    def of(self, rows: Sequence[Mapping[str, float]]) -> sp.csr_matrix:
        """Rows as a matrix; features that are not known are left out."""
        starts, columns, values = [0], [], []
        for row in rows:
            for name, value in row.items():
                if (column := self.index.get(name)) is not None:
                    columns.append(column)
                    values.append(value)
            starts.append(len(columns))
        return sp.csr_matrix((np.array(values, float), np.array(columns, np.int64), np.array(starts)), shape=(len(rows), len(self.names)))


def logistic(x: sp.csr_matrix, y: np.ndarray, c: float, *, informed: bool = True) -> tuple[np.ndarray, float]:
    """Weights and intercept of a logistic regression.

    ``informed``: features are scaled by the square root of their log-count ratio first (after Wang and Manning 2012), so that what tells the
    classes apart by itself costs less.
    """
    scale = np.ones(x.shape[1])
    if informed:
        there = x.copy()
        there.data = np.minimum(np.abs(there.data), 1.0)
        p, q = (1.0 + np.asarray(there[rows].sum(axis=0))[0] for rows in (y, ~y))
        scale = np.clip(np.sqrt(np.abs(np.log((p / p.sum()) / (q / q.sum())))), 0.1, 4.0)
    model = LogisticRegression(C=c, solver="liblinear", max_iter=300, random_state=0)
    model.fit(x.multiply(scale).tocsr(), y)
    return model.coef_[0] * scale, float(model.intercept_[0])


def knots(sums: np.ndarray, truth: np.ndarray, weight: np.ndarray | None = None, most: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """A rising curve from sums to probabilities (isotonic regression), thinned to a few points and kept from certainty."""
    curve = IsotonicRegression(out_of_bounds="clip").fit(sums, truth.astype(float), sample_weight=weight)
    x, y = curve.X_thresholds_, np.clip(curve.y_thresholds_, CERTAIN, 1 - CERTAIN)
    keep = np.unique(np.linspace(0, len(x) - 1, min(most, len(x))).round().astype(int))
    x, y = x[keep], np.maximum.accumulate(y[keep] + np.arange(len(keep)) * 1e-7)
    return np.concatenate([[x[0] - 4], x, [x[-1] + 4]]), np.concatenate([[max(CERTAIN, y[0] / 2)], y, [min(1 - CERTAIN, y[-1] + 0.02)]])


def steady_threshold(chances: np.ndarray, truth: np.ndarray, conversations: np.ndarray, resamples: int = 100) -> float:
    """The median, over resamples of the conversations, of the chance from which F1 is highest: rare labels have many such chances by luck.

    On conversations held out it gives a higher F1 than the best chance of all of them, 0.569 to 0.567 in the mean of the labels, and steadier limits.
    """
    names, group = np.unique(conversations, return_inverse=True)
    order = np.argsort(-chances, kind="stable")
    ranked, true, group = chances[order], truth[order].astype(float), group[order]
    distinct, after = np.append(ranked[1:] < ranked[:-1], True), np.append(ranked[1:], 0.0)
    draws, found = np.random.default_rng(0), []
    for _ in range(resamples):
        weight = np.bincount(draws.integers(0, len(names), len(names)), minlength=len(names))[group]
        scores = 2 * np.cumsum(weight * true) / np.maximum(np.cumsum(weight) + (weight * true).sum(), 1)
        k = int(np.argmax(np.where(distinct, scores, -1)))
        found.append((ranked[k] + after[k]) / 2)
    return round(float(np.median(found)), 4)


def shifts(sums: np.ndarray, truth: np.ndarray, goal: str, *, rounds: int = 3) -> np.ndarray:
    """What to add to the sums of each class so that the likeliest one agrees best with the truth, by coordinate search; small, and 0 where nothing is gained."""
    from sklearn.metrics import accuracy_score, cohen_kappa_score

    measure = {"kappa": cohen_kappa_score, "accuracy": accuracy_score}[goal]
    added = np.zeros(sums.shape[1])
    for _ in range(rounds):
        for k in range(len(added)):
            tried = [(measure(truth, np.argmax(sums + np.where(np.arange(len(added)) == k, step, added), axis=1)), -abs(step), step) for step in STEPS]
            added[k] = max(tried)[2]
    return added


def f1(found: np.ndarray, truth: np.ndarray) -> float:
    """F1 of two columns of flags."""
    both = 2 * int((found & truth).sum())
    total = int(found.sum()) + int(truth.sum())
    return both / total if total else 0.0


def interval(found: np.ndarray, truth: np.ndarray, conversations: np.ndarray, resamples: int = 500) -> tuple[float, float]:
    """The 95 % interval of F1, by a bootstrap over conversations."""
    _, group = np.unique(conversations, return_inverse=True)
    n = group.max() + 1
    both, all_found, all_true = (np.bincount(group, weights=v, minlength=n) for v in ((found & truth).astype(float), found.astype(float), truth.astype(float)))
    draws = np.random.default_rng(0).integers(0, n, (resamples, n))
    top, below = 2 * both[draws].sum(1), all_found[draws].sum(1) + all_true[draws].sum(1)
    scores = np.where(below > 0, top / np.maximum(below, 1), 0.0)
    return tuple(np.quantile(scores, [0.025, 0.975]).round(3).tolist())


def calibration_error(chances: np.ndarray, truth: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error: mean distance of chance and share of truth, over ten bins of equal width, weighted by their size."""
    at = np.minimum((chances * bins).astype(int), bins - 1)
    return float(sum(abs(chances[at == b].mean() - truth[at == b].mean()) * (at == b).mean() for b in range(bins) if (at == b).any()))


def toml(card: Mapping[str, Any]) -> str:
    """A card as TOML: scalars and lists first, then tables."""
    lines = [f"{_key(k)} = {_value(v)}" for k, v in card.items() if not isinstance(v, Mapping)]
    for name, table in card.items():
        if isinstance(table, Mapping):
            lines += ["", f"[{_key(name)}]", *(f"{_key(k)} = {_value(v)}" for k, v in table.items())]
    return "\n".join(lines) + "\n"


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() else f'"{key}"'


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(round(value, 4))
    if isinstance(value, str):
        text = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"""\n{text}"""' if "\n" in text else f'"{text}"'
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    return "[" + ", ".join(_value(v) for v in value) + "]"


def built_with() -> str:
    """What the arrays' bytes may depend on."""
    import sklearn

    return f"Python {platform.python_version()}, numpy {np.__version__}, scikit-learn {sklearn.__version__}"
