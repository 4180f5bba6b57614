"""What spreadsheets do to exports: ids as numbers, dates as days, columns of one name, whole transcripts in a cell, workbooks that are none."""

import io
import zipfile

import openpyxl
import pytest

import textmetrics as tm
from textmetrics.errors import ReadError, UnknownFormat
from textmetrics.times import Clock

IDS = {  # ids of a column -> what it is told of them
    ("12345678901234500", "98765432109876500"): "rounded its conversation_id",
    ("12345678901234500", "98765432109876543"): None,
    ("1.23457E+17",): "rounded its conversation_id",
    ("1234567890123450",): None,  # one of ten ends so
    ("12", "20"): None,
}


@pytest.mark.parametrize("ids", IDS, ids=" ".join)
def test_rounded_ids_are_told_once(tmp_path, ids):
    path = tmp_path / "x.csv"
    path.write_text("conversation_id,role,text\n" + "".join(f"{i},customer,Hi\n" for i in ids))
    reading = tm.read(path)
    assert [c.id for c in reading] == list(ids)
    told = [p.reason for p in reading.problems]
    assert (len(told) == 1 and IDS[ids] in told[0]) if IDS[ids] else not told


TIMES = {"46083.5": "2026-03-02T11:00", "46083,5": "2026-03-02T11:00", "46083": "2026-03-01T23:00", "46083.9999999": "2026-03-02T23:00", "12345": None, "2026-03-02T12:00Z": "2026-03-02T12:00"}


@pytest.mark.parametrize("text", TIMES)
def test_days_of_a_spreadsheet_are_times(text):
    found = Clock(timezone="Europe/Madrid").read(text)
    assert (found and found.isoformat()[:16]) == TIMES[text]


def test_a_map_chooses_among_columns_of_one_name(tmp_path):
    (tmp_path / "x.csv").write_text("id,text,text\n1,draft,final\n")
    (tmp_path / "map.toml").write_text('[columns]\ntext = "text (2)"\n')
    reading = tm.read(tmp_path / "x.csv")
    assert [m.text for c in reading for m in c.messages] == ["final"]
    assert [p.kept for p in reading.problems] == [True]


CELLS = {  # a text -> whether it is a whole transcript
    "(10:00:01) Ana: hi\n(10:00:09) Bo (agent): hello": True,
    "10:00 Ana: hi\n10:01 Bo: hello": True,  # no colon to spare
    "Chat of Monday\n2026-03-02 10:00 Ana: hi\n\n2026-03-02 10:01 Bo: hello": True,
    "10:00 Ana: hi\n10:01 nobody came": False,
    "10:00 Ana: hi 10:01 Bo: hello": False,
    "I wrote at 10:00: nobody came": False,
    "a: b\nc: d\ne: f\ng: h": False,
}


@pytest.mark.parametrize("cell", CELLS)
def test_whole_transcripts_in_cells_are_told(tmp_path, cell):
    (tmp_path / "x.csv").write_text(f'conversation_id,text\n1,"{cell}"\n2,"{cell}"\n3,Hi\n')
    reading = tm.read(tmp_path / "x.csv")
    assert len(list(reading)) == 3
    assert [p.reason[:37] for p in reading.problems] == ["2 of its 3 texts are whole transcript"] * CELLS[cell]


def workbook(path, *rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


def test_a_map_describes_a_workbook(tmp_path):
    workbook(tmp_path / "x.xlsx", ["Ticket", "Body"], [7, "Hi"], [8, None])
    (tmp_path / "m.toml").write_text('[columns]\nconversation_id = "Ticket"\ntext = "Body"\n')
    reading = tm.read(tmp_path / "x.xlsx", map=tmp_path / "m.toml")
    assert [(c.id, c.messages[0].text) for c in reading] == [("7", "Hi")]
    assert [str(p).removeprefix(f"{tmp_path}/") for p in reading.problems] == ["x.xlsx: record 2, line 3: has no text"]
    (tmp_path / "m.toml").write_text('[columns]\ntext = "Text"\n')
    with pytest.raises(ReadError, match="no sheet has a column 'Text'; there are Sheet: Ticket, Body"):
        list(tm.read(tmp_path / "x.xlsx", map=tmp_path / "m.toml"))
    with pytest.raises(UnknownFormat):
        list(tm.read(tmp_path / "x.xlsx"))


def bomb():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (1 << 22))
    return data.getvalue()


DAMAGED = {"a bomb": (bomb(), "grows more than 200 times"), "garbage": (b"PK\x03\x04 nothing", "no sound workbook"), "a lock": (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "workbook")}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_workbook_that_cannot_be_opened_is_one_clear_line(tmp_path, kind):
    data, told = DAMAGED[kind]
    (tmp_path / "x.xlsx").write_bytes(data)
    with pytest.raises(ReadError, match=told):
        list(tm.read(tmp_path / "x.xlsx"))


def test_a_workbook_cut_anywhere_is_an_error_not_a_crash(tmp_path):
    workbook(tmp_path / "x.xlsx", ["role", "text"], ["customer", "Hi"])
    data = (tmp_path / "x.xlsx").read_bytes()
    for share in (0.1, 0.5, 0.9, 0.99):
        (tmp_path / "y.xlsx").write_bytes(data[: int(len(data) * share)])
        with pytest.raises(ReadError):
            list(tm.read(tmp_path / "y.xlsx"))
