"""Conflicts and gaming, by a small red team: it games one figure at a time, and the figure that guards it must say so."""

import io
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from rich.console import Console

import textmetrics as tm
from textmetrics.conflicts import PAIRS, Pair, conflicts, downgrades, early_closes, gaming, rose
from textmetrics.observed import seen
from textmetrics.panel import correlation, panel, steps
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


def test_more_solved_an_hour_by_people_who_are_less_content(tmp_path):
    def waves(march, april):
        rows = [f"{wave},a{n},north,{value}" for wave, values in (("2026-03", march), ("2026-04", april)) for n, value in enumerate(values)]
        (path := tmp_path / "agents.csv").write_text("\n".join(["survey_wave,agent_id,team,How content are you (1-5)", *rows]))
        return [path]

    def hours(n):  # from the first word of the agent to the fix
        return lambda said, told: ([said[0], ("agent", 0, "Hello, let me see."), ("agent", 60 * n, FIX), ("customer", 60 * n + 5, DONE)], told)

    report = archive(hours(1), hours(2))
    assert report.estimates("channel").query("metric == 'confirmed_per_hour'")["value"].notna().all()
    (section,) = side_conflicts(with_side_tables(report, waves([5, 4] * 10, [1, 2] * 10)))
    assert [f.group for f in section.figures] == ["2026-03", "2026-03", "2026-04", "2026-04"] and marks(section) == ["! more solved an hour, agents less content"]
    (section,) = side_conflicts(with_side_tables(report, waves([5, 4] * 10, [4, 5] * 10)))
    assert not marks(section)
    assert side_conflicts(with_side_tables(report, waves([5, 4] * 3, [1, 2] * 3))) == [], "of six answers nothing is said"


def test_sides_that_move_apart_in_many_small_strata():
    """Twelve strata, three months: wherever the first answer comes sooner, more come back; no step alone is large."""
    rng = np.random.default_rng(2)
    sooner = rng.normal(0, 1, 24)
    apart = correlation(sooner, -sooner + rng.normal(0, 0.3, 24), np.repeat([f"s{k}" for k in range(12)], 2))
    assert apart.n == 24 and apart.high < 0
    none = [correlation(sooner, rng.normal(0, 1, 24), np.repeat([f"s{k}" for k in range(12)], 2)) for _ in range(30)]
    assert sum(e.low < 0 < e.high for e in none) >= 25
    assert correlation(sooner, -sooner, np.repeat("s", 24)).low is None and correlation(sooner, np.zeros(24), np.arange(24)).value is None


def test_steps_are_those_of_strata_turned_so_that_more_is_better(stalled):
    pair = Pair("first_reply_wait", "first_response_wait", "x")
    told = seen(stalled, [pair.pushed, pair.guard], ("channel",), by="period")
    (step,) = steps(pair, told[pair.pushed], told[pair.guard])
    assert step.pushed > 3000 and step.guard == pytest.approx(-7200, rel=0.01) and step.behind[0].startswith("a")
    assert panel(stalled, pairs=[pair]).figures == (), "one step is no correlation"


def test_satisfaction_that_rises_because_fewer_answer_and_reads_that_prevent_nothing(tmp_path):
    rows = [f"m{n},csat,{5 if n < 15 else 2},1,5,higher," for n in range(30)] + [f"m{n},csat,,1,5,higher,offered" for n in range(30, 40)]
    rows += [f"a{n},csat,5,1,5,higher," for n in range(12)] + [f"a{n},csat,,1,5,higher,offered" for n in range(12, 40)]
    (asked := tmp_path / "s.csv").write_text("\n".join(["conversation_id,instrument,score,scale_min,scale_max,direction,state", *rows]))
    days = [f'1,How,en,2026-0{month}-10,"{views}",0,0' for month, views in ((3, "1,000"), (4, "2,000"))]
    (read := tmp_path / "v.csv").write_text("\n".join(["Article ID,Article title,Article translation locale,Article view - Date,Article views,Upvotes,Downvotes", *days]))
    reads, answers = side_conflicts(with_side_tables(archive(), [asked, read]))
    assert marks(reads) == ["! reads up, conversations not down"] and marks(answers) == ["! satisfaction up while fewer answer"]
    assert side_conflicts(archive(each=1)) == []
