"""Expectation against reality: the catalogue's example, waits against three sources, histories, surveys."""

from datetime import UTC, datetime

import pytest

import textmetrics as tm
from textmetrics.contacts import contacts
from textmetrics.expectations import DEEP, expectations, worth
from textmetrics.metrics.experience import accumulate, lived
from textmetrics.pipeline import with_side_tables
from textmetrics.testing import conversation, transcript

AS_OF = datetime(2024, 1, 20, tzinfo=UTC)
ANSWER = "10:00 agent: Please restart the box."


def test_the_example_of_the_catalogue():
    assert accumulate([0.4, -0.6, -0.2, 0.5]) == pytest.approx([0.4, -0.152, -0.169, 0.070], abs=5e-4)
    assert accumulate([]) == []
    assert accumulate([-0.5, -0.5], loss=3)[-1] < accumulate([-0.5, -0.5])[-1] < accumulate([-0.5, -0.5], loss=1)[-1]


def test_a_bad_beginning_weighs_long_and_a_second_bad_one_less_than_the_first():
    assert accumulate([-0.5, 0.5])[-1] < 0, "a good contact does not make up for a bad one"
    first, second = accumulate([0.0, -0.6]), accumulate([0.0, -0.6, -0.6])
    assert first[1] - first[0] < second[2] - second[1] < 0, "the second time it was expected"


@pytest.mark.parametrize(
    ("lines", "metric", "value"),
    [
        (["09:00 customer: I need this within 2 hours please", ANSWER], "gap_to_time_asked_for", 1 / 3),
        (["09:00 customer: No sound?", "09:01 bot: We will reply within 30 minutes.", ANSWER], "gap_to_time_promised", (31 - 60) / (31 + 60)),
        (["09:00 customer: No sound?", "09:02 agent: Please restart the box."], "gap_to_usual_time", -1 / 3),
        (["2024-01-19 23:59:40 customer: No sound?"], None, None),
        (["2024-01-19 23:58 customer: No sound?"], "gap_to_usual_time", -1 / 3),
    ],
    ids=["asked for", "promised", "usual", "not late yet", "late and open"],
)
def test_waiting_against_expectation(lines, metric, value):
    seen = {n: [o.value for o in found] for n, found in tm.observe(transcript(*lines, as_of=AS_OF)).items() if n.startswith("gap_to") and found}
    assert seen == ({metric: [pytest.approx(value)]} if metric else {})


@pytest.mark.parametrize("order", [1, -1])
def test_what_took_longer_than_expected_is_named(order):
    waits = [conversation("09:00 customer: No sound?", f"09:{m} agent: Please restart the box.", id=i) for m, i in (("00", "quick"), ("50", "slow"))]
    (told,) = [s for s in expectations(tm.analyze(waits[::order], as_of=AS_OF)) if s.title == "Waiting against expectation"]
    assert {f.name: f.behind for f in told.figures}["longer than expected"] == ("slow",)


def test_a_contact_is_in_range_and_better_when_it_worked():
    good = lived(transcript("09:00 customer: No sound?", "09:00 agent: Please restart the box.", "09:05 customer: That fixed it, thanks!", as_of=AS_OF))
    bad = lived(transcript("09:00 customer: No sound?", "11:00 agent: Please restart the box.", "11:05 customer: That didn't work, still no sound!", as_of=AS_OF))
    assert -1 <= bad < 0 < good <= 1


def test_a_contact_that_may_go_on_is_unknown():
    assert lived(transcript("2024-01-19 09:00 customer: No sound?", channel="email", as_of=AS_OF)) is None
    assert lived(transcript("agent: Hello?", as_of=AS_OF)) is None


def contact(day, who, *rest, **more):
    return conversation(f"2024-01-{day:02d} 09:00 customer: No sound?", *(f"2024-01-{day:02d} {line}" for line in rest), id=f"{who}-{day}", customer_id=who, **more)


FAILED = ("12:00 agent: Please restart the box.", "12:05 customer: That didn't work, still no sound!")
WORKED = ("09:00 agent: Please restart the box.", "09:05 customer: That fixed it, thanks!")


