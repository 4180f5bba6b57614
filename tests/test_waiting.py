"""Waits on the customer's clock."""

from datetime import UTC, datetime

import pandas as pd
import pytest

import textmetrics as tm
from textmetrics.curves import kaplan_meier
from textmetrics.testing import transcript

CASES = {
    "from the first unanswered message": (["09:00 customer: No sound?", "09:02 customer: hello?", "09:05 agent: Please restart the box."], [(300, False)]),
    "a greeting does not stop it": (["09:00 customer: No sound?", "09:00 agent: Hello, how can I help you?", "09:04 agent: Please restart the box."], [(240, False)]),
    "a hold does not stop it": (["09:00 customer: No sound?", "09:01 agent: One moment please, let me check.", "09:11 agent: Please restart the box."], [(660, False)]),
    "a bot does not stop it": (["09:00 customer: No sound?", "09:00 bot: Please restart the box.", "09:10 agent: Please restart it again."], [(600, False)]),
    "an automatic reply does not stop it": (
        ["09:00 customer: No sound?", "09:01 agent: This is an automatic reply: we have received your request.", "09:30 agent: Please restart it."],
        [(1800, False)],
    ),
    "unanswered is open until the data were cut": (["23:00 customer: No sound?"], [(18 * 86400 + 3600, True)]),
    "a closing thanks waits for nothing": (["09:00 customer: No sound?", "09:05 agent: Please restart the box.", "09:07 customer: it works now, thanks!"], [(300, False)]),
    "a remark at the end waits for nothing": (["09:00 customer: No sound?", "09:05 agent: Please restart the box.", "09:07 customer: haha, good old box"], [(300, False)]),
    "an answer to a question waits": (
        ["09:00 customer: No sound?", "09:05 agent: Which box is it?", "09:07 customer: the small one"],
        [(300, False), (18 * 86400 + 14 * 3600 + 53 * 60, True)],
    ),
    "a short report waits": (
        ["09:00 customer: No sound?", "09:05 agent: Please restart the box.", "09:07 customer: still no sound"],
        [(300, False), (18 * 86400 + 14 * 3600 + 53 * 60, True)],
    ),
    "thanks with a question does": (
        ["09:00 customer: No sound?", "09:05 agent: Please restart the box.", "09:07 customer: it works now, thanks! How do I turn it off?", "09:09 agent: Press the button."],
        [(300, False), (120, False)],
    ),
    "a transfer does not start it anew": (["09:00 customer: No sound?", "09:01 system: transferred to Tom", "09:15 agent: Please restart the box."], [(900, False)]),
    "no times, no wait": (["customer: No sound?", "agent: Please restart."], []),
}


@pytest.mark.parametrize("case", CASES)
def test_waits(case):
    lines, expected = CASES[case]
    assert [(w.seconds, w.censored) for w in transcript(*lines).waits()] == expected


def test_every_kind_of_reply_can_be_asked_for():
    t = transcript("09:00 customer: No sound?", "09:01 bot: Hello!", "09:02 agent: One moment please.", "09:09 agent: Please restart the box.")
    assert [w.seconds for w in t.waits("bot_filler", "stall", "substantive")] == [60]
    assert [w.seconds for w in t.waits("bot", "stall", "substantive")] == [120], "a bot's greeting is a kind of its own"
    assert [w.seconds for w in t.waits("stall", "substantive")] == [120]
    assert [w.seconds for w in t.waits()] == [540]


ASKED, LATER = "09:00 customer: No sound?", "09:20 customer: It is broken again."
BOT, HOLD, FIX = "09:02 bot: Please restart the box.", "09:04 agent: One moment please.", "09:10 agent: Please update the driver."
VARIANTS = {  # first reply: any, human, answer of anybody, answer of a person; then every wait, in the same order
    "hold, then fix": ([ASKED, HOLD, FIX], [240, 240, 600, 600], [[240], [240], [600], [600]]),
    "a bot's greeting answers nothing": ([ASKED, "09:01 bot: Hello, how can I help you?", FIX], [60, 600, 600, 600], [[60], [600], [600], [600]]),
    "a bot's hold neither": ([ASKED, "09:01 bot: One moment please, let me check.", FIX], [60, 600, 600, 600], [[60], [600], [600], [600]]),
    "a bot's answer": ([ASKED, BOT, HOLD, FIX, LATER, "09:21 bot: Please restart the box."], [120, 240, 120, 600], [[120, 60], [240, "open"], [120, 60], [600, "open"]]),
}


@pytest.mark.parametrize("case", VARIANTS)
def test_four_readings_of_a_wait(case):
    lines, first, every = VARIANTS[case]
    names = ["first_reply_wait", "first_human_reply_wait", "first_answer_wait", "first_response_wait", "wait_for_any_reply", "wait_for_human_reply", "wait_for_answer", "customer_wait"]
    seen = {n: ["open" if o.censored else o.value for o in found] for n, found in tm.observe(transcript(*lines), names).items()}
    assert [seen[n] for n in names] == [*([v] for v in first), *every]


