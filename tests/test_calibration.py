"""From a run to a sheet, from a filled sheet to a card and a corrected rate: on the demonstration archives, whose labels play the reviewers."""

import csv
import io
import json
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

import textmetrics as tm
from textmetrics import calibration, sheets
from textmetrics.cli import main
from textmetrics.errors import OutputError, ReadError, UsageError
from textmetrics.questions import answers, question
from textmetrics.sampling import allocate, draw

CORPORA = Path(__file__).parent.parent / "corpora"
CHANNELS = {"live_chat": "chat", "support_mailbox": "email"}
NAMES = {"confirmed": "yes", "rejected": "no", "silent": "silent"}


def truth(name):
    rows = (json.loads(line) for line in (CORPORA / name / "labels.jsonl").read_text(encoding="utf-8").splitlines())
    return {r["conversation_id"]: NAMES[r["resolution"]] for r in rows}


@pytest.fixture(scope="module")
def report():
    return tm.analyze(tm.read(*(CORPORA / name for name in CHANNELS)), metrics=["resolution", "solutions_acknowledged", "first_response_wait"])


@pytest.fixture(scope="module")
def folder(report, tmp_path_factory):
    return report.write(tmp_path_factory.mktemp("calibration") / "out")


@pytest.fixture(scope="module")
def filled(report):
    told = truth("live_chat") | truth("support_mailbox")
    return [
        sheets.Verdict(d.question, d.conversation, d.probability, told[d.conversation], told[d.conversation] if n % 3 else "no", told[d.conversation])
        for n, d in enumerate(draw(report, question("resolution"), 100))
    ]


def test_probabilities_are_known_and_every_stratum_is_drawn(report):
    drawn = draw(report, question("resolution"), 100)
    assert len(drawn) == len({d.conversation for d in drawn}) == 100
    asked = answers(report, question("resolution"))
    strata = Counter(d.stratum for d in drawn)
    for stratum, n in strata.items():
        members = [d for d in drawn if d.stratum == stratum]
        assert {d.probability for d in members} == {members[0].probability} and n / members[0].probability == pytest.approx(round(n / members[0].probability))
    assert sum(1 / d.probability for d in drawn) == pytest.approx(len(asked)), "weights add up to the archive"
    assert {(d.channel, asked[d.conversation]) for d in drawn} == {(c, a) for c in ("chat", "email") for a in ("yes", "no", "silent")}


def test_a_larger_draw_holds_the_smaller_and_another_seed_draws_others(report):
    small, large, other = (draw(report, question("resolution"), n, seed=s) for n, s in ((60, 1), (100, 1), (60, 2)))
    ids = [{d.conversation for d in rows} for rows in (small, large, other)]
    assert ids[0] < ids[1] and ids[0] != ids[2]


def test_more_in_all_is_more_in_each_stratum():
    sizes = {("chat", "en", "yes"): 40, ("chat", "en", "no"): 900, ("email", "it", "no"): 12, ("email", "it", "yes"): 1}
    takes = [allocate(sizes, n) for n in (45, 46, 100, 400, 5000)]
    assert all(small[k] <= large[k] <= sizes[k] for small, large in pairwise(takes) for k in sizes)
    assert takes[-1] == sizes


def test_too_few_to_reach_every_stratum_says_how_many(report):
    with pytest.raises(UsageError, match=r"give at least \d+"):
        draw(report, question("resolution"), 5)


@pytest.mark.parametrize("name", ["first_response_wait", "each_solution_acknowledged_twice", "acknowledgement/none"])
def test_what_cannot_be_asked(name):
    with pytest.raises(tm.TextmetricsError):
        question(name)


def test_the_detectors_answer_stands_nowhere_in_the_sheet(report):
    drawn = draw(report, question("resolution"), 60)
    made = sheets.rows(report, drawn)
    assert not {"answer", "flag", "score", "detector"} & set(sheets.COLUMNS)
    assert len({tuple(r[:3]) for r in made}) == 1, "the same words for all"
    assert all("[customer" in r[6] and r[7:11] == [None] * 4 for r in made)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_sheet_comes_back_as_it_went_and_runs_nothing(report, tmp_path, suffix):
    drawn = draw(report, question("resolution"), 60)
    kept = [sheets.Verdict("resolution", drawn[0].conversation, 1.0, "yes", "no", None, "=HYPERLINK(1)")]
    path = sheets.write(tmp_path / f"sheet{suffix}", sheets.rows(report, drawn, kept))
    if suffix == ".csv":
        assert "'=HYPERLINK" in path.read_text(encoding="utf-8-sig")
    else:
        import openpyxl

        assert not [c for row in openpyxl.load_workbook(path).active for c in row if c.data_type == "f"]
    back = sheets.read(path)
    assert [(v.conversation, round(v.probability, 6)) for v in back] == [(d.conversation, round(d.probability, 6)) for d in drawn]
    assert (back[0].first, back[0].second, back[0].settled, back[0].comment, back[1].first) == ("yes", "no", None, "=HYPERLINK(1)", None)
    with pytest.raises(OutputError, match="is there already"):
        sheets.write(path, [])


def test_without_openpyxl_a_workbook_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    for use in (lambda p: sheets.write(p, []), lambda p: (p.write_bytes(b"PK"), sheets.read(p))):
        with pytest.raises(UsageError, match=r"textmetrics\[xlsx\]"):
            use(tmp_path / "sheet.xlsx")


