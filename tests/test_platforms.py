"""Exports of platforms: what broke parsers before, what comes cut or damaged, what is spread over files."""

import json
import random
import zipfile
from pathlib import Path

import pytest

import textmetrics as tm
from textmetrics import exports
from textmetrics.documents import Item
from textmetrics.errors import TextmetricsError
from textmetrics.mapping import GENERIC_FORM
from textmetrics.readers import READERS, claimants
from textmetrics.sources import sources
from textmetrics.types import Problem

GOLDEN = Path(__file__).parent / "golden" / "readers"
PLATFORMS = sorted(n for n, r in READERS.items() if not r.shape)
JSONS = sorted(p for n in PLATFORMS for p in (GOLDEN / n).rglob("*.json"))
WRONG = [None, "", 0, -1, 3.5, True, [], {}, "x", [1], [None], {"a": None}, "2026-13-99", 1e308, "null"]


def places(value, at=()):
    """Every place in a JSON document."""
    yield at
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[key], (*at, key))


def put(value, at, new):
    if not at:
        return new
    value = value.copy()
    value[at[0]] = put(value[at[0]], at[1:], new)
    return value


def read(path, name):
    """What a reader makes of a file: conversations and problems, or the one error that is allowed."""
    reading = tm.read(path, format=name)
    try:
        return list(reading), reading.problems
    except TextmetricsError as error:
        return [], [error]


@pytest.mark.parametrize("path", JSONS, ids=lambda p: str(p.relative_to(GOLDEN)))
def test_values_of_a_wrong_kind_never_break_a_reader(path, tmp_path):
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return  # an object a line
    rng = random.Random(path.name)
    for at in rng.sample(found := list(places(whole)), min(12, len(found))):
        (tmp_path / path.name).write_text(json.dumps(put(whole, at, rng.choice(WRONG))))
        claimants(next(iter(sources([tmp_path / path.name]))))
        read(tmp_path / path.name, path.relative_to(GOLDEN).parts[0])


ODD = [  # all of these once stopped a run
    {"sender_id": "1", "events": [5]},
    {"topic_list": 5},
    {"chats": [{"users": [], "thread": 5}]},
    {"users": [], "threads": [5]},
    {"event": "x", "chat": {"messages": [{"sender": 5}]}},
    {"type": "message", "ts": "1700000000.000100", "user": "U1", "text": "Hi", "subtype": [5]},
    {"_id": "1", "rid": "r", "msg": "Hi", "u": {"_id": "1"}, "ts": "2026-03-02T09:00:00Z", "reactions": {":ok:": {"usernames": True}}},
]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: " ".join(odd))
def test_odd_objects_stop_no_run(odd, tmp_path):
    (tmp_path / "odd.json").write_text(json.dumps([odd]))
    (tmp_path / "sound.jsonl").write_text('{"conversation_id": "sound", "text": "Hi"}\n')
    assert "sound" in [c.id for c in tm.read(tmp_path)]


