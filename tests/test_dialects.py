"""Vendors' definitions: reference values of the metric catalogue, and the way from our figure to theirs without a gap."""

import re
from pathlib import Path

import pytest

import textmetrics as tm
from textmetrics.dialects import dialect, translate, vendors
from textmetrics.episodes import Episode, episodes
from textmetrics.errors import PackError, UnknownName
from textmetrics.measures import MEASURES, empathy, level, lost, squeezed

CORPORA = Path(__file__).parent.parent / "corpora"

# 100 chats offered, target 60 s: 70 answered within it, 10 later; 8 gave up within 10 s, 7 between 10 and 60 s, 5 later.
CHATS = [("answered", 30.0)] * 70 + [("answered", 90.0)] * 10 + [("abandoned", 5.0)] * 8 + [("abandoned", 40.0)] * 7 + [("abandoned", 80.0)] * 5


@pytest.mark.parametrize(("count", "value"), [("offered", 0.700), ("answered", 0.875), ("ex-short", 0.7609), ("removed", 0.850)])
def test_service_level_of_the_same_chats(count, value):
    assert level(CHATS, 60, 10, count)[0] == pytest.approx(value, abs=5e-5)


@pytest.mark.parametrize(("of", "value"), [("offered", 0.200), ("handled", 0.1304)])
def test_abandonment_of_the_same_chats(of, value):
    assert lost(CHATS, of, 10)[0] == pytest.approx(value, abs=5e-5)


def test_genesys_formulas():
    assert 100 * squeezed(1.40) == pytest.approx(78.18, abs=5e-3)
    assert empathy(2, 5) == pytest.approx(-42.86, abs=5e-3)


@pytest.mark.parametrize(("phrases", "value"), [(20, 67.8), (100, 99.9)])
def test_genesys_runs_to_the_end_of_its_scale_with_length_alone(phrases, value):
    """One phrase of ten positive, in a short and in a long conversation."""
    moods = [0.8 if i % 10 == 5 else 0.0 for i in range(phrases)]
    one = Episode("a", "chat", roles=["customer"] * phrases, moods=moods)
    options = {k: v for s in next(t for t in dialect("genesys").terms if t.measure == "sentiment").steps for k, v in s.set.items()}
    assert MEASURES["sentiment"].of([one], **options)[0] == pytest.approx(value, abs=0.05)


@pytest.fixture(scope="module")
def report():
    return tm.analyze(tm.read(CORPORA))


@pytest.mark.parametrize(
    ("metric", "measure", "options"),
    [
        ("first_response_wait", "wait", {}),
        ("first_reply_wait", "wait", {"stops": ["automatic", "bot", "greeting", "stall", "substantive"]}),
        ("customer_wait", "wait", {"which": "every"}),
        ("abandonment", "abandonment", {}),
        ("resolution", "resolved", {}),
        ("mood_change_after_solution", "mood_change", {}),
    ],
)
def test_every_reconciliation_begins_at_our_figure(report, metric, measure, options):
    rows, columns = report.estimate_rows()
    table = [dict(zip(columns, r, strict=True)) for r in rows]
    for channel, given in episodes(report).items():
        ours = next(r for r in table if r["metric"] == metric and r["channel"] == channel and not r.get("severity"))
        value, n = MEASURES[measure].of(given, **options)
        assert (value, n) == (pytest.approx(ours["value"]), ours["n"])


@pytest.mark.parametrize("vendor", vendors())
def test_vendor_reconciles_and_names_its_sources(report, vendor):
    told = dialect(vendor)
    found = translate(report, vendor)
    assert {r.channel for r in found} == {"chat", "community", "email", "social"}
    for term in told.terms:
        assert term.steps or term.same or term.needs, "says how it differs, or that it does not"
        assert all({*s.source.split(", ")} <= {*told.sources, "assumed"} for s in term.steps)
        assert {*re.findall(r"\bS\d+\w?", f"{term.same} {term.needs}")} <= set(told.sources)
        mine = [r for r in found if r.theirs == term.theirs]
        assert not term.needs or (mine and not mine[0].lines)
        assert all(len(r.lines) == 1 + len(term.steps) for r in mine if r.lines)


def test_silence_and_thanks_lift_the_rate_of_resolution(report):
    for r in translate(report, "intercom"):
        if r.ours == "resolution":
            assert r.lines[0].value < r.lines[-1].value


def test_a_wrong_file_says_what_is_wrong(tmp_path, monkeypatch):
    (tmp_path / "vendors").mkdir()
    path = tmp_path / "vendors" / "acme.toml"
    monkeypatch.setenv("TEXTMETRICS_PACKS", str(tmp_path))
    head = 'doc = "x"\n[[metric]]\nours = "a"\ntheirs = "b"\n'
    for text, why in (('measure = "waits"', "none of"), ('measure = "wait"\nsteps = [{set = {stop = 1}, change = "c", source = "S1"}]', "no option stop"), ("x = 1", "unknown keys: x")):
        path.write_text(head + text)
        dialect.cache_clear()
        with pytest.raises(PackError, match=why):
            dialect("acme")
    with pytest.raises(UnknownName, match="zendesk"):
        dialect("zendisk")
    dialect.cache_clear()


@pytest.mark.parametrize("width", [80, 200])
def test_reconciliation_fits_the_terminal(report, width):
    import io

    from rich.console import Console

    from textmetrics.render.dialects import reconciliation

    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(reconciliation(dialect("zendesk"), translate(report, "zendesk")))
    text = console.export_text()
    assert all(len(line) <= width for line in text.splitlines()) and "First reply time" in text and "not in this run" in text
