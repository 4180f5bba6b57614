"""Definitions are versioned, and code that changes under an unchanged version is noticed."""

import importlib.util
import sys

import pytest

from textmetrics.definitions import HERE, STAGES, definitions, metric_code
from textmetrics.metrics import METRICS

BEFORE = '''
FROM = 3

def _enough(x):
    """Whether there is enough."""
    return x >= FROM

def seen(x):
    """A page."""
    if _enough(x):
        yield x
'''


def code_of(tmp_path, text, monkeypatch):
    path = tmp_path / "made_up.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location("textmetrics.metrics.made_up", path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    sys.dont_write_bytecode, kept = True, sys.dont_write_bytecode
    import linecache

    linecache.clearcache()
    spec.loader.exec_module(module)
    sys.dont_write_bytecode = kept
    return metric_code(module.seen)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("A page.", "Another page.", True),
        ("    yield x", "    yield x  # why", True),
        ("yield x", "yield x + 1", False),
        ("x >= FROM", "x > FROM", False),
        ("FROM = 3", "FROM = 4", False),
    ],
    ids=["docstring", "comment", "own code", "a helper", "a constant"],
)
def test_checksum_follows_what_a_metric_does(tmp_path, monkeypatch, old, new, same):
    assert (code_of(tmp_path, BEFORE, monkeypatch) == code_of(tmp_path, BEFORE.replace(old, new), monkeypatch)) is same


def test_definitions_name_everything_that_measures():
    found = definitions()
    assert set(found["metrics"]) == set(METRICS) and all(m["version"] >= 1 for m in found["metrics"].values())
    assert {"findings", "mood", "outcomes"} <= set(found["models"])
    assert {"languages/en", "channels/chat"} <= set(found["packs"])
    assert found == definitions()


# What carries, keeps and shows, and what is worked out of tables when somebody asks: no number of a run goes by it.
ELSEWHERE = {
    *("__init__", "__main__", "cli", "errors", "registry", "memo", "profile", "garbage", "bare_arrow", "crew", "spool", "addresses", "work", "files", "kept", "definitions", "stored"),
    *("parts", "engines", "arrow", "pipeline", "library", "recognition", "conversion", "testing", "spans", "agreement", "corrections", "drift", "ranktests", "money"),
    *("asked", "calibration", "comparison", "conflicts", "confusion", "contacts", "coverage", "crosschannel", "dialects", "differences", "episodes", "evaluation", "evidence", "expectations"),
    *("figures", "gaps", "holdout", "insights", "joining", "journeys", "matching", "measures", "observed", "panel", "pooling", "predicted", "promises", "provenance", "questions", "remeasuring"),
    *("report", "reviews", "sampling", "selfservice", "sheets", "side_conflicts", "surveys"),
}


def test_every_file_is_in_a_stage_or_decides_no_number():
    listed = {f for patterns in STAGES.values() for pattern in patterns for f in HERE.glob(pattern)}
    alone = {f.stem for f in HERE.glob("*.py") if f not in listed}
    assert alone == ELSEWHERE, "a new file goes into definitions.STAGES, or here"
    assert all(list(HERE.glob(pattern)) for patterns in STAGES.values() for pattern in patterns), "a pattern that names nothing"
