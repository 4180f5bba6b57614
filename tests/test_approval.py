"""What the public makes of solutions: worked out by hand."""

from datetime import UTC, datetime, timedelta
from math import log
from pathlib import Path

import msgspec
import pytest

import textmetrics as tm
from textmetrics.annotation import annotate
from textmetrics.mapping import COUNTERS, Map, Rows
from textmetrics.mentions import distinct
from textmetrics.metrics.approval import weights
from textmetrics.remeasuring import measured_again
from textmetrics.testing import conversation

AS_OF = datetime(2024, 1, 20, tzinfo=UTC)
ASKED, FIX = "2024-01-10 09:00 customer: There is no sound on my box?", "2024-01-10 10:00 agent: Please restart the box and check the cable."


def counted(reactions, *lines, channel="social", links=None, **more):
    """A question, a solution with some counters, and what follows; ``links``: message -> message replied to, by position."""
    one = conversation(ASKED, FIX, *lines, channel=channel, **more)
    told = [{}, reactions] if isinstance(reactions, dict) else reactions
    messages = [
        msgspec.structs.replace(m, reactions=told[i] if i < len(told) else {}, reply_to=f"t/{links[i]}" if links and i in links else None) for i, m in enumerate(one.messages)
    ]
    return msgspec.structs.replace(one, messages=tuple(messages))


def observed(metric, one, as_of=AS_OF):
    (t,) = annotate([one], as_of=as_of)
    return [(o.value, o.exposure, o.censored) for o in tm.observe(t, [metric])[metric]]


@pytest.mark.parametrize("name", [*COUNTERS, "helpful"])
def test_every_counter_is_a_metric_of_its_own(name):
    metric = "solution_helpful_marks" if name == "helpful" else f"solution_{name}"
    assert observed(metric, counted({name: 7})) == [(7, 1, False)]
    assert observed(metric, counted({})) == [], "a counter that is not told is unknown, not zero"


@pytest.mark.parametrize(("channel", "hours", "young"), [("social", 23, True), ("social", 24, False), ("community", 24, True), ("community", 168, False)])
def test_counters_count_from_a_fixed_age_on(channel, hours, young):
    cut = datetime(2024, 1, 10, 10, tzinfo=UTC) + timedelta(hours=hours)
    assert observed("solution_likes", counted({"likes": 3}, channel=channel), cut) == ([] if young else [(3, 1, False)])


def test_young_solutions_are_in_no_rate_and_no_mean_but_said():
    """Two old ones with 10 and 20 likes, a young one with 900."""
    young = msgspec.structs.replace(counted({"likes": 900}, id="young"), cut=datetime(2024, 1, 10, 12, tzinfo=UTC))
    old = [msgspec.structs.replace(counted({"likes": n}, id=f"old{n}"), cut=AS_OF) for n in (10, 20)]
    rows = tm.analyze([*old, young], metrics=["solution_likes", "approval_index"]).estimates().set_index("metric")
    assert rows["n"].tolist() == [2, 2] and rows["n_young"].tolist() == [1, 1]
    assert rows.loc["solution_likes", "value"] == 15
    assert rows.loc["approval_index", "value"] == pytest.approx((log(11) + log(21)) / 2)


@pytest.mark.parametrize(
    ("channel", "reactions", "expected"),
    [
        ("social", [{"views": 9000}, {"likes": 12, "views": 4000}], [(12, 4.0, False)]),
        ("social", [{"views": 9000}, {"likes": 12}], []),
        ("social", [{}, {"likes": 12, "views": 0}], []),
        ("social", [{}, {"likes": 12, "views": -4000}], []),
        ("community", [{"views": 9000}, {"likes": 12}], [(12, 9.0, False)]),
        ("community", [{"views": 9000}, {"likes": 12, "views": 4000}], [(12, 4.0, False)]),
    ],
)
def test_views_are_the_exposure(channel, reactions, expected):
    assert observed("likes_per_1000_views", counted(reactions, channel=channel)) == expected


def test_a_rate_by_views_is_exact_poisson():
    """12 in 4,000 views: 3.0 in a thousand, 1.55 to 5.24."""
    row = tm.analyze([counted([{}, {"shares": 12, "views": 4000}])], as_of=AS_OF, metrics=["shares_per_1000_views"]).estimates().iloc[0]
    assert [round(row[k], 2) for k in ("value", "low", "high")] == [3.0, 1.55, 5.24]


