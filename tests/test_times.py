"""Times as exports write them: months and halves of the day in any language, day-first or month-first by a whole file, hours that came twice or never."""

import csv
import json

import pytest

import textmetrics as tm
from textmetrics import packs
from textmetrics.dates import order_of
from textmetrics.errors import ReadError, UsageError
from textmetrics.folding import fold
from textmetrics.times import Clock

# what an export writes, what it means; where it names no zone: in Madrid
WORDED = {
    "Monday, December 17, 2018, 23:27:57 (-0500)": "2018-12-18T04:27:57",
    "Tuesday, March 5, 2024 at 9:41:05\u202fPM UTC": "2024-03-05T21:41:05",
    "martes, 5 de marzo de 2024, 9:41 p.\u00a0m. UTC": "2024-03-05T21:41:00",
    "terça-feira, 5 de março de 2024 às 21:42:05 UTC": "2024-03-05T21:42:05",
    "Dienstag, 5. März 2024 um 21:42 Uhr": "2024-03-05T20:42:00",
    "martedì 5 marzo 2024 alle ore 21:42:05 UTC": "2024-03-05T21:42:05",
    "marți, 5 martie 2024 la 21:42": "2024-03-05T20:42:00",
    "mardi 1er mars 2024 à 21h42": "2024-03-01T20:42:00",
    "dinsdag 5 mrt. 2024 om 21:42 uur": "2024-03-05T20:42:00",
    "Fri Mar 01 2024 10:00:00 GMT+0100 (Central European Standard Time)": "2024-03-01T09:00:00",
    "Tue Oct 31 22:10:47 +0000 2017": "2017-10-31T22:10:47",
    "01-Jan-20 01:33 AM": "2020-01-01T00:33:00",
    "29 Sep 2016 15:14 -0000": "2016-09-29T15:14:00",
    "29 Sep 2016 15:14 EDT": "2016-09-29T19:14:00",
    "2023/12/31 下午9:41": "2023-12-31T20:41:00",
    "2023/12/31 中午12:30": "2023-12-31T11:30:00",
    "2023/12/31 凌晨12:30": "2023-12-30T23:30:00",
    "23. 12. 31. 오후 9:41": "2023-12-31T20:41:00",
    "2026年3月2日 下午9:41": "2026-03-02T20:41:00",
    "2026년 3월 2일 월요일 오후 9:41": "2026-03-02T20:41:00",
    "0000-01-01T00:00:00+01:00": None,
    "2016-08-29 15:14:19.564+0000": "2016-08-29T15:14:19.564000",
    "5 Mumble 2024 10:00": None,
    "29 Sep 2016 15:14 XYZ": None,
    "31 June 2024": None,
    "soon": None,
    "0012-03-05T10:00:00Z": None,
}


@pytest.mark.parametrize("text", WORDED)
def test_a_time_in_words_of_any_language(text):
    clock = Clock(timezone="Europe/Madrid")
    found = clock.read(text)
    assert (found and found.isoformat().removesuffix("+00:00")) == WORDED[text]
    assert (clock.fault(text) is None) == (found is not None)


def test_a_month_has_one_number_in_all_languages_and_packs_agree():
    seen: dict[str, int] = {}
    tables = packs.date_words()
    assert {"en", "es", "it", "ro", "de", "fr", "pt", "nl"} <= {code for code, t in tables.items() if len(t.get("months", ())) == 12}
    for code in packs.languages():
        own = dict(tables[code])
        for ours, theirs in zip(packs.language(code).dates["months"], own["months"], strict=True):
            assert {fold(w) for w in ours.split()} <= {fold(w) for w in theirs.split()}
    for table in tables.values():
        for number, names in enumerate(table.get("months", ()), start=1):
            for name in names.split():
                assert seen.setdefault(fold(name), number) == number, name


# the dates of a file, whether they come in the order of time, how they are read
FILES = {
    "a day after the 12th": (["01/02/2024 10:00", "13/02/2024 9:00"], False, "dmy"),
    "a month in front": (["01/02/24, 9:41 PM", "02/28/24"], False, "mdy"),
    "nothing tells": (["01/02/2024", "02/02/2024", "05/02/2024"], True, ""),
    "only one order rises": (["10/02/2024", "11/02/2024", "01/03/2024"], True, "dmy"),
    "the order says nothing where files are not in order": (["10/02/2024", "11/02/2024", "01/03/2024"], False, ""),
    "dots": (["01.02.2024", "02.02.2024"], False, "dmy"),
    "both": (["13/02/2024", "02/13/2024"], False, ""),
    "years of two digits first": (["98/12/31", "99/01/02"], False, "ymd"),
    "one among others that begin with the year": (["2024/02/01", "2024/02/03", "01/02/2024"], True, ""),
    "no date of numbers": (["2024-02-01T10:00:00Z", "5 May 2024"], False, "dmy"),
}


