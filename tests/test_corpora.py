"""The archives in corpora/: whole, labelled, and read without a flag."""

import json
from pathlib import Path

import pytest

import textmetrics as tm

CORPORA = Path(__file__).parent.parent / "corpora"
ARCHIVES = sorted(p.name for p in CORPORA.iterdir() if p.is_dir())


@pytest.mark.parametrize("name", ARCHIVES)
def test_archive_reads_without_a_problem_and_every_label_has_its_message(name):
    reading = tm.read(CORPORA / name)
    found = {c.id: c for c in reading}
    assert len(found) >= 60 and reading.problems == []
    for line in (CORPORA / name / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        ids = {m.id for m in found[row["conversation_id"]].messages}
        assert set(row["labels"]) | set(row["mood"]) <= ids


@pytest.mark.parametrize("name", ARCHIVES)
def test_archive_speaks_four_languages(name):
    rows = [json.loads(line) for line in (CORPORA / name / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {r["language"] for r in rows} == {"en", "es", "it", "ro"}


@pytest.mark.parametrize("name", ARCHIVES)
def test_originators_are_who_asked(name):
    """The moods were given to customers: nobody with a mood may have become an agent."""
    found = {c.id: c for c in tm.read(CORPORA / name)}
    for line in (CORPORA / name / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        c = found[row["conversation_id"]]
        for m in c.messages:
            if m.id in row["mood"]:
                assert c.role_of(m.participant_id) in ("customer", "other"), (c.id, m.id)
