"""The library, as QA scripts call it."""

import gc
import io
import json
import subprocess
import sys
from datetime import datetime
from threading import Thread

import pandas as pd
import pytest

import textmetrics as tm
from textmetrics.errors import UsageError
from textmetrics.garbage import uncollected
from textmetrics.metrics import METRICS, Choice
from textmetrics.plain_data import to_conversation
from textmetrics.testing import conversation, transcript

ROWS = [
    {"author": "ana", "role": "customer", "sent_at": "2026-03-02T09:00:00Z", "text": "There is no sound on my box, I need it by tonight"},
    {"author": "tom", "role": "agent", "sent_at": "2026-03-02T09:12:00Z", "text": "Please restart the box and check the cable."},
    {"author": "ana", "role": "customer", "sent_at": "2026-03-02T09:20:00Z", "text": "That didn't work, still no sound."},
]
FORMS = {
    "dict": {"id": "x", "messages": ROWS},
    "rows": ROWS,
    "frame": pd.DataFrame(ROWS).assign(sent_at=lambda d: pd.to_datetime(d["sent_at"])),
    "ours": to_conversation({"id": "x", "messages": ROWS}),
}


@pytest.mark.parametrize("form", FORMS)
def test_review_takes_what_people_have(form, capsys):
    seen = tm.review(FORMS[form])
    assert seen.resolution == "rejected"
    assert [w.seconds for w in seen.waits] == [720.0, 0.0]
    assert any("did not work" in p.text for p in seen.points) and any("never answered" in p.text for p in seen.points)
    told = seen.to_dict()
    assert {f["label"] for f in told["findings"]} >= {"solution", "acknowledgement"}
    assert "check:" in repr(seen)
    assert capsys.readouterr().out == ""


def test_review_renders():
    from rich.console import Console

    console = Console(width=80, record=True, file=io.StringIO())
    console.print(tm.review(FORMS["dict"]))
    assert "check:" in console.export_text()


@pytest.mark.parametrize("form", FORMS)
def test_analyze_takes_the_same(form):
    report = tm.analyze(FORMS[form])
    assert len(report.conversations) == 1 and len(report.messages) == 3


@pytest.mark.parametrize("call", [lambda at: list(tm.annotate([], as_of=at)), lambda at: tm.analyze([], as_of=at), lambda at: tm.mine("x", out="y", as_of=at), lambda at: tm.arrow_function(as_of=at)])
def test_when_the_data_were_cut_needs_a_zone(call):
    with pytest.raises(UsageError, match="names no time zone"):
        call(datetime(2024, 1, 20))


