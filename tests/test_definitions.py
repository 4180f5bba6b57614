"""Definitions are versioned, and code that changes under an unchanged version is noticed."""

import importlib.util
import sys

import pytest

from textmetrics.definitions import definitions, metric_code
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
