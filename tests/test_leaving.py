"""Queues, and who left before anybody answered, by what exports say of it; readers that say it."""

import json

import pytest

import textmetrics as tm
from textmetrics.episodes import episodes
from textmetrics.testing import AS_OF, transcript

ASK, FIX = "09:00 customer: There is no sound on my box.", "09:05 agent: Please restart the box."


def columns(**clock):
    """Times of the first of January as an export's columns hold them."""
    return {name: value if name == "ended_by" else f"2024-01-01T{value}Z" for name, value in clock.items()}


QUEUE = {
    "taken on": ([ASK, FIX], columns(enqueued_at="09:00:00", accepted_at="09:03:00"), [(180, False)]),
    "left": ([ASK], columns(enqueued_at="09:00:00", ended_at="09:02:00", ended_by="customer"), [(120, True)]),
    "stands in it still": ([ASK], columns(enqueued_at="09:00:00"), [(18 * 86400 + 15 * 3600, True)]),
    "taken on at a time nobody tells": ([ASK, FIX], columns(enqueued_at="09:00:00"), []),
    "no queue": ([ASK, FIX], columns(accepted_at="09:03:00"), []),
    "clocks that cannot be right": ([ASK, FIX], columns(enqueued_at="09:00:00", accepted_at="08:00:00"), []),
    "a time that is none": ([ASK, FIX], {"enqueued_at": "nine", "accepted_at": "ten"}, []),
}


@pytest.mark.parametrize("case", QUEUE)
def test_queue_wait(case):
    lines, told, expected = QUEUE[case]
    assert [(o.value, o.censored) for o in tm.observe(transcript(*lines, columns=told), ["queue_wait"])["queue_wait"]] == expected


LEFT = {  # left unanswered, at once; abandonment without those at once
    "after a minute": ([ASK], columns(ended_at="09:01:00", ended_by="customer"), ([1.0], [0.0], [1.0])),
    "at once": ([ASK], columns(ended_at="09:00:09", ended_by="customer"), ([1.0], [1.0], [])),
    "at once counts from the queue": ([ASK], columns(enqueued_at="08:59:00", ended_at="09:00:09", ended_by="customer"), ([1.0], [0.0], [1.0])),
    "closed by an agent": ([ASK], columns(ended_at="09:00:09", ended_by="agent"), ([0.0], [0.0], [1.0])),
    "after an answer": ([ASK, FIX], columns(ended_at="09:06:00", ended_by="customer"), ([0.0], [0.0], [0.0])),
    "after a bot alone": ([ASK, "09:01 bot: Please restart the box."], columns(ended_at="09:06:00", ended_by="customer"), ([1.0], [0.0], [1.0])),
    "nobody says": ([ASK], {}, ([], [], [1.0])),
}


@pytest.mark.parametrize("case", LEFT)
def test_leaving(case):
    lines, told, expected = LEFT[case]
    names = ["left_unanswered", "left_at_once", "abandonment_without_short"]
    seen = tm.observe(transcript(*lines, columns=told), names)
    assert tuple([o.value for o in seen[name]] for name in names) == expected


def test_leaving_is_when_the_export_says_so_else_with_the_last_message():
    def seen(*lines, **clock):
        return [(o.value, o.exposure) for o in tm.observe(transcript(*lines, columns=columns(**clock)), ["left_within_a_day"])["left_within_a_day"]]

    assert seen(ASK, "09:04 customer: hello?") == [(240, 1.0)]
    assert seen(ASK, "09:04 customer: hello?", ended_at="09:10:00", ended_by="customer") == [(600, 1.0)]
    assert seen(ASK, FIX, ended_at="09:10:00", ended_by="customer") == [(300, 2.0)], "answered first"


OVER = {  # waits, and whether the service level was met
    "over before the target: missed, not open": ([ASK], columns(ended_at="09:00:20", ended_by="customer"), [(20, True)], [(0.0, False)]),
    "over after an answer": ([ASK, FIX, "09:10 customer: It is silent again."], columns(ended_at="09:20:00", ended_by="agent"), [(300, False), (600, True)], [(0.0, False)]),
    "not over by what the export says": ([ASK], {}, [(18 * 86400 + 15 * 3600, True)], [(0.0, False)]),
    "an end before the question is none of it": ([ASK], columns(ended_at="08:00:00", ended_by="agent"), [(18 * 86400 + 15 * 3600, True)], [(0.0, False)]),
}


@pytest.mark.parametrize("case", OVER)
def test_nobody_waits_on_when_a_conversation_is_over(case):
    lines, told, waits, level = OVER[case]
    t = transcript(*lines, columns=told)
    seen = {name: [(o.value, o.censored) for o in found] for name, found in tm.observe(t, ["customer_wait", "service_level"]).items()}
    assert seen == {"customer_wait": waits, "service_level": level}
    (episode,) = episodes(tm.analyze([t.conversation], as_of=AS_OF, metrics=[]))["chat"]
    assert list(episode.waits(("substantive",))) == waits, "as vendors' definitions see it"


