"""What a report rests on is said in its foot."""

import io

import pytest
from rich.console import Console

import textmetrics as tm
from textmetrics.coverage import coverage
from textmetrics.evidence import in_run
from textmetrics.render.terminal import summary
from textmetrics.testing import AS_OF, conversation


def message(conversation, day, text, role="customer", **more):
    return {"conversation_id": conversation, "role": role, "author": role, "sent_at": f"2026-03-{day:02}T09:00:00Z", "text": text, "channel": "chat", **more}


@pytest.fixture
def report():
    return tm.analyze(
        [
            message("a", 1, "Hello, the sound of my television does not work any more", customer_id="c1", severity="high"),
            message("a", 1, "Please restart the box and check the cable.", role="agent", customer_id="c1", severity="high"),
            message("b", 9, "Hello, I have no sound on my box, can you help me please?", case_id="k"),
            message("c", 10, "Guten Tag, ich habe seit gestern keinen Ton, können Sie mir bitte helfen?", language="de"),
        ],
        metrics=["resolution"],
    )


@pytest.mark.parametrize(
    ("name", "part", "whole"),
    [
        ("in a language with a pack", 3, 4),
        ("with a time", 4, 4),
        ("conversations of a known customer or case", 2, 3),
        ("with a severity", 1, 3),
        ("old enough for their outcome", 2, 3),  # the cut is at the last message: of a chat the outcome is there after a day
    ],
)
def test_shares(report, name, part, whole):
    one = next(c for c in coverage(report) if c.name == name)
    assert (one.part, one.whole, one.value) == (part, whole, part / whole)


def test_what_is_not_known_is_not_zero(report):
    assert next(c for c in coverage(report) if c.name == "messages read").value is None, "nothing was read from a file"


def test_people_and_detector_are_named(report):
    words = {c.name: c.words for c in coverage(report)}
    assert "textmetrics review" in words["read by people"] and "models findings " in words["detector"]
    report.calibration = {"resolution": {"read": 120, "read_to": "2026-03-04", "cells": []}}
    assert {c.name: c.words for c in coverage(report)}["read by people"] == "120 for resolution, the newest 6 d before the cut"


@pytest.mark.parametrize("width", [60, 80, 200])
def test_it_stands_in_the_foot_of_the_summary(report, width):
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(report)
    text = console.export_text()
    assert all(len(line) <= width for line in text.splitlines())
    assert "What it rests on" in text and "with a severity 33 %" in " ".join(text.split())


ASKED, ANSWERED = "customer: No sound on my box?", "agent: Please restart the box and check the cable."


@pytest.fixture
def fresh():
    old = ["2024-01-10 09:00 " + ASKED, "2024-01-10 09:05 " + ANSWERED, "2024-01-10 09:20 customer: That fixed it!"]
    young = ["2024-01-19 23:00 " + ASKED, "2024-01-19 23:05 " + ANSWERED, "2024-01-19 23:20 customer: That fixed it!"]
    given = [conversation(*old, id="a", severity="high"), conversation(*young, id="b", severity="high"), conversation(*young[:2], id="c"), conversation(*young, id="d", channel="email")]
    return tm.analyze(given, as_of=AS_OF, metrics=["resolution", "solutions_acknowledged", "abandonment", "contact_experience"])


TOO_YOUNG = {
    ("resolution", "chat"): (1, 2),
    ("solutions_acknowledged", "chat"): (1, 2),
    ("resolution", "email"): (0, 1),
    ("contact_experience", "chat"): (2, 1),  # of b it is known how it ended
    ("abandonment", "chat"): (3, 0),  # what is too young to be told is open there
}


@pytest.mark.parametrize("case", TOO_YOUNG, ids="-".join)
def test_what_is_too_young_is_counted_metric_by_metric(fresh, case):
    row = fresh.estimates().set_index(["metric", "channel"]).loc[case]
    assert (row["n"], row["n_young"]) == TOO_YOUNG[case]


def test_what_is_too_young_is_counted_by_group(fresh):
    rows = fresh.estimates("severity").query("metric == 'resolution' and channel == 'chat' and severity == 'high'")
    assert rows[["n", "n_young"]].values.tolist() == [[1, 1]]


def test_summary_and_case_say_how_many_are_too_young(fresh):
    console = Console(width=80, file=io.StringIO())
    console.print(summary(fresh))
    assert "2 young" in console.file.getvalue() and "too young" in console.file.getvalue()
    assert [f.note for f in in_run(fresh, "resolution")[0].figures] == ["2 too young, left out", "1 too young, left out"]
