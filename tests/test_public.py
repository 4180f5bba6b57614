"""Help in public, and the way from there into private messages: worked out by hand."""

from datetime import UTC, datetime

import pytest

import textmetrics as tm
from textmetrics.metrics import observe_customer
from textmetrics.testing import transcript

ASKED, FIX = "2024-01-10 09:00 customer: My router keeps crashing, can you help?", "agent: Please restart the router."
HELP = {
    "answered within a day": ([ASKED, f"2024-01-11 08:00 {FIX}"], [(1.0, False)]),
    "answered later": ([ASKED, f"2024-01-11 10:00 {FIX}"], [(0.0, False)]),
    "never": ([ASKED], [(0.0, False)]),
    "a stall is no answer": ([ASKED, "2024-01-10 10:00 agent: One moment please."], [(0.0, False)]),
    "praise needs none": (["2024-01-10 09:00 customer: You are the best company ever, I love you!"], []),
    "younger than a day": (["2024-01-19 09:00 customer: My router keeps crashing, can you help?"], [(0.0, True)]),
    "as young, and answered": (["2024-01-19 09:00 customer: My router keeps crashing, can you help?", f"2024-01-19 09:05 {FIX}"], [(1.0, True)]),
}


@pytest.mark.parametrize("case", HELP)
def test_posts_that_need_help(case):
    lines, expected = HELP[case]
    t = transcript(*lines, channel="social")
    assert [(o.value, o.censored) for o in tm.observe(t, ["posts_answered"])["posts_answered"]] == expected


def test_what_cannot_be_told_to_need_help_is_left_out():
    t = transcript("2024-01-10 09:00 customer: Warum funktioniert das nicht?", channel="social", language="de")
    assert t.request_type is None and tm.observe(t, ["posts_answered"])["posts_answered"] == []


INVITED = [ASKED, "2024-01-10 10:00 agent: Please send us a direct message with your number."]
MOVES = {
    "nothing known of any direct message": ([INVITED], [(0.0, True)]),
    "written within a day": ([INVITED, ("chat", "2024-01-11 09:00 customer: Here is my number")], [(1.0, False)]),
    "written too late": ([INVITED, ("chat", "2024-01-11 11:00 customer: Here is my number")], [(0.0, False)]),
    "in an older talk": ([("chat", "2024-01-02 09:00 customer: Hello there", "2024-01-10 12:00 customer: Here is my number"), INVITED], [(1.0, False)]),
    "written before": ([("chat", "2024-01-10 08:00 customer: Hello there"), INVITED], [(0.0, False)]),
    "a mail is no direct message": ([INVITED, ("email", "2024-01-10 12:00 customer: Here is my number")], [(0.0, True)]),
    "says so": ([[*INVITED, "2024-01-10 12:00 customer: I just sent you a DM"]], [(1.0, False)]),
    "says it is done": ([[*INVITED, "2024-01-10 12:00 customer: ok, done"]], [(1.0, False)]),
    "younger than a day": ([["2024-01-19 09:00 customer: My router keeps crashing", "2024-01-19 10:00 agent: Please send us a direct message."]], []),
    "as young, and taken up": ([["2024-01-19 09:00 customer: My router keeps crashing", "2024-01-19 10:00 agent: Please send us a direct message.", "2024-01-19 10:05 customer: I just sent you a DM"]], []),
    "to the phone": ([[ASKED, "2024-01-10 10:00 agent: Please call our hotline."]], []),
}


@pytest.mark.parametrize("case", MOVES)
def test_invitations_taken_up(case):
    said, expected = MOVES[case]
    history = [transcript(*c[1:], channel=c[0]) if isinstance(c, tuple) else transcript(*c, channel="social") for c in said]
    assert [(o.value, o.censored) for _, o in observe_customer(history, ["handoffs_completed"])["handoffs_completed"]] == expected


def test_moved_to_private_is_a_share_of_the_answered():
    def seen(*lines):
        return [o.value for o in tm.observe(transcript(*lines, channel="social", as_of=datetime(2024, 1, 20, tzinfo=UTC)), ["moved_to_private"])["moved_to_private"]]

    assert seen(*INVITED) == [1.0] and seen(ASKED, f"2024-01-10 10:00 {FIX}") == [0.0] and seen(ASKED) == []
