"""Conflicts and gaming, by a small red team: it games one figure at a time, and the figure that guards it must say so."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

import textmetrics as tm
from textmetrics.conflicts import PAIRS, Pair, conflicts, downgrades, early_closes, gaming, rose
from textmetrics.pipeline import with_side_tables
from textmetrics.render.conflicts import conflicts as render
from textmetrics.render.figures import sections
from textmetrics.side_conflicts import side_conflicts

MARCH, APRIL = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 4, 6, 9, tzinfo=UTC)
ASK, FIX, DONE, NOT = "My router does not connect, what can I do?", "Please restart the router, then enter the code again.", "That fixed it, it works now, thank you!", "That did not work, still the same error."


def honest(n, month, minutes=60):
    """One conversation: asked, answered in an hour or so, confirmed."""
    begin = month + timedelta(hours=6 * n)
    minutes += n % 7
    return [("customer", 0, ASK), ("agent", minutes, FIX), ("customer", minutes + 30, DONE)], begin, {}


def stall(said, told):
    """At once: one moment. The answer comes two hours later than it did."""
    (_, asked, text), (_, at, fix), (_, end, done) = said
    return [("customer", asked, text), ("agent", asked + 1, "One moment please, I am looking into it."), ("agent", at + 120, fix), ("customer", end + 120, done)], told


def close_early(said, told):
    """Closed with the answer, which does not help."""
    return [*said[:2], ("customer", said[2][1], NOT)], {**told, "status": "closed"}


def downgrade(said, told):
    """Urgent when it came, low when it is measured."""
    return said, {**told, "severity_at_arrival": "urgent", "severity": "low"}


def archive(trick=None, plain=None, each=40):
    """Two months of honest work, the second of them gamed."""
    rows = []
    for month, name in ((MARCH, "m"), (APRIL, "a")):
        for n in range(each):
            said, begin, told = honest(n, month)
            change = trick if name == "a" else plain
            if change:
                said, told = change(said, told)
            for role, minute, text in said:
                at = (begin + timedelta(minutes=minute)).isoformat()
                rows.append({"conversation_id": f"{name}{n}", "channel": "chat", "language": "en", "role": role, "author": role, "sent_at": at, "text": text, "customer_id": f"{name}{n}", **told})
    return tm.analyze(rows, as_of=APRIL + timedelta(days=60))


@pytest.fixture(scope="module")
def stalled():
    return archive(stall)


def marks(section):
    return [f.note for f in section.figures if f.note.startswith("!")]


def test_honest_work_raises_no_flag():
    report = archive()
    assert not any(c.flagged for c in conflicts(report)) and not any(marks(s) for s in gaming(report))


def test_stalls_fool_the_first_reply_and_not_the_first_response(stalled):
    found = {(c.pair.pushed, c.pair.guard): c for c in conflicts(stalled)}
    c = found["first_reply_wait", "first_response_wait"]
    assert c.flagged and c.pushed.telling < -3000 and c.guard.telling == pytest.approx(7200, rel=0.01)
    assert set(c.guard.behind) <= {f"a{n}" for n in range(40)} and [p for p, _, _ in c.curves[0]] == ["2026-03", "2026-04"]
    assert any(marks(s) for s in gaming(stalled) if s.title.startswith("First replies"))


def test_early_closes_are_seen_where_customers_contradict():
    report = archive(close_early, lambda said, told: (said, {**told, "status": "closed"}))
    (section,) = [s for s in gaming(report) if s.title == "Closed too early"]
    before, after = section.figures
    assert (before.estimate.value, after.estimate.value) == (0, 1) and marks(section) and after.behind[0].startswith("a")
    assert early_closes(report, []).figures == ()


def test_lowered_severities_are_seen_where_the_export_holds_both():
    report = archive(downgrade, lambda said, told: (said, {**told, "severity_at_arrival": "urgent", "severity": "urgent"}))
    (section,) = [s for s in gaming(report) if s.title.startswith("Severity")]
    assert [f.estimate.value for f in section.figures] == [0, 1] and marks(section)
    assert downgrades(archive(each=1), []).figures == ()


def test_surveys_sent_to_the_contented_are_seen(tmp_path):
    report = archive(close_early)
    rows = [f"m{n},csat,5,1,5,higher" for n in range(40)] + [f"a{n},csat,2,1,5,higher" for n in range(4)]
    (path := tmp_path / "s.csv").write_text("\n".join(["conversation_id,instrument,score,scale_min,scale_max,direction", *rows]))
    (section,) = [s for s in gaming(with_side_tables(report, [path])) if s.title.startswith("Surveys")]
    assert marks(section) == ["! the contented are asked more often"]


def test_a_margin_is_room_for_the_guard(stalled):
    pair = next(p for p in PAIRS if p.guard == "first_response_wait" and p.pushed == "first_reply_wait")
    assert not any(c.flagged for c in conflicts(stalled, pairs=[Pair(pair.pushed, pair.guard, pair.why, margin=3 * 3600.0)]))


def test_a_lagging_guard_is_looked_at_later(stalled):
    assert conflicts(stalled, pairs=[Pair("first_reply_wait", "first_response_wait", "x", lag=1)]) == []  # two months hold no step with a month after


def test_a_share_rises_or_it_does_not():
    assert rose(2, 50, 25, 50) and not rose(2, 10, 4, 10)


@pytest.mark.parametrize("width", [80, 200])
def test_flags_show_curves_and_conversations(stalled, width):
    console = Console(width=width, file=io.StringIO())
    console.print(render(conflicts(stalled)))
    console.print(sections(gaming(stalled)))
    text = console.file.getvalue()
    assert "conflict: any reply sooner" in text and "█" in text and "see a" in text and max(map(len, text.splitlines())) <= width


def test_satisfaction_that_rises_because_fewer_answer_and_reads_that_prevent_nothing(tmp_path):
    rows = [f"m{n},csat,{5 if n < 15 else 2},1,5,higher," for n in range(30)] + [f"m{n},csat,,1,5,higher,offered" for n in range(30, 40)]
    rows += [f"a{n},csat,5,1,5,higher," for n in range(12)] + [f"a{n},csat,,1,5,higher,offered" for n in range(12, 40)]
    (asked := tmp_path / "s.csv").write_text("\n".join(["conversation_id,instrument,score,scale_min,scale_max,direction,state", *rows]))
    days = [f'1,How,en,2026-0{month}-10,"{views}",0,0' for month, views in ((3, "1,000"), (4, "2,000"))]
    (read := tmp_path / "v.csv").write_text("\n".join(["Article ID,Article title,Article translation locale,Article view - Date,Article views,Upvotes,Downvotes", *days]))
    reads, answers = side_conflicts(with_side_tables(archive(), [asked, read]))
    assert marks(reads) == ["! reads up, conversations not down"] and marks(answers) == ["! satisfaction up while fewer answer"]
    assert side_conflicts(archive(each=1)) == []
