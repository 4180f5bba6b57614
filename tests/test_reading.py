"""From files to conversations: packing, encodings, maps, threads, roles, what is set aside."""

import bz2
import gzip
import io
import json
import operator
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

import textmetrics as tm
from textmetrics import delimited, threads
from textmetrics.errors import MissingInput, PackError, ReadError, UnknownFormat
from textmetrics.folding import fold
from textmetrics.sources import Source, lines
from textmetrics.types import Problem, Record

LINE = '{"conversation_id": "a", "author": "ana", "role": "customer", "text": "No sound, señora"}\n'


def zstd(data):
    out = io.BytesIO()
    with pa.CompressedOutputStream(pa.PythonFile(out), "zstd") as stream:
        stream.write(data)
    return out.getvalue() if not out.closed else b""


def packed(kind, data):
    if kind == ".zst":
        return bytes(pa.Codec("zstd").compress(data))
    return {"": lambda d: d, ".gz": gzip.compress, ".bz2": bz2.compress}[kind](data)


@pytest.mark.parametrize("kind", ["", ".gz", ".bz2", ".zst"])
def test_packed_input_reads_like_plain(tmp_path, kind):
    path = tmp_path / f"x.jsonl{kind}"
    path.write_bytes(packed(kind, (LINE * 3).encode()))
    (c,) = tm.read(path)
    assert len(c.messages) == 3


@pytest.mark.parametrize("kind", [".gz", ".bz2", ".zst"])
def test_cut_input_is_never_silent(tmp_path, kind):
    data = "".join(LINE.replace("No sound", f"No sound {n * 7919}") for n in range(20000)).encode()
    whole = packed(kind, data)
    path = tmp_path / f"x.jsonl{kind}"
    path.write_bytes(whole[: len(whole) // 2])
    reading = tm.read(path, format="jsonl")
    kept = sum(len(c.messages) for c in reading)
    assert kept < 20000
    assert any("cut off" in p.reason for p in reading.problems)


def test_zstd_of_several_frames_and_of_windows_as_large_as_public_dumps(tmp_path):
    wide = zstandard.ZstdCompressor(compression_params=zstandard.ZstdCompressionParameters(window_log=28, compression_level=1))
    frames = [wide.compress((LINE * 3).encode()), zstandard.compress(LINE.encode())]
    (tmp_path / "x.jsonl.zst").write_bytes(b"".join(frames))
    (c,) = tm.read(tmp_path / "x.jsonl.zst")
    assert len(c.messages) == 4
    (tmp_path / "x.jsonl.zst").write_bytes(b"".join(frames)[:-3])
    reading = tm.read(tmp_path / "x.jsonl.zst")
    assert sum(len(c.messages) for c in reading) == 3 and any("cut off" in p.reason for p in reading.problems)


def test_formats_says_which_reader_and_why(tmp_path):
    (tmp_path / "a.txt").write_text(LINE)
    (tmp_path / "b.jsonl").write_text("nothing of this kind")
    (tmp_path / "c.bin").write_bytes(b"\x89PNG\x00\x01")
    a, b, c = tm.formats(tmp_path)
    assert (a.reader, list(a.reasons)) == ("jsonl", ["jsonl"]) and a.reasons["jsonl"]
    assert b.reader is None and "--format" in b.advice and "--map" in b.advice
    assert c.reader is None and "skips" in c.advice


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x89PNG\x00\x01", "it is no text"),
        (b"nothing of this kind", "textmetrics list readers"),
        (b"", "it is empty"),
        ((Path(__file__).parent / "sidetables" / "delighted.csv").read_bytes(), "mine --with"),
    ],
)
def test_what_cannot_be_read_is_told_as_formats_does(tmp_path, data, said):
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(UnknownFormat, match=said) as told:
        list(tm.read(tmp_path / "x"))
    assert tm.formats(tmp_path / "x")[0].advice in str(told.value) and len(str(told.value)) < 400
    (tmp_path / "y").write_bytes(data)
    with pytest.raises(UnknownFormat, match="none of the 1 others"):
        list(tm.read(tmp_path))


def test_formats_goes_by_the_map_beside_a_file(tmp_path):
    (tmp_path / "chats.csv").write_text("chat,said\n1,No sound?\n")
    (tmp_path / "labels.csv").write_text("chat,label\n1,x\n")
    (tmp_path / "map.toml").write_text('files = ["chats.csv"]\n[columns]\nconversation_id = "chat"\ntext = "said"\n')
    chats, labels, map_ = tm.formats(tmp_path)
    assert (chats.reader, chats.skipped, labels.reader, labels.skipped, map_.skipped) == ("csv", False, None, True, True)
    reading = tm.read(tmp_path)
    assert [[m.text for m in c.messages] for c in reading] == [["No sound?"]] and len(reading.skipped) == 2, "reading goes the same way"


