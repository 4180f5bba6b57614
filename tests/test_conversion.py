"""Every example of every reader, written in every form and read again: the same conversations, but for what the form says it cannot hold."""

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

import textmetrics as tm
from textmetrics.cli import main
from textmetrics.errors import OutputError, ReadError, UnknownName
from textmetrics.generic import FACTS
from textmetrics.writers import WRITERS

GOLDEN = Path(__file__).parent / "golden" / "readers"
EXAMPLES = sorted(p for p in GOLDEN.glob("*/*") if p.suffix != ".golden" and "problem" not in p.with_name(f"{p.name}.golden").read_text(encoding="utf-8").split("\n")[0][:12])
BACK = {"jsonl": "jsonl", "parquet": "parquet", "vcon": "vcon", "convokit": "convokit"}  # a form, and the reader of it
NAMES = {"jsonl": "x.jsonl", "parquet": "x.parquet", "convokit": "corpus", "vcon": "x.jsonl"}


def held(conversation):
    """A conversation without what no form holds, by the docstrings of the writers."""
    spoke = {m.participant_id for m in conversation.messages}
    messages = [msgspec.structs.replace(m, source="", record=0, reactions=dict(m.reactions)) for m in conversation.messages]
    people = tuple(p for p in conversation.participants if p.id in spoke)
    return msgspec.structs.replace(conversation, participants=people, messages=tuple(messages), columns=dict(conversation.columns))


def round_trip(conversations, form, folder, inputs):
    made = tm.convert(*inputs, to=form, out=folder / NAMES[form])
    again = tm.read(made.path)
    found = {c.id: held(c) for c in again}
    assert {r["reader"] for r in again.inputs} == {BACK[form]}
    assert not again.problems
    assert found == {c.id: held(c) for c in conversations}


@pytest.mark.parametrize("form", BACK)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_an_example_written_and_read_again_is_the_same(path, form, tmp_path):
    if conversations := list(tm.read(path)):
        round_trip(conversations, form, tmp_path, [path])
    else:
        with pytest.raises(ReadError, match="no usable message"):
            tm.convert(path, to=form, out=tmp_path / NAMES[form])


EVERYTHING = [
    {"conversation_id": "a:1/ü", "message_id": "1", "author": "Ana", "role": "customer", "role_confidence": 0.95, "sent_at": "2026-03-02T09:00:00.123456Z", "raw_time": "2/3/26 10:00", "zone_known": False,
     "text": "a\r\nb\u2028 \x00\ufeff😀 ", "reactions": {"likes": 2, "rating": 0.5}, "attachments": ["x.png", "y z.pdf"], "edited": True, "position": 0, "cut": "2026-04-01T00:00:00Z",
     "channel": "email", "language": "es", "customer_id": "0012.0", "case_id": "7", "severity": "high", "queue": "lamps", "status": "open", "rating": 4.5, "columns": {"text": "kept apart", "queue": "a column", "a:b": "c", "team": "north"}},
    {"conversation_id": "a:1/ü", "message_id": "2", "author": "Bo", "role": "agent", "sent_at": "2026-03-02T08:59:30Z", "text": "Hello", "reply_to": "1", "automatic": True, "position": 1},
    {"conversation_id": "a:1/ü", "message_id": "3", "author": "Bo", "role": "note", "visibility": "private", "sent_at": None, "text": "ask Cy", "position": 2},
    {"conversation_id": "a:1/ü", "message_id": "4", "author": "Cy", "role": "other", "role_confidence": 0.8, "raw_time": "soon", "text": "", "reply_to": "nowhere", "position": 3},
    {"conversation_id": "a:1/ü", "message_id": "5", "role": "system", "sent_at": "2026-03-02T09:05:00Z", "raw_time": None, "text": "closed", "position": 4},
    {"conversation_id": "b", "message_id": "0", "sent_at": "2026-03-02T08:58:00+02:00", "visibility": "private", "text": "a note of nobody"},
    {"conversation_id": "b", "message_id": "0a", "author": "Di", "sent_at": "2026-03-02T08:59:00+02:00", "visibility": "private", "text": "a note of somebody whose role is not stated"},
    {"conversation_id": "b", "message_id": "0b", "author": "Di", "sent_at": "2026-03-02T08:59:00+02:00", "text": "Hello?"},
    {"conversation_id": "b", "message_id": "1", "author": "Ana", "role": "bot", "sent_at": "2026-03-02T09:00:00+02:00", "text": "Hi"},
]  # fmt: skip


@pytest.mark.parametrize("form", BACK)
def test_everything_that_can_be_known_comes_back(form, tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in EVERYTHING), encoding="utf-8")
    one, two = tm.read(path)
    first = one.messages[0]
    assert (one.rating, one.cut, one.columns, one.customer_id) == (4.5, datetime(2026, 4, 1, tzinfo=UTC), {"text": "kept apart", "queue": "a column", "a:b": "c", "team": "north"}, "0012.0")
    assert (first.raw_time, first.zone_known, first.edited, first.attachments, dict(first.reactions)) == ("2/3/26 10:00", False, True, ("x.png", "y z.pdf"), {"likes": 2.0, "rating": 0.5})
    assert [(p.id, p.role, p.confidence) for p in one.participants] == [("Ana", "customer", 0.95), ("Bo", "agent", 1.0), ("Bo (note)", "note", 1.0), ("Cy", "other", 0.8), ("system", "system", 1.0)]
    assert [m.raw_time for m in one.messages[1:]] == ["2026-03-02T08:59:30Z", None, "soon", None]
    round_trip([one, two], form, tmp_path, [path])


