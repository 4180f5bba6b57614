"""What the manual says is so."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from textmetrics.cli import app
from textmetrics.metrics import METRICS
from textmetrics.readers import READERS

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
