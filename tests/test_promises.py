"""Promises and deadlines, and what became of each."""

import csv
import json
from datetime import UTC, datetime

import pytest

import textmetrics as tm
from textmetrics.commitments import commitments
from textmetrics.deadlines import NO_HOURS
from textmetrics.hours import Hours, Schedule
from textmetrics.promises import ledger, promises, write
from textmetrics.testing import conversation, transcript

AS_OF = datetime(2024, 1, 20, tzinfo=UTC)
ASKED = "2024-01-10 09:00 customer: No sound on my box?"
SAID = "2024-01-10 09:05 agent: I'll get back to you by Friday."  # due as Friday the 12th ends
CASES = {
    "kept": ([SAID, "2024-01-12 16:00 agent: Please restart the box."], ("kept", -8 * 3600)),
    "late": ([SAID, "2024-01-13 09:00 agent: Please restart the box."], ("late", 9 * 3600)),
    "broken": ([SAID], ("broken", 7 * 86400)),
    "what is said in one breath keeps nothing": ([SAID, "2024-01-10 09:06 agent: Please check the cable."], ("broken", 7 * 86400)),
    "putting off keeps nothing": ([SAID, "2024-01-12 16:00 agent: One moment please."], ("broken", 7 * 86400)),
    "a bot keeps nothing": ([SAID, "2024-01-12 16:00 bot: Please restart the box."], ("broken", 7 * 86400)),
    "not due yet": (["2024-01-19 09:05 agent: We will call you by Monday."], ("open", -3 * 86400)),
    "minutes": (["09:05 agent: I'll get back to you within 10 minutes.", "09:12 agent: Please restart the box."], ("kept", -180)),
    "no time said": (["2024-01-10 09:05 agent: We will get back to you."], ("unknown", None)),
    "another sentence names another time": (["2024-01-10 09:05 agent: It was sent on Monday. We will get back to you."], ("unknown", None)),
    "a condition is none": (["2024-01-10 09:05 agent: If you send the number, we will call you tomorrow."], None),
    "a customer's is none": (["2024-01-10 09:05 customer: I'll get back to you by Friday."], None),
}


@pytest.mark.parametrize("case", CASES)
def test_promise(case):
    lines, expected = CASES[case]
    first = ASKED if lines[0].startswith("2024") else "09:00 customer: No sound on my box?"
    found = [(c.fate, c.late) for _, c in commitments(transcript(first, *lines, as_of=AS_OF), "promise")]
    assert found == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("language", "asked", "said", "due"),
    [
        ("es", "¿Dónde está mi paquete?", "Le llamaremos en 24 horas.", "2024-01-11T09:05"),
        ("it", "Dov'è il mio pacco?", "La richiameremo entro domani.", "2024-01-12T00:00"),
        ("ro", "Unde este coletul meu?", "Revin cu un răspuns până vineri.", "2024-01-13T00:00"),
    ],
)
def test_promises_of_every_language(language, asked, said, due):
    t = transcript(f"2024-01-10 09:00 customer: {asked}", f"2024-01-10 09:05 agent: {said}", language=language)
    assert [c.due.isoformat()[:16] for _, c in commitments(t, "promise")] == [due]


OFFICE = Hours("office", (Schedule("Europe/Zurich", (((540, 1020),),) * 5 + ((),) * 2, days=(("2024-01-15", ()),)),))  # Monday the 15th is closed
WORKING = {
    "said on Friday: Tuesday and Wednesday, Monday is closed": ("2024-01-12 09:05 agent: I'll get back to you within two working days.", "en", "2024-01-17T16:00"),
    "said on Sunday: Tuesday": ("2024-01-14 09:05 agent: I'll get back to you within one business day.", "en", "2024-01-16T16:00"),
    "of two numbers the later": ("2024-01-10 09:05 agent: I'll get back to you within 1-2 working days.", "en", "2024-01-12T16:00"),
    "hours that are open": ("2024-01-12 14:00 agent: I'll get back to you within 4 working hours.", "en", "2024-01-16T10:00"),
    "days that are not called working are the calendar's": ("2024-01-12 09:05 agent: I'll get back to you within two days.", "en", "2024-01-14T09:05"),
    "es": ("2024-01-12 09:05 agent: Le llamaremos en dos días hábiles.", "es", "2024-01-17T16:00"),
    "it": ("2024-01-12 09:05 agent: La richiameremo entro due giorni lavorativi.", "it", "2024-01-17T16:00"),
    "ro": ("2024-01-12 09:05 agent: Revin cu un răspuns în două zile lucrătoare.", "ro", "2024-01-17T16:00"),
}


@pytest.mark.parametrize("case", WORKING)
def test_working_days_are_counted_by_the_schedule_and_not_guessed_without_one(case):
    said, language, due = WORKING[case]
    one = conversation("2024-01-10 09:00 customer: No sound on my box?", said, language=language)
    (e,) = ledger(tm.analyze([one], as_of=AS_OF, hours=OFFICE))
    assert e.due.isoformat()[:16] == due
    (e,) = ledger(tm.analyze([one], as_of=AS_OF))
    assert (e.fate, e.why) == ("unknown", NO_HOURS) if "calendar" not in case else e.fate == "broken"


def test_more_working_days_than_there_are():
    never = Hours("never", (Schedule("UTC", ((),) * 7),))
    for number, hours in (("9" * 400, OFFICE), ("9999", OFFICE), ("2", never)):
        said = conversation(ASKED, f"2024-01-10 09:05 agent: I'll get back to you within {number} working days.")
        assert [e.why for e in ledger(tm.analyze([said], as_of=AS_OF, hours=hours))] == ["names a time out of range"]