def test_histories_follow_customers_over_channels():
    report = tm.analyze([contact(2, "ann", *FAILED), contact(5, "ann", *FAILED, channel="email"), contact(3, "bob", *WORKED), contact(6, "bob", *WORKED), contact(4, "eve", *WORKED)], as_of=AS_OF)
    seen = report.observations.query("metric == 'cumulative_experience'")
    values = dict(zip(seen["conversation_id"], seen["value"], strict=True))
    assert set(values) == {"ann-5", "bob-6"} and values["ann-5"] < 0 < values["bob-6"], "one contact is no history"
    told = {s.title: s for s in expectations(report)}["What is left of all contacts"]
    assert next(f.estimate.value for f in told.figures if f.group == "falling short counts 2 times") == pytest.approx(sum(values.values()) / 2)
    assert told.figures[0].estimate.n == 3 and "ann-5" in told.figures[1].behind


def test_what_is_left_is_held_against_threats_to_leave_and_satisfaction(tmp_path):
    """Ten whom nothing helped, half of whom threaten to leave at the next contact; ten who were helped, none of whom does. The helped are content."""
    leave = ("12:00 agent: Please restart the box.", "12:05 customer: That didn't work. I will cancel my contract and switch to another provider!")
    bad = [[contact(2, f"bad{n}", *FAILED), contact(9, f"bad{n}", *(leave if n % 2 else FAILED))] for n in range(10)]
    good = [[contact(2, f"good{n}", *WORKED), contact(9, f"good{n}", *WORKED)] for n in range(10)]
    report = tm.analyze([c for pair in bad + good for c in pair], as_of=AS_OF)
    rows = [f"{who}{n}-2,csat,{score},1,5,higher" for who, score in (("bad", 1), ("good", 5)) for n in range(10)]
    (path := tmp_path / "s.csv").write_text("\n".join(["conversation_id,instrument,score,scale_min,scale_max,direction", *rows]))
    told = {f.group + f.name: f for f in worth(report, contacts(report)).figures}
    first, second = (told[f"threatened to leave at the next contact{of}"].estimate for of in (f"of those below {DEEP:g}", "of the others"))
    assert (first.value, first.n, second.value, second.n) == (0.5, 10, 0.0, 10)
    told = {f.group: f.estimate for f in worth(with_side_tables(report, [path]), contacts(report)).figures}
    e = told["satisfaction asked for"]
    assert e.n == 20 and e.value > 0.8 and 0 < e.low <= e.value


def test_what_is_left_fades_with_time():
    assert accumulate([-0.6, 0.0], days=[0, 180])[1] == pytest.approx(0.7 * 0.5 * -1.2 + 0.3 * 0.18)
    report = tm.analyze([contact(2, "ann", *FAILED), contact(5, "ann", *FAILED)], as_of=AS_OF)
    told = {f.group: f.estimate.value for f in {s.title: s for s in expectations(report)}["What is left of all contacts"].figures if f.name == "after the last contact"}
    assert told["falling short counts 2 times"] < told["falling short counts 2 times, fading by half in 180 days"] < 0


def test_expectations_asked_for_stand_beside_satisfaction_on_their_own_scales(tmp_path):
    report = tm.analyze([contact(2, "ann", *WORKED), contact(3, "bob", *WORKED)], as_of=AS_OF)
    path = tmp_path / "survey.csv"
    path.write_text(
        "conversation_id,instrument,score,scale_min,scale_max,direction\nann-2,expectation,5,1,5,higher\nann-2,csat,3,1,5,higher\nann-2,ces,1,1,5,lower\nbob-3,csat,5,1,5,higher\n", encoding="utf-8"
    )
    told = {s.title: s for s in expectations(with_side_tables(report, [path]))}["Expectations that were asked for"]
    assert {f.group: (f.estimate.value, f.estimate.n) for f in told.figures} == {"expectation": (1.0, 1), "csat": (-0.5, 1), "ces": (0.0, 1)}
