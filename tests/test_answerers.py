"""Whose answers work, and the mood around them: worked out by hand."""

import msgspec
import pytest

import textmetrics as tm
from textmetrics.annotation import annotate
from textmetrics.remeasuring import measured_again
from textmetrics.testing import AS_OF, conversation, transcript
from textmetrics.types import Participant

ASKED = "09:00 customer: There is no sound on my box?"
FIX, OTHER_FIX = "Please restart the box and check the cable.", "Please update the driver in the settings."
WORKED, FAILED = "09:20 customer: That fixed it, thank you!", "09:20 customer: That didn't work, still no sound."


def observed(metric, t):
    return [(o.value, o.censored) for o in tm.observe(t, [metric])[metric]]


SIDES = {
    "an agent is of the company": ("social", [f"09:05 agent: {FIX}", WORKED], [(1.0, False)], []),
    "a bot too": ("social", [f"09:05 bot: {FIX}", FAILED], [(0.0, False)], []),
    "a peer is not": ("social", [f"09:05 peer: {FIX}", WORKED], [], [(1.0, False)]),
    "each by itself": ("community", [f"09:05 peer: {FIX}", f"09:10 agent: {OTHER_FIX}", WORKED], [(1.0, False)], [(0.0, True)]),
}


@pytest.mark.parametrize("case", SIDES)
def test_solutions_of_the_company_and_of_peers_are_told_apart(case):
    channel, lines, company, peer = SIDES[case]
    t = transcript(ASKED, *lines, channel=channel)
    assert (observed("company_solutions_acknowledged", t), observed("peer_solutions_acknowledged", t)) == (company, peer)


@pytest.mark.parametrize(("channel", "company", "peer"), [("community", [], [(1.0, False)]), ("social", [], [])])
def test_who_is_not_named_as_the_companys_is_a_peer_in_a_community_and_unknown_elsewhere(channel, company, peer):
    one = conversation(ASKED, f"09:05 agent: {FIX}", WORKED, channel=channel)
    one = msgspec.structs.replace(one, participants=(Participant("customer", "customer", 0.9), Participant("agent", "agent", 0.8)))
    (t,) = annotate([one], as_of=AS_OF)
    assert (observed("company_solutions_acknowledged", t), observed("peer_solutions_acknowledged", t)) == (company, peer)
    again = measured_again(tm.analyze([one], as_of=AS_OF), ["peer_solutions_acknowledged"]).to_pylist()
    assert [(o["value"], o["censored"]) for o in again] == peer, "how sure a role is stands in the table of messages"


def test_a_peer_is_judged_as_the_agents_that_models_learned_from():
    lines = [ASKED, f"09:05 WHO: {FIX}", "09:06 WHO: Sorry about that! One moment, I'll get back to you by Friday.", WORKED]
    found = [[(f.message, f.label, f.score) for f in transcript(*(line.replace("WHO", who) for line in lines)).findings] for who in ("agent", "peer")]
    assert found[0] == found[1] and len(found[0]) > 3
    assert [w.seconds for w in transcript(ASKED, f"09:05 peer: {FIX}").waits()] == [300]


def test_what_others_say_stands_apart():
    t = transcript(ASKED, f"09:05 agent: {FIX}", "09:20 other: That worked for me!", channel="community")
    assert observed("confirmed_by_others", t) == [(1.0, False)] and observed("company_solutions_acknowledged", t) == [(0.0, True)]
    t = transcript(ASKED, f"09:05 agent: {FIX}", WORKED, channel="community")
    assert observed("confirmed_by_others", t) == [(0.0, False)]


@pytest.mark.parametrize("metric", ["company_solutions_acknowledged", "peer_solutions_acknowledged", "confirmed_by_others", "each_solution_acknowledged"])
def test_what_is_too_young_is_left_out_whatever_was_said_of_it(metric):
    t = transcript(*(f"2024-01-19 {line}" for line in (ASKED, f"09:05 agent: {FIX}", f"09:06 peer: {OTHER_FIX}", WORKED, "09:30 other: That worked for me!")), channel="community")
    assert observed(metric, t) == [] and observed(metric, msgspec.structs.replace(t, as_of=None))


@pytest.mark.parametrize(("told", "expected"), [({"originator": 1}, [(1.0, False)]), ({"originator": 0}, [(0.0, False)]), ({"likes": 9}, [])])
def test_a_like_of_the_one_who_asked_is_evidence_of_its_own(told, expected):
    one = conversation(ASKED, f"09:05 agent: {FIX}", channel="social")
    one = msgspec.structs.replace(one, messages=(one.messages[0], msgspec.structs.replace(one.messages[1], reactions=told)))
    (t,) = annotate([one], as_of=AS_OF)
    assert observed("reacted_to_by_originator", t) == expected and observed("company_solutions_acknowledged", t) == [(0.0, True)]


def felt(moods, *lines):
    """A transcript with these moods in place of the scorer's; the solution is its second message."""
    t = transcript(ASKED, f"09:05 agent: {FIX}", *lines)
    return msgspec.structs.replace(t, moods=tuple(moods), solution=1)


THANKS = "09:10 customer: thanks, bye"
MOODS = {  # moods, further lines: change, beyond thanks, improved, unchanged, worsened, annoyed no more
    "better": ([-0.5, None, 0.1], ["09:20 customer: The light is green."], [0.6], [0.6], (1.0, 0.0, 0.0), [(1.0, False)]),
    "better, still annoyed": ([-0.5, None, -0.1], ["09:20 customer: The light is green."], [0.4], [0.4], (1.0, 0.0, 0.0), [(0.0, False)]),
    "a little": ([0.0, None, 0.2], ["09:20 customer: The light is green."], [0.2], [0.2], (0.0, 1.0, 0.0), []),
    "worse": ([0.2, None, -0.2], ["09:20 customer: The light is green."], [-0.4], [-0.4], (0.0, 0.0, 1.0), []),
    "thanks alone": ([-0.5, None, 0.7], [THANKS], [1.2], [], (1.0, 0.0, 0.0), [(1.0, False)]),
    "thanks and more": ([-0.5, None, 0.7, -0.1], [THANKS, "09:20 customer: The light is green."], [0.8], [0.4], (1.0, 0.0, 0.0), [(1.0, False)]),
    "thanks that ask": ([-0.5, None, 0.7], ["09:10 customer: Thanks. When will it be delivered?"], [1.2], [1.2], (1.0, 0.0, 0.0), [(1.0, False)]),
    "silent": ([-0.5, None], [], [], [], None, [(0.0, True)]),
}


@pytest.mark.parametrize("case", MOODS)
def test_mood_around_the_solution(case):
    moods, lines, change, beyond, turned, annoyed = MOODS[case]
    t = felt(moods, *lines)
    assert [v for v, _ in observed("mood_change_after_solution", t)] == pytest.approx(change)
    assert [v for v, _ in observed("mood_change_beyond_thanks", t)] == pytest.approx(beyond)
    assert observed("heard_after_solution", t) == [(float(bool(change)), False)] and observed("heard_beyond_thanks", t) == [(float(bool(beyond)), False)]
    ways = [observed(f"mood_{way}", t) for way in ("improved", "unchanged", "worsened")]
    assert ways == ([[(0.0, True)]] * 3 if turned is None else [[(v, False)] for v in turned])
    assert observed("annoyed_no_more", t) == annoyed


def test_without_a_known_mood_before_there_is_nothing():
    t = felt([None, None, 0.5], "09:20 customer: The light is green.")
    assert not any(observed(m, t) for m in ("mood_change_after_solution", "heard_after_solution", "mood_improved", "annoyed_no_more"))