def test_zip_folder_glob_and_standard_input(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.jsonl").write_text(LINE)
    with zipfile.ZipFile(tmp_path / "d" / "b.zip", "w") as archive:
        archive.writestr("in/b.jsonl", LINE.replace('"a"', '"b"'))
        archive.writestr("__MACOSX/._b.jsonl", "junk")
    assert {c.id for c in tm.read(tmp_path / "d")} == {"a", "b"}
    assert {c.id for c in tm.read(str(tmp_path / "d" / "*.zip"))} == {"b"}
    done = subprocess.run([sys.executable, "-m", "textmetrics", "mine", "-", "--out", str(tmp_path / "out")], input=LINE, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_zip_bomb_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b.jsonl", " " * 5_000_000)
    with pytest.raises(ReadError, match="grows more"):
        list(tm.read(tmp_path / "b.zip"))


def damaged(kind, path):
    """An archive of three members of which the first is damaged in some way."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA if kind == "lzma" else zipfile.ZIP_DEFLATED) as archive:
        for name in ("a.jsonl", "b.jsonl", "../c.jsonl"):
            archive.writestr(name, (LINE * 40).replace('"a"', f'"{name}"'))
    data = bytearray(path.read_bytes())
    entry = data.find(b"PK\x01\x02")
    if kind in ("bytes", "lzma"):
        data[45] ^= 0xFF
        data[60] ^= 0x55
    elif kind == "encrypted":
        data[6] |= 1
        data[entry + 8] |= 1
    elif kind == "unknown method":
        data[8] = data[entry + 10] = 99
    path.write_bytes(data)


@pytest.mark.parametrize("kind", ["bytes", "lzma", "encrypted", "unknown method"])
def test_a_damaged_member_costs_only_itself(tmp_path, kind):
    damaged(kind, tmp_path / "x.zip")
    reading = tm.read(tmp_path / "x.zip")
    assert {c.id for c in reading} >= {"b.jsonl", "../c.jsonl"}
    assert any("a.jsonl" in p.source for p in reading.problems)
    assert not (tmp_path.parent / "c.jsonl").exists()


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def archive():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("señor.jsonl", LINE)
    return out.getvalue()


def columns():
    out = io.BytesIO()
    parquet.write_table(pa.table({"text": [f"No sound {n}" for n in range(3_000)]}), out, row_group_size=1_000, use_dictionary=False)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("x.zip", flipped(archive(), archive().find(b"PK\x01\x02")), "no sound archive"),
        ("x.zip", flipped(archive(), archive().rfind("ñ".encode())), "no sound archive"),
        ("x.zip", archive()[:-30], "no sound archive"),
        ("x.parquet", flipped(columns(), len(columns()) // 2), "no sound Parquet"),
        ("x.parquet.gz", gzip.compress(columns())[:-9], "no sound Parquet"),
    ],
    ids=["list of members", "name of a member", "cut archive", "page", "cut table"],
)
def test_a_damaged_file_is_told_in_one_line_and_costs_only_itself(tmp_path, name, data, said):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ReadError, match=said):
        list(tm.read(tmp_path / name))
    (tmp_path / "y.jsonl").write_text(LINE)
    reading = tm.read(tmp_path)
    messages = sum(len(c.messages) for c in reading)
    assert [said in str(p) for p in reading.problems] == [True]
    assert messages == reading.counts.kept == sum(i["kept"] for i in reading.inputs) >= 1, "what stands before the damage counts"


@pytest.mark.parametrize("before", ["sources._of_file", "pipeline.choose", "sources.Source.sha256"])
def test_a_file_that_vanishes_costs_only_itself(tmp_path, monkeypatch, before):
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_text(LINE)
    whole = operator.attrgetter(before)(tm)
    monkeypatch.setattr(f"textmetrics.{before}", lambda *given: (tmp_path / "a.jsonl").unlink(missing_ok=True) or whole(*given))
    reading = tm.read(tmp_path)
    assert [len(c.messages) for c in reading] == [1]
    assert [str(p) for p in reading.problems] == [f"{tmp_path / 'a.jsonl'}: cannot be read: No such file or directory"]


def test_what_is_no_plain_file_is_said_to_be_none(tmp_path):
    os.mkfifo(tmp_path / "x.jsonl")
    with pytest.raises(ReadError, match="no plain file: give what comes out of it as standard input"):
        list(tm.read(tmp_path / "x.jsonl"))


def test_damaged_gzip_is_a_problem_not_a_crash(tmp_path):
    data = bytearray(gzip.compress((LINE * 5000).encode()))
    data[40] ^= 0xFF
    (tmp_path / "x.jsonl.gz").write_bytes(data)
    reading = tm.read(tmp_path / "x.jsonl.gz", format="jsonl")
    list(reading)
    assert any("damaged" in p.reason for p in reading.problems)


@pytest.mark.parametrize("size", [3_000_000, 5_000_000])
def test_a_line_longer_than_memory_should_hold_costs_only_itself(tmp_path, monkeypatch, size):
    monkeypatch.setattr("textmetrics.sources.LONGEST", 1 << 20)
    long = '{"text": "' + "x" * size + '"}\n'
    (tmp_path / "x.jsonl").write_text(LINE + long + LINE)
    path = tmp_path / "x.jsonl"
    first, problem, last = lines(Source("x.jsonl", lambda: path.open("rb")))
    assert (first.number, problem.line, problem.byte, last.number, last.byte) == (1, 2, len(LINE.encode()), 3, len((LINE + long).encode()))
    assert first.text == last.text == LINE.strip()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings(tmp_path, encoding):
    path = tmp_path / "x.jsonl"
    path.write_bytes(LINE.encode(encoding))
    reading = tm.read(path, format="jsonl")
    (c,) = reading
    assert c.messages[0].text == "No sound, señora"
    assert bool(reading.problems) == (encoding == "cp1252"), "what is no UTF-8 is said to be so"


def test_what_nobody_knows_and_what_two_know(tmp_path, monkeypatch):
    (tmp_path / "x.bin").write_text("what is this\n")
    with pytest.raises(ReadError, match="no reader knows"):
        list(tm.read(tmp_path / "x.bin"))
    with pytest.raises(MissingInput):
        list(tm.read(tmp_path / "missing.csv"))
    from textmetrics.readers import READERS

    monkeypatch.setitem(READERS._items, "twin", READERS["jsonl"])
    monkeypatch.setattr(READERS, "_names", (*READERS.names, "twin"))
    (tmp_path / "x.jsonl").write_text(LINE)
    with pytest.raises(ReadError, match="jsonl or twin"):
        list(tm.read(tmp_path / "x.jsonl"))


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
