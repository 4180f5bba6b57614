"""Two runs apart: what the data, the detector and the definition each did, and that the parts add up."""

import io
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import parquet
from rich.console import Console

import textmetrics as tm
from textmetrics.differences import difference
from textmetrics.metrics import METRICS
from textmetrics.remeasuring import measured_again
from textmetrics.render.differences import differences
from textmetrics.report import Report

CORPORA = Path(__file__).parent.parent / "corpora"
WATCHED = ["nudges", "resolution", "solutions_acknowledged", "first_response_wait", "customer_wait", "handled", "mood_change_after_solution", "churn_threats"]


def run(*names, metrics=WATCHED, **options):
    return tm.analyze(tm.read(*(CORPORA / n for n in names)), metrics=metrics, **options)


@pytest.fixture(scope="module")
def chats():
    return run("live_chat")


@pytest.fixture(scope="module")
def by_rules():
    return run("live_chat", rules_only=True)


@pytest.fixture(scope="module")
def more():
    return run("live_chat", "support_mailbox")


def of(found, metric, channel="chat"):
    return next(c for c in found.changes if (c.metric, c.channel) == (metric, channel))


def altered(report, metric, factor):
    """A report as an older definition of a metric would have left it."""
    table = report.arrow("observations")
    value = pc.if_else(pc.equal(table["metric"], metric), pc.multiply(table["value"], factor), table["value"])
    told = {**report.run["definitions"]["metrics"], metric: {"version": 0, "code": "older"}}
    arrow = {name: report.arrow(name) for name in ("messages", "conversations", "findings", "problems")}
    changed = table.set_column(table.column_names.index("value"), "value", value)
    return Report({**arrow, "observations": changed}, {**report.run, "definitions": {**report.run["definitions"], "metrics": told}})


def test_a_run_is_not_different_from_itself(chats):
    found = difference(chats, run("live_chat"))
    assert found.reasons == () and found.alike == chats.arrow("conversations").num_rows
    assert all((c.data, c.detector, c.definition, c.behind) == (0, 0, 0, ()) and c.before == c.after for c in found.changes)


def test_tables_hold_all_that_metrics_look_at(chats):
    again = measured_again(chats, WATCHED).sort_by([("metric", "ascending"), ("conversation_id", "ascending"), ("value", "ascending")])
    assert again.equals(chats.arrow("observations").sort_by([("metric", "ascending"), ("conversation_id", "ascending"), ("value", "ascending")]))


def test_another_detector_on_the_same_data(chats, by_rules):
    found = difference(chats, by_rules)
    assert [r.partition(":")[0] for r in found.reasons] == ["detector"]
    for c in found.changes:
        assert c.data == pytest.approx(0) and c.definition == 0
        assert c.detector is None or c.detector == pytest.approx(c.total)
    resolution = of(found, "resolution")
    assert resolution.detector != 0 and resolution.behind
    first = resolution.behind[0]
    assert any(f.startswith("resolution ") for f in (*first.came, *first.went))


def test_another_definition_on_the_same_findings(chats):
    found = difference(altered(chats, "nudges", 2.0), chats)
    assert found.reasons == ("definition: nudges version 0 -> 1",)
    c = of(found, "nudges")
    assert (c.data, c.detector) == (pytest.approx(0), 0) and c.definition == pytest.approx(-c.after)
    assert all(o.definition == 0 for o in found.changes if o.metric != "nudges")


def test_detector_and_definition_are_told_apart_by_measuring_again(chats, by_rules):
    old = altered(by_rules, "nudges", 2.0)
    c = of(difference(old, chats), "nudges")
    alone = of(difference(by_rules, chats), "nudges")
    assert c.definition == pytest.approx(-c.before / 2), "the new definition on the old findings"
    assert c.detector == pytest.approx(alone.detector)
    assert c.data + c.detector + c.definition == pytest.approx(c.total, abs=1e-9)


def test_parts_that_cannot_be_told_apart_are_not_made_up(chats, by_rules):
    new = altered(chats, "nudges", 2.0)  # the definition that made the second run is not the one installed
    c = of(difference(by_rules, new), "nudges")
    assert (c.detector, c.definition) == (None, None) and "only together" in c.note
    old = Report({n: by_rules.arrow(n) for n in ("messages", "conversations", "findings", "problems", "observations")}, {k: v for k, v in by_rules.run.items() if k != "definitions"})
    assert "cannot be told apart" in difference(old, chats).reasons[-1]


def test_other_data_with_the_same_detector(chats, more):
    found = difference(more, chats)
    assert found.reasons[0].startswith("data: gone") and len(found.removed) == more.arrow("conversations").num_rows - found.alike
    share = of(found, "handled")
    assert share.data == pytest.approx(share.total) and share.data > 0.3, "the whole became smaller"
    assert of(found, "resolution").total == 0
    gone = of(found, "resolution", "email")
    assert (gone.after, gone.n_after, gone.detector) == (None, 0, 0)


def test_time_passed_by_is_data_and_a_later_export_can_still_tell_the_detector(chats, by_rules):
    later = datetime(2026, 6, 1, tzinfo=UTC)
    same = difference(chats, run("live_chat", as_of=later))
    assert same.reasons[0].startswith("data: cut at") and same.alike > 50
    assert all(not c.detector and not c.definition for c in same.changes), "waits that are open grew longer, and nothing else"
    found = difference(chats, run("live_chat", as_of=later, rules_only=True))
    c, alone = of(found, "resolution"), of(difference(chats, by_rules), "resolution")
    assert c.detector == pytest.approx(alone.detector, abs=0.05) and c.data + c.detector == pytest.approx(c.total)


def test_part_of_the_data_and_another_detector(chats, by_rules):
    ids = chats.arrow("conversations")["conversation_id"]
    half = pa.array(ids.to_pylist()[::2])
    arrow = {n: (t := chats.arrow(n)).filter(pc.is_in(t["conversation_id"], value_set=half)) for n in ("messages", "conversations", "findings", "observations")}
    found = difference(Report({**arrow, "problems": chats.arrow("problems")}, chats.run), by_rules)
    assert (found.alike, len(found.added)) == (len(half), len(ids) - len(half))
    for c in found.changes:
        if None not in (c.data, c.detector, c.total):
            assert np.isclose(c.data + c.detector, c.total)
    assert of(found, "resolution").data != 0 != of(found, "resolution").detector


def test_a_run_of_another_version_says_so(chats, tmp_path):
    folder = chats.write(tmp_path / "out")
    table = parquet.read_table(folder / "messages.parquet")
    parquet.write_table(table.drop_columns(["open"]), folder / "messages.parquet")
    with pytest.raises(tm.TextmetricsError, match=r"messages have no open.*mine the inputs again"):
        Report.load(folder)


def test_unknown_metric_is_named(chats):
    with pytest.raises(tm.TextmetricsError, match="Did you mean 'nudges'"):
        difference(chats, chats, metrics=["nudge"])
    assert {c.metric for c in difference(chats, chats, metrics=["nudges"]).changes} == {"nudges"} <= set(METRICS)


@pytest.mark.parametrize("width", [80, 200])
def test_difference_fits_the_terminal(more, by_rules, width):
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(differences(difference(more, by_rules)))
    text = console.export_text()
    assert all(len(line) <= width for line in text.splitlines())
    assert "only in the first run" in text and "no longer found" in text
