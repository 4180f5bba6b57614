"""What people read of a run: counts where there are few, and nothing that a transcript could do to a terminal."""

import io
from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

import textmetrics as tm
from textmetrics.outcomes import resolutions
from textmetrics.render.html import page
from textmetrics.render.terminal import summary
from textmetrics.testing import conversation

AS_OF = datetime(2024, 1, 20, tzinfo=UTC)


def answered(minutes, n, **more):
    return [conversation("09:00 customer: No sound?", f"09:{minutes:02} agent: Please restart the box.", id=f"{minutes} {i}", **more) for i in range(n)]


def shown(report, width=80):
    out = io.StringIO()
    Console(file=out, width=width).print(summary(report, every=True))
    return out.getvalue()


@pytest.mark.parametrize("width", [60, 80, 200])
def test_nothing_of_a_transcript_steers_a_terminal(width):
    given = [*answered(50, 6, severity="low\x1b]0;owned\x07"), *answered(1, 6, severity="high\x1b[2J")]
    told = shown(tm.analyze(given, as_of=AS_OF), width)
    assert "Worth a look" in told and "waits 50 min for a first" in " ".join(told.split()), "severities are told in a sentence"
    assert not set(told) & {"\x1b", "\x07"}


def test_a_share_of_few_is_a_count_and_of_none_yet_says_so():
    few = tm.analyze([*answered(1, 3), *answered(50, 4)], as_of=AS_OF, metrics=["service_level"])
    assert "3 of 7" in shown(few) and ">3 of 7<" in page(few)
    fresh = tm.analyze(answered(1, 3), as_of=datetime(2024, 1, 1, 9, 1, tzinfo=UTC), metrics=["abandonment"])
    assert "all open" in shown(fresh) and "3 open" in shown(fresh)


def test_where_nobody_asked_nothing_is_resolved_whatever_a_model_says():
    part = SimpleNamespace(outputs=["confirmed", "rejected", "silent"], sums=lambda rows: np.array([[1.0, 0.0, 0.0]] * len(rows)))
    assert resolutions([SimpleNamespace(roles=("agent", "bot"))], [[]], SimpleNamespace(parts={"resolution": part})) == ["silent"]
