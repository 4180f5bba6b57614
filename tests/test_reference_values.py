"""The reference values of the metric catalogue's section 9, one row a value and in its order, so that each can be ticked off; what they share with other tests is held here again.

A row: what it is, the catalogue's value, how our code gives it. All are held to the last digit that the catalogue gives, but for the restricted
mean: there it has 6.4713, summed up from rounded shares.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from textmetrics.comparison import between, kitagawa
from textmetrics.corrections import from_precision
from textmetrics.curves import cumulative_incidence, kaplan_meier, restricted_mean
from textmetrics.estimates import ORDER_STATISTIC, Z, mean, rate, rogan_gladen, standardised_difference, wilson
from textmetrics.hours import Schedule
from textmetrics.measures import empathy, level, lost, squeezed
from textmetrics.metrics.experience import accumulate
from textmetrics.observed import Seen
from textmetrics.times import Clock

# ten waits, answered or abandoned
TIMES = np.array([1, 2, 2, 3, 4, 5, 6, 8, 9, 12.0])
ANSWERED = np.array([1, 1, 0, 1, 0, 1, 1, 0, 1, 0], bool)
KINDS = np.where(ANSWERED, 1, 2)
# 100 offered, target 60 s
CHATS = [("answered", 30.0)] * 70 + [("answered", 90.0)] * 10 + [("abandoned", 5.0)] * 8 + [("abandoned", 40.0)] * 7 + [("abandoned", 80.0)] * 5
ZURICH = ZoneInfo("Europe/Zurich")
OFFICE = Schedule("Europe/Zurich", (((540, 1020),),) * 5 + ((),) * 2)
ONE_HOLIDAY = Schedule("Europe/Zurich", OFFICE.week, days=(("2024-04-01", ()),))
ALWAYS = Schedule("Europe/Zurich", (((0, 1440),),) * 7)
MIX = kitagawa((0.6, 0.4), (4, 10), (0.3, 0.7), (3.8, 9.5))
TRUE = rogan_gladen(0.30, 1000, 0.80, 50, 0.95, 150)
IMPLIED = 0.80 * TRUE.value / 0.30  # the precision that this sensitivity and this share imply


def local(day, hour, minute=0, fold=0):
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), ZURICH).replace(hour=hour, minute=minute, fold=fold)


def needed(half):
    """The fewest of whom a share of one half has so narrow an interval."""
    return next(n for n in range(2, 2000) if (wilson(n / 2, n)[1] - wilson(n / 2, n)[0]) / 2 <= half)


def order_statistic(q):
    """The fewest that do not all lie on one side of a quantile, in 95 of 100 samples; as the package has it written down."""
    n = next(n for n in range(1, 2000) if q**n + (1 - q) ** n <= 0.05)
    return n if ORDER_STATISTIC[q] == n else None


def curve(censored, at):
    points, left, _ = kaplan_meier(TIMES, censored)
    return float(left[points.tolist().index(at)])


def plain(values):
    return np.asarray(values, float), np.ones(len(values)), np.zeros(len(values), bool)


def channel(*strata):
    """What a share metric saw in a channel: (stratum, successes, of)."""
    values = np.concatenate([np.arange(n) < yes for _, yes, n in strata]).astype(float)
    stratum = np.concatenate([np.full(n, name, object) for name, _, n in strata])
    ids = np.arange(len(values)).astype(str)
    return Seen(values, np.ones(len(values)), np.zeros(len(values), bool), ids, ids, stratum, {})


def utc_hours(text):
    """Hours of UTC on 27 October 2024 that a time stands for, written without a zone in Zurich or with one."""
    return (Clock(timezone="Europe/Zurich").read(text) - datetime(2024, 10, 27, tzinfo=UTC)).total_seconds() / 3600


def regression(what, n=200_000):
    """Who is chosen for feeling bad feels better, without any effect: true moods and noise of one standard deviation each."""
    rng = np.random.default_rng(1)
    true = rng.normal(size=n)
    before, after = (true + rng.normal(size=n) for _ in range(2))
    change, chosen = after - before, before < -1
    if what == "change":
        return change[chosen].mean()
    if what == "spread":
        return before.std()
    solved, strata = rng.random(n) < 0.5, np.digitize(before, np.arange(-4, 4, 0.25))
    found = standardised_difference(change[chosen & solved], strata[chosen & solved], change[chosen & ~solved], strata[chosen & ~solved])
    return abs(found.value) < 0.02 and found.low < 0 < found.high


SIMPSON = between("came_back", channel(("easy", 90, 100), ("hard", 240, 400)), channel(("easy", 340, 400), ("hard", 55, 100)), ("A", "B"))
VALUES = [
    ("Wilson 8/10", "0.4902 0.9433", lambda: wilson(8, 10)),
    ("Wilson 0/12", "0.0000 0.2425", lambda: wilson(0, 12)),
    ("Wilson 88/100", "0.8019 0.9300", lambda: wilson(88, 100)),
    ("Wilson 13/15", "0.6212 0.9626", lambda: wilson(13, 15)),
    ("Wilson 42/50", "0.7149 0.9166", lambda: wilson(42, 50)),
    ("n for a half-width of 10 pp", "93", lambda: needed(0.10)),
    ("n for a half-width of 5 pp", "381", lambda: needed(0.05)),
    ("n for a half-width of 3 pp", "1064", lambda: needed(0.03)),
    ("order statistics: n for p50", "6", lambda: order_statistic(0.5)),
    ("order statistics: n for p75", "11", lambda: order_statistic(0.75)),
    ("order statistics: n for p90", "29", lambda: order_statistic(0.9)),
    ("order statistics: n for p95", "59", lambda: order_statistic(0.95)),
    ("order statistics: n for p99", "299", lambda: order_statistic(0.99)),
    ("Kaplan-Meier S(1)", "0.9", lambda: curve(~ANSWERED, 1)),
    ("Kaplan-Meier S(2)", "0.8", lambda: curve(~ANSWERED, 2)),
    ("Kaplan-Meier S(3)", "0.6857", lambda: curve(~ANSWERED, 3)),
    ("Kaplan-Meier S(5)", "0.5486", lambda: curve(~ANSWERED, 5)),
    ("Kaplan-Meier S(6)", "0.4114", lambda: curve(~ANSWERED, 6)),
    ("Kaplan-Meier S(9)", "0.2057", lambda: curve(~ANSWERED, 9)),
    ("restricted mean to 12", "6.4714", lambda: restricted_mean(TIMES, ~ANSWERED, 12)),
    ("patience S(2)", "0.8889", lambda: curve(ANSWERED, 2)),
    ("patience S(4)", "0.7407", lambda: curve(ANSWERED, 4)),
    ("patience S(8)", "0.4938", lambda: curve(ANSWERED, 8)),
    ("patience S(12)", "0", lambda: curve(ANSWERED, 12)),
    ("incidence of answers at 1, 2, 3, 5, 6, 9", "0.1 0.2 0.3 0.4 0.5 0.6", lambda: [cumulative_incidence(TIMES, KINDS, 1, t) for t in (1, 2, 3, 5, 6, 9)]),
    ("incidence of abandoning at 2, 4, 8, 12", "0.1 0.2 0.3 0.4", lambda: [cumulative_incidence(TIMES, KINDS, 2, t) for t in (2, 4, 8, 12)]),
    ("naive mean of the answered", "4.3333", lambda: mean(*plain(TIMES[ANSWERED])).value),
    ("Rogan-Gladen", "0.3333", lambda: TRUE.value),
    ("Rogan-Gladen, standard error", "0.0354", lambda: (TRUE.high - TRUE.low) / 2 / Z),
    ("Rogan-Gladen, interval", "0.2639 0.4028", lambda: (TRUE.low, TRUE.high)),
    ("implied precision", "0.8889", lambda: IMPLIED),
    ("share from precision and recall", "0.3333", lambda: from_precision(0.30, IMPLIED, 0.80)),
    ("Kitagawa, before and after", "6.40 7.79", lambda: (MIX.before, MIX.after)),
    ("Kitagawa, mix and rate", "1.755 -0.365", lambda: (MIX.mix, MIX.rate)),
    ("Kitagawa, standardised", "7.300 6.935", lambda: [s := float(np.dot((0.45, 0.55), (4, 10))), s + MIX.rate]),
    ("Simpson, crude", "0.66 0.79", lambda: (SIMPSON.a.value, SIMPSON.b.value)),
    ("Simpson, 75 against 70 standardised", "-0.05", lambda: SIMPSON.standardised.value),
    ("Simpson, the sign turns", "1", lambda: SIMPSON.turned),
    ("service level of the offered", "0.700", lambda: level(CHATS, 60, 10, "offered")[0]),
    ("service level of the answered", "0.875", lambda: level(CHATS, 60, 10, "answered")[0]),
    ("service level without short ones", "0.7609", lambda: level(CHATS, 60, 10, "ex-short")[0]),
    ("service level of the removed", "0.850", lambda: level(CHATS, 60, 10, "removed")[0]),
    ("abandonment of the offered", "0.200", lambda: lost(CHATS, "offered", 10)[0]),
    ("abandonment of the handled", "0.1304", lambda: lost(CHATS, "handled", 10)[0]),
    ("Genesys' sentiment", "78.18", lambda: 100 * squeezed(1.40)),
    ("Genesys' empathy, 2 of 7", "-42.86", lambda: empathy(2, 5)),
    ("Poisson 12/400, per 100", "3.00 1.55 5.24", lambda: [100 * x for e in [rate(np.array([12.0]), np.array([400.0]), np.array([False]))] for x in (e.value, e.low, e.high)]),
    ("Friday 16:30 to Monday 9:30, minutes", "60", lambda: OFFICE.seconds(local("2024-03-08", 16, 30), local("2024-03-11", 9, 30)) / 60),
    ("over Easter, Monday closed, minutes", "60", lambda: ONE_HOLIDAY.seconds(local("2024-03-29", 16, 30), local("2024-04-02", 9, 30)) / 60),
    ("noon to noon in March, hours", "23", lambda: ALWAYS.seconds(local("2024-03-30", 12), local("2024-03-31", 12)) / 3600),
    ("noon to noon in October, hours", "25", lambda: ALWAYS.seconds(local("2024-10-26", 12), local("2024-10-27", 12)) / 3600),
    ("2:30 that comes twice, first time, hours of UTC", "0.5", lambda: utc_hours("2024-10-27 02:30")),
    ("2:30 that comes twice, second time", "1.5", lambda: utc_hours("2024-10-27 02:30+01:00")),
    ("from its first time to its second, hours", "1", lambda: ALWAYS.seconds(local("2024-10-27", 2, 30), local("2024-10-27", 2, 30, 1)) / 3600),
    ("experience of 0.4, -0.6, -0.2, 0.5", "0.400 -0.152 -0.169 0.070", lambda: accumulate([0.4, -0.6, -0.2, 0.5])),
    ("regression to the mean, change", "0.92", lambda: regression("change")),
    ("regression to the mean, observed SD", "1.41", lambda: regression("spread")),
    ("regression to the mean, taken out by the comparison", "1", lambda: regression("comparison")),
]


@pytest.mark.parametrize(("expected", "ours"), [v[1:] for v in VALUES], ids=[v[0] for v in VALUES])
def test_reference_value(expected, ours):
    digits = [len(x.partition(".")[2]) for x in expected.split()]
    assert [round(float(x), d) for x, d in zip(np.atleast_1d(ours()), digits, strict=True)] == [float(x) for x in expected.split()]
