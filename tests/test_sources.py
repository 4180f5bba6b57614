"""What is opened: packed, damaged, vanished and odd files, encodings, standard input."""

import bz2
import gzip
import io
import operator
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
import zstandard
from pyarrow import parquet

import textmetrics as tm
from textmetrics.errors import MissingInput, ReadError, UnknownFormat
from textmetrics.sources import Source, lines

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