def test_no_workbook_is_told(tmp_path):
    (tmp_path / "sheet.xlsx").write_bytes(b"question,conversation")
    with pytest.raises(ReadError, match="is no workbook"):
        sheets.read(tmp_path / "sheet.xlsx")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("resolution,", "resolution,\n", "probability"),
        (",yes,", ",perhaps,", "'perhaps' is none of yes, no, silent, none"),
        ("question", "frage", "no column question"),
        (",0.5", ",half", "leave this column"),
    ],
)
def test_a_damaged_sheet_says_where(tmp_path, old, new, why):
    path = tmp_path / "sheet.csv"
    path.write_text(("question,conversation,verdict,probability\nresolution,a1,yes,0.5\n").replace(old, new, 1))
    with pytest.raises(ReadError, match=why):
        sheets.read(path)


def test_corrected_rate_holds_the_truth_and_the_card_says_what_the_detector_is_worth(report, filled):
    found = calibration.calibrate(report, filled)["resolution"]
    for name, channel in CHANNELS.items():
        told = Counter(truth(name).values())
        cell = next(c for c in found["cells"] if c["channel"] == channel and c["language"] is None)
        n = sum(told.values())
        assert cell["corrected"]["low"] <= told["yes"] / n and (told["yes"] + told["silent"]) / n <= cell["corrected"]["high"]
        assert abs(cell["corrected"]["value"] - told["yes"] / n) < 0.12
        for measured in ("sensitivity", "specificity"):
            assert cell[measured]["low"] >= 0.3 and cell[measured]["low"] < cell[measured]["value"] <= cell[measured]["high"]
    assert found["agreement"]["n"] == 100 and 0.3 < found["agreement"]["kappa"]["low"] < found["agreement"]["alpha"]["high"] < 1
    assert {c["language"] for c in found["cells"]} >= {None, "en"}


def test_refused_where_the_detector_tells_too_little(report, filled):
    turned = [sheets.Verdict(v.question, v.conversation, v.probability, ("yes", "no")[n % 2], None, None) for n, v in enumerate(filled)]
    cell = calibration.calibrate(report, turned)["resolution"]["cells"][0]
    assert "below 0.3" in cell["refused"] and "corrected" not in cell
    assert cell["people_alone"]["low"] < 0.5 < cell["people_alone"]["high"], "people's own word stands"
    few = calibration.calibrate(report, filled[:8])["resolution"]["cells"][0]
    assert "10 needed" in few["refused"]


def test_a_tighter_target_takes_more_reading(report, filled):
    need = [sum(calibration.calibrate(report, filled[:60], target=t)["resolution"]["cells"][0]["more"].values()) for t in (0.2, 0.14)]
    assert need[0] < need[1]


def test_a_card_serves_another_run_of_the_same_detector_only(report, filled, folder, tmp_path):
    loaded = tm.Report.load(folder)
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("-")
    calibration.write(folder, loaded, calibration.calibrate(loaded, filled, method="rogan-gladen"), sheet)
    given = calibration.load_cards(folder / calibration.CARDS)
    again = tm.Report.load(folder)
    measured = next(c for c in again.calibration["resolution"]["cells"] if c["language"] is None)
    carried = next(c for c in calibration.apply_cards(again, given)["resolution"]["cells"] if c["language"] is None)
    assert carried["corrected"]["value"] == pytest.approx(measured["corrected"]["value"], abs=1e-4)
    again.run["definitions"]["models"]["findings"] = "another"
    assert "another detector" in calibration.apply_cards(again, given)["resolution"]["cells"][0]["refused"]


def test_summary_shows_the_corrected_rate_beside_the_raw_one(report, filled, folder, tmp_path):
    from rich.console import Console

    loaded = tm.Report.load(folder)
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("-")
    calibration.write(folder, loaded, calibration.calibrate(loaded, filled), sheet)
    for width in (80, 200):
        console = Console(width=width, record=True, file=io.StringIO())
        console.print(tm.Report.load(folder))
        text = console.export_text()
        assert "… as people read it" in text and all(len(line) <= width for line in text.splitlines())


def test_from_the_command_line(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    sheet, more = str(tmp_path / "sheet.csv"), str(tmp_path / "more.csv")
    assert main(["review", str(folder), "--sample", "70", "-o", sheet]) == 0
    assert main(["review", str(folder), "--sample", "70", "-o", sheet]) == 73, "somebody may have worked on it"
    rows = list(csv.DictReader(io.StringIO(Path(sheet).read_text(encoding="utf-8-sig"), newline="")))
    told = truth("live_chat") | truth("support_mailbox")
    for row in rows:
        row["verdict"] = told[row["conversation"]]
    with Path(sheet).open("w", encoding="cp1252", errors="replace", newline="") as out:  # as a spreadsheet may save it
        writer = csv.DictWriter(out, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    assert main(["review", str(folder), "--sample", "90", "--keep", sheet, "-o", more]) == 0
    assert "70 of 70 rows carried over" in capsys.readouterr().err
    assert main(["calibrate", str(folder), more]) == 0
    out = capsys.readouterr().out
    assert "70 conversations read by people" in out and "20 without a verdict" in " ".join(out.split()) and all(len(line) <= 80 for line in out.splitlines())
    assert main(["calibrate", str(folder), str(tmp_path / "none.csv")]) == 66
    assert main(["calibrate", str(folder), more, "--method", "guess"]) == 2
    assert main(["summary", str(folder), "--as", "zendisk"]) == 2
    assert main(["summary", str(folder), "--as", "intercom"]) == 0
    assert main(["diff", str(folder), str(folder)]) == 0
    assert "Same inputs, same detector, same definitions" in capsys.readouterr().out