def contact(*turns):
    return json.dumps({"InitialContactId": "c", "ContactId": "c", "Transcript": [{"Id": str(n), "AbsoluteTime": f"2024-01-01T{t}Z", **turn} for n, (t, turn) in enumerate(turns)]})


def said(text, role="CUSTOMER"):
    return {"Type": "MESSAGE", "Content": text, "ContentType": "text/plain", "ParticipantId": role, "ParticipantRole": role}


def happened(what, role=""):
    return {"Type": "EVENT", "ContentType": f"application/vnd.amazonaws.connect.event.{what}", **({"ParticipantRole": role} if role else {})}


def visit(*history):
    chat = {"id": "c", "type": "chat", "timestamp": "2024-01-01T09:00:00Z", "visitor": {"id": "v", "name": "Lu"}, "agent_names": ["Mo"]}
    return json.dumps({"chats": [{**chat, "history": [{"timestamp": f"2024-01-01T{t}Z", "type": f"chat.{what}", "nick": nick, "name": nick, "msg": "No sound?"} for t, what, nick in history]}]})


SHEET = "Id,LiveChatVisitorId,Status,RequestTime,StartTime,EndTime,EndedBy,Abandoned,Body\n"
EXPORTS = {
    "amazon_connect: customer left": (
        contact(("09:00:00", said("No sound?")), ("09:03:00", happened("participant.joined", "AGENT")), ("09:03:05", said("Hi", "AGENT")), ("09:05:00", happened("participant.left", "CUSTOMER"))),
        columns(accepted_at="09:03:00", ended_at="09:05:00", ended_by="customer"),
    ),
    "amazon_connect: ended by the flow": (contact(("09:00:00", said("No sound?")), ("09:05:00", happened("chat.ended"))), columns(ended_at="09:05:00", ended_by="system")),
    "zendesk_chat: taken on, visitor left": (
        visit(("09:00:00", "memberjoin", "visitor:1"), ("09:00:10", "msg", "visitor:1"), ("09:02:00", "memberjoin", "agent:2"), ("09:02:10", "msg", "agent:2"), ("09:06:00", "memberleave", "visitor:1")),
        columns(enqueued_at="09:00:10", accepted_at="09:02:00", ended_at="09:06:00", ended_by="customer"),
    ),
    "zendesk_chat: visitor came back": (
        visit(("09:00:10", "msg", "visitor:1"), ("09:01:00", "memberleave", "visitor:1"), ("09:02:00", "msg", "visitor:1")),
        columns(enqueued_at="09:00:10"),
    ),
    "salesforce: closed by the visitor": (
        SHEET + 'x,y,Completed,2024-01-01T09:00:00Z,2024-01-01T09:02:00Z,2024-01-01T09:09:00Z,Visitor,,"<p align=""center"">Chat Started: x</p>( 5s ) Lu: No sound?<br>"\n',
        columns(enqueued_at="09:00:00", accepted_at="09:02:00", ended_at="09:09:00", ended_by="customer"),
    ),
    "salesforce: gave up before a word": (SHEET + "x,y,Missed,2024-01-01T09:00:00Z,,,,90,\n", columns(enqueued_at="09:00:00", ended_at="09:01:30", ended_by="customer")),
    "csv: columns of these names": ("conversation_id,role,sent_at,text,enqueued_at\nc,customer,2024-01-01 09:00,No sound?,2024-01-01 08:59\n", columns(enqueued_at="08:59:00")),
}


@pytest.mark.parametrize("case", EXPORTS)
def test_exports_that_say_it(case, tmp_path):
    text, expected = EXPORTS[case]
    (tmp_path / f"export.{'json' if text.startswith('{') else 'csv'}").write_text(text, encoding="utf-8")
    (one,) = tm.read(tmp_path)
    told = {name: one.columns[name] for name in ("enqueued_at", "accepted_at", "ended_at", "ended_by") if name in one.columns}
    assert told == {name: value.replace("Z", "+00:00") for name, value in expected.items()}


def test_a_time_that_cannot_be_read_is_a_problem(tmp_path):
    (tmp_path / "export.csv").write_text("conversation_id,role,sent_at,text,enqueued_at\nc,customer,2024-01-01 09:00,No sound?,soonish\n", encoding="utf-8")
    reading = tm.read(tmp_path)
    assert [dict(c.columns) for c in reading] == [{}]
    assert [p.reason.partition(":")[0] for p in reading.problems] == ["enqueued_at"]
