"""What counts as solved, in the customer's words. Rules alone: a trained model may know better, not worse."""

from datetime import UTC, datetime, timedelta

import pytest

import textmetrics as tm
from textmetrics.testing import transcript

ANSWERED = datetime(2024, 1, 1, 9, 5, tzinfo=UTC)
ASK, FIX = "09:00 customer: There is no sound on my box.", "09:05 agent: Please restart the box and check the cable."
CASES = {
    "worked": (["09:20 customer: That fixed it, thank you!"], "confirmed", [1.0]),
    "silent": ([], "silent", ["silent"]),
    "thanks that take leave confirm nothing": (["09:06 customer: thanks, bye"], "silent", ["silent"]),
    "good will is no answer": (["09:06 customer: Thanks anyway."], "silent", ["silent"]),
    "the answer is enough": (["09:06 customer: perfect, thanks!"], "confirmed", ["silent"]),
    "worked, then stopped": (["09:20 customer: That fixed it!", "10:50 customer: It stopped working again."], "rejected", [0.0]),
    "stopped, then worked": (["09:20 customer: It stopped working again, but after a second restart it works now."], None, [1.0]),
    "failed": (["09:20 customer: That didn't work, still no sound."], "rejected", [0.0]),
    "worked, then failed": (["09:20 customer: it works now!", "09:50 customer: it stopped again, same problem as before"], "rejected", [0.0]),
    "the agent's word is not the customer's": (["09:20 agent: Glad it worked!"], "silent", ["silent"]),
    "a condition is no success": (["09:20 customer: If that works I will be happy."], None, ["silent"]),
}


@pytest.mark.parametrize("case", CASES)
def test_resolution(case):
    lines, resolution, acknowledged = CASES[case]
    t = transcript(ASK, FIX, *lines)
    if resolution is not None:
        assert t.resolution == resolution
    assert ["silent" if o.censored else o.value for o in tm.observe(t)["solutions_acknowledged"]] == acknowledged


def test_quoted_text_is_not_the_writer():
    t = transcript(ASK, FIX, "09:20 customer: Still nothing, no sound.\n> did that fix it? glad it works now", channel="email")
    assert not t.found("acknowledgement", "worked")


def test_solution_is_the_one_that_was_confirmed():
    t = transcript(ASK, FIX, "09:20 customer: no luck, still the same", "09:22 agent: Please update the driver.", "09:40 customer: that fixed it!")
    assert t.solution == 3
    assert t.found("acknowledgement", "worked")[0].attributes["answers"] == 3


def test_second_customer_does_not_speak_for_the_first():
    t = transcript(ASK, FIX, "09:20 other: that worked for me!")
    assert tm.observe(t)["solutions_acknowledged"][0].censored


TIERS = {
    "thanks": (["thanks"], {"solutions_thanked_only": 1.0, "solutions_accepted_only": 0.0}),
    "leave": (["thanks, bye"], {"solutions_thanked_only": 1.0, "solutions_accepted_only": 0.0}),
    "accepted": (["ok, will do, thanks"], {"solutions_thanked_only": 0.0, "solutions_accepted_only": 1.0}),
    "worked": (["That fixed it, thanks!"], {"solutions_thanked_only": 0.0, "solutions_accepted_only": 0.0}),
    "silent": ([], {"solutions_thanked_only": 0.0, "solutions_accepted_only": 0.0}),
}


@pytest.mark.parametrize("case", TIERS)
def test_courtesy_and_acceptance_are_tiers_of_their_own(case):
    lines, values = TIERS[case]
    seen = tm.observe(transcript(ASK, FIX, *(f"09:20 customer: {line}" for line in lines)))
    assert {name: [o.value for o in seen[name]] for name in values} == {name: [value] for name, value in values.items()}


@pytest.mark.parametrize(("hours", "counted"), [(23, 0), (25, 1)])
def test_what_is_too_young_for_an_outcome_is_not_counted(hours, counted):
    t = transcript(ASK, FIX, "09:05 customer: That fixed it!", as_of=ANSWERED + timedelta(hours=hours))
    seen = tm.observe(t)
    assert {name: len(seen[name]) for name in ("resolution", "revoked", "solutions_acknowledged")} == dict.fromkeys(("resolution", "revoked", "solutions_acknowledged"), counted)
