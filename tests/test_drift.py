"""A detector that gets worse in the second half of an archive is noticed; one that stays as it is, is not accused."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from textmetrics.drift import drifted, halves

START = datetime(2026, 1, 1, tzinfo=UTC)


def measured(later_sensitivity, seed):
    draws = np.random.default_rng(seed)
    n = 1200
    truth = draws.random(n) < 0.4
    hit = np.where(np.arange(n) < n // 2, 0.9, later_sensitivity)
    flags = np.where(truth, draws.random(n) < hit, draws.random(n) < 0.05)
    said = {str(i): "yes" if f else "no" for i, f in enumerate(flags)}
    closed = {str(i): START + timedelta(hours=i) for i in range(n)}
    read = draws.choice(n, 240, replace=False)
    return halves(said, closed, [(str(i), n / 240, float(truth[i])) for i in read])


def test_two_halves_are_measured_apart():
    parts = measured(0.4, 1)
    assert parts[0]["to"] <= parts[1]["from"] and parts[0]["read"] + parts[1]["read"] == 240
    assert drifted(parts) == ["sensitivity"]
    assert parts[0]["sensitivity"]["value"] == pytest.approx(0.9, abs=0.1) and parts[1]["sensitivity"]["value"] == pytest.approx(0.4, abs=0.15)


def test_steady_detectors_are_seldom_accused():
    assert sum(bool(drifted(measured(0.9, seed))) for seed in range(60)) <= 3


def test_hardly_read_says_nothing():
    assert halves({"a": "yes"}, {"a": START}, [("a", 1.0, 1.0)]) == [] == drifted([]) == halves({"a": "yes"}, {"a": None}, [])
