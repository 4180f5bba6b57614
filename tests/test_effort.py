"""Who comes back, and of whom nobody knows yet."""

from datetime import UTC, datetime

import pytest

import textmetrics as tm
from textmetrics.testing import conversation

AS_OF = datetime(2024, 1, 20, tzinfo=UTC)


def on(*days):
    return [conversation(f"2024-01-{day:02d} 09:00 customer: No sound?", f"2024-01-{day:02d} 09:05 agent: Please restart the box.", id=f"on {day}", customer_id="ann") for day in days]


@pytest.mark.parametrize(
    ("days", "seen"),
    [((2, 5), [(1.0, False), (0.0, False)]), ((2, 12), [(0.0, False), (0.0, False)]), ((2, 14, 16), [(0.0, False), (1.0, True), (0.0, True)])],
    ids=["again", "later than in a week", "too young to be counted, come back or not"],
)
def test_who_comes_back_within_a_week(days, seen):
    found = tm.analyze(on(*days), as_of=AS_OF).observations.query("metric == 'came_back'").sort_values("conversation_id", key=lambda ids: ids.str[3:].astype(int))
    assert list(zip(found["value"], found["censored"], strict=True)) == seen


def test_a_conversation_whose_beginning_has_no_time_is_no_observation():
    found = tm.analyze([conversation("customer: No sound?", "09:05 agent: Please restart the box.", id="a", customer_id="ann")], as_of=AS_OF).observations
    assert not len(found.query("metric == 'came_back'")) and len(found.query("metric == 'contacts'")) == 1
