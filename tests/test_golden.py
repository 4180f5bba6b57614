"""Each reader's examples read as they did when somebody looked at them: ``pytest tests/test_golden.py --update-golden`` after a change, then read the diff."""

import json
from pathlib import Path

import msgspec
import pytest

import textmetrics as tm
from textmetrics.readers import READERS

GOLDEN = Path(__file__).parent / "golden" / "readers"
EXAMPLES = sorted(p for p in GOLDEN.glob("*/*") if p.suffix != ".golden")


def read(path, **options):
    reading = tm.read(path, **options)
    rows = [msgspec.to_builtins(c) for c in reading]
    rows += [{"problem": str(p).replace(f"{path.parent}/", "")} for p in reading.problems]
    return [json.loads(json.dumps(r).replace(f"{path.parent}/", "")) for r in rows]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_example_reads_as_expected(path, update_golden):
    rows = read(path)
    expected = path.with_name(f"{path.name}.golden")
    if update_golden:
        expected.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
    assert rows == [json.loads(line) for line in expected.read_text(encoding="utf-8").splitlines()]
    assert rows == read(path, format=path.parent.name), "the same with --format"


@pytest.mark.parametrize("name", list(READERS))
def test_reader_has_an_example(name):
    assert any(p.parent.name == name for p in EXAMPLES), f"put an example into {GOLDEN / name}/"
