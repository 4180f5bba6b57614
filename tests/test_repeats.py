"""Replies that nobody wrote are told by their words, that come at once in many conversations."""

import json

import pytest

import textmetrics as tm
from textmetrics.repeats import MANY

WORDS = "Thanks for writing to us, {name}! Your number is {n}. We answer within a day."


def archive(tmp_path, many, *, after=2, role="agent", words=WORDS, channel="chat"):
    """Conversations: a question, the same words ``after`` seconds later, an answer ten minutes later."""
    lines = []
    for n in range(many):
        name = f"ana{n}"
        for k, (who, part, seconds, text) in enumerate([(name, "customer", 0, f"There is no sound on my box {n}"), ("desk", role, after, words.format(name=name, n=4000 + n)), ("tom", "agent", 600, "Please restart the box.")]):
            at = f"2026-03-{n % 28 + 1:02}T09:{seconds // 60:02}:{seconds % 60:02}Z"
            lines.append({"conversation_id": f"c{n}", "message_id": f"c{n}/{k}", "author": who, "role": part, "text": text, "sent_at": at, "channel": channel})
    path = tmp_path / "archive.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def automatic(path):
    reading = tm.read(path)
    return [[m.automatic for m in c.messages] for c in reading], reading.counts.repeated


def test_the_same_words_at_once_are_automatic(tmp_path):
    marks, told = automatic(archive(tmp_path, MANY))
    assert marks == [[False, True, False]] * MANY and told == MANY
    report = tm.analyze(tm.read(tmp_path / "archive.jsonl"), metrics=["first_response_wait"])
    assert report.estimates()["value"].tolist()[0] == 600, "the wait goes on"


CASES = {
    "too few": {"many": MANY - 1},
    "as late as people are": {"many": MANY, "after": 20},
    "a bot is a bot": {"many": MANY, "role": "bot"},
    "everybody says so little": {"many": MANY, "words": "Hi there!"},
    "as many different words": {"many": 2 * MANY, "words": "About {name} {name} {name}: case {n}x of the red box is looked at"},
}


@pytest.mark.parametrize("case", CASES)
def test_what_people_say_is_not(case, tmp_path):
    marks, told = automatic(archive(tmp_path, **CASES[case]))
    assert not any(any(m) for m in marks) and not told
