"""Comparisons: Kitagawa, Simpson, Benjamini-Hochberg, pooling and clustering at known values."""

import io
import json

import numpy as np
import pyarrow as pa
import pytest
from rich.console import Console

import textmetrics as tm
from textmetrics.comparison import OTHERS, Value, benjamini_hochberg, compare, compare_by, curves, kitagawa, pooled, ranking, valued
from textmetrics.observed import Seen, seen
from textmetrics.render.comparison import comparison
from textmetrics.render.comparison import curves as told_curves
from textmetrics.report import Report
from textmetrics.tables import TABLES, Tables
from textmetrics.testing import conversation


def report(cells):
    """A run that holds one share metric: (team, request type, successes, of)."""
    conversations, observations = [], []
    for team, kind, yes, n in cells:
        for k in range(n):
            i = f"{team}-{kind}-{k}"
            row = dict.fromkeys(TABLES["conversations"])
            conversations.append({**row, "conversation_id": i, "channel": "chat", "request_type": kind, "columns": json.dumps({"team": team}), "n_messages": 2, "n_turns": 2})
            observations.append({"metric": "came_back", "conversation_id": i, "message_id": None, "value": float(k < yes), "exposure": 1.0, "censored": False})
    empty = Report.of(Tables([]), {})
    arrow = {name: empty.arrow(name) for name in TABLES}
    arrow["conversations"] = pa.Table.from_pylist(conversations, schema=arrow["conversations"].schema)
    arrow["observations"] = pa.Table.from_pylist(observations, schema=arrow["observations"].schema)
    return Report(arrow, {})


SIMPSON = [("A", "simple", 90, 100), ("A", "hard", 240, 400), ("B", "simple", 340, 400), ("B", "hard", 55, 100)]


def test_kitagawa_of_the_catalogue():
    s = kitagawa((0.6, 0.4), (4, 10), (0.3, 0.7), (3.8, 9.5))
    assert (s.before, s.after, s.mix, s.rate) == pytest.approx((6.40, 7.79, 1.755, -0.365)) and s.mix + s.rate == pytest.approx(s.after - s.before)
    w = np.array([(0.6 + 0.3) / 2, (0.4 + 0.7) / 2])
    assert (float(w @ (4, 10)), float(w @ (3.8, 9.5))) == pytest.approx((7.300, 6.935))


def test_simpson_of_the_catalogue():
    (c,) = compare_by(report(SIMPSON), "team", metrics=["came_back"])
    assert (c.first, c.second) == ("A", "B") and (c.a.value, c.b.value) == pytest.approx((0.66, 0.79))
    assert c.standardised.value == pytest.approx(-0.05) and c.turned and c.covered == 1  # 75 against 70 at equal weights
    assert c.split.mix + c.split.rate == pytest.approx(c.crude) and c.split.mix > 0 > c.split.rate
    told = io.StringIO()
    Console(file=told, width=80).print(comparison([c]))
    assert "the sign turns within strata" in told.getvalue() and max(map(len, told.getvalue().splitlines())) <= 80


def test_no_alarm_without_a_reversal_and_strata_missing_in_a_group_are_not_made_up():
    (c,) = compare_by(report([("A", "simple", 50, 100), ("A", "only A", 1, 50), ("B", "simple", 70, 100)]), "team", metrics=["came_back"])
    assert not c.turned and c.standardised.value == pytest.approx(0.2) and c.covered == pytest.approx(200 / 250)


def test_a_run_is_not_different_from_itself_and_another_is():
    same = report(SIMPSON)
    assert [(c.crude, c.real) for c in compare(same, same, metrics=["came_back"])] == [(0, False)]
    (c,) = compare(same, report([("A", "simple", 40, 100), ("A", "hard", 100, 400)]), metrics=["came_back"])
    assert c.real and c.crude < 0 and c.low <= c.crude <= c.high


