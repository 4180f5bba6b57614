"""Gaps to what was expected, in standard deviations: by hand."""

from datetime import UTC, datetime, timedelta
from math import log, sqrt

import pytest

import textmetrics as tm
from textmetrics.contacts import Contact, contacts
from textmetrics.gaps import NAMED, NORM, OWN, against, dimensions, gaps
from textmetrics.testing import conversation

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
SAID, PROMISED = NAMED.values()


def contact(n, person, channel="chat"):
    began = BEGIN + timedelta(days=n)
    return Contact(f"{person}{n}", channel, person, 1.0, began, began, began, None, True, None, "silent", None, None, None, False, {})


def told(lived, *, named=None, still=(), norm=lambda c: 1.0, unit=None):
    found = [contact(int(i[1:]), i[0]) for i in lived]
    return [(g.conversation, g.source, g.value and pytest.approx(g.value)) for g in against(lived, found, norm, unit or {"chat": 2.0}, named, still)]


CASES = {
    "what one had is expected next": (told({"a1": 1.0, "a2": 3.0, "a3": 1.0}), [("a1", NORM, 0), ("a2", OWN, 1.0), ("a3", OWN, (1 - 1.6) / 2)]),
    "by time, not by order": (told({"a3": 1.0, "a1": 1.0, "a2": 3.0}), [("a1", NORM, 0), ("a2", OWN, 1.0), ("a3", OWN, (1 - 1.6) / 2)]),
    "what somebody said goes before it": (told({"a1": 1.0, "a2": 3.0}, named={"a2": (SAID, 4.0)}), [("a1", NORM, 0), ("a2", SAID, -0.5)]),
    "another's history is none": (told({"a1": 3.0, "b2": 3.0}), [("a1", NORM, 1.0), ("b2", NORM, 1.0)]),
    "open and not worse yet": (told({"a1": 3.0, "a2": 2.0}, still={"a1"}), [("a1", NORM, None), ("a2", NORM, 0.5)]),
    "open and worse already": (told({"a1": 0.0}, still={"a1"}), [("a1", NORM, -0.5)]),
    "no norm, no expectation, but a history": (told({"a1": 3.0, "a2": 4.0}, norm=lambda c: None), [("a2", OWN, 0.5)]),
    "no spread, no unit": (told({"a1": 3.0}, unit={"chat": 0.0}), []),
}


@pytest.mark.parametrize("case", CASES)
def test_expectations_in_their_order(case):
    found, expected = CASES[case]
    assert found == [(i, source, value and pytest.approx(value)) for i, source, value in expected]


@pytest.fixture(scope="module")
def report():
    """Six are answered after 10 minutes, six after 40, so that logarithms lie apart by log 4; one of each said, or was promised, 20 minutes; one came back and waited 10 minutes again."""

    def chat(n, minutes, *, day=10, said="No sound on my box?", bot=()):
        lines = (f"2024-01-{day} 09:00 customer: {said}", *bot, f"2024-01-{day} 09:{minutes} agent: Please restart the box.")
        return conversation(*lines, id=f"c{n}-{day}", customer_id=f"p{n}")

    plain = [chat(n, 10) for n in range(1, 6)] + [chat(n, 40) for n in range(6, 11)]
    asked = chat(0, 10, said="No sound on my box, I need this within 20 minutes please")
    promised = chat(11, 40, bot=("2024-01-10 09:00 bot: We will reply within 20 minutes.",))
    return tm.analyze([*plain, asked, promised], as_of=datetime(2024, 2, 1, tzinfo=UTC))


def test_waits_in_standard_deviations_of_their_logarithm(report):
    spread = log(4) / 2 * sqrt(12 / 11)
    time = {g.conversation: (g.source, g.value) for g in dimensions(report, contacts(report))["time"]}
    assert time["c0-10"] == (SAID, pytest.approx(log(2) / spread))
    assert time["c11-10"] == (PROMISED, pytest.approx(-log(2) / spread))
    assert time["c1-10"] == (NORM, pytest.approx(0)), "half are answered within ten minutes: that is usual"
    assert time["c6-10"] == (NORM, pytest.approx(-log(4) / spread))


def test_shares_by_source_and_the_way_back(report):
    figures = {(f.group, f.name): f for f in gaps(report, contacts(report)).figures}
    assert [figures["time", f"expected because {s}"].estimate.value for s in (SAID, PROMISED)] == [pytest.approx(1 / 12)] * 2
    assert figures["time", f"expected by {NORM}"].estimate.value == pytest.approx(10 / 12)
    whole = figures["time", "reality less expectation"]
    assert (whole.estimate.n, whole.unit) == (12, "SD") and whole.estimate.low < whole.estimate.value < whole.estimate.high
    assert set(whole.behind) <= {f"c{n}-10" for n in range(6, 11)}
    assert ("outcome", "reality less expectation") not in figures, "nobody said what became of it"
