"""From files to conversations: maps, threads, roles, what is set aside."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import textmetrics as tm
from textmetrics import delimited, threads
from textmetrics.errors import MissingInput, PackError, ReadError
from textmetrics.folding import fold
from textmetrics.sources import Source
from textmetrics.types import Problem, Record

LINE = '{"conversation_id": "a", "author": "ana", "role": "customer", "text": "No sound, señora"}\n'


def test_map_names_columns_roles_values_times(tmp_path):
    (tmp_path / "x.csv").write_text("Ticket;Who;Kind;When;Body;Prio;Team\n7;Ana;Kunde;31.12.2025 23:30;\"<p>Kein Ton &amp; kein Bild</p>\";1-hoch;Audio\n", encoding="cp1252")
    (tmp_path / "m.toml").write_text(
        'channel = "email"\nhtml = true\ntimezone = "Europe/Berlin"\ntime_format = "%d.%m.%Y %H:%M"\n[columns]\nconversation_id = "Ticket"\nauthor = "Who"\nrole = "Kind"\n'
        'sent_at = "When"\ntext = "Body"\nseverity = "Prio"\nteam = "Team"\n[roles]\nKunde = "customer"\n[values.severity]\n"1-hoch" = "high"\n'
    )
    (c,) = tm.read(tmp_path / "x.csv", map=tmp_path / "m.toml")
    assert (c.id, c.channel, c.severity, c.columns["team"]) == ("7", "email", "high", "Audio")
    assert c.messages[0].text == "Kein Ton & kein Bild" and c.messages[0].sent_at.isoformat() == "2025-12-31T22:30:00+00:00"
    assert c.participants[0].role == "customer"


@pytest.mark.parametrize(
    ("map_", "key"),
    [
        ("[columns]\nauthor = 'x'\n", "columns.text"),
        ("colour = 1\n[columns]\ntext = 'x'\n", "colour"),
        ("threads = 'vibes'\n[columns]\ntext = 'x'\n", "threads"),
        ("timezone = 'Europe/Madird'\n[columns]\ntext = 'x'\n", "timezone"),
        ("[columns]\ntext = 'x'\n[roles]\nboss = 'king'\n", "roles.boss"),
        ("[columns\n", "-"),
    ],
)
def test_a_wrong_map_says_where(tmp_path, map_, key):
    (tmp_path / "m.toml").write_text(map_)
    with pytest.raises(PackError, match=key.replace(".", r"\.")):
        tm.read(tmp_path / "x.csv", map=tmp_path / "m.toml")


@pytest.mark.parametrize(("first", "sure"), [(None, {"ana": 0.9, "bo": 0.8}), ("m0", {"ana": 0.6, "bo": 0.6})], ids=["opens", "answers somebody who is not here"])
def test_who_asked_is_less_sure_where_the_first_message_is_an_answer(tmp_path, first, sure):
    said = [{"message_id": "m1", "reply_to": first, "author": "ana", "text": "Mine too"}, {"message_id": "m2", "reply_to": "m1", "author": "bo", "text": "Restart it"}]
    (tmp_path / "x.jsonl").write_text("".join(json.dumps({"conversation_id": "1", "sent_at": f"2026-03-02T09:0{n}:00Z", **m}) + "\n" for n, m in enumerate(said)))
    (c,) = tm.read(tmp_path)
    assert {p.id: p.confidence for p in c.participants} == sure and [p.role for p in c.participants] == ["customer", "agent"]


def test_roles_file_overrides(tmp_path):
    (tmp_path / "x.jsonl").write_text('{"conversation_id": "a", "author": "tom", "text": "Welcome"}\n{"conversation_id": "a", "author": "ana", "text": "Hi, no sound?"}\n')
    (before,) = tm.read(tmp_path / "x.jsonl")
    assert before.role_of("tom") == "customer"
    (tmp_path / "r.toml").write_text('[roles]\n"t*" = "agent"\nana = "customer"\n')
    (after,) = tm.read(tmp_path / "x.jsonl", roles=tmp_path / "r.toml")
    assert (after.role_of("tom"), after.role_of("ana")) == ("agent", "customer")


def test_the_same_export_twice_is_merged(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_text(LINE.replace('"author"', '"message_id": "m1", "author"'))
    reading = tm.read(tmp_path / "a.jsonl", tmp_path / "b.jsonl")
    (c,) = reading
    assert len(c.messages) == 1 and reading.counts.merged == 1


@pytest.mark.parametrize("places", [("2023/chat/a.jsonl", "2024/chat/a.jsonl", "2025/chat/a.jsonl"), ("chat/a.jsonl", "chat/a.csv")], ids=["folders of one name", "formats in one folder"])
def test_no_two_exports_share_an_id(tmp_path, places):
    for place in places:
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        ids = ("a", "a@chat") if place == places[-1] else ("a",)  # one of them looks like what another is told apart by
        rows = [f"{id},ana,No sound in {place}\n" for id in ids]
        path.write_text("conversation_id,author,text\n" + "".join(rows) if path.suffix == ".csv" else "".join(LINE.replace('"a"', f'"{id}"') for id in ids))
    ids = [c.id for c in tm.read(tmp_path)]
    assert len(set(ids)) == len(ids) == len(places) + 1 and {"a", "a@chat"} <= set(ids)


def test_what_a_run_wrote_into_the_input_is_no_input(tmp_path):
    (tmp_path / "a.jsonl").write_text(LINE)
    for _ in range(2):
        assert len(tm.mine(tmp_path, out=tmp_path / "out").run["inputs"]) == 1
    assert [c.id for c in tm.read(tmp_path / "out" / "messages.parquet")] == ["a"], "asked for by name it is"
    with pytest.raises(MissingInput, match="only what a run wrote"):
        list(tm.read(tmp_path / "out"))


def test_a_file_that_is_named_in_two_ways_is_read_once(tmp_path, monkeypatch):
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.jsonl").write_text(LINE)
    monkeypatch.chdir(tmp_path)
    (c,) = tm.read("a.jsonl", "sub/../a.jsonl", tmp_path)
    assert len(c.messages) == 1


def test_newest_first_exports_are_turned(tmp_path):
    rows = [f'{{"conversation_id": "{c}", "author": "{a}", "sent_at": "2026-03-02T09:{m:02}:00Z", "text": "t{m}"}}\n' for c in "ab" for a, m in (("x", 30), ("y", 20), ("z", 10))]
    (tmp_path / "x.jsonl").write_text("".join(rows))
    assert [[m.text for m in c.messages] for c in tm.read(tmp_path / "x.jsonl")] == [["t10", "t20", "t30"]] * 2


def test_every_record_is_accounted_for(tmp_path):
    (tmp_path / "x.jsonl").write_text(LINE + "junk\n" + LINE + '{"text": 5}\n')
    reading = tm.read(tmp_path / "x.jsonl")
    kept = sum(len(c.messages) for c in reading)
    assert (reading.counts.records, reading.counts.kept, reading.counts.set_aside) == (4, 2, 2) and kept == 2


def table(text):
    return Source("x.csv", lambda: io.BytesIO(text.encode()))


@given(st.lists(st.lists(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\ue00d\x00\n")), min_size=3, max_size=3), min_size=1, max_size=6))
def test_what_a_csv_writer_wrote_is_read_back(rows):
    quoted = ["a,b,c"] + [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    read = [list(r.cells.values()) for r in delimited.rows(table("\n".join(quoted) + "\n")) if not isinstance(r, Problem)]
    assert read == rows


def test_a_bare_carriage_return_is_text():
    (row,) = delimited.rows(table("a,b\none \r\rcell,two\n"))
    assert row.cells == {"a": "one \r\rcell", "b": "two"}


def chat(*lines):
    from datetime import UTC, datetime

    records = []
    for n, line in enumerate(lines):
        time, author, text = line.split(" ", 2)
        records.append(Record(text=text, author=author, sent_at=datetime(2026, 1, 1, int(time[:2]), int(time[3:]), tzinfo=UTC), message_id=str(n), source="x", number=n))
    return [[m.text for m in c.messages] for c in threads.assemble(records, "silence", "file")]


def test_channel_is_cut_by_who_answers_whom():
    assert chat(
        "09:00 ana how do I mount a usb stick?", "09:01 cy why does my printer print blank pages?", "09:02 bo ana: plug it in", "09:03 di cy: out of ink", "09:04 ana bo: it does not mount"
    ) == [["how do I mount a usb stick?", "ana: plug it in", "bo: it does not mount"], ["why does my printer print blank pages?", "cy: out of ink"]]


def test_channel_is_cut_by_silence():
    assert len(chat("09:00 ana how do I mount a usb stick?", "15:00 ana how do I eject the usb stick?")) == 2


def test_lines_of_the_system_stay_where_they_stand():
    from datetime import UTC, datetime

    said = [("00:10", "system", "ana joined"), ("09:00", "customer", "no sound?"), ("09:01", "system", "tom joined"), ("09:02", "agent", "restart it"), ("20:00", "customer", "no picture?"), ("20:01", "note", "again")]
    records = [
        Record(text=text, author=role, role=role, sent_at=datetime(2026, 1, 1, int(at[:2]), int(at[3:]), tzinfo=UTC), message_id=str(n), conversation_id="room", source="x", number=n)
        for n, (at, role, text) in enumerate(said)
    ]
    found = list(threads.assemble(records, "silence", "file"))
    assert [[m.text for m in c.messages] for c in found] == [["ana joined", "no sound?", "tom joined", "restart it"], ["no picture?", "again"]]
    assert [c.id for c in found] == ["1", "4"], "named after what is said"
    assert [len(c.messages) for c in threads.assemble(records[:1], "silence", "file")] == [1], "nothing is lost where nobody speaks"


@given(st.text())
def test_folding_keeps_every_character_in_its_place(text):
    assert len(fold(text)) == len(text)


def test_what_begins_with_an_underscore_is_read_and_what_systems_leave_is_not(tmp_path):
    with zipfile.ZipFile(tmp_path / "chat.zip", "w") as archive:
        archive.writestr("_chat.txt", "[13/03/26, 09:00:00] Ana: No sound?\n[13/03/26, 09:01:00] Tom: Restart it\n")
        archive.writestr("__MACOSX/._chat.txt", "x")
        archive.writestr("_SUCCESS", "")
    reading = tm.read(tmp_path / "chat.zip")
    assert [len(c.messages) for c in reading] == [2] and [Path(i["name"]).name for i in reading.inputs] == ["chat.zip!_chat.txt"] and not reading.skipped


def slack_day(folder, day, *said):
    rows = [{"type": "message", "user": who, "text": text, "ts": f"{at}.000100"} | ({"thread_ts": f"{thread}.000100"} if thread else {}) for at, who, text, thread in said]
    (folder / f"{day}.json").write_text(json.dumps(rows))


@pytest.mark.parametrize("more", [False, True], ids=["two people", "three people"])
def test_threads_of_a_channel_stay_apart_from_what_is_said_around_them(tmp_path, more):
    folder = tmp_path / "help"
    folder.mkdir()
    t = 1772442000
    slack_day(
        folder, "2026-03-02", (t, "ana", "Is the box down?", None), (t + 60, "tom", "Yes, since nine", None), (t + 90, "ana", "My invoice is wrong", t + 90), (t + 120, "ana", "Thanks for the box", None)
    )
    slack_day(folder, "2026-03-04", (t + 172800, "tom", "We sent a new one", t + 90), (t + 172860, "cy" if more else "ana", "Now it is right", t + 90), (t + 250000, "ana", "And the box again", None))
    found = list(tm.read(tmp_path))
    assert sorted([m.text for m in c.messages] for c in found) == [
        ["And the box again"],
        ["Is the box down?", "Yes, since nine", "Thanks for the box"],
        ["My invoice is wrong", "We sent a new one", "Now it is right"],
    ]
    assert len({c.cut for c in found}) == 1, "days of one export are cut together"


@pytest.mark.parametrize(
    ("header", "cells", "named"),
    [
        ("created_at,plan", "2026-03-02 10:00,7", ["created_at"]),
        ("Datum,plan", "45292.4166667,7", ["Datum"]),
        ("created_at,plan", "soon,7", []),
        ("sent_at,closed", "2026-03-02 10:00,2026-03-03", []),
    ],
)
def test_times_in_a_column_of_another_name_are_told(tmp_path, header, cells, named):
    (tmp_path / "a.csv").write_text(f"conversation_id,text,{header}\n1,Hi,{cells}\n2,Ho,{cells}\n")
    reading = tm.read(tmp_path / "a.csv")
    list(reading)
    assert [name for p in reading.problems for name in named if repr(name) in p.reason] == named
    assert len(reading.problems) == len(named)


def test_what_is_no_export_is_called_what_it_is(tmp_path):
    (tmp_path / "nps.csv").write_text('"id","person_email","score","nps_category","comment","created_at"\n"1","ana@example.com","9","promoter","","2026-03-02 10:00:00 UTC"\n')
    (tmp_path / "talk.csv").write_text("conversation_id,author,text\n1,Ana,Hi\n")
    with pytest.raises(ReadError, match=r"side table \(delighted\): join it with mine --with"):
        list(tm.read(tmp_path / "nps.csv"))
    reading = tm.read(tmp_path)
    assert len(list(reading)) == 1
    assert [p.reason for p in reading.problems] == ["it is a side table (delighted): join it with mine --with"]
    (tmp_path / "contacts.json").write_text('[{"id": 1, "name": "Rachel", "email": "r@example.com", "active": false, "mobile": null, "phone": null, "twitter_id": null, "time_zone": "Rome"}]')
    with pytest.raises(ReadError, match=r"holds no usable message \(left out: 1 people\)"):
        tm.convert(tmp_path / "contacts.json", to="jsonl", out=tmp_path / "x.jsonl")


def test_a_rating_with_a_decimal_comma_is_a_number(tmp_path):
    (tmp_path / "a.csv").write_text("conversation_id;text;rating\n1;Hi;4,5\n")
    (c,) = tm.read(tmp_path / "a.csv")
    assert c.rating == 4.5