def test_groups_are_held_against_all_others_and_ranked_towards_each_other():
    r = report([("A", "x", 50, 100), ("B", "x", 45, 100), ("C", "x", 9, 10), ("D", "x", 20, 100)])
    assert {(c.first, c.second) for c in compare_by(r, "team", metrics=["came_back"])} == {(OTHERS, t) for t in "ABCD"}
    ranks = {k.group: k for k in ranking(r, "team", "came_back")}
    assert ranks["C"].pooled < ranks["C"].value and abs(ranks["C"].pooled - ranks["C"].value) > abs(ranks["A"].pooled - ranks["A"].value)
    assert "B" in ranks["A"].alike and "D" not in ranks["A"].alike


def test_whether_severities_wait_alike_is_asked_once_for_all_of_them():
    """Urgent matters wait 61 to 80 minutes, the others 1 to 40; the four of no group and the three "odd" ones are no group."""
    def mails(severity, minutes):
        return [conversation("09:00 customer: No sound?", f"{9 + m // 60:02}:{m % 60:02} agent: Please restart the box.", id=f"{severity}{m}", severity=severity, channel="email") for m in minutes]

    run = tm.analyze([*mails("urgent", range(61, 81)), *mails("normal", range(1, 41, 2)), *mails("low", range(2, 42, 2)), *mails("odd", range(3)), *mails(None, range(4))])
    found = {c.metric: c for c in curves(run, "severity", metrics=["first_response_wait", "handled"])}
    c = found.pop("first_response_wait")
    assert not found and c.real and c.crude.df == c.within.df == 2 and c.left_out == ("odd",)
    assert [(g, e.value, e.n) for g, e in c.groups] == [("urgent", 4200, 20), ("low", 1200, 20), ("normal", 1140, 20)]
    assert c.behind == tuple(f"urgent{m}" for m in range(76, 81)), "the longest of the slowest"
    told = io.StringIO()
    Console(file=told, width=80).print(told_curves([c]))
    assert "urgent 1 h 10 min (n 20)" in told.getvalue() and "p < 0.001" in told.getvalue() and "fewer than 10: odd" in told.getvalue()
    alike = curves(tm.analyze([*mails("normal", range(1, 41, 2)), *mails("low", range(2, 42, 2))]), "severity", metrics=["first_response_wait"])
    assert [c.real for c in alike] == [False]


def test_equal_groups_are_pooled_whole():
    ranks = pooled({g: Value(v, 0.01, 20) for g, v in (("a", 0.50), ("b", 0.52), ("c", 0.48))})
    assert {round(r.pooled, 9) for r in ranks} == {0.5}


def test_benjamini_hochberg_holds_the_share_of_false_discoveries():
    rng = np.random.default_rng(3)
    assert sum(any(benjamini_hochberg(list(rng.random(20)))) for _ in range(400)) / 400 < 0.08


def test_customers_are_held_together():
    values = np.repeat([0.0, 1.0], 50)
    alone = Seen(values, np.ones(100), np.zeros(100, bool), np.arange(100).astype(str), np.arange(100).astype(str), np.array([""] * 100), {})
    few = Seen(values, np.ones(100), np.zeros(100, bool), alone.conversation, np.repeat(np.arange(10), 10).astype(str), alone.stratum, {})
    assert valued("mood_at_end", few).variance > 8 * valued("mood_at_end", alone).variance


def test_waits_are_restricted_means_with_greenwoods_variance():
    t, answered = np.array([1, 2, 2, 3, 4, 5, 6, 8, 9, 12.0]), np.array([1, 1, 0, 1, 0, 1, 1, 0, 1, 0], bool)
    s = Seen(t, np.ones(10), ~answered, np.arange(10).astype(str), np.arange(10).astype(str), np.array([""] * 10), {})
    v = valued("customer_wait", s, until=12.0)
    assert v.value == pytest.approx(6.4713, abs=2e-4) and 0.5 < v.variance < 4


def test_a_column_that_does_not_exist_is_named():
    with pytest.raises(tm.TextmetricsError, match=r"No column is called 'tema'.*Did you mean 'team'"):
        seen(report(SIMPSON), ["came_back"], by="tema")