def test_a_corpus_is_as_convokit_asks_for_it(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in EVERYTHING), encoding="utf-8")
    tm.convert(path, to="convokit", out=tmp_path / "corpus")
    files = {p.name: p.read_text(encoding="utf-8") for p in (tmp_path / "corpus").iterdir()}
    utterances = [json.loads(line) for line in files["utterances.jsonl"].split("\n") if line]
    assert [(u["id"], u["conversation_id"], u["speaker"], u["reply-to"], u["timestamp"]) for u in utterances] == [
        ("1", "a:1/ü", "Ana", None, 1772442000.123456),
        ("2", "a:1/ü", "Bo", "1", 1772441970),
        ("3", "a:1/ü", "Bo", None, None),
        ("4", "a:1/ü", "Cy", None, None),
        ("5", "a:1/ü", "system", None, 1772442300),
        ("0", "b", "", None, 1772434680),
        ("0a", "b", "Di", None, 1772434740),
        ("0b", "b", "Di", None, 1772434740),
        ("b/1", "b", "Ana", None, 1772434800),
    ]
    assert set(json.loads(files["conversations.json"])["a:1/ü"]["meta"]) == {"cut", "text", "team", "a:b", "columns", *FACTS}
    assert utterances[3]["meta"]["reply_to"] == "nowhere"
    assert json.loads(files["speakers.json"])["Cy"] == {"meta": {"role": "other"}, "vectors": []}
    index = json.loads(files["index.json"])
    assert index["utterances-index"]["edited"] == ["<class 'bool'>"] and index["speakers-index"] == {"role": ["<class 'str'>"]}
    assert json.loads(files["corpus.json"]) == {}


def test_vcons_in_a_folder_are_a_file_a_conversation(tmp_path):
    made = tm.convert(GOLDEN / "jsonl" / "generic.jsonl", to="vcon", out=tmp_path / "out")
    assert len(list((tmp_path / "out").glob("*.vcon.json"))) == made.conversations == len(list(tm.read(tmp_path / "out")))
    tm.convert(GOLDEN / "csv" / "export.csv", to="vcon", out=tmp_path / "out")
    assert len(list((tmp_path / "out").iterdir())) == 2, "an earlier one is replaced, not added to"


@pytest.mark.parametrize("form", WRITERS)
def test_a_writer_says_what_it_cannot_hold(form):
    assert "*Not:*" in WRITERS[form].doc


@pytest.mark.parametrize("form", WRITERS)
def test_what_is_there_is_left_as_it_was_unless_all_is_written(form, tmp_path, monkeypatch):
    out = tmp_path / NAMES[form]
    tm.convert(GOLDEN / "csv" / "export.csv", to=form, out=out)
    before = sorted((p.name, p.read_bytes()) for p in [out, *out.rglob("*")] if p.is_file())
    (tmp_path / "empty.jsonl").write_text('{"text": 3, "author": "x"}\n')
    with pytest.raises(ReadError):
        tm.convert(tmp_path / "empty.jsonl", to=form, out=out, format="jsonl")
    monkeypatch.setattr("textmetrics.generic.author", lambda person: 1 / 0)
    monkeypatch.setattr("textmetrics.writers.vcon.author", lambda person: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tm.convert(GOLDEN / "jsonl" / "generic.jsonl", to=form, out=out)
    assert before == sorted((p.name, p.read_bytes()) for p in [out, *out.rglob("*")] if p.is_file())
    assert {p.name for p in tmp_path.iterdir()} == {out.name, "empty.jsonl"}


def test_other_peoples_files_are_never_replaced(tmp_path):
    (tmp_path / "thesis.txt").write_text("all of it")
    for form in ("convokit", "vcon"):
        with pytest.raises(OutputError, match=r"holds other files \(thesis.txt\)"):
            tm.convert(GOLDEN / "csv" / "export.csv", to=form, out=tmp_path)
    with pytest.raises(OutputError, match="is a folder; jsonl writes a file"):
        tm.convert(GOLDEN / "csv" / "export.csv", to="jsonl", out=tmp_path)
    with pytest.raises(OutputError, match="is a file"):
        tm.convert(GOLDEN / "csv" / "export.csv", to="convokit", out=tmp_path / "thesis.txt")
    with pytest.raises(UnknownName, match="Did you mean 'parquet'"):
        tm.convert(GOLDEN / "csv" / "export.csv", to="parkett", out=tmp_path / "x")
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_the_command_tells_problems_and_exits_with_one(tmp_path, capsys):
    assert main(["convert", str(GOLDEN / "csv" / "export.csv"), "--to", "parquet", "--out", str(tmp_path / "x.parquet")]) == 1
    told = capsys.readouterr().err
    assert "2 conversations, 3 messages, 2 problems" in told and "has 7 cells" in told
    assert main(["convert", str(tmp_path / "x.parquet"), "--to", "vcon", "--out", str(tmp_path / "x.jsonl")]) == 0


def test_a_first_line_longer_than_what_a_reader_sees_is_read_again(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"role": "customer", "text": "lamp " * 20_000}) + "\n" + json.dumps({"role": "agent", "text": "Hi"}) + "\n")
    round_trip(list(tm.read(path)), "jsonl", tmp_path / "out", [path])
