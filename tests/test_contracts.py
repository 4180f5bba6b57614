"""What every reader, detector, scorer and metric must do, run over everything registered."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pandas as pd
import pytest

import textmetrics as tm
from textmetrics import packs
from textmetrics.annotation import Settings, annotate
from textmetrics.detectors import DETECTORS
from textmetrics.estimates import ESTIMATES
from textmetrics.hours import Hours, Schedule
from textmetrics.metrics import METRICS, observe, observe_all
from textmetrics.readers import READERS
from textmetrics.scorers import SCORERS, Text
from textmetrics.testing import AS_OF, conversation, transcript
from textmetrics.types import CUSTOMERS, RESPONDERS

BATCH = [
    conversation(
        "09:00 customer: Where is my order? I need it by friday noon!!",
        "09:02 agent: Sorry about that! One moment please.",
        "09:09 agent: It is on its way, please check the link https://example.org/t/1",
        "09:12 customer: which link?",
        "09:13 agent: The one above. You can also call us.",
        "09:20 customer: ok that worked, thanks a lot",
        id="a",
        customer_id="c1",
    ),
    conversation("23:00 customer: Hello?", id="nobody-answers"),
    conversation("10:00 agent: How did it go?", "10:30 customer: Awful, I want my money back!", id="agent-first", channel="email", severity="high"),
    conversation("11:00 customer: Thanks a lot", "11:00 bot: You are welcome", id="only-a-bot", customer_id="c1"),
    conversation("12:00 customer: <script>alert(1)</script> [bold]hi \x1b[31m", "12:01 agent: I apologise.", id="hostile", channel="social"),
    conversation("12:00 customer: ¿Por qué no funciona?", "12:01 agent: Pruebe a reiniciar.", id="other-language", language=None, channel="community"),
    conversation("12:00 customer: Warum funktioniert das nicht? Ich habe es schon zweimal mit dem neuen Passwort versucht.", id="no-pack", language=None),
    conversation(id="empty"),
]
TABLES = ["messages", "conversations", "findings", "ledger", "observations"]


@pytest.fixture(scope="module")
def batch():
    return tm.analyze(BATCH, as_of=AS_OF)


@pytest.mark.parametrize("name", list(METRICS))
def test_metric_is_documented(name):
    m = METRICS[name]
    assert m.title.endswith(".") and m.unit and m.estimate in ESTIMATES
    for part in ("Read:", "Act:", "Source:"):
        assert part in m.doc, f"its page has no {part}"
    assert m.against is None or m.against in METRICS
    assert tm.explain(name).startswith(name)


def lacking(t, name):
    """A transcript without something that metrics may need."""
    c, findings = t.conversation, tuple(f for f in t.findings if f.label != name)
    messages = tuple(msgspec.structs.replace(m, reactions={k: n for k, n in m.reactions.items() if k != name}) for m in t.messages)
    c = msgspec.structs.replace(c, messages=messages, columns={k: v for k, v in c.columns.items() if k != name})
    hours, solution = None if name == "hours" else t.hours, None if name == "solution" else t.solution
    return msgspec.structs.replace(t, conversation=c, findings=findings, hours=hours, solution=solution)


@pytest.fixture(scope="module")
def told():
    """Transcripts of the demonstration archives and of the batch, each with counters, columns and opening hours it may be asked for."""
    needed = sorted({need for m in METRICS.values() for need in m.needs})
    given = [*[*tm.read(Path(__file__).parent.parent / "corpora")][::2], *BATCH]
    messages = [tuple(msgspec.structs.replace(m, reactions=dict.fromkeys([*needed[n % 3 :: 2], "views"], 3.0)) for n, m in enumerate(c.messages)) for c in given]
    ends = {"enqueued_at": "2024-01-01T08:00:00Z", "ended_at": "2030-01-01T00:00:00Z", "ended_by": "customer"}
    given = [msgspec.structs.replace(c, messages=m, columns={k: v for k, v in ends.items() if len(m) % 3 or k != "ended_by"}) for c, m in zip(given, messages, strict=True)]
    whole = list(annotate(given, as_of=datetime(2031, 1, 1, tzinfo=UTC), settings=Settings(hours=ALWAYS)))
    return [*whole, *(lacking(t, need) for n, t in enumerate(whole) for need in needed[n % 5 :: 5])]


def test_metrics_see_nothing_where_what_they_need_is_missing(told):
    saw = set()
    several = observe_all(told)
    for n, t in enumerate(told):
        asked = observe(t)
        whole = {name: list(METRICS[name].observe(t)) for name in asked}
        assert asked == whole and several.of(n) == {name: found for name, found in whole.items() if found}
        saw |= {name for name, found in whole.items() if found}
    assert {name for name, m in METRICS.items() if m.needs} <= saw, "each of them sees something somewhere"


@pytest.mark.parametrize("name", list(DETECTORS))
def test_detector_is_documented(name):
    assert DETECTORS[name].doc.rstrip().endswith(".") and set(DETECTORS[name].by) <= {*CUSTOMERS, *RESPONDERS}


@pytest.mark.parametrize("name", list(READERS))
def test_reader_is_documented(name):
    assert READERS[name].doc and READERS[name].channel in packs.channels()


@pytest.mark.parametrize("code", packs.languages())
@pytest.mark.parametrize("name", list(SCORERS))
def test_scorer_gives_a_number_a_text_in_range(name, code):
    if name == "linear" and code not in _mood_languages():
        return
    texts = [Text(t, t.lower()) for t in ("", "great!!", "no", "😡", "word " * 3000)]
    scores = SCORERS[name](texts, packs.language(code))
    assert len(scores) == len(texts)
    assert all(s is None or -1 <= s <= 1 for s in scores)
    assert list(scores) == [SCORERS[name]([t], packs.language(code))[0] for t in texts], "a batch of one gives the same"


def _mood_languages():
    from textmetrics import models

    return models.load("mood").languages if "mood" in models.names() else ()


@pytest.mark.parametrize("table", TABLES)
def test_batch_of_one_gives_the_rows_of_the_batch(batch, table):
    alone = pd.concat([getattr(tm.analyze([c], as_of=AS_OF), table) for c in BATCH if c.customer_id is None], ignore_index=True)
    whole = getattr(batch, table)
    whole = whole[whole["conversation_id"].isin([c.id for c in BATCH if c.customer_id is None])].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, whole, check_dtype=False)


def test_order_of_conversations_does_not_matter(batch):
    shuffled = random.Random(0).sample(BATCH, len(BATCH))
    pd.testing.assert_frame_equal(tm.analyze(shuffled, as_of=AS_OF).estimates("severity"), batch.estimates("severity"))


def test_annotating_twice_gives_the_same_and_changes_nothing():
    before = msgspec.json.encode(BATCH)
    assert list(annotate(BATCH)) == list(annotate(BATCH))
    assert msgspec.json.encode(BATCH) == before


def test_observations_are_sound(batch):
    seen = batch.observations
    assert (seen["exposure"] > 0).all() and seen["value"].notna().all()
    pointing = seen.dropna(subset="message_id")
    messages = set(batch.messages.set_index(["conversation_id", "message_id"]).index)
    assert set(zip(pointing["conversation_id"], pointing["message_id"], strict=True)) <= messages
    assert len(pointing) > 20


def test_findings_quote_the_text_and_come_from_who_can_say_so(batch):
    messages = batch.messages.set_index(["conversation_id", "message_id"])
    assert len(batch.findings) > 5
    for f in batch.findings.itertuples():
        message = messages.loc[(f.conversation_id, f.message_id)]
        assert message["text"][f.start : f.end] == f.text != ""
        assert 0 <= f.score <= 1
        assert message["role"] in DETECTORS[f.label].by


def test_a_language_without_pack_gets_times_and_volumes_only(batch):
    row = batch.conversations.set_index("conversation_id").loc["no-pack"]
    assert row["language"] == "de" and row["n_messages"] == 1
    assert not (batch.findings["conversation_id"] == "no-pack").any()
    assert batch.messages.set_index("conversation_id").loc["no-pack", "mood"] is None or pd.isna(batch.messages.set_index("conversation_id").loc["no-pack", "mood"])
    assert "first_response_wait" in set(batch.observations[batch.observations["conversation_id"] == "no-pack"]["metric"])


ALWAYS = Hours("always open", (Schedule("UTC", (((0, 1440),),) * 7),))
WAITS = [n for n, m in METRICS.items() if m.estimate == "survival"]


OPEN = {"time_to_acknowledgement": "09:10 agent: Please restart the box."}  # what stands in a conversation whose wait is not over, beyond the question
QUEUED, TAKEN = {"enqueued_at": "2024-01-01T09:00:00Z"}, {"accepted_at": "2024-01-01T09:10:00Z"}  # what its export says of a queue


@pytest.mark.parametrize("name", WAITS)
def test_who_still_waits_makes_waits_longer_not_shorter(name):
    said = ["09:00 customer: No sound?", "09:10 agent: Please restart the box.", "09:20 customer: It works now, thanks!"]
    answered = [conversation(*said, id=f"x{n}", columns=QUEUED | TAKEN) for n in range(6)]
    begun = ["09:00 customer: No sound?", *([OPEN[name]] if name in OPEN else [])]
    waiting = [conversation(*begun, id=f"w{n}", columns=QUEUED) for n in range(4)]
    open_ = [conversation(*begun, id=f"v{n}", columns=QUEUED) for n in range(8)]

    def value(conversations):
        return tm.analyze(conversations, as_of=AS_OF, metrics=[name], hours=ALWAYS).estimates().iloc[0]

    assert value(answered)["value"] == 600
    assert value(answered + waiting)["n_open"] == 4 and value(answered + waiting)["value"] >= 600
    assert pd.isna(value(answered + waiting + open_)["value"]), "more than half still wait: there is no median"


@pytest.mark.parametrize("name", list(METRICS))
def test_clocks_that_cannot_be_right_give_no_wait(name):
    skewed = msgspec.structs.replace(conversation("09:00 customer: Hi, no sound?", "08:00 agent: Please restart"), skewed=True)
    (t,) = annotate([skewed], as_of=AS_OF)
    if METRICS[name].unit == "s":
        assert not list(METRICS[name].observe(t if METRICS[name].of == "conversation" else [t]))


def test_moving_all_times_changes_no_number(batch):
    def later(c):
        return msgspec.structs.replace(c, messages=tuple(msgspec.structs.replace(m, sent_at=m.sent_at and m.sent_at + timedelta(days=700)) for m in c.messages))

    moved = tm.analyze([later(c) for c in BATCH], as_of=AS_OF + timedelta(days=700))
    pd.testing.assert_frame_equal(moved.estimates(), batch.estimates())


def test_empty_input():
    assert tm.analyze([]).estimates().empty


@pytest.mark.parametrize("role", ["system", "note"])
def test_lines_nobody_says_are_not_replies(role):
    t = transcript("09:00 customer: No sound?", f"09:01 {role}: Please restart the box and see https://example.org", "09:30 agent: Please restart the box.")
    assert [w.seconds for w in t.waits()] == [1800]
    assert all(f.message != 1 for f in t.findings)
