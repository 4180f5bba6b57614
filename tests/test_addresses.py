"""Inputs and outputs behind an address: the bytes of a run on this machine, an earlier run in its place only when the new one is whole."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

import textmetrics as tm
from textmetrics import addresses
from textmetrics.addresses import place
from textmetrics.cli import app
from textmetrics.errors import MissingInput, OutputError, UsageError

CHAT = Path(__file__).parent.parent / "corpora" / "live_chat"


def files(folder):
    """The bytes of every file, but of those that name where the input lay."""
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir(), key=str) if p.name not in ("run.json", "messages.parquet")}


@pytest.fixture
def archive():
    """The chats behind an address of this process."""
    there = place("memory://archive/chats")
    there.mkdir(parents=True, exist_ok=True)
    for path in CHAT.iterdir():
        (there / path.name).write_bytes(path.read_bytes())
    yield "memory://archive/chats"
    place("memory://archive").fs.store.clear()


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.setattr(addresses.tempfile, "gettempdir", lambda: str(tmp_path / "temporary"))
    tm.mine(CHAT, out=tmp_path / "out")
    return files(tmp_path / "out")


@pytest.mark.parametrize("glob", ["", "/*"])
def test_the_same_bytes_behind_an_address(archive, here, tmp_path, glob):
    report = tm.mine(archive + glob, out="memory://results/run")
    assert files(place("memory://results/run")) == here
    assert report.messages.drop(columns="source").equals(tm.Report.load(tmp_path / "out").messages.drop(columns="source"))
    assert not any(p for own in (tmp_path / "temporary").iterdir() for p in own.iterdir()), "nothing is left on this machine"


def test_what_was_read_is_kept_behind_an_address(archive, here):
    for known in (0, 1):
        report = tm.mine(archive, out="memory://results/run", keep="memory://results/kept")
        assert report.run["known"] == known and files(place("memory://results/run")) == here


def test_options_take_addresses(archive, here, tmp_path):
    hours = place("memory://archive/hours.toml")
    hours.write_text('zone = "UTC"\n[week]\nmon-fri = ["09:00-17:00"]', encoding="utf-8")
    options = ["--map", f"{archive}/map.toml", "--hours", str(hours), "--keep", "memory://results/kept", "-q"]
    assert CliRunner().invoke(app, ["mine", f"{archive}/*.csv", *options, "--out", str(tmp_path / "asked")]).exit_code == 0
    assert "hours" in tm.Report.load(tmp_path / "asked").run["settings"] and list(place("memory://results/kept").iterdir())


@pytest.mark.parametrize("asked", [["summary"], ["explain", "messages", "--in"], ["diff", "memory://results/run"], ["compare", "memory://results/run"]], ids=" ".join)
def test_commands_open_a_run_behind_an_address(archive, here, asked):
    tm.mine(archive, out="memory://results/run")
    done = CliRunner().invoke(app, [*asked, "memory://results/run"])
    assert done.exit_code == 0, done.output


def test_an_earlier_run_stands_until_the_new_one_is_whole(archive, here, monkeypatch):
    tm.mine(archive, out="memory://results/run")
    before = files(place("memory://results/run"))
    with monkeypatch.context() as patch:
        patch.setattr(tm.Report, "write_into", lambda *a, **k: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            tm.mine(archive, out="memory://results/run", metrics=["messages"])
    assert files(place("memory://results/run")) == before


@pytest.mark.parametrize("fault", [OSError, KeyboardInterrupt])
def test_a_run_that_was_being_sent_is_sent_again(archive, here, monkeypatch, fault):
    tm.mine(archive, out="memory://results/run", metrics=["messages"])
    copy, sent = addresses.shutil.copyfileobj, []

    def broken(given, taken, size):
        if len(sent) == 3:
            raise fault("no route")
        sent.append(copy(given, taken, size))

    with monkeypatch.context() as patch:
        patch.setattr(addresses.shutil, "copyfileobj", broken)
        with pytest.raises((OutputError, KeyboardInterrupt)):
            tm.mine(archive, out="memory://results/run")
    tm.mine(archive, out="memory://results/run", resume=True)
    assert files(place("memory://results/run")) == here


def test_what_is_no_run_is_not_overwritten(archive):
    place("memory://archive/other").mkdir(parents=True, exist_ok=True)
    (place("memory://archive/other") / "plan.txt").write_text("ours")
    with pytest.raises(OutputError, match="holds other files"):
        tm.mine(archive, out="memory://archive/other")


def test_errors_that_a_storage_has_of_its_own_are_told_in_one_line(archive, here, monkeypatch):
    botocore = SimpleNamespace(BotoCoreError=type("BotoCoreError", (Exception,), {}))
    monkeypatch.setitem(sys.modules, "botocore.exceptions", botocore)

    def denied(there):
        raise botocore.BotoCoreError("no\ncredentials")

    with pytest.raises(MissingInput, match="memory://x: cannot be reached: no credentials"), addresses.reached("memory://x"):
        denied("memory://x")
    monkeypatch.setattr(addresses, "_names", denied)
    with pytest.raises(OutputError, match="memory://results/run: cannot be reached: no credentials"):
        tm.mine(archive, out="memory://results/run")


def test_wrong_addresses_are_told_in_one_line(archive):
    with pytest.raises(MissingInput, match="no such file"):
        list(tm.read("memory://archive/nowhere"))
    with pytest.raises(UsageError, match="nonsense://x"):
        list(tm.read("nonsense://x"))


def test_what_is_on_its_way_is_nobody_elses_to_see(tmp_path, monkeypatch):
    monkeypatch.setattr(addresses.tempfile, "gettempdir", lambda: str(tmp_path))
    own = addresses.stand_in("memory://results/run").parents[1]
    assert own.stat().st_mode & 0o077 == 0
    own.rmdir()
    (tmp_path / "elsewhere").mkdir()
    own.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="not yours"):
        addresses.stand_in("memory://results/run")