WHOLE = {  # total wait, and the share of the conversation that it takes
    "answered twice": ([ASKED, FIX, LATER, "09:30 agent: Please restart it again."], (1200, False), 1200 / 1800),
    "the last one is open": ([ASKED, FIX, LATER, "09:30 customer: hello?"], (600 + 18 * 86400 + 14 * 3600 + 2400, True), 1200 / 1800),
    "nobody came": ([ASKED, LATER], (18 * 86400 + 15 * 3600, True), 1.0),
}


@pytest.mark.parametrize("case", WHOLE)
def test_all_waits_together(case):
    lines, total, share = WHOLE[case]
    seen = tm.observe(transcript(*lines), ["total_wait", "wait_share"])
    assert [(o.value, o.censored) for o in seen["total_wait"]] == [total]
    assert [o.value for o in seen["wait_share"]] == [pytest.approx(share)]


DROPPED = {
    "answered": ([ASKED, FIX], [0.0]),
    "a bot answers too": ([ASKED, BOT], [0.0]),
    "one moment is no answer": ([ASKED, HOLD], [1.0]),
    "asked again, and nobody came": ([ASKED, FIX, LATER], [1.0]),
    "a farewell asks nothing": ([ASKED, FIX, "09:20 customer: it works now, thanks!"], [0.0]),
    "nobody asked": (["09:00 agent: How did it go?"], []),
    "too early to say": ([ASKED, "2024-01-19 23:58 customer: It is broken again."], ["open"]),
    "as early, and answered": (["2024-01-19 23:57 customer: It is broken.", "2024-01-19 23:58 agent: Please restart the box."], ["open"]),
}


@pytest.mark.parametrize("case", DROPPED)
def test_dropped(case):
    lines, expected = DROPPED[case]
    assert ["open" if o.censored else o.value for o in tm.observe(transcript(*lines), ["dropped"])["dropped"]] == expected


def test_the_quick_among_the_young_are_counted_no_sooner_than_the_others():
    """Half are answered within a minute, half never: half are abandoned, wherever the data are cut."""
    given = [transcript(f"2024-01-19 {h}:00 customer: No sound?", *[f"2024-01-19 {h}:01 agent: Please restart the box."] * (h % 2), channel="email", as_of=datetime(2024, 1, 26, 13, 30, tzinfo=UTC)) for h in range(10, 18)]
    seen = tm.observe(given, ["abandonment"])["abandonment"]
    assert tm.estimate("abandonment", seen).value == 0.5 and sum(o.censored for o in seen) == 4


def test_a_first_wait_without_a_clock_is_no_later_one():
    t = transcript("customer: No sound?", "09:05 agent: Please restart the box.", "09:10 customer: Still no sound?", "09:40 agent: Please check the cable.")
    seen = tm.observe(t, ["first_response_wait", "first_reply_wait", "service_level", "answered_within_an_hour", "gap_to_usual_time", "customer_wait"])
    assert {name: [o.value for o in found] for name, found in seen.items() if found} == {"customer_wait": [1800.0]}


def test_deadline_is_met_missed_or_open():
    asked = "09:00 customer: I need this fixed before 10 am please"
    def value(*rest):
        return [(o.value, o.censored) for o in tm.observe(transcript(asked, *rest))["answered_in_time"]]

    assert value("09:30 agent: Please restart the box.") == [(1.0, False)]
    assert value("10:30 agent: Please restart the box.") == [(0.0, False)]
    assert value() == [(0.0, False)], "long past when the data were cut"


def test_longest_delay_counts_open_ones():
    from textmetrics.testing import conversation

    report = tm.analyze([conversation("09:00 customer: No sound?", "09:10 agent: Restart it please", id="a", channel="email"), conversation("09:00 customer: No sound?", id="b", channel="email")], metrics=["longest_delay"])
    assert report.estimates()["value"].tolist() == [600.0]
    assert report.estimates()["n_open"].tolist() == [1]


def test_first_response_of_tweets_by_hand():
    """The example thread by thread: 22:08:27 to 22:10:47; a brand's own post asks nothing, 08:30 to 08:40; 09:00 unanswered."""
    from pathlib import Path

    example = Path(__file__).parent / "golden" / "readers" / "twcs" / "threads.csv"
    report = tm.analyze(tm.read(example), as_of=datetime(2017, 11, 2, tzinfo=UTC), metrics=["first_response_wait"])
    seen = report.observations.set_index("conversation_id")
    assert seen["value"].to_dict() == {"3": 140.0, "5": 600.0, "9": 54000.0}
    assert seen["censored"].to_dict() == {"3": False, "5": False, "9": True}
    points, left, _ = kaplan_meier(seen["value"].to_numpy(), seen["censored"].to_numpy())
    assert (points.tolist(), left.tolist()) == ([140, 600], pytest.approx([2 / 3, 1 / 3])), "two of three answered"
    (row,) = report.estimates().query("metric == 'first_response_wait'").to_dict("records")
    assert (row["n"], row["n_open"]) == (3, 1) and pd.isna(row["value"]), "three are too few for a median"
