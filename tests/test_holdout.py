"""What a channel sells, by lot; what arrives, with mistakes undone: at values that can be counted by hand."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

import textmetrics as tm
from textmetrics import confusion
from textmetrics.confusion import corrected
from textmetrics.errors import ReadError, TextmetricsError
from textmetrics.holdout import holdout
from textmetrics.pipeline import with_side_tables

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
MONTH = timedelta(days=31)


def asks(i, customer, **more):
    return {"conversation_id": i, "channel": "chat", "language": "en", "customer_id": customer, "role": "customer", "author": customer, "sent_at": BEGIN.isoformat(), "text": "My router?", **more}


def write(tmp_path, name, *lines):
    (path := tmp_path / name).write_text("\n".join(lines) + "\n")
    return path


def test_groups_count_whole_whoever_wrote_or_bought(tmp_path):
    report = tm.analyze([asks("a", "p0"), asks("b", "p1")], as_of=BEGIN + timedelta(days=90))
    groups = ["customer_id,group,assigned_at", *(f"p{n},{'Offered' if n < 20 else 'withheld'},2026-03-01" for n in range(40)), "p90,offered,2026-05-30", "p7x,offered,2026-03-01", "p7x,withheld,2026-03-01"]
    orders = ["order_id,customer_id,ordered_at,amount,currency", "1,p0,2026-03-05,100,EUR", "2,p5,2026-03-06,40,EUR", "3,p30,2026-03-07,20,EUR", "4,p31,2026-04-20,999,EUR", "5,p0,2026-02-01,999,EUR"]
    section = holdout(with_side_tables(report, [write(tmp_path, "h.csv", *groups), write(tmp_path, "o.csv", *orders)]), MONTH)
    value = {(f.group, f.name): (round(f.estimate.value, 6), f.estimate.n) for f in section.figures}
    assert value["offered", "EUR per customer"] == (7.0, 20), "140 of 20, of whom 18 bought nothing; orders before or long after do not count"
    assert value["withheld", "EUR per customer"] == (1.0, 20)
    assert value["offered less withheld", "EUR per customer"] == (6.0, 40)
    assert value["offered", "wrote"] == (0.1, 20) and value["withheld", "bought (EUR)"] == (0.05, 20)
    assert [n.split()[0] for n in section.notes] == ["1", "1"], "too recent; of two groups"


def test_a_row_without_a_time_is_a_problem(tmp_path):
    report = tm.analyze([asks("a", "p0")], as_of=BEGIN)
    told = with_side_tables(report, [write(tmp_path, "h.csv", "customer_id,group,assigned_at", "p0,offered,2026-03-01", "p1,offered,soon")])
    assert told.arrow("holdout").num_rows == 1
    assert "time of assignment" in told.problems["reason"].iloc[-1] and told.problems["record"].iloc[-1] == 2


def test_the_difference_holds_the_truth():
    from textmetrics.money import difference

    rng = np.random.default_rng(5)
    held = 0
    for _ in range(60):
        e = difference(rng.exponential(10, 80), rng.exponential(7, 80))
        held += e.low <= 3 <= e.high
    assert held >= 52


def test_intervals_of_money_are_those_of_scipy():
    """scipy.stats.bootstrap with the method BCa: other draws, the same interval but for their chance."""
    from scipy.stats import bootstrap

    from textmetrics.money import difference, per_customer

    rng = np.random.default_rng(8)
    a, b = (np.where(rng.random(120) < 0.3, rng.exponential(mean, 120), 0.0) for mean in (90, 60))
    ours, theirs = per_customer(a), bootstrap((a,), np.mean, n_resamples=9999, rng=1).confidence_interval
    assert (ours.low, ours.high) == (pytest.approx(theirs.low, rel=0.04), pytest.approx(theirs.high, rel=0.04))
    assert ours.high - ours.value > 1.1 * (ours.value - ours.low), "a few who spend a lot pull it up"
    ours = difference(a, b)
    theirs = bootstrap((a, b), lambda x, y, axis: x.mean(axis) - y.mean(axis), n_resamples=9999, rng=1).confidence_interval
    assert (ours.low, ours.high) == (pytest.approx(theirs.low, abs=1.5), pytest.approx(theirs.high, abs=1.5))
    assert per_customer(np.zeros(20)).high == 0.0 and per_customer(a[:9]).low is None


def test_correction_undoes_known_mistakes():
    truth, how = np.array([0.6, 0.3, 0.1]), np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8]])
    assert corrected(1000 * truth @ how, how) == pytest.approx(truth)
    beyond = corrected(np.array([0.0, 50.0, 50.0]), how)
    assert (beyond >= 0).all() and beyond.sum() == pytest.approx(1), "shares, whatever chance did to what was found"


def test_request_types_are_corrected_by_channel_or_refused_with_the_reason():
    from textmetrics.crosschannel import channels

    report = tm.analyze([asks(f"a{n}", f"p{n}", text="I want a refund, you charged me twice!" if n % 2 else "How do I reset my password?") for n in range(40)], as_of=BEGIN)
    found = sorted(report.conversations["request_type"].dropna().unique())
    assert len(found) == 2
    a, b = found
    good = {"chat": Counter({(a, a): 40, (a, b): 10, (b, b): 45, (b, a): 5})}
    section = confusion.request_types(report, good)
    value = {f.name: f.estimate for f in section.figures}
    assert value[a].value == pytest.approx((0.5 - 0.1) / 0.7) and value[a].low < value[a].value < value[a].high
    assert section.title in [s.title for s in channels(report, mistaken=good)]
    (few,) = confusion.request_types(report, {"chat": Counter({(a, a): 40, (b, b): 5})}).figures
    assert few.estimate.value is None and b in few.note
    (blind,) = confusion.request_types(report, {"chat": Counter({(a, a): 20, (a, b): 20, (b, b): 20, (b, a): 20})}).figures
    assert "hardly tells" in blind.note


def test_a_sample_is_read_with_its_counts_and_a_wrong_one_says_where(tmp_path):
    assert confusion.load(write(tmp_path, "c.csv", "channel,read,found,n", "chat,billing,billing,3", "chat,billing,fault,2", "chat,billing,billing,1"))["chat"] == {("billing", "billing"): 4, ("billing", "fault"): 2}
    with pytest.raises(ReadError, match=r"c\.csv:3: 'x' is no count"):
        confusion.load(write(tmp_path, "c.csv", "channel,read,found,n", "chat,billing,billing,3", "chat,billing,fault,x"))
    with pytest.raises(ReadError, match="no column read"):
        confusion.load(write(tmp_path, "c.csv", "channel,found", "chat,billing"))
    with pytest.raises(TextmetricsError, match="cannot be read"):
        confusion.load(tmp_path / "nowhere.csv")
