"""What customers say about a solution, rung by rung: worked, used, failed; asked for or not. Rules alone find it, so that words decide."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import textmetrics as tm
from textmetrics.remeasuring import measured_again
from textmetrics.testing import AS_OF, conversation, transcript

ASK, FIX = "09:00 customer: There is no sound on my box.", "09:05 agent: Please restart the box and check the cable."
WORKS, USED = "09:30 customer: It works now!", "09:20 customer: I restarted it."
RUNGS = ["solutions_worked", "solutions_used", "solutions_failed", "solution_use"]
CASES = {  # what stands on each rung: yes, no, or ? for the silent
    "it worked; whether they did anything they do not say": (["09:20 customer: That fixed it, thank you!"], "yes no no ?"),
    "used, and how it went is open": ([USED], "? yes no yes"),
    "used, then worked": ([USED, WORKS], "yes no no yes"),
    "failed": (["09:20 customer: That didn't work."], "no no yes no"),
    "tried in vain is a failure": (["09:20 customer: I restarted it, still no sound."], "no no yes no"),
    "worked, and taken back": ([WORKS, "09:40 customer: it stopped working again, same error"], "no no yes no"),
    "the second one worked": (["09:20 customer: That didn't work.", "09:22 agent: Please update the driver.", "09:40 customer: that fixed it!"], "yes no no ?"),
    "silent": ([], "? no no ?"),
    "thanks": (["09:20 customer: Thanks"], "? no no ?"),
    "somebody else's word": (["09:20 other: It works now!"], "? no no ?"),
    "too young to tell": (["2024-01-19 23:00 agent: Please update the driver.", "2024-01-19 23:10 customer: It works now!"], ""),
}
WRITTEN = {"yes": (1.0, False), "no": (0.0, False), "?": (0.0, True)}


def seen(lines, names):
    return {name: [(o.value, o.censored) for o in found] for name, found in tm.observe(transcript(*lines, settings={"rules_only": True}), names).items()}


@pytest.mark.parametrize("case", CASES)
def test_rungs(case):
    lines, expected = CASES[case]
    rungs = expected.split() or [None] * len(RUNGS)
    assert seen([ASK, FIX, *lines], RUNGS) == {name: [WRITTEN[r]] if r else [] for name, r in zip(RUNGS, rungs, strict=True)}


def test_what_was_done_for_the_customer_is_not_theirs_to_use():
    assert seen([ASK, "09:05 agent: I have refunded the second charge to your card.", WORKS], RUNGS)["solution_use"] == []


QUESTION = "09:15 agent: Did that help?"
SOLICITED = {  # asked at all; acknowledged when asked, and unasked
    "nobody asked": ([FIX, WORKS], False, [], [(1.0, False)]),
    "asked, then said": ([FIX, QUESTION, WORKS], True, [(1.0, False)], []),
    "in the same breath": ([FIX + " Did that help?", WORKS], True, [(1.0, False)], []),
    "asked, and no word": ([FIX, QUESTION], True, [(0.0, True)], []),
    "asked afterwards": ([FIX, WORKS, "09:31 agent: Is everything working now?"], True, [], [(1.0, False)]),
    "before there was a solution": (["09:01 agent: Any luck?", FIX, WORKS], False, [], [(1.0, False)]),
}


@pytest.mark.parametrize("case", SOLICITED)
def test_asked_for_the_outcome(case):
    lines, asked, when_asked, unasked = SOLICITED[case]
    found = seen([ASK, *lines], ["outcome_asked", "acknowledged_when_asked", "acknowledged_unasked"])
    assert found == {"outcome_asked": [(float(asked), False)], "acknowledged_when_asked": when_asked, "acknowledged_unasked": unasked}


TIMES = {
    "at the first good word": ([FIX, "09:20 customer: That didn't work.", "09:22 agent: Please update the driver.", "09:40 customer: that fixed it!"], [(35 * 60, False)]),
    "no word is at least so long": ([FIX], [(18 * 86400 + 14 * 3600 + 55 * 60, True)]),
    "no solution, no clock": ([], []),
}


@pytest.mark.parametrize("case", TIMES)
def test_time_to_acknowledgement(case):
    lines, expected = TIMES[case]
    assert seen([ASK, *lines], ["time_to_acknowledgement"])["time_to_acknowledgement"] == expected


def test_a_conversation_stands_on_one_rung_at_most():
    report = tm.analyze(tm.read(Path(__file__).parent.parent / "corpora" / "live_chat"), as_of=datetime(2026, 6, 1, tzinfo=UTC))
    rungs = ["solutions_worked", "solutions_used", "solutions_failed", "solutions_accepted_only", "solutions_thanked_only"]
    of = report.observations[report.observations["metric"].isin(rungs)].pivot(index="conversation_id", columns="metric", values="value")
    assert len(of) > 40 and not of.isna().any().any(), "all of the same conversations"
    assert set(of.sum(axis=1)) == {0.0, 1.0} and (of.sum() > 0).sum() >= 4


def test_the_tables_of_a_run_hold_all_that_the_rungs_go_by():
    """What is measured again from the tables alone, as `diff` does, comes out the same."""
    lines = [[ASK, FIX, USED, WORKS], [ASK, FIX, QUESTION, WORKS], [ASK, FIX]]
    metrics = [*RUNGS, "outcome_asked", "acknowledged_when_asked"]
    report = tm.analyze([conversation(*said, id=str(n)) for n, said in enumerate(lines)], as_of=AS_OF, rules_only=True, metrics=metrics)
    assert measured_again(report, metrics).to_pylist() == report.arrow("observations").to_pylist()