def test_votes_below_zero_are_no_count_and_stop_nothing():
    found = tm.estimate("solution_likes", [tm.Observation(-3.0), tm.Observation(1.0)])
    assert (found.n, found.value, found.low) == (2, -1, None)


REPLIES = ["2024-01-10 11:00 customer: That fixed it, thank you!", "2024-01-10 12:00 other: That didn't work for me, still no sound.", "2024-01-10 13:00 other: Mine is from 2019."]


def test_stance_is_for_and_against_in_the_texts_of_replies():
    assert [v for v, _, _ in observed("solution_stance", counted({}, *REPLIES))] == [1, -1, 0]
    row = tm.analyze([counted({}, *REPLIES[:1], REPLIES[0].replace("11:00", "12:30"), *REPLIES[1:])], as_of=AS_OF, metrics=["solution_stance"]).estimates().iloc[0]
    assert (row["n"], row["value"]) == (4, pytest.approx(0.25)), "two for, one against, one neither: (2 - 1) / 4"


def test_where_replies_are_linked_only_those_to_the_solution_count():
    linked = counted({}, *REPLIES, links={1: 0, 2: 1, 3: 0, 4: 1})
    assert [v for v, _, _ in observed("solution_stance", linked)] == [1, 0]
    again = measured_again(tm.analyze([linked], as_of=AS_OF), ["solution_stance"]).to_pylist()
    assert [o["value"] for o in again] == [1, 0], "the links stand in the table of messages"


def test_the_index_is_the_weighted_sum_of_logarithms_of_what_is_known():
    w = weights()
    (value, _, _), = observed("approval_index", counted({"likes": 3, "shares": 1, "rating": 5, "views": 900}))
    assert value == pytest.approx(w["likes"] * log(4) + w["shares"] * log(2))
    assert observed("approval_index", counted({"views": 900})) == []


def test_the_weights_are_published():
    manual = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    assert set(weights()) == {*COUNTERS, "helpful"}
    for name, weight in weights().items():
        assert f"`{name}` {weight:g}" in manual


PAGES = {
    "one site is one": (["https://www.a.example/x", "http://a.example/y?utm_source=z"], 1),
    "two sites are two": (["https://a.example/x", "https://b.example/y"], 2),
    "one text on two sites is one": (["https://a.example/2024/how-to-reset-it", "https://b.example/news/how-to-reset-it.html"], 1),
    "a number is no text": (["https://a.example/2024-10-12-0815", "https://b.example/2024-10-12-0815"], 2),
    "the canonical address tells": ([{"url": "https://b.example/1", "canonical_url": "https://a.example/x"}, "https://a.example/y"], 1),
    "so does the title": ([{"url": "https://a.example/1", "title": "How to reset it!"}, {"url": "https://b.example/2", "title": "how to reset it"}], 1),
    "one that joins two groups": (["https://a.example/x", "https://b.example/how-to-reset-it", "https://a.example/how-to-reset-it"], 1),
    "nothing": ([""], 0),
    "no address": (["http://[broken"], 1),
}


@pytest.mark.parametrize("case", PAGES)
def test_a_text_on_many_sites_is_one_mention(case):
    pages, expected = PAGES[case]
    assert distinct(pages) == distinct(reversed(pages)) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"text": "x", "m": "https://a.example/x https://a.example/y"}, {"mentions": 1.0, "solution": 0.0}),
        ({"text": "x", "m": "4", "s": ""}, {"mentions": 4.0, "solution": 0.0}),
        ({"text": "x", "l": "nan", "o": "1e999", "s": float("inf")}, {}),
        ({"text": "x", "s": True, "l": "", "o": None}, {"solution": 1.0}),
    ],
)
def test_maps_name_counters(row, expected):
    mapped = Map(columns={"text": "text"}, reactions={"mentions": "m", "solution": "s", "likes": "l", "originator": "o"}, values={"solution": {"": "no"}}, keep_rest=False)
    (record,) = Rows("rows", mapped).read({"s": None, **row}, 1)
    assert record.reactions == expected