@pytest.mark.parametrize("name", FILES)
def test_how_dates_of_numbers_are_read_is_decided_by_all_of_a_file(name):
    dates, rising, order = FILES[name]
    found, why = order_of(dates, rising=rising)
    assert found == order and bool(why) == (not order)


HOURS = {"2026-10-25 02:30:00": ("2026-10-25T00:30:00+00:00", "came twice"), "2026-03-29 02:30:00": ("2026-03-29T01:30:00+00:00", "never was"), "2026-03-29 03:00:00": ("2026-03-29T01:00:00+00:00", None)}


@pytest.mark.parametrize("text", HOURS)
def test_an_hour_that_came_twice_or_never_is_told(text):
    clock = Clock(timezone="Europe/Madrid")
    assert clock.read(text).isoformat() == HOURS[text][0]
    assert (clock.fault(text) is None) if HOURS[text][1] is None else HOURS[text][1] in clock.fault(text)
    assert Clock().fault(text) is None and clock.fault(f"{text}+01:00") is None


def table(path, times):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["conversation_id", "author", "sent_at", "text"], *([["a", "ana", t, f"No sound {n}"] for n, t in enumerate(times)])])
    return path


def lines(path, times):
    path.write_text("".join(json.dumps({"conversation_id": "a", "author": "ana", "sent_at": t, "text": f"No sound {n}"}) + "\n" for n, t in enumerate(times)))
    return path


def freshchat(path, times):
    said = [{"id": str(n), "conversation_id": "a", "actor_type": "user", "message_type": "normal", "created_time": t, "message_parts": [{"text": {"content": f"No sound {n}"}}]} for n, t in enumerate(times)]
    path.write_text(json.dumps({"messages": said}))
    return path


def whatsapp(path, times):
    path.write_text("".join(f"{t.replace(' ', ', ')} - Ana: No sound {n}\n" for n, t in enumerate(times)))
    return path


@pytest.mark.parametrize(("write", "name"), [(table, "x.csv"), (lines, "x.jsonl"), (freshchat, "x.json"), (whatsapp, "x.txt")])
def test_every_reader_asks_all_dates_of_its_file(tmp_path, write, name):
    reading = tm.read(write(tmp_path / name, ["02/01/2026 10:00", "14/01/2026 10:00"]))
    times = [m.sent_at.isoformat()[:10] for c in reading for m in c.messages]
    assert times == ["2026-01-02", "2026-01-14"] and not reading.problems
    undecided = write(tmp_path / name, ["02/01/2026 10:00"])
    if write is whatsapp:
        with pytest.raises(ReadError, match="--dates dmy"):
            list(tm.read(undecided))
    else:
        reading = tm.read(undecided)
        assert [m.sent_at for c in reading for m in c.messages] == [None] and "--dates dmy" in reading.problems[0].reason and reading.problems[0].record == 1
    for order, day in (("dmy", "2026-01-02"), ("mdy", "2026-02-01")):
        (message,) = [m for c in tm.read(undecided, dates=order) for m in c.messages]
        assert (message.sent_at.isoformat()[:10] == day and message.raw_time.startswith("02/01/2026") and not message.zone_known) or write is freshchat
    with pytest.raises(UsageError, match="dmy, mdy or ymd"):
        tm.read(undecided, dates="us")


def test_a_year_first_chat_says_what_is_wrong_with_another_date(tmp_path):
    (tmp_path / "chat.txt").write_text("[2026-01-01, 10:00:00] Ana: No sound\n[2026-01-02, 10:00:00] Tom: Restart\n[03/01/2026, 10:00:00] Ana: It works\n[2026-01-04, 10:00:00] Tom: Good\n")
    reading = tm.read(tmp_path / "chat.txt")
    assert [m.sent_at is None for c in reading for m in c.messages].count(True) == 1
    (problem,) = reading.problems
    assert problem.line == 3 and "begin with the year" in problem.reason


def test_a_file_that_must_be_asked_about_costs_only_itself(tmp_path):
    whatsapp(tmp_path / "a.txt", ["02/01/2026 10:00"])
    lines(tmp_path / "b.jsonl", ["2026-01-02T10:00:00Z"])
    reading = tm.read(tmp_path)
    assert len(list(reading)) == 1 and ["--dates" in p.reason for p in reading.problems] == [True]
