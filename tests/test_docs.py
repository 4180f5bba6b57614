"""What the manual says is so."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from textmetrics.cli import app
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
    """A page of all metrics, out of their docstrings."""
    families = {}
    for name, m in METRICS.items():
        families.setdefault(m.family, []).append((name, m))
    lines = ["# Metrics", "", "Written by `pytest tests/test_docs.py --update-golden` from what each metric says of itself; `textmetrics explain NAME` shows the same.", ""]
    for family, members in families.items():
        lines += [f"## {family.replace('_', ' ').capitalize()}", ""]
        for name, m in members:
            seen = "whole customers" if m.of == "customer" else ", ".join(m.channels) if m.channels else "all channels"
            facts = [f"unit {m.unit}", f"estimate {m.estimate}", seen, f"version {m.version}", *([f"{m.better} is better"] if m.better else []), *([f"compare with `{m.against}`"] if m.against else [])]
            lines += [f"### `{name}`", "", f"*{'; '.join(facts)}*", "", re.sub(r"(?m)^(Read|Act|Source):", r"- **\1:**", m.doc.replace("``", "`")), ""]
    return "\n".join(lines)


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


def test_every_family_of_metrics_answers_a_question():
    assert {m.family for m in METRICS.values()} <= set(FAMILIES)