def test_metrics_leave_out_what_cannot_be_told_and_keep_open_ones_open():
    def seen(*lines, **more):
        return {n: [(o.value, o.censored) for o in found] for n, found in tm.observe(transcript(ASKED, *lines, as_of=AS_OF, **more)).items() if n.startswith("promise")}

    assert seen(SAID, "2024-01-13 09:00 agent: Please restart the box.") == {"promise_kept": [(0.0, False)], "promise_lateness": [(32400.0, False)], "promises_with_a_time": [(1.0, False)]}
    assert seen("2024-01-19 09:05 agent: We will call you by Monday.")["promise_kept"] == [(0.0, True)]
    assert seen("2024-01-10 09:05 agent: We will get back to you.") == {"promise_kept": [], "promise_lateness": [], "promises_with_a_time": [(0.0, False)]}
    assert seen(SAID, skewed=True)["promise_kept"] == []


def test_backlog_is_late_in_targets():
    def seen(*lines, channel="email"):
        return [o.value for o in tm.observe(transcript(*lines, as_of=AS_OF, channel=channel), ["cycles_late"]).get("cycles_late", [])]

    assert seen("2024-01-17 00:00 customer: No sound?") == [2.0], "three days at a target of one"
    assert seen("2024-01-19 12:00 customer: No sound?") == []
    assert seen("2024-01-10 00:00 customer: No sound?", "2024-01-17 00:00 agent: Please restart the box.") == [], "answered is no backlog"
    assert seen("2024-01-17 00:00 customer: No sound?", channel="chat") == [], "who left a live chat is in no queue"


@pytest.fixture
def report():
    return tm.analyze(
        [
            conversation("2024-01-10 09:00 customer: I need this fixed by Friday noon please", SAID, "2024-01-12 16:00 agent: Please restart the box.", id="a", severity="high"),
            conversation(ASKED, "2024-01-10 09:05 agent: =SUM(1) We will call you back tomorrow!", id="b", channel="email"),
        ],
        as_of=AS_OF,
    )


def test_the_ledger_agrees_with_the_metrics_and_opens_to_messages(report, tmp_path):
    entries = {(e.conversation_id, e.kind): e for e in ledger(report)}
    assert {k: e.fate for k, e in entries.items()} == {("a", "deadline"): "late", ("a", "promise"): "kept", ("b", "promise"): "broken"}
    assert entries["a", "deadline"].late == 4 * 3600 and entries["a", "deadline"].severity == "high"
    kept = report.observations.query("metric == 'promise_kept'")["value"].tolist()
    assert kept == [float(e.fate == "kept") for e in entries.values() if e.kind == "promise"]
    assert entries["a", "promise"].answer_id == "a/2" and entries["a", "promise"].text == "I'll get back to you by Friday"
    write(entries.values(), tmp_path / "ledger.csv")
    rows = list(csv.DictReader((tmp_path / "ledger.csv").read_text().splitlines()))
    assert len(rows) == 3 and rows[1]["due"] == "2024-01-13T00:00:00Z"
    assert not [c for r in rows for c in r.values() if c.startswith("=")], "no cell runs in a spreadsheet"


def test_sections_say_what_waits(report):
    told = {s.title: s for s in promises(report)}
    assert list(told) == ["What was promised", "By when customers needed it", "Unanswered"]
    assert [f.behind for f in told["Unanswered"].figures] == [("b",)]


CLOCKS = {
    "whose zone nobody told": ("2026-03-26T09:00:00Z", None, "2026-03-30T12:00:00+00:00"),
    "of whoever wrote it": ("2026-03-26T09:00:00-05:00", None, "2026-03-30T17:00:00+00:00"),
    "of the desk, over the change of clocks": ("2026-03-26T09:00:00Z", OFFICE, "2026-03-30T10:00:00+00:00"),
}


@pytest.mark.parametrize(("zone", "hours", "in_time"), [("Z", 6, 1.0), ("Z", 13, 0.0), ("+01:00", 6, 0.0), ("", 6, 0.0)])
def test_late_is_what_is_late_in_every_zone_that_may_be_meant(zone, hours, in_time):
    """Answered some hours after noon: too late by the clock of the message, not yet where noon may be that of the farthest west."""
    said = [("customer", 9, "No sound on my box. I need an answer before 12:00."), ("agent", 12 + hours, "Please restart the box.")]
    rows = [{"conversation_id": "c", "role": r, "sent_at": f"2026-03-{26 + h // 24}T{h % 24:02}:00:00{zone}", "channel": "email", "language": "en", "text": x} for r, h, x in said]
    assert [o.value for o in tm.observe(next(iter(tm.annotate(rows))), ["answered_in_time"])["answered_in_time"]] == [in_time]


@pytest.mark.parametrize("case", CLOCKS)
def test_noon_is_that_of_a_clock(case):
    sent_at, hours, due = CLOCKS[case]
    rows = [{"conversation_id": "c", "role": "customer", "sent_at": sent_at, "channel": "email", "language": "en", "text": "No sound on my box. I need an answer by Monday noon."}]
    found = tm.analyze(rows, hours=hours).findings.query("label == 'deadline'")["attributes"].tolist()
    assert [json.loads(a)["at"] for a in found] == [due]