DAMAGED = {  # a reader -> a file that once stopped a run
    "twcs": "tweet_id,inbound,in_response_to_tweet_id,text\n1,True,,Hi\n",
    "telegram_pages": '<div class="page_body chat_page"></div>',
    "freshdesk": '<?xml version="1.0" encoding="UTF-99"?><helpdesk-tickets/>',
    "stackexchange": '<?xml version="1.0" encoding="UTF-99"?><comments><row Id="5" PostId="2" Text="Hi" CreationDate="2026-03-02T11:00:00" UserId="1"/></comments>',
    "captions": f"{'9' * 400}:00:00.000,0:00:01.000\nHi\n",
    "salesforce": f'<p align="center">Chat Started: Monday</p>( {"9" * 40}s ) Ana: Hi',
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_files_cost_only_themselves(name, tmp_path):
    path = tmp_path / "x.txt"
    path.write_text(DAMAGED[name])
    read(path, name)


LOGS = {
    "irc": "[2010-01-01 00:00:01] *** Joins: ana (a@example.org)\n[2010-01-01 00:00:02] <ana> tom: did it hum?\n[2010-01-01 00:00:03] * tom says: it did\n",
    "whatsapp": "[2010-01-01 00:00:02] Ana: did it hum?\n[2010-01-01 00:00:03] <3 Tom: it did\n[2010-01-01 00:00:04] Ana: <ana> tom: is how IRC writes\n",
}


@pytest.mark.parametrize("name", LOGS)
def test_logs_of_irc_and_chats_of_whatsapp_are_told_apart(name, tmp_path):
    (tmp_path / "x.txt").write_text(LOGS[name])
    assert list(claimants(next(iter(sources([tmp_path / "x.txt"]))))) == [name]


@pytest.mark.parametrize("path", JSONS, ids=lambda p: str(p.relative_to(GOLDEN)))
def test_a_cut_export_keeps_its_head_and_says_so(path, tmp_path):
    data = path.read_bytes().rstrip()
    for share in (0.3, 0.6, 0.9):
        (tmp_path / path.name).write_bytes(data[: int(len(data) * share)])
        _, problems = read(tmp_path / path.name, path.relative_to(GOLDEN).parts[0])
        assert problems, "a cut is never silent"


@pytest.mark.parametrize("path", sorted(p for n in PLATFORMS for p in (GOLDEN / n).iterdir() if p.is_dir()), ids=lambda p: str(p.relative_to(GOLDEN)))
def test_files_of_one_export_join_in_an_archive_as_in_a_folder(path, tmp_path):
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for file in path.rglob("*"):
            if file.is_file():
                archive.write(file, f"export/{file.relative_to(path)}")

    def said(reading):
        return [(c.id, c.customer_id, c.queue, [(m.id, m.participant_id, m.text, m.sent_at) for m in c.messages]) for c in reading]

    assert sorted(said(tm.read(tmp_path / "export.zip"))) == sorted(said(tm.read(path)))


@pytest.mark.parametrize("name", PLATFORMS)
def test_private_notes_are_notes_and_nothing_else_is_private(name):
    for path in (GOLDEN / name).iterdir():
        if path.suffix != ".golden":
            for c in tm.read(path, format=name):
                assert all(m.private == (c.role_of(m.participant_id) == "note") for m in c.messages)


def test_an_export_beside_its_own_copy_adds_nothing(tmp_path):
    text = (GOLDEN / "zendesk" / "export.ndjson").read_text(encoding="utf-8")
    for name in ("a.ndjson", "b.ndjson"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    reading = tm.read(tmp_path)
    assert sorted(len(c.messages) for c in reading) == [3, 4, 5, 6]
    assert reading.counts.merged == 18


@pytest.mark.parametrize("names", [("a.json", "b.json"), ("b.json", "a.json")])
def test_of_two_exports_of_a_conversation_the_newest_is_believed(tmp_path, names):
    early, late = names
    whole = json.loads((GOLDEN / "intercom" / "conversation.json").read_text(encoding="utf-8"))
    part = whole | {"state": "open", "updated_at": 1772443500, "conversation_rating": None, "tags": None}
    parts = whole["conversation_parts"]["conversation_parts"]
    part["conversation_parts"] = {"conversation_parts": parts[:4]}
    (tmp_path / early).write_text(json.dumps(part))
    (tmp_path / late).write_text(json.dumps(whole))
    (c,) = tm.read(tmp_path)
    assert (c.status, c.rating, c.columns["tags"], len(c.messages)) == ("closed", 2.0, "lamp, vip", 7)


def test_of_two_states_of_a_conversation_in_one_file_the_newest_is_believed(tmp_path):
    ticket = {"id": 5, "requester_id": 1, "responder_id": 2, "source": 2, "fr_escalated": False, "created_at": "2026-03-02T10:00:00Z", "description_text": "No heat"}
    states = [ticket | {"status": status, "subject": subject, "updated_at": f"2026-03-0{day}T10:00:00Z"} for status, subject, day in ((2, "Heat", 2), (5, "Heat is back", 4), (3, "Heat?", 3))]
    (tmp_path / "tickets.json").write_text(json.dumps(states))
    (c,) = tm.read(tmp_path)
    assert (c.status, c.columns["subject"], len(c.messages)) == ("closed", "Heat is back", 1)


def test_facts_hold_whichever_message_they_come_with(tmp_path):
    (tmp_path / "ticket.csv").write_text("id,requester_id,submitter_id,subject,status,description,via_channel\n7,1,1,Hi,open,Hi,chat\n")
    (tmp_path / "ticket_comment.csv").write_text("id,body,created,public,ticket_id,user_id\n2,Hello,2026-01-01 11:00:00,TRUE,7,2\n1,Hi,2026-01-01 10:00:00,TRUE,7,1\n")
    (c,) = tm.read(tmp_path)
    assert (c.channel, c.status, [m.text for m in c.messages]) == ("chat", "open", ["Hi", "Hello"])


def test_two_exports_in_two_folders_are_not_joined(tmp_path):
    for folder, name in (("one", "Ana"), ("two", "Bea")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "ticket_comment.csv").write_text(f"id,body,created,public,ticket_id,user_id\n{folder}1,Hi,2026-01-01 10:00:00,TRUE,7,1\n")
        (tmp_path / folder / "user.csv").write_text(f"id,email,name,role\n1,x@example.com,{name},end-user\n")
    assert sorted(c.participants[0].id for c in tm.read(tmp_path)) == ["Ana", "Bea"]


def test_ids_that_a_spreadsheet_made_numbers_of_still_join(tmp_path):
    (tmp_path / "ticket_comment.csv").write_text("id,body,created,public,ticket_id,user_id\n5.0,Hi,2026-01-01 10:00:00,TRUE,7.0,1.0\n")
    (tmp_path / "user.csv").write_text("id,email,name,role\n1,x@example.com,Ana,end-user\n")
    (c,) = tm.read(tmp_path)
    assert (c.id, c.messages[0].id, c.participants[0].id, c.participants[0].role) == ("7", "5", "Ana", "customer")


def test_a_document_of_one_long_line_is_claimed_by_its_beginning(tmp_path, monkeypatch):
    monkeypatch.setattr("textmetrics.sources.LONGEST", 1 << 16)
    tickets = [{"id": n, "requester_id": 1, "submitter_id": 1, "subject": "x", "status": "open", "description": "d " * 500, "comments": []} for n in range(200)]
    (tmp_path / "x.json").write_text(json.dumps({"tickets": tickets}))
    (source,) = sources([tmp_path / "x.json"])
    assert list(claimants(source)) == ["zendesk"]


TABLES = {"a comma": "id,body\n1,x\n", "a semicolon": "sep=;\nid;body\n1;x\n", "UTF-16": "id\tbody\n1\tx\n"}


@pytest.mark.parametrize("kind", TABLES)
def test_rows_and_objects_are_the_same_to_a_reader(tmp_path, kind):
    path = tmp_path / "x.csv"
    path.write_text(TABLES[kind], encoding="utf-16" if kind == "UTF-16" else "utf-8")
    (source,) = sources([path])
    assert exports.columns(source.head()) == ("id", "body")
    assert [i.value for i in exports.items(source)] == [{"id": "1", "body": "x"}]


def test_a_call_is_over_with_its_last_word_and_a_ticket_is_not(tmp_path):
    for call, minute in (("a", 0), ("b", 59)):
        turn = {"BeginOffsetMillis": 1000, "EndOffsetMillis": 2000, "Content": "Is it still broken?", "Id": call, "ParticipantId": "CUSTOMER"}
        uri = f"s3://x/{call}_20260302T10:{minute:02}_UTC.wav"
        (tmp_path / f"{call}.json").write_text(json.dumps({"Channel": "VOICE", "CustomerMetadata": {"ContactId": call, "InputS3Uri": uri}, "Transcript": [turn]}))
    cuts = {c.id: c.cut.isoformat() for c in tm.read(tmp_path)}
    assert cuts == {"a": "2026-03-02T10:00:01+00:00", "b": "2026-03-02T10:59:01+00:00"}


def test_one_list_of_objects_and_problems_at_their_places(tmp_path):
    (tmp_path / "x.ndjson").write_text('{"id": 1}\nbroken\n{"id": 2}\n')
    (source,) = sources([tmp_path / "x.ndjson"])
    seen = list(exports.items(source))
    assert [i.value["id"] for i in seen if isinstance(i, Item)] == [1, 2]
    assert [(p.line, p.byte) for p in seen if isinstance(p, Problem)] == [(2, 10)]


def test_what_lies_beside_an_export_does_not_keep_it_from_being_read(tmp_path):
    (tmp_path / "export.ndjson").write_text((GOLDEN / "zendesk" / "export.ndjson").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "lamp.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    (tmp_path / "readme.txt").write_text("Exported on Monday\n")
    reading = tm.read(tmp_path)
    assert len(list(reading)) == 4
    assert [Path(p.source).name for p in reading.problems if "no reader" in p.reason] == ["readme.txt"]
    assert [Path(s).name for s in reading.skipped] == ["lamp.png"]
    with pytest.raises(TextmetricsError, match="no reader knows"):
        list(tm.read(tmp_path / "readme.txt", tmp_path / "export.ndjson"))


LEFT_OUT = {
    "zendesk/audits.json": {"Change": 1, "Create": 2},
    "zendesk_chat/chats.json": {"chat.memberjoin": 1, "chat.memberleave": 1, "chat.queue_position": 1, "chat.rating": 2},
    "intercom/conversation.json": {"assignment": 1},
    "helpscout/conversations.json": {"draft": 1, "lineitem": 1},
    "livechat/archives.json": {"custom": 1},
    "amazon_connect/chat.json": {"chat.ended": 1, "participant.joined": 1},
    "tawk/webhooks.jsonl": {"chat:start": 1},
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_is_no_message_is_counted(name):
    reading = tm.read(GOLDEN / name)
    list(reading)
    assert reading.inputs[0]["left_out"] == LEFT_OUT[name]
    assert reading.counts.left_out == sum(LEFT_OUT[name].values())


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_page_of_a_reader_is_whole(name):
    told = [heading in READERS[name].doc for heading in ("*Export:*", "*Reads:*", "*Not:*")]
    assert all(told) or not any(told), "say where to click, what is read and what is not"


def test_memory_of_people_and_ids_does_not_grow_with_an_export(monkeypatch, tmp_path):
    monkeypatch.setattr(exports, "LATEST", 10)
    (tmp_path / "x.json").write_text("{}")
    (source,) = sources([tmp_path / "x.json"])
    make = exports.Messages(source, GENERIC_FORM)
    found = [r for n in range(200) for r in make.make(Item({}, n), f"c{n}", f"text {n}", who="u1", name="Ana", message_id=f"m{n}")]
    assert [r.author for r in found] == ["Ana"] * 200 and [r.message_id for r in found] == [f"m{n}" for n in range(200)]
    assert len(make._names) <= 11 and len(make._said) <= 41


@pytest.mark.parametrize("path", JSONS, ids=lambda p: str(p.relative_to(GOLDEN)))
def test_a_message_that_says_none_or_not_applicable_is_a_message(path, tmp_path):
    name, text = path.relative_to(GOLDEN).parts[0], path.read_text(encoding="utf-8")
    had = [m for c in tm.read(path, format=name) for m in c.messages]
    for said in sorted({f'"{m.text}"' for m in had if text.count(f'"{m.text}"') == 1}):
        for answer in ('"None"', '"n/a"'):
            (tmp_path / path.name).write_text(text.replace(said, answer), encoding="utf-8")
            assert sum(len(c.messages) for c in tm.read(tmp_path / path.name, format=name)) == len(had), said


def test_who_submits_a_ticket_for_somebody_wrote_its_description(tmp_path):
    rows = "7,1,2,Invoice,open,He wants an invoice,phone\n8,1,2,Sample ticket,open,I need your help,sample_ticket\n"
    (tmp_path / "ticket.csv").write_text(f"id,requester_id,submitter_id,subject,status,description,via_channel\n{rows}")
    by_agent, sample = tm.read(tmp_path)
    assert [(p.id, p.role) for p in (*by_agent.participants, *sample.participants)] == [("2", "agent"), ("1", "customer")]
    assert by_agent.customer_id == sample.customer_id == "1"


def test_earlier_forms_of_a_message_are_counted(tmp_path):
    def update(n, text):
        chat, who = {"id": -9, "title": "Shop", "type": "group"}, {"id": 5, "is_bot": False, "first_name": "Ana"}
        return {"update_id": n, "message": {"message_id": 1, "date": 1772442000, "chat": chat, "from": who, "text": text}}

    (tmp_path / "updates.json").write_text(json.dumps({"ok": True, "result": [update(1, "Helo"), update(2, "Hello")]}))
    reading = tm.read(tmp_path)
    assert [(m.text, m.edited) for c in reading for m in c.messages] == [("Hello", True)]
    assert reading.inputs[0]["left_out"] == {"earlier forms of messages": 1}


def test_direct_messages_of_one_second_come_in_the_order_of_their_numbers(tmp_path):
    people = {1: {"id_str": "1", "screen_name": "ana"}, 2: {"id_str": "2", "screen_name": "shop"}}
    said = [(101, 1, 2, "My box is dead"), (102, 1, 2, "Hello?"), (103, 2, 1, "Which box?"), (104, 2, 1, "The black one?"), (105, 1, 2, "Yes")]
    rows = [
        {"id_str": str(id_), "created_at": f"Mon Mar 02 10:00:{n // 2:02} +0000 2026", "text": text, "sender": people[a], "recipient": people[b]}
        for n, (id_, a, b, text) in enumerate(said)
    ]
    (tmp_path / "dms.json").write_text(json.dumps(rows[::-1]))
    (c,) = tm.read(tmp_path)
    assert [m.text for m in c.messages] == [text for *_, text in said]
