"""The times customers name, what waits still, and silences: worked out by hand."""

from datetime import UTC, datetime

import pytest

import textmetrics as tm
from textmetrics.evidence import in_run
from textmetrics.testing import conversation, transcript

AS_OF = datetime(2024, 1, 20, tzinfo=UTC)
HOUR, DAY = 3600.0, 86400.0
ASKED = "2024-01-10 09:00 customer: There is no sound, I need it fixed by Friday noon please"  # due on Friday the 12th at 12:00
FIX, STALL, AUTOMATIC = "agent: Please restart the box.", "agent: One moment please.", "agent: This is an automatic reply: we have received your request."
NAMED = {
    "answered before": ([f"2024-01-12 09:00 {FIX}"], (-3 * HOUR, False), (0.0, False)),
    "answered late, after a word": ([f"2024-01-12 10:00 {STALL}", f"2024-01-12 16:00 {FIX}"], (4 * HOUR, False), (0.0, False)),
    "answered late, without a word before": ([f"2024-01-12 16:00 {FIX}"], (4 * HOUR, False), (1.0, False)),
    "never answered: late by at least so much": ([], (7.5 * DAY, True), (1.0, False)),
    "an automatic reply is no word": ([f"2024-01-10 09:01 {AUTOMATIC}"], (7.5 * DAY, True), (1.0, False)),
}


def observed(metric, *lines, **more):
    return [(o.value, o.censored) for o in tm.observe(transcript(*lines, **{"as_of": AS_OF, "channel": "email", **more}), [metric])[metric]]


@pytest.mark.parametrize("case", NAMED)
def test_time_named(case):
    lines, late, silent = NAMED[case]
    assert observed("lateness", ASKED, *lines) == [late]
    assert observed("missed_in_silence", ASKED, *lines) == [silent]
    assert observed("times_named", ASKED, *lines) == [(1.0, False)]


def test_what_is_not_due_yet_is_open_and_what_names_no_time_is_nothing():
    cut = datetime(2024, 1, 12, 9, tzinfo=UTC)
    assert observed("lateness", ASKED, as_of=cut) == [(-3 * HOUR, True)]
    assert observed("missed_in_silence", ASKED, as_of=cut) == [(0.0, True)] == observed("answered_in_time", ASKED, as_of=cut)
    soon = "2024-01-10 09:00 customer: There is no sound, I need it as soon as possible"
    assert observed("times_named", soon) == [(0.0, False)] and observed("lateness", soon) == []
    assert observed("times_named", "2024-01-10 09:00 agent: How is it?") == []


def test_lateness_is_a_median_of_answered_and_open_ones():
    """Late by 1 to 4 hours, two a week unanswered: the curve is at 5/6, 4/6, 3/6 after 1, 2, 3 hours."""
    answered = [conversation(ASKED, f"2024-01-12 {12 + h}:00 {FIX}", id=f"a{h}", channel="email") for h in (1, 2, 3, 4)]
    waiting = [conversation(ASKED, id=f"w{n}", channel="email") for n in range(2)]
    row = tm.analyze([*answered, *waiting], as_of=AS_OF, metrics=["lateness"]).estimates().iloc[0]
    assert (row["value"], row["n"], row["n_open"]) == (3 * HOUR, 6, 2)


def test_backlog():
    """Open for 10, 9, 3, 2, 1 and 1 days; one answered after 15 days is the longest delay, and none of them."""
    days = (10, 11, 17, 18, 19, 19)
    given = [conversation(f"2024-01-{d} 00:00 customer: No sound?", id=f"o{n}", channel="email") for n, d in enumerate(days)]
    given.append(conversation("2024-01-01 00:00 customer: No sound?", f"2024-01-16 00:00 {FIX}", id="answered", channel="email"))
    names = ["open_waits", "open_age", "oldest_open", "longest_delay", "customer_wait_p99"]
    rows = tm.analyze(given, as_of=AS_OF, metrics=names).estimates().set_index("metric")
    assert rows["value"].to_dict() == pytest.approx({"open_waits": 6, "open_age": 2.5 * DAY, "open_age_p75": float("nan"), "open_age_p90": float("nan"), "open_age_p95": float("nan"), "oldest_open": 10 * DAY, "longest_delay": 15 * DAY, "customer_wait_p99": float("nan")}, nan_ok=True)
    assert rows["n"].to_dict() == {"open_waits": 7, "open_age": 6, "open_age_p75": 6, "open_age_p90": 6, "open_age_p95": 6, "oldest_open": 6, "longest_delay": 7, "customer_wait_p99": 7}


