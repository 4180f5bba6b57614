"""Side tables: every format is known by its content, says its scale, and joins what it is about; what joins nothing is said."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

import textmetrics as tm
from textmetrics.errors import ReadError
from textmetrics.joining import join
from textmetrics.pipeline import with_side_tables
from textmetrics.report import Report
from textmetrics.sidetables import COLUMNS, SIDETABLES, recognise
from textmetrics.sources import sources

FILES = Path(__file__).parent / "sidetables"


@pytest.fixture(scope="module")
def report():
    said = [
        ("c1", "ana", "2026-03-02T09:00:00Z", {"email": "ana@mail.example"}),
        ("c2", "bo", "2026-03-02T10:00:00Z", {}),
        ("c3", "cy", "2026-03-17T08:30:00Z", {}),
    ]
    rows = [
        {"conversation_id": i, "author": a, "role": role, "customer_id": who, "channel": "chat", "sent_at": at, "text": text, **more}
        for i, who, at, more in said
        for role, a, text in (("customer", who, "My lamp is broken, what can I do?"), ("agent", "tom", "Please send it back, the label is in the box."))
    ]
    return tm.analyze(rows, metrics=["messages"])


def rows_of(report, *names):
    tables, problems, told = join([FILES / n for n in names], report.rows("conversations"))
    return {name: t.to_pylist() for name, t in tables.items()}, [str(p) for p in problems], told


@pytest.mark.parametrize("name", list(SIDETABLES))
def test_every_format_has_an_example_is_known_by_its_content_and_documented(name, report):
    (path,) = [p for p in FILES.iterdir() if p.stem == name]
    (source,) = sources([path])
    assert recognise(source).name == name and SIDETABLES[name].doc
    tables, _, _ = rows_of(report, path.name)
    assert all(set(r) == set(COLUMNS[SIDETABLES[name].table]) for t in tables.values() for r in t) and any(tables.values())


@pytest.mark.parametrize("name", ["zendesk_ratings.json", "zendesk_guide.json"])
def test_a_table_that_is_cut_is_an_error_that_says_so(report, tmp_path, name):
    (tmp_path / f"{name}.gz").write_bytes(gzip.compress((FILES / name).read_bytes())[:-9])
    with pytest.raises(ReadError, match=f"{name}.gz: is no JSON"):
        join([tmp_path / f"{name}.gz"], report.rows("conversations"))


def test_qualtrics_three_headers_zone_previews_and_partials(report):
    tables, problems, _ = rows_of(report, "qualtrics.csv")
    nps, ces, preview = tables["surveys"][0], tables["surveys"][1], tables["surveys"][2]
    assert (nps["instrument"], nps["value"], nps["scale_max"], nps["conversation_id"], nps["joined"]) == ("nps", 9, 10, "c1", "conversation")
    assert nps["answered_at"] == datetime(2026, 3, 2, 12, 1, tzinfo=UTC) and nps["comment"] == 'quick,\n"really"'
    assert (ces["instrument"], ces["version"], ces["direction"], ces["value"]) == ("ces", "1-7", "higher", 6)
    assert preview["state"] == "preview" and tables["surveys"][-1]["state"] == "partial"
    assert any("1 of 5 rows join no conversation" in p for p in problems)


def test_surveymonkey_the_file_says_which_is_the_day(report):
    tables, _, _ = rows_of(report, "surveymonkey.csv")
    first, second = tables["surveys"]
    assert first["answered_at"] == datetime(2026, 3, 2, 15, 5, 5, tzinfo=UTC) and (first["value"], first["version"]) == (5, "1-5")
    assert (first["joined"], first["conversation_id"]) == ("customer", "c1")
    assert second["value"] == 2 and (second["joined"], second["conversation_id"]) == ("time", "c3")


def test_day_or_month_is_never_guessed(report, tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("".join((FILES / "surveymonkey.csv").read_text().splitlines(keepends=True)[:3]))
    tables, problems, _ = join([path], report.rows("conversations"))
    assert tables["surveys"].to_pylist()[0]["answered_at"] is None and "day or the month" in str(problems[0]).replace("the day", "day")


def test_scales_keep_their_direction_and_answers_off_the_scale_are_set_aside(report):
    tables, problems, _ = rows_of(report, "survey.csv")
    assert [(r["instrument"], r["direction"]) for r in tables["surveys"]] == [("ces", "lower"), ("expectation", "higher")]
    assert any("not on the scale" in p for p in problems)


def test_numbers_of_articles_and_orders(report):
    tables, problems, told = rows_of(report, "zendesk_explore.csv", "ga4.csv", "zendesk_guide.json", "orders.csv", "article_reads.csv")
    views = {(r["source"].rsplit("/")[-1], r["locale"]): r for r in tables["articles"]}
    assert views["zendesk_explore.csv", "en-us"]["views"] == 1234 and views["ga4.csv", None]["read_seconds"] == 54.2
    assert views["ga4.csv", None]["ended"] == datetime(2026, 4, 1, tzinfo=UTC) and views["zendesk_guide.json", "en-us"]["votes_up"] == 12
    assert len({r["article_id"] for r in tables["articles"]}) == 1
    assert [(r["amount"], r["conversation_id"]) for r in tables["orders"]] == [(1234.5, "c1"), (0.0, None)]
    assert next(t for t in told if t["format"] == "orders")["joined"] == {"customer": 1, "nothing": 1} and len(problems) == 1


def test_small_teams_are_not_written_and_nobody_is_named(report):
    tables, problems, _ = rows_of(report, "agent_surveys.csv")
    assert {r["team"] for r in tables["agent_surveys"]} == {"Billing"} and "secret" not in str(tables)
    assert "agent_id" not in COLUMNS["agent_surveys"] and "Night" in problems[0]


def test_a_run_keeps_its_side_tables(report, tmp_path):
    joined = with_side_tables(report, [FILES / "delighted.csv", FILES / "orders.csv"])
    again = Report.load(joined.write(tmp_path / "run"))
    assert again.rows("surveys") == joined.rows("surveys") and len(again.rows("surveys")) == 2 and again.rows("articles") == []
    assert [b["format"] for b in again.run["beside"]] == ["delighted", "orders"] and again.arrow("problems").num_rows == 1


def test_what_nobody_knows_is_an_error_that_lists_what_is_known(report, tmp_path):
    (path := tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(tm.TextmetricsError, match="no side table looks like this; known: agent_surveys"):
        join([path], report.rows("conversations"))
