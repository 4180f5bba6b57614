"""Channels side by side, surveys and help centre, at values that can be counted by hand."""

import io
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from rich.console import Console

import textmetrics as tm
from textmetrics.crosschannel import association, channels, peak, peak_days, residuals
from textmetrics.pipeline import with_side_tables
from textmetrics.render.figures import sections
from textmetrics.selfservice import self_service
from textmetrics.surveys import latest, nps, surveys

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)


def talk(i, channel, customer, at, minutes=(10, 20, 30)):
    told = {"conversation_id": i, "channel": channel, "language": "en", "customer_id": customer}
    said = (("agent", minutes[0], "Please restart the router, then enter the code again."), ("customer", minutes[1], "Done, I restarted it."), ("agent", minutes[2], "Now enter the code."))
    first = [{**told, "role": "customer", "author": customer, "sent_at": at.isoformat(), "text": "My router does not connect, what can I do?"}]
    return first + [{**told, "role": r, "author": r, "sent_at": (at + timedelta(minutes=m)).isoformat(), "text": t} for r, m, t in said]


@pytest.fixture(scope="module")
def report():
    talks = [talk(f"e{n}", "email", f"p{n}", BEGIN + timedelta(hours=n)) for n in range(30)] + [talk(f"c{n}", "chat", f"p{n}", BEGIN + timedelta(hours=n, days=3)) for n in range(10)]
    return tm.analyze([m for t in talks for m in t], as_of=BEGIN + timedelta(days=90))


def csv(tmp_path, name, *lines):
    (path := tmp_path / name).write_text("\n".join(lines) + "\n")
    return path


def named(found, title, group, name):
    section = next(s for s in found if s.title.startswith(title))
    return next(f for f in section.figures if f.group == group and f.name.startswith(name))


def test_volume_counts_conversations_and_customers(report):
    found = channels(report)
    assert named(found, "Volume", "chat", "of handled").estimate.value == pytest.approx(10 / 40)
    assert named(found, "Volume", "chat", "customers").estimate.value == pytest.approx(10 / 30)
    assert named(found, "Volume", "email", "customers").estimate.value == 1
    assert named(found, "Speed", "email", "first substantive").estimate.value == 600


def test_revenue_counts_who_bought_nothing_and_leaves_out_the_recent(report, tmp_path):
    orders = csv(tmp_path, "o.csv", "order_id,customer_id,ordered_at,amount,currency", "1,p0,2026-03-03T00:00:00Z,90,EUR", "2,p0,2026-03-04T00:00:00Z,-30,EUR", "3,p1,2026-06-01T00:00:00Z,50,EUR")
    found = channels(with_side_tables(report, [orders]))
    e = named(found, "Revenue", "email", "EUR per customer").estimate
    assert (e.value, e.n) == (2.0, 30) and named(found, "Revenue", "email", "bought").estimate.value == pytest.approx(1 / 30)  # the order of June is beyond 31 days
    early = tm.analyze([m for n in range(12) for m in talk(f"e{n}", "email", f"p{n}", BEGIN)], as_of=BEGIN + timedelta(days=9))
    assert not any(s.title.startswith("Revenue") for s in channels(with_side_tables(early, [orders])))


def test_two_conversations_are_associated_with_nothing():
    assert association(np.array([[1.0, 0], [0, 1]]))[0] == 0


def test_residuals_and_association_of_a_known_table():
    table = np.array([[30.0, 10.0], [10.0, 30.0]])
    assert residuals(table)[0, 0] == pytest.approx(4.472, abs=1e-3) == -residuals(table)[0, 1]
    v, p = association(table)
    assert 0.47 < v < 0.5 and p == pytest.approx(7.7e-6, rel=0.2)  # uncorrected 0.5; chi-square 20 of 1


