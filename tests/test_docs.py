"""What the manual says is so."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from textmetrics.asked import answers, asked
from textmetrics.cli import app
from textmetrics.estimates import BESIDE, NEEDED
from textmetrics.library import explain
from textmetrics.metrics import METRICS
from textmetrics.readers import READERS
from textmetrics.render import FAMILIES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(get_command(app).commands))
def test_command_is_in_the_manual(name):
    assert f"textmetrics {name}" in README


@pytest.mark.parametrize("name", list(READERS))
def test_reader_is_in_the_manual(name):
    assert f"`{name}`" in README


@pytest.mark.parametrize("name", list(METRICS))
def test_metric_is_in_the_manual(name):
    assert f"`{name}`" in README


def formats():
    """The manual's table of formats, out of the readers' docstrings."""
    rows = ["| reader | what, and how to get it | what is read | what is not |", "|---|---|---|---|"]
    for name, r in READERS.items():
        title, *rest = " ".join(r.doc.split()).replace("``", "`").replace("|", "\\|").partition("*Export:*")
        export, _, read = rest[-1].partition("*Reads:*")
        reads, _, not_ = read.partition("*Not:*")
        rows.append(f"| `{name}` | {title.strip()} {export.strip()} | {reads.strip()} | {not_.strip()} |")
    return "\n".join(rows)


def test_table_of_formats_is_what_the_readers_say(update_golden):
    begin, end = "<!-- formats: written by pytest tests/test_docs.py --update-golden -->\n", "\n<!-- /formats -->"
    head, _, rest = README.partition(begin)
    table, _, tail = rest.partition(end)
    if update_golden:
        (ROOT / "README.md").write_text(head + begin + formats() + end + tail, encoding="utf-8")
    else:
        assert table == formats()


def pages():
    """A page of all metrics by the questions they answer, out of their docstrings; each stands under the first question that holds it."""
    lines = ["# Metrics", "", "Written by `pytest tests/test_docs.py --update-golden` from what each metric says of itself and the questions in `textmetrics/asked.toml`; `textmetrics explain NAME` shows the same.", ""]
    for q in asked():
        lines.append(f"- [{q.ask}](#{anchor(q.ask)})")
    for q in asked():
        mine = {name: m for name, m in METRICS.items() if q.answered_by(m)}
        told = [*(f"[`{name}`](#{name})" for name in sorted(mine, key=lambda n: (n not in q.metrics, q.metrics.index(n) if n in q.metrics else 0))), *(f"`textmetrics {c}`" for c in q.commands)]
        lines += ["", f"## {q.ask}", "", f"Answered by {', '.join(told)}.", ""]
        for name, m in mine.items():
            if answers(name)[0] == q:
                lines += metric_page(name, m)
    return "\n".join(lines)


def anchor(heading):
    """The place of a heading on a page, as GitHub and its like name it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def metric_page(name, m):
    seen = "whole customers" if m.of == "customer" else ", ".join(m.channels) if m.channels else "all channels"
    beside = [f"with {', '.join(f'{p} (from {NEEDED[p]})' for p in BESIDE)}, shown from n = {NEEDED[m.estimate]}"] if m.lasts else []
    more = [f"{m.better} is better"] * bool(m.better) + [f"compare with `{m.against}`"] * bool(m.against)
    facts = [f"unit {m.unit}", f"estimate {m.estimate}", *beside, seen, f"version {m.version}", *more]
    also = [q.ask for q in answers(name)[1:]]
    doc = re.sub(r"(?m)^(Read|Act|Source):", r"- **\1:**", m.doc.replace("``", "`"))
    return [f"### `{name}`", "", f"*{'; '.join(facts)}*", "", doc, *([f"- **Also:** {' '.join(also)}"] if also else []), ""]


def test_page_of_metrics_is_what_they_say(update_golden):
    path = ROOT / "docs" / "metrics.md"
    if update_golden:
        path.parent.mkdir(exist_ok=True)
        path.write_text(pages(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == pages()


@pytest.mark.parametrize("name", list(READERS))
def test_reader_says_how_to_get_its_format_and_what_it_leaves(name):
    assert all(f"*{part}:*" in READERS[name].doc for part in ("Export", "Reads", "Not"))


def test_ci_runs_the_test_command_of_the_manual():
    command = next(line for line in README.splitlines() if line.rstrip().endswith("-m pytest"))
    assert command.strip() in (ROOT / ".ci" / "run").read_text()


def test_links_of_the_manual_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", README, re.DOTALL), ids=lambda b: b.strip().splitlines()[0][:40])
def test_python_of_the_manual_runs(block, monkeypatch):
    monkeypatch.chdir(ROOT)
    exec(compile(block, "README.md", "exec"), {})


@pytest.mark.parametrize("name", list(METRICS))
def test_metric_answers_a_question(name):
    assert answers(name), "put it, or its file, under a question of asked.toml"
    assert answers(name)[0].ask in explain(name)


@pytest.mark.parametrize("q", asked(), ids=lambda q: q.ask)
def test_question_is_answered_by_what_there_is(q):
    assert q.metrics or q.families or q.commands
    assert set(q.metrics) <= set(METRICS) and set(q.families) <= {m.family for m in METRICS.values()} and set(q.commands) <= set(get_command(app).commands)


def test_every_family_of_metrics_answers_a_question():
    assert {m.family for m in METRICS.values()} <= set(FAMILIES)
