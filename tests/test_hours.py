"""Opening hours against days counted by hand, over changes of the clock, nights, weekends, holidays and zones."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import textmetrics as tm
from textmetrics.errors import PackError, TextmetricsError
from textmetrics.hours import load
from textmetrics.testing import AS_OF, conversation, transcript

FILES = {
    "weekdays": 'zone = "Europe/Zurich"\n[week]\nmon-fri = ["09:00-17:00"]',
    "always": 'zone = "Europe/Zurich"\n[week]\nmon-sun = ["00:00-24:00"]',
    "break": 'zone = "Europe/Zurich"\n[week]\nmon-fri = ["08:00-12:00", "13:00-17:30"]',
    "nights": 'zone = "Europe/Zurich"\n[week]\nfri-sat = ["22:00-06:00"]',
    "holidays": 'zone = "Europe/Zurich"\n[week]\nmon-fri = ["09:00-17:00"]\n[holidays]\ncountry = "CH"\nsubdivision = "ZH"',
    "days": 'zone = "Europe/Zurich"\n[week]\nmon-fri = ["09:00-17:00"]\n[days]\n2024-12-24 = ["09:00-12:00"]\n2024-12-28 = ["10:00-11:00"]\n2024-12-25 = []',
    "new york": 'zone = "America/New_York"\n[week]\nmon-fri = ["09:00-17:00"]',
    "kathmandu": 'zone = "Asia/Kathmandu"\n[week]\nsun = ["10:00-11:00"]',
    "overlapping": 'zone = "UTC"\n[week]\nmon = ["09:00-12:00", "11:00-13:00"]',
}
# schedule, from, to (local times of its zone), open minutes
CASES = {
    "over a weekend": ("weekdays", "2024-03-08 16:30", "2024-03-11 09:30", 60),
    "over Easter, Good Friday and Monday closed": ("holidays", "2024-03-28 16:30", "2024-04-02 09:30", 60),
    "the same without holidays": ("weekdays", "2024-03-28 16:30", "2024-04-02 09:30", 60 + 2 * 480),
    "a day of 23 hours": ("always", "2024-03-30 12:00", "2024-03-31 12:00", 23 * 60),
    "a day of 25 hours": ("always", "2024-10-26 12:00", "2024-10-27 12:00", 25 * 60),
    "a break": ("break", "2024-03-05 11:30", "2024-03-05 13:15", 45),
    "within a break": ("break", "2024-03-05 12:05", "2024-03-05 12:55", 0),
    "a night ends on the next day": ("nights", "2024-03-08 12:00", "2024-03-09 12:00", 480),
    "two nights to Sunday": ("nights", "2024-03-08 12:00", "2024-03-11 12:00", 960),
    "a night an hour shorter in spring": ("nights", "2024-03-30 12:00", "2024-03-31 12:00", 420),
    "a night an hour longer in autumn": ("nights", "2024-10-26 12:00", "2024-10-27 12:00", 540),
    "half a holiday, a Saturday open": ("days", "2024-12-24 08:00", "2024-12-29 00:00", 3 * 60 + 2 * 480 + 60),
    "over the turn of the year": ("weekdays", "2024-12-31 16:00", "2025-01-01 10:00", 120),
    "New York": ("new york", "2024-03-08 16:30", "2024-03-11 09:30", 60),
    "a zone of a quarter": ("kathmandu", "2024-03-10 10:15", "2024-03-10 12:00", 45),
    "hours written twice count once": ("overlapping", "2024-03-11 00:00", "2024-03-12 00:00", 240),
    "backwards is nothing": ("always", "2024-03-11 00:00", "2024-03-10 00:00", 0),
    "many years": ("always", "2019-01-01 00:00", "2026-01-01 00:00", 7 * 365 * 1440 + 2 * 1440),
}
WRONG = {
    "no zone": ('[week]\nmon = ["09:00-17:00"]', "[zone] is missing"),
    "a zone that is none": ('zone = "Europe/Atlantis"\n[week]\n', "Europe/Atlantis"),
    "a weekday that is none": ('zone = "UTC"\n[week]\nmoon = []', "[week.moon]"),
    "a span that is none": ('zone = "UTC"\n[week]\nmon = ["9-17"]', "[week.mon] '9-17'"),
    "an hour that is none": ('zone = "UTC"\n[week]\nmon = ["09:00-25:00"]', "[week.mon]"),
    "a country that is none": ('zone = "UTC"\n[week]\n[holidays]\ncountry = "Atlantis"', "[holidays]"),
    "a day that is none": ('zone = "UTC"\n[week]\n[days]\n"24 Dec" = []', "[days.24 Dec]"),
    "a beginning in quotes": ('zone = "UTC"\nfrom = "2024-01-01"\n[week]\n', "[from]"),
    "a key that is none": ('zone = "UTC"\nopen = 1\n[week]\n', "[open] is not known"),
}


@pytest.fixture(scope="module")
def schedules(tmp_path_factory):
    found = {}
    for name, text in FILES.items():
        path = tmp_path_factory.mktemp("hours") / "hours.toml"
        path.write_text(text)
        found[name] = load(path).schedules[0]
    return found


@pytest.mark.parametrize("case", CASES)
def test_open_time(case, schedules):
    name, start, stop, minutes = CASES[case]
    zone = ZoneInfo(schedules[name].zone)
    a, b = (datetime.fromisoformat(t).replace(tzinfo=zone).astimezone(UTC) for t in (start, stop))
    assert schedules[name].seconds(a, b) == minutes * 60


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_says_where(case, tmp_path):
    text, message = WRONG[case]
    (tmp_path / "hours.toml").write_text(text)
    with pytest.raises(PackError) as error:
        load(tmp_path / "hours.toml")
    assert message in str(error.value) and "\n" not in str(error.value)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(TextmetricsError, match="cannot be read"):
        load(tmp_path / "nowhere.toml")


MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1)).map(lambda d: d.replace(tzinfo=UTC))


@given(name=st.sampled_from(sorted(FILES)), moments=st.lists(MOMENTS, min_size=3, max_size=3).map(sorted))
def test_open_time_adds_up_and_never_exceeds_the_calendar(schedules, name, moments):
    a, b, c = moments
    s = schedules[name]
    assert s.seconds(a, b) + s.seconds(b, c) == pytest.approx(s.seconds(a, c), abs=1e-4)
    assert 0 <= s.seconds(a, b) <= (b - a).total_seconds() + 1e-4
    if name == "always":
        assert s.seconds(a, b) == pytest.approx((b - a).total_seconds(), abs=1e-4)


@given(name=st.sampled_from(sorted(FILES)), moment=MOMENTS.map(lambda d: d.replace(second=0, microsecond=0)))
def test_a_minute_is_open_or_not(schedules, name, moment):
    assert schedules[name].seconds(moment, moment + timedelta(minutes=1)) == 60 * schedules[name].is_open(moment)


def hours(tmp_path, text):
    (tmp_path / "hours.toml").write_text(text)
    return tmp_path / "hours.toml"


def values(report, metric):
    seen = report.observations
    return seen[seen["metric"] == metric][["value", "censored"]].values.tolist()


def test_waits_are_told_on_both_clocks(tmp_path):
    friday = conversation("2024-01-12 15:30 customer: No sound?", "2024-01-15 08:30 agent: Please restart the box.", id="a")
    waiting = conversation("2024-01-19 15:00 customer: No sound?", id="b")
    told = tm.analyze([friday, waiting], as_of=AS_OF, hours=hours(tmp_path, FILES["weekdays"]))
    assert values(told, "first_response_wait") == [[65 * 3600, False], [9 * 3600, True]]
    assert values(told, "staffed_first_response_wait") == [[3600, False], [3600, True]], "16:30 to 17:00 and 9:00 to 9:30; 16:00 to 17:00"
    assert values(told, "asked_while_open") == [[1, False], [1, False]]
    assert told.run["settings"]["hours"]["schedules"][0]["zone"] == "Europe/Zurich"
    silent = tm.analyze([friday, waiting], as_of=AS_OF)
    assert not [m for m in silent.observations["metric"] if "staffed" in m or "while" in m], "no schedule: no observation, not zero"


def test_open_all_day_is_the_calendar(tmp_path):
    talk = conversation("2024-01-12 15:30 customer: No sound?", "2024-01-15 08:30 agent: Restart it.", "2024-01-15 09:00 customer: which button?", "2024-01-16 09:00 agent: The red one.")
    told = tm.analyze([talk], as_of=AS_OF, hours=hours(tmp_path, FILES["always"]))
    assert values(told, "staffed_customer_wait") == values(told, "customer_wait") != []
    assert values(told, "staffed_service_level") == values(told, "service_level")


def test_each_channel_and_queue_has_its_own_hours(tmp_path):
    path = hours(tmp_path, '[[schedule]]\nqueues = ["night"]\nzone = "UTC"\n[schedule.week]\nmon-sun = ["00:00-24:00"]\n[[schedule]]\nchannels = ["email"]\nzone = "UTC"\n[schedule.week]\nmon = ["09:00-10:00"]')
    found = load(path)
    assert found.of("email", "night", None) is found.schedules[0] and found.of("email", None, None) is found.schedules[1]
    assert found.of("chat", None, None) is None, "a desk whose hours nobody gave has none"


def test_hours_that_changed_hold_from_the_day_they_did(tmp_path):
    path = hours(tmp_path, "".join(f'[[schedule]]\n{when}\nzone = "Asia/Tokyo"\n[schedule.week]\nmon-sun = ["{span}"]\n' for when, span in (("until = 2024-01-11", "09:00-17:00"), ("from = 2024-01-12", "09:00-13:00"))))
    found = load(path)
    old, new = found.schedules
    assert found.of("chat", None, datetime(2024, 1, 11, 14, 59, tzinfo=UTC)) is old and found.of("chat", None, datetime(2024, 1, 11, 15, 1, tzinfo=UTC)) is new, "midnight in Tokyo"
    assert found.of("chat", None, None) is None, "without a time nobody knows which"
    talk = conversation("2024-01-11 06:00 customer: No sound?", "2024-01-12 06:00 agent: Please restart the box.", id="a")
    assert values(tm.analyze([talk], as_of=AS_OF, hours=path), "staffed_customer_wait") == [[8 * 3600, False]], "15:00 to 15:00 by the hours of its beginning"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["09:00 customer: No sound?", "09:01 agent: Please restart the box."], [(1.0, False)]),
        (["09:00 customer: No sound?", "11:00 agent: Please restart the box."], [(0.0, False)]),
        (["09:00 customer: No sound?", "09:01 agent: One moment please."], [(0.0, False)]),
        (["23:59 customer: No sound?"], [(0.0, True)]),
    ],
    ids=["met", "late", "a hold is no answer", "too young to tell"],
)
def test_service_level(lines, expected):
    as_of = AS_OF if len(lines) > 1 else datetime(2024, 1, 1, 23, 59, 20, tzinfo=UTC)
    t = transcript(*lines, as_of=as_of)
    assert [(o.value, o.censored) for o in tm.observe(t, ["service_level"])["service_level"]] == expected


def test_leaving_competes_with_being_answered():
    def said(n, *lines):
        return [conversation("2024-01-10 09:00 customer: No sound?", *lines, id=f"{lines}{k}") for k in range(n)]

    answered, late = said(6, "2024-01-10 09:30 agent: Please restart the box."), said(2, "2024-01-11 12:00 agent: Please restart the box.")
    gone = said(4, "2024-01-10 10:00 customer: hello?")
    rows = tm.analyze([*answered, *late, *gone], as_of=AS_OF).estimates().set_index("metric")["value"]
    assert rows["answered_within_an_hour"] == pytest.approx(6 / 12) == rows["answered_within_a_day"]
    assert rows["left_within_a_day"] == pytest.approx(4 / 12)
    seen = [o for t in tm.annotate([*answered, *late, *gone], as_of=AS_OF) for o in tm.observe(t, ["patience"])["patience"]]
    assert sorted((o.value, o.censored) for o in seen) == [(1800, True)] * 6 + [(3600, False)] * 4 + [(27 * 3600, True)] * 2
    assert rows["patience"] == 3600, "after half an hour six are answered; of the other six four go after an hour: the curve falls to a third"
    waiting = conversation("2024-01-19 23:50 customer: No sound?", id="young", channel="email")
    (o,) = tm.observe(next(tm.annotate([waiting], as_of=AS_OF)), ["answered_within_an_hour"])["answered_within_an_hour"]
    assert (o.value, o.exposure, o.censored) == (600, 1, True), "has not waited long enough to have left"