def test_peaks_are_compared_at_the_same_hours_of_the_week():
    """At peaks everything comes in the slow evening; at the same hour there is no difference."""
    talks, n = [], 0
    for day in range(28):
        for hour, minutes in ((9, 10), (20, 60)):
            for _ in range((3 if hour == 20 else 1) if day >= 21 else (1 if hour == 20 else 3)):
                n += 1
                talks.append(talk(f"t{n}", "chat", f"p{n}", BEGIN.replace(hour=hour) + timedelta(days=day), (minutes, minutes + 5, 2 * minutes)))
    report = tm.analyze([m for t in talks for m in t], as_of=BEGIN + timedelta(days=90))
    section = peak(report, peak_days(["2026-03-23..2026-03-29"]))
    crude, like = (next(f for f in section.figures if f.group == "first response wait" and f.name.startswith(name)).estimate for name in ("peak", "at the same"))
    assert crude.value == pytest.approx(25 * 60) and crude.low > 0 and like.value == pytest.approx(0, abs=1e-6)
    few = peak(report, [date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 27)])
    assert all(f.estimate.low is None for f in few.figures) and "descriptive only" in few.figures[0].note


def test_scores_bounds_and_scales(report, tmp_path):
    head = "conversation_id,instrument,score,scale_min,scale_max,direction,state"
    rows = [f"e{n},csat,{5 if n < 8 else 3},1,5,higher,answered" for n in range(10)] + [f"e{n},csat,,1,5,higher,offered" for n in range(10, 20)]
    rows += [f"e{n},ces,1,1,5,lower,answered" for n in range(10)] + ["e0,csat,1,1,5,higher,answered"]
    found = surveys(with_side_tables(report, [csv(tmp_path, "s.csv", head, *rows)]))
    assert named(found, "What was answered", "csat on 1-5", "email: good").estimate.value == pytest.approx(0.7)  # three of five is not good; the latest answer of e0 counts
    assert named(found, "What was answered", "ces on 1-5, lower is better", "email: good").estimate.value == 1
    asked = named(found, "Who answered", "csat", "answered").estimate
    bounds = named(found, "Who answered", "csat", "good, had all").estimate
    assert (asked.value, asked.n) == (0.5, 20) and bounds.low < 7 / 20 and bounds.high > 17 / 20


def test_nps_of_known_shares_and_previews_are_no_customers():
    e = nps(120, 40, 200)
    assert (e.value, e.low, e.high) == pytest.approx((40.0, 28.9, 51.1), abs=0.2)
    assert latest([{"state": "preview", "conversation_id": "a", "key": None}]) == []


def test_teams_of_fewer_than_seven_are_not_shown(report, tmp_path):
    lines = ["wave,agent_id,team,I have the tools (1-5)", *(f"Q1,{n},Big,4" for n in range(8)), *(f"Q1,{n},Small,1" for n in range(20, 26))]
    found = surveys(with_side_tables(report, [csv(tmp_path, "a.csv", *lines)]))
    (section,) = [s for s in found if "agents" in s.title]
    assert [f.group for f in section.figures] == ["Big Q1"] and section.notes == ("1 not shown: fewer than 7 answers.",)


def test_readers_who_still_asked(report, tmp_path):
    lines = ["article_id,viewed_at,customer_id,seconds,words", *(f"7,{(BEGIN + timedelta(hours=n - 2)).isoformat()},p{n},60,230" for n in range(10)), "7,2026-03-01T00:00:00Z,someone else,9,230"]
    found = self_service(with_side_tables(report, [csv(tmp_path, "r.csv", *lines)]))
    asked = named(found, "Readers who still", "article 7", "readers")
    assert (asked.estimate.value, asked.estimate.n) == (pytest.approx(10 / 11), 11) and asked.behind[0] == "e0"
    assert "1.0 of the time" in named(found, "Reading time", "article 7", "reading time").note


@pytest.mark.parametrize("width", [80, 200])
def test_all_of_it_shows(report, width):
    console = Console(width=width, file=io.StringIO())
    console.print(sections(channels(report)))
    text = console.file.getvalue()
    assert "The eight questions" in text and max(map(len, text.splitlines())) <= width
