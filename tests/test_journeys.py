"""Journeys over channels: links, silence and change of channel, paths, contacts to resolution, repeats, reopens."""

import io
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from rich.console import Console

import textmetrics as tm
from textmetrics.contacts import LIKELY, SURE, contacts, journeys
from textmetrics.curves import cumulative_incidence
from textmetrics.figures import incidence
from textmetrics.journeys import contacts_to_resolution, customer_journeys, paths, repeats, switches
from textmetrics.render.figures import sections

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
ASK, FIX, DONE = "My router does not connect, what can I do?", "Please restart the router, then enter the code again.", "That fixed it, it works now, thank you!"


def talk(i, channel, customer, hours, answered=None, done=None, author="zoe.m", **more):
    """Messages of one conversation: asked ``hours`` after the beginning, answered and confirmed some hours later."""
    said = [("customer", author, hours, ASK)]
    if answered is not None:
        said.append(("agent", "tom", hours + answered, FIX))
    if done is not None:
        said.append(("customer", author, hours + done, DONE))
    told = {"conversation_id": i, "channel": channel, "language": "en", **({"customer_id": customer} if customer else {}), **more}
    return [{**told, "author": a, "role": r, "sent_at": (BEGIN + timedelta(hours=h)).isoformat(), "text": t} for r, a, h, t in said]


def report(*talks, as_of=BEGIN + timedelta(days=60)):
    return tm.analyze([m for t in talks for m in t], as_of=as_of, metrics=["messages"])


@pytest.fixture(scope="module")
def archive():
    """Of 20 who mailed: 6 had no answer and phoned after 30 h, where it was solved; 4 never had an answer; 10 were answered in 2 h and were content."""
    talks = []
    for n in range(6):
        talks += [talk(f"e{n}", "email", f"p{n}", n), talk(f"v{n}", "voice", f"p{n}", n + 30, 0.1, 0.2)]
    talks += [talk(f"s{n}", "email", f"q{n}", n) for n in range(4)]
    talks += [talk(f"a{n}", "email", f"r{n}", n, 2, 3) for n in range(10)]
    return report(*talks)


def figure(section, group, name):
    return next(f for f in section.figures if f.group == group and f.name.startswith(name))


def test_who_had_no_answer_and_phoned(archive):
    made = journeys(contacts(archive))
    section = switches(made, made)
    assert figure(section, "email", "no answer, other channel within 24 h").estimate.value == 0
    e = figure(section, "email", "no answer, other channel within 48 h")
    assert e.estimate.value == pytest.approx(6 / 20) and e.estimate.low < 0.3 < e.estimate.high and e.behind[0] == "e0"
    left = figure(section, "email", "unanswered at 24 h")
    kept = figure(section, "email", "answered by 24 h")
    assert (left.estimate.value, left.estimate.n) == (0.6, 10) and (kept.estimate.value, kept.estimate.n) == (0, 10)


def test_who_got_no_answer_and_called_is_told_apart_from_who_turned_elsewhere():
    called = [m for n in range(4) for m in (*talk(f"a{n}", "email", f"p{n}", n)[:1], *talk(f"b{n}", "voice", f"p{n}", n + 30, 0.1))]
    chatted = [m for n in range(4, 6) for m in (*talk(f"a{n}", "email", f"p{n}", n)[:1], *talk(f"b{n}", "chat", f"p{n}", n + 10, 0.1))]
    waiting = [m for n in range(6, 12) for m in talk(f"a{n}", "email", f"p{n}", n)[:1]]
    found = journeys(contacts(report(called, chatted, waiting)))
    section = switches(found, found)
    value = {f.name: f.estimate.value for f in section.figures if f.group == "email"}
    assert [value[f"no answer, {c} within {h} h"] for c, h in (("voice", 24), ("voice", 48), ("chat", 24), ("chat", 48), ("other channel", 48))] == pytest.approx([0, 4 / 12, 2 / 12, 2 / 12, 6 / 12])


