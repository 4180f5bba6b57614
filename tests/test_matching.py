"""Revenue of like customers: matches and their variance by hand, and what matching is for."""

from datetime import UTC, datetime, timedelta
from math import sqrt

import numpy as np
import pytest

import textmetrics as tm
from textmetrics.crosschannel import channels
from textmetrics.matching import Unit, difference, imbalance, match
from textmetrics.pipeline import with_side_tables

ANY = ("", "")


def units(*told, channel="chat", stratum=ANY):
    """(earlier, later) of each."""
    return [Unit(f"{channel}{n}", channel, stratum, float(earlier), float(later)) for n, (earlier, later) in enumerate(told)]


def test_the_nearest_all_that_are_equally_near_and_nobody_too_far():
    others = units((10, 1), (10, 3), (30, 9), (0, 7), channel="email")
    found = match(units((10, 0), (27, 0), (1000, 0), (0, 0)), others)
    assert found.kept.tolist() == [True, True, False, True]
    assert found.later[found.kept].tolist() == [2.0, 9.0, 7.0], "two at 10 in equal parts; 30 is nearest to 27"
    assert found.times.tolist() == [0.5, 0.5, 1.0, 1.0] and found.squares.tolist() == [0.25, 0.25, 1.0, 1.0]


def test_only_the_same_request_type_and_channels_before():
    mine = units((10, 0), stratum=("fault", "chat"))
    assert not match(mine, units((10, 1), stratum=("fault", ""), channel="email") + units((10, 1), stratum=("billing", "chat"), channel="email")).kept.any()
    assert match(mine, units((11, 1), stratum=("fault", "chat"), channel="email")).kept.all()


def test_difference_and_its_variance_by_hand():
    """Ten of 10 and 14 against the same two others (8 and 4, mean 6): gaps of 4 and 8, each other stands for 5; its noise is (8 - 4)**2 / 2 = 8. Nobody bought before: no line."""
    mine, others = units(*[(0, 10), (0, 14)] * 5), units((0, 8), (0, 4), channel="email")
    e = difference(mine, others, match(mine, others))
    variance = (10 * 2**2 + 2 * (5**2 - 10 * 0.5**2) * 8) / 10**2
    assert (e.n, e.value) == (10, 6.0) and (e.high - e.value) / 1.959963984540054 == pytest.approx(sqrt(variance))
    few = difference(mine[:9], others, match(mine[:9], others))
    assert (few.n, few.value, few.low, few.need) == (9, None, None, 10)


def test_what_matches_still_differ_in_is_taken_out_by_a_line():
    """Others bought 100 and 200 and buy half of it; mine bought 110 and 220 and buy half as well: 55 - 50 and 110 - 100 are the line's."""
    mine, others = units(*[(110, 55), (220, 110)] * 5), units((100, 50), (200, 100), channel="email")
    assert difference(mine, others, match(mine, others)).value == pytest.approx(0)


def test_who_bought_before_buys_again_and_the_channel_is_not_the_reason():
    """Chat is used by those who buy anyway; later purchases follow earlier ones, whatever the channel. 95 % intervals hold the truth, 0, in nine of ten."""
    rng = np.random.default_rng(6)
    held, crude = 0, []
    for _ in range(60):
        earlier = [np.round(rng.exponential(mean, 150)) for mean in (80, 30)]
        chat, mail = (units(*((e, e * rng.uniform(0.5, 1.5)) for e in told), channel=c) for told, c in zip(earlier, ("chat", "email"), strict=True))
        found = match(chat, mail)
        e = difference(chat, mail, found)
        held += e.low <= 0 <= e.high
        crude.append(np.mean([u.later for u in chat]) - np.mean([u.later for u in mail]))
        before, after = imbalance(chat, mail, found)
        assert abs(after) < 0.1 < before
    assert min(crude) > 20 and held >= 51


def test_in_a_run_it_stands_beside_the_hold_out(tmp_path):
    """Twenty by chat, twenty by e-mail; ten of chat bought 100 in the year before and buy 60, the others nothing: without like ones, they are left out."""
    begin = datetime(2026, 3, 2, 9, tzinfo=UTC)
    rows = [
        {"conversation_id": f"c{n}", "channel": "chat" if n < 20 else "email", "language": "en", "customer_id": f"p{n}", "role": "customer", "author": f"p{n}", "sent_at": begin.isoformat(), "text": "My router?"}
        for n in range(40)
    ]
    report = tm.analyze(rows, as_of=begin + timedelta(days=90))
    orders = ["order_id,customer_id,ordered_at,amount,currency", *(f"{n}a,p{n},2026-02-01T00:00:00Z,100,EUR\n{n}b,p{n},2026-03-10T00:00:00Z,60,EUR" for n in range(10)), "x,p15,2026-03-11T00:00:00Z,20,EUR"]
    (path := tmp_path / "o.csv").write_text("\n".join(orders) + "\n")
    section = next(s for s in channels(with_side_tables(report, [path])) if s.title == "Revenue of like customers")
    told = {(f.group, f.name): f for f in section.figures}
    assert told["chat", "EUR per customer, more than the others"].estimate.value == pytest.approx(620 / 20)
    like = told["chat", "EUR per customer, more than like ones"]
    assert (like.estimate.n, like.estimate.value, like.behind) == (10, 2.0, ("c15",))
    assert told["chat", "have like ones in other channels (EUR)"].estimate.value == 0.5
    young = tm.analyze(rows, as_of=begin + timedelta(days=20))
    assert not [s for s in channels(with_side_tables(young, [path])) if s.title == "Revenue of like customers"]