def test_the_longest_ten_open_to_their_conversations_the_longest_first():
    given = [conversation(f"2024-01-{d:02} 00:00 customer: No sound {d}?", id=f"o{d}", channel="email") for d in range(1, 13)]
    value, far = in_run(tm.analyze(given, as_of=AS_OF), "oldest_open")
    assert [(f.group, f.estimate.value, f.estimate.n) for f in value.figures] == [("email", 19 * DAY, 12)]
    assert [f.behind[0] for f in far.figures] == [f"o{d}" for d in range(1, 11)]
    assert (far.figures[0].name, far.figures[0].estimate.value, far.figures[0].note) == ("No sound 1?", 19 * DAY, "open")
    named = [conversation(ASKED, f"2024-01-{d} 09:00 {FIX}", id=f"on the {d}th") for d in (11, 12, 13)]
    assert in_run(tm.analyze(named, as_of=AS_OF), "answered_in_time")[1].figures[0].behind == ("on the 13th",), "higher is better, so the late one comes first"


SILENCES = {
    "to the answer": ([f"2024-01-11 00:00 {FIX}"], (DAY, False)),
    "putting off breaks none": ([f"2024-01-11 00:00 {STALL}", f"2024-01-13 00:00 {FIX}"], (3 * DAY, False)),
    "an answer that promises more owes more": (["2024-01-11 00:00 agent: Please restart the box and check the cable. I'll get back to you tomorrow about the refund.", f"2024-01-15 00:00 {FIX}"], (4 * DAY, False)),
    "and still owes it": (["2024-01-11 00:00 agent: Please restart the box and check the cable. I'll get back to you tomorrow about the refund."], (9 * DAY, True)),
    "put off again, after an answer": ([f"2024-01-11 00:00 {FIX}", "2024-01-11 00:01 agent: I'll check with the warehouse and let you know.", "2024-01-16 00:01 agent: They have sent a new box."], (5 * DAY, False)),
    "until the customer says it works": (
        ["2024-01-11 00:00 agent: Please restart the box and check the cable. I'll get back to you tomorrow about the refund.", "2024-01-13 00:00 customer: It works now, thank you!"],
        (2 * DAY, True),
    ),
    "an answer waits for the customer": ([f"2024-01-11 00:00 {FIX}", "2024-01-18 00:00 customer: Still no sound!", f"2024-01-18 06:00 {FIX}"], (DAY, False)),
    "nobody": ([], (10 * DAY, True)),
}


@pytest.mark.parametrize("case", SILENCES)
def test_update_silence(case):
    lines, expected = SILENCES[case]
    assert observed("update_silence", "2024-01-10 00:00 customer: There is no sound on my box?", *lines) == [expected]


def test_a_mean_counts_no_wait_longer_than_patience():
    """Waits of 1 to 12 minutes in a chat, whose customers have five: (1 + 2 + 3 + 4 + 8 * 5) / 12 minutes."""
    given = [conversation("09:00 customer: No sound?", f"09:{n:02} agent: Please restart the box.", id=f"{n:02}") for n in range(1, 13)]
    first, _ = in_run(tm.analyze(given, as_of=AS_OF), "first_response_wait")
    mean = first.figures[1].estimate
    assert (first.figures[1].name, mean.value, mean.n) == ("mean, none counted longer than 5 min", 250, 12)
    spread = (50**2 * 8 + sum((60 * n - 250) ** 2 for n in range(1, 5))) / 12  # nobody is open: the variance of a plain mean
    assert mean.high == pytest.approx(250 + 1.96 * (spread / 12) ** 0.5, abs=0.1)
    assert first.notes, "what Kaplan and Meier take for granted is said"


def test_too_few_waits_say_how_many_are_needed():
    given = [conversation("09:00 customer: No sound?", f"09:{n:02} agent: Please restart the box.", id=f"{n}") for n in range(1, 4)]
    told = in_run(tm.analyze(given, as_of=AS_OF), "first_response_wait")[0].figures[0].estimate
    assert (told.value, told.n, told.need) == (None, 3, 6), "not that it is not reached"
