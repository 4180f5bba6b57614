"""The detectors held against labels: figures by hand, labels of one's own, what cannot be read."""

import json
from pathlib import Path

import pytest

import textmetrics as tm
from textmetrics import evaluation
from textmetrics.cli import main
from textmetrics.errors import ReadError

CORPORA = Path(__file__).parent.parent / "corpora"
TALK = {
    "id": "c",
    "messages": [
        {"message_id": "1", "role": "customer", "text": "There is no sound on my box"},
        {"message_id": "2", "role": "agent", "text": "Sorry for the trouble! Please restart the box."},
        {"message_id": "3", "role": "customer", "text": "That fixed it, thank you!"},
    ],
}


def labels(**more):
    row = {"conversation_id": "c", "labels": {"2": ["AP", "SO"], "3": ["AW"]}, **more}
    return [evaluation._labels(row)]


def test_figures_are_those_counted_by_hand():
    found = tm.evaluate(TALK, labels(resolution="confirmed"))
    by = {s.key: s for s in found.scores}
    assert (by["apology"].n, by["apology"].precision, by["apology"].recall, by["apology"].coverage) == (1, 1.0, 1.0, 1.0)
    assert (by["acknowledgement/worked"].f1, by["acknowledgement/worked"].coverage) == (1.0, 0.5)
    assert by["nudge"].n == by["nudge"].found == 0 and by["nudge"].f1 is None
    assert found.resolution == {"n": 1, "accuracy": 1.0, "kappa": 0.0}
    assert ("apology", "solution", 1) in found.overlaps


def test_what_is_wrong_stands_among_the_errors_with_its_text():
    wrong = [evaluation._labels({"conversation_id": "c", "labels": {"2": ["AP"], "3": ["AN"]}})]
    found = tm.evaluate(TALK, wrong)
    assert {(e.key, e.found) for e in found.errors} >= {("solution", True), ("acknowledgement/failed", False), ("acknowledgement/worked", True)}
    assert ("acknowledgement/failed", "acknowledgement/worked", 1) in found.conflicts
    assert [e.confidence for e in found.errors] == sorted((e.confidence for e in found.errors), reverse=True)
    assert next(e for e in found.errors if e.key == "acknowledgement/failed").before.startswith("Sorry for the trouble")


def test_conflicts_that_are_as_frequent_stand_in_the_order_of_their_names():
    told = [evaluation._labels({"conversation_id": "c", "labels": {"2": ["hold", "promise", "clarification_request"]}})]
    found = tm.evaluate(TALK, told).conflicts
    assert len(found) == 6 and list(found) == sorted(found)


def test_labels_that_were_not_judged_count_neither_way():
    found = tm.evaluate(TALK, [evaluation._labels({"conversation_id": "c", "labels": {}, "only": ["NU"]})])
    assert all(s.found == 0 for s in found.scores) and not found.errors


def test_labels_without_their_message_are_named():
    assert tm.evaluate(TALK, [evaluation._labels({"conversation_id": "c", "labels": {"9": ["AP"]}}), *evaluation_of_nobody()]).unknown == ("c: 9", "nobody")


def evaluation_of_nobody():
    return [evaluation._labels({"conversation_id": "nobody", "labels": {}})]


@pytest.mark.parametrize(("line", "why"), [("{", "is no line of labels"), ('{"labels": {}}', "has no 'conversation_id'"), ('{"conversation_id": "c", "labels": {"1": ["XX"]}}', "No label is called 'XX'")])
def test_a_bad_line_of_labels_is_told_by_its_number(tmp_path, line, why):
    path = tmp_path / "labels.jsonl"
    path.write_text('{"conversation_id": "c", "labels": {}}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(ReadError, match=rf"labels.jsonl:2: .*{why}"):
        evaluation.read_labels(path)


def test_command_takes_ones_own_labels_on_a_run_and_says_what_was_trained_on(tmp_path, capsys):
    assert main(["mine", str(CORPORA / "live_chat"), "--out", str(tmp_path / "run"), "-q"]) == 0
    assert main(["evaluate", str(tmp_path / "run"), "--labels", str(CORPORA / "live_chat" / "labels.jsonl"), "--json"]) == 0
    on_run = json.loads(capsys.readouterr().out)
    assert main(["evaluate", str(CORPORA / "live_chat"), "--json"]) == 0
    on_archive = json.loads(capsys.readouterr().out)
    assert on_run["scores"] == on_archive["scores"] and on_archive["conversations"] == 66
    assert on_archive["seen"] == ["live_chat"]


def test_a_finding_is_explained_with_its_cue_its_model_and_the_context():
    told = tm.explain_finding(TALK, "3", "acknowledgement", "worked")
    assert told[0].startswith("model: ") and told[1] == "the rule goes by 'That fixed' (worked)"
    assert told[2] == "context: after the solution [1] 'Sorry for the trouble! Please restart the box.'" and any("cue 'worked'" in line for line in told[3:])
    with pytest.raises(LookupError, match="No label is called 'worked'"):
        tm.explain_finding(TALK, "3", "worked")
    with pytest.raises(LookupError, match="No message is called '7'"):
        tm.explain_finding(TALK, "7", "nudge")


def test_a_label_no_reader_was_asked_about_is_no_false_alarm():
    talk = {"id": "c", "messages": [{"message_id": "1", "role": "customer", "text": "No sound on my box?"}, {"message_id": "2", "role": "agent", "text": "We will call you back tomorrow."}]}
    unasked, asked = (tm.evaluate([talk], [evaluation._labels({"conversation_id": "c", "labels": given})]) for given in ({}, {"2": ["promise"]}))
    assert "promise" not in {s.key for s in unasked.scores} and "promise" not in {e.key for e in unasked.errors}
    assert next(s.f1 for s in asked.scores if s.key == "promise") == 1.0