def test_rows_tell_what_a_file_of_them_tells(tmp_path):
    """First replies that ten conversations were met with at once are automatic; dates that may begin with the day or with the month are asked for."""
    rows = [
        {"conversation_id": f"c{c}", "author": who, "role": role, "channel": "chat", "sent_at": f"2026-03-02T09:{after}Z", "text": text}
        for c in range(12)
        for who, role, after, text in [("ana", "customer", "00:00", f"No sound {c}"), ("desk", "agent", "00:01", "Thank you for contacting us, we will be with you shortly"), ("desk", "agent", "10:00", "Please restart it.")]
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for given in (rows, [{"id": c, "messages": [r for r in rows if r["conversation_id"] == c]} for c in dict.fromkeys(r["conversation_id"] for r in rows)]):
        waits = [tm.analyze(of).estimates().query("metric == 'first_response_wait'")["value"].item() for of in (given, tm.read(tmp_path / "rows.jsonl"))]
        assert waits == [600, 600]
    dates = ["04/03/2026 09:00", "04/04/2026 09:00"]
    with pytest.raises(UsageError, match="give ISO times"):
        tm.analyze([{"conversation_id": "c", "author": "ana", "role": "customer", "sent_at": at, "text": "No sound"} for at in dates])
    found = tm.annotate([{"conversation_id": "c", "author": "ana", "role": "customer", "sent_at": at, "text": "No sound"} for at in [*dates, "04/25/2026 09:00"]])
    assert [m.sent_at.month for t in found for m in t.messages] == [4, 4, 4]


def test_by_any_column():
    rows = [r | {"conversation_id": c, "team": team, "channel": "chat"} for c, team in zip("123456abcdef", ["red"] * 6 + ["blue"] * 6, strict=True) for r in ROWS]
    table = tm.analyze(rows).estimates("team")
    waits = table[table["metric"] == "first_response_wait"]
    assert set(waits["team"].dropna()) == {"red", "blue"} and (waits["value"] == 720).all()


def test_percentiles_stand_beside_the_median_where_there_are_enough():
    """30 waits of 1, 2, ... 30 minutes: p75 needs 11, p90 29, p95 59."""
    from rich.console import Console

    from textmetrics.render.html import page
    from textmetrics.render.terminal import summary

    report = tm.analyze([conversation("09:00 customer: No sound?", f"09:{n:02} agent: Please restart the box.", id=str(n)) for n in range(1, 31)], metrics=["first_response_wait"])
    rows = report.estimates().set_index("metric")
    assert rows["value"].dropna().to_dict() == {"first_response_wait": 900, "first_response_wait_p75": 1380, "first_response_wait_p90": 1620}
    assert rows["estimate"].tolist() == ["survival", "p75", "p90", "p95"] and (rows["n"] == 30).all()
    told = {}
    for width, every in ((80, False), (100, False), (80, True)):
        console = Console(width=width, record=True, file=io.StringIO())
        console.print(summary(report, every=every))
        told[width, every] = console.export_text()
    assert [("… p90" in t, "30 of 59 needed" in t) for t in told.values()] == [(False, False), (True, False), (True, True)]
    assert "p75 23 min" in page(report) and "p95 30 of 59 needed" in page(report)


@pytest.mark.parametrize("wrong", [{"id": "x"}, [1, 2], [{"text": 5}], [{"author": "x"}]])
def test_what_is_wrong_is_said(wrong):
    with pytest.raises(UsageError):
        tm.review(wrong)


def test_thresholds_decide():
    none = tm.review(FORMS["dict"], thresholds={"acknowledgement/failed": 1.01})
    assert not none.transcript.found("acknowledgement", "failed")
    with pytest.raises(tm.TextmetricsError, match="Did you mean"):
        tm.review(FORMS["dict"], thresholds={"nudgee": 0.5})


def test_verbs_one_by_one():
    (t,) = tm.annotate(FORMS["dict"])
    seen = tm.observe(t)
    assert tm.estimate("first_response_wait", seen["first_response_wait"] * 6).value == 720
    assert tm.estimate("first_response_wait", seen["first_response_wait"] * 5).value is None, "six are needed"
    assert tm.estimate("first_response_wait", seen["first_response_wait"] * 29, percentile="p90").value == 720
    with pytest.raises(UsageError, match="no duration"):
        tm.estimate("nudges", seen["nudges"], percentile="p90")
    assert tm.estimate("nudges", []).value is None


THREADS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from textmetrics import annotate, explain_finding, read
from textmetrics.testing import conversation

sys.setswitchinterval(1e-6)
said = ["no sound at all", "that fixed it!!", "still nothing, I asked 3 times", "Please restart the box", "ich warte noch", "ya funciona, gracias", "we call you back by Monday"]
lines = lambda n, k: (f"09:00 customer: {said[n % 7]} {n} {k}", f"09:05 agent: {said[(n + k) % 7]}", f"09:09 customer: {said[k % 7]} so{n}{k}")
some = [[conversation(*lines(n, k), id=f"{n} {k}", language=None) for k in range(n % 3 * 30 + 2)] for n in range(24)]
work = lambda one: (list(annotate(one)), explain_finding(one[0], 2, "nudge"))
with ThreadPoolExecutor(8) as pool:
    together = list(pool.map(work, some))
assert together == [work(one) for one in some]
"""


def test_threads_share_one_process():
    """Eight at once from the first call on find what one alone does."""
    done = subprocess.run([sys.executable, "-c", THREADS], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def test_what_another_thread_forgets_meanwhile_is_told(monkeypatch):
    class Forgetful(dict):
        def __setitem__(self, kind, told):
            """Gone at once."""

    choice = Choice(("messages", "nudges"))
    monkeypatch.setattr(choice, "_known", Forgetful())
    assert choice.of(transcript("09:00 customer: Hi")) == [METRICS["messages"].observe, METRICS["nudges"].observe]


def test_cycles_are_looked_for_again_whichever_threads_are_through(monkeypatch):
    first, second, asked = uncollected(), uncollected(), gc.isenabled

    def meanwhile():
        """The first is through just when the second has looked."""
        was = asked()
        through.start()
        through.join(0.1)
        return was

    first.__enter__()
    through = Thread(target=first.__exit__, args=(None, None, None))
    with monkeypatch.context() as patch:
        patch.setattr(gc, "isenabled", meanwhile)
        second.__enter__()
    second.__exit__(None, None, None)
    through.join()
    left, _ = gc.isenabled(), gc.enable()
    assert left