def test_paths_say_where_it_was_solved_and_contacts_count(archive):
    made = journeys(contacts(archive))
    told = paths(made)
    assert figure(told, "email", "confirmed solved").estimate.n == 14
    assert next(f for f in told.figures if f.group == "email > voice" and f.name == "confirmed solved").note == "solved in: voice 6"
    solved = contacts_to_resolution(made)
    first, second = (figure(solved, "all", f"solved by contact {k}").estimate.value for k in (1, 2))
    assert first == pytest.approx(10 / 20) and second == pytest.approx(1.0)  # the silent four are censored at one contact; all six who went on were solved


def test_coming_again_waits_for_conversations_to_ripen(archive):
    found = contacts(archive)
    assert figure(repeats(found, found), "all", "came again within 7 d").estimate.value == pytest.approx(6 / 20)
    young = contacts(report(talk("e0", "email", "p", 0, 1), as_of=BEGIN + timedelta(days=2)))
    f = figure(repeats(young, young), "all", "came again within 7 d")
    assert f.estimate.n == 0 and f.estimate.n_open == 1


def test_a_thanks_reopens_nothing_a_question_does():
    again = talk("x", "chat", "p", 0, 0.1, 0.2)
    polite, asked = ([*again, {**again[0], "sent_at": (BEGIN + timedelta(hours=5)).isoformat(), "text": text}] for text in ("Thanks, bye!", "Now it is broken again, what do I do?"))
    assert [(c.reopened, c.wrote_on) for c in contacts(report(polite))] == [(False, True)]
    assert [(c.reopened, c.wrote_on) for c in contacts(report(asked))] == [(True, True)]


@pytest.mark.parametrize(
    ("first", "second", "least", "linked"),
    [
        ({"customer": "p"}, {"customer": "p"}, SURE, True),
        ({"customer": None, "case_id": "k"}, {"customer": "p", "case_id": "k", "author": "other.name"}, SURE, True),
        ({"customer": None, "email": "a@b.example"}, {"customer": None, "email": "A@b.example", "author": "someone"}, SURE, True),
        ({"customer": None}, {"customer": None}, SURE, False),
        ({"customer": None}, {"customer": None}, LIKELY, True),
        ({"customer": None, "author": "visitor 7"}, {"customer": None, "author": "visitor 7"}, LIKELY, False),
    ],
    ids=["customer id", "case", "e-mail", "a name is not enough", "a name, likely", "a role is no name"],
)
def test_links_carry_a_confidence(first, second, least, linked):
    r = report(*(talk(i, ch, kw.pop("customer"), h, **kw) for i, ch, h, kw in (("a", "email", 0, dict(first)), ("b", "chat", 2, dict(second)))))
    assert (len({c.person for c in contacts(r, confidence=least)}) == 1) is linked


def test_two_channels_about_one_case_are_one_journey_and_two_matters_are_two():
    one = journeys(contacts(report(talk("a", "email", "p", 0), talk("b", "voice", "p", 700, case_id="k"), talk("c", "chat", "q", 710, case_id="k"))))
    assert [[c.id for c in j.contacts] for j in one] == [["a"], ["b", "c"]]


def test_incidence_is_that_of_the_catalogue_and_its_bootstrap_holds_it():
    t, kinds = [1, 2, 2, 3, 4, 5, 6, 8, 9, 12], [1, 1, 2, 1, 2, 1, 1, 2, 1, 2]
    e = incidence(t, kinds, 1, 12, [str(n) for n in range(10)])
    assert e.value == pytest.approx(0.6) == cumulative_incidence(np.array(t), np.array(kinds), 1, 12) and e.low < 0.6 < e.high


@pytest.mark.parametrize("width", [80, 200])
def test_all_of_it_shows(archive, width):
    console = Console(width=width, file=io.StringIO())
    console.print(sections(customer_journeys(archive)))
    text = console.file.getvalue()
    assert "email > voice" in text and max(map(len, text.splitlines())) <= width
