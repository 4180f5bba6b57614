"""A run in parts: the same bytes whoever does it, in whatever steps; what was done before it was stopped is not done again."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext, suppress
from pathlib import Path

import pyarrow as pa
import pytest

import textmetrics as tm
from textmetrics import crew, engines, parts, showing
from textmetrics.errors import UsageError, WorkerError

CHAT = Path(__file__).parent.parent / "corpora" / "live_chat"


def files(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What a run in one part gives."""
    out = tmp_path_factory.mktemp("whole") / "out"
    tm.mine(CHAT, out=out)
    return files(out)


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(parts, "SIZE", 100)


@pytest.mark.parametrize("options", [{}, {"workers": 2}], ids=["here", "two workers"])
def test_parts_come_to_the_same_bytes(whole, small, tmp_path, options):
    tm.mine(CHAT, out=tmp_path / "out", **options)
    assert files(tmp_path / "out") == whole
    assert [p.name for p in tmp_path.iterdir()] == ["out"], "nothing is left beside it"


def test_a_cluster_comes_to_the_same_bytes(whole, small, tmp_path):
    """Beside another one, too, which has the port that Dask would take."""
    pytest.importorskip("distributed")
    with socket.socket() as taken:
        with suppress(OSError):
            taken.bind(("127.0.0.1", 8787))
            taken.listen()
        tm.mine(CHAT, out=tmp_path / "out", cluster="local", workers=2)
    assert files(tmp_path / "out") == whole


def stopped_after(n, monkeypatch, tmp_path):
    """A run that is stopped when it has measured so many parts; what it was asked to measure."""
    seen = []
    measure = parts.measure

    def counted(job, chunk):
        if len(seen) == n:
            raise KeyboardInterrupt
        seen.append(parts.pack(chunk))
        return measure(job, chunk)

    with monkeypatch.context() as patch:
        patch.setattr(parts, "measure", counted)
        with pytest.raises(KeyboardInterrupt):
            tm.mine(CHAT, out=tmp_path / "out", resume=True)
    return seen


def test_a_stopped_run_goes_on_where_it_was(whole, small, monkeypatch, tmp_path):
    first = stopped_after(2, monkeypatch, tmp_path)
    assert not (tmp_path / "out").exists(), "whole or not at all"
    again = stopped_after(1, monkeypatch, tmp_path)
    assert not set(first) & set(again)
    part = next((tmp_path / ".out.work").glob("*.part"))
    part.write_bytes(part.read_bytes()[:-1])  # a part that the disk lost half of is done again
    tm.mine(CHAT, out=tmp_path / "out", resume=True)
    assert files(tmp_path / "out") == whole and [p.name for p in tmp_path.iterdir()] == ["out"]


STOPPED = """
import sys, time
from textmetrics import cli, parts

parts.SIZE, measure, asked = 100, parts.measure, []

def measured(job, chunk):
    if asked:
        print("waits", flush=True)
        time.sleep(60)
    asked.append(chunk)
    return measure(job, chunk)

parts.measure = measured
sys.exit(cli.main(sys.argv[1:]))
"""


def test_ctrl_c_is_told_and_can_be_resumed(whole, small, tmp_path):
    command = [sys.executable, "-c", STOPPED, "mine", str(CHAT), "--out", str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stdout.readline() == "waits\n"
        run.send_signal(signal.SIGINT)
        _, told = run.communicate(timeout=60)
    assert run.returncode == 75 and told == "textmetrics: stopped. The same command with --resume goes on from there\n"
    assert len(list((tmp_path / ".out.work").glob("*.part"))) == 1 and not (tmp_path / "out").exists()
    tm.mine(CHAT, out=tmp_path / "out", resume=True)
    assert files(tmp_path / "out") == whole


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc to see the workers in")
def test_workers_that_have_only_begun_do_not_hear_ctrl_c(tmp_path):
    command = [sys.executable, "-m", "textmetrics", "mine", str(CHAT), "--out", str(tmp_path / "out"), "--workers", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as run:
        while not any("msgspec" in maps for maps in _loaded_by_children(run.pid)):
            assert run.poll() is None
            time.sleep(0.01)
        os.killpg(run.pid, signal.SIGINT)
        _, told = run.communicate(timeout=60)
    assert run.returncode == 75 and told == "textmetrics: stopped. The same command with --resume goes on from there\n"


def _loaded_by_children(pid):
    """What the processes that a process has started have loaded."""
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with suppress(OSError):
            yield Path(f"/proc/{child}/maps").read_text()


def test_parts_made_by_other_settings_are_not_taken(small, monkeypatch, tmp_path):
    stopped_after(2, monkeypatch, tmp_path)
    tm.mine(CHAT, out=tmp_path / "out", rules_only=True, resume=True)
    tm.mine(CHAT, out=tmp_path / "fresh", rules_only=True)
    assert files(tmp_path / "out") == files(tmp_path / "fresh")


def test_a_run_that_is_not_resumed_starts_anew_and_leaves_the_old_output_until_it_is_whole(whole, small, monkeypatch, tmp_path):
    tm.mine(CHAT, out=tmp_path / "out")
    stopped_after(1, monkeypatch, tmp_path)
    assert files(tmp_path / "out") == whole, "the earlier run still stands"
    tm.mine(CHAT, out=tmp_path / "out")
    assert files(tmp_path / "out") == whole and [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_run_stopped_between_the_two_moves_loses_nothing(whole, tmp_path):
    tm.mine(CHAT, out=tmp_path / "out")
    (tmp_path / ".out.work").mkdir()
    (tmp_path / "out").rename(tmp_path / ".out.work" / "old")
    with engines.Work(tmp_path / "out"):
        pass
    assert files(tmp_path / "out") == whole


def test_a_worker_that_dies_is_told_in_one_line(small, monkeypatch, tmp_path):
    monkeypatch.setattr(parts, "measure_packed", _die)
    with pytest.raises(WorkerError, match="--resume"):
        tm.mine(CHAT, out=tmp_path / "out", workers=2)


def _die(job, chunk):
    os.kill(os.getpid(), 9)


def test_a_worker_of_a_cluster_that_dies_is_told_in_one_line(small, monkeypatch, tmp_path):
    dask = pytest.importorskip("dask")
    pytest.importorskip("distributed")
    monkeypatch.setattr(parts, "measure_packed", lambda job, chunk: os.kill(os.getpid(), 9))  # travels without this module
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}), pytest.raises(WorkerError, match="--resume"):
        tm.mine(CHAT, out=tmp_path / "out", cluster="local")


def test_a_cluster_that_cannot_be_reached_is_told_in_one_line(tmp_path):
    pytest.importorskip("distributed")
    with pytest.raises(UsageError, match="--cluster nowhere: cannot be reached"):
        tm.mine(CHAT, out=tmp_path / "out", cluster="nowhere")


@pytest.mark.parametrize("told", ["another version", ModuleNotFoundError("No module named 'textmetrics'")], ids=str)
def test_workers_that_would_measure_otherwise_are_given_no_work(told):
    class Client:
        def run(self, function, on_error):
            return {"tcp://a": function(), "tcp://b": told}

    with pytest.raises(UsageError, match="its worker tcp://b lacks this version"):
        engines._check(Client(), "tcp://c")


def test_what_is_finished_behind_a_part_that_failed_is_kept(small, monkeypatch, tmp_path):
    class Pool(Executor):
        """Does all work at once, and fails at the second part."""

        given = 0

        def submit(self, work, /, *args):
            done = Future()
            self.given += 1
            if self.given == 3:  # after the preparation
                done.set_exception(BrokenProcessPool())
            else:
                done.set_result(work(*args))
            return done

    monkeypatch.setattr(parts, "SIZE", 50)
    monkeypatch.setattr(parts, "prepare", lambda job: None)
    monkeypatch.setattr(engines, "executor", lambda workers, cluster: nullcontext((Pool(), 1)))
    with pytest.raises(WorkerError):
        tm.mine(CHAT, out=tmp_path / "out", workers=2)
    assert len(list((tmp_path / ".out.work").glob("*.part"))) == 3, "the first, and the two behind the one that failed"


def test_no_workers_are_too_few(tmp_path):
    with pytest.raises(UsageError, match="workers"):
        tm.mine(CHAT, out=tmp_path / "out", workers=0)


def test_the_function_over_arrow_batches_sees_what_a_run_sees(tmp_path):
    rows = [
        {"conversation_id": c, "author": a, "role": r, "sent_at": f"2026-03-02T09:0{n}:00Z", "text": t, "message_id": f"{c}{n}"}
        for c in "xy"
        for n, (a, r, t) in enumerate([("ana", "customer", "No sound?"), ("tom", "agent", "Restart it."), ("ana", "customer", "That worked, thanks!")])
    ]
    report = tm.analyze(rows)
    batches = pa.Table.from_pylist(rows).to_batches(max_chunksize=2)
    as_of = report.conversations["as_of"].max().to_pydatetime()
    for table in parts.MEASURED:
        mapped = pa.Table.from_batches(tm.arrow_function(table, as_of=as_of)(batches), tm.arrow_schema(table))
        assert mapped.equals(report.arrow(table)), table


PAGES = """
html = true
[columns]
conversation_id = "talk"
author = "who"
role = "role"
sent_at = "at"
subject = "title"
text = "body"
"""


def test_html_becomes_text_beside_the_reading_and_comes_to_the_same_bytes(small, monkeypatch, tmp_path):
    monkeypatch.setattr(showing, "LOT", 3)
    said = [("ana", "customer", "<p>No <b>sound</b> &amp; no picture?</p>"), ("tom", "agent", "Restart it.<br>Then tell me."), ("ana", "customer", "<p>That worked, thanks!")]
    rows = [
        {"talk": f"t{t}", "who": who, "role": role, "at": f"2026-03-02T09:{t:02}:0{n}Z", "body": body, **({"title": f"Router {t}"} if n == 0 else {})}
        for t in range(40)
        for n, (who, role, body) in enumerate(said)
    ]
    rows[5]["body"] = None
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    (tmp_path / "map.toml").write_text(PAGES)
    tm.mine(tmp_path / "in.jsonl", out=tmp_path / "one")
    tm.mine(tmp_path / "in.jsonl", out=tmp_path / "two", workers=2)
    assert files(tmp_path / "two") == files(tmp_path / "one")
    report = tm.Report.load(tmp_path / "one")
    assert report.run["counts"]["records"] == 120 and report.arrow("messages").num_rows == 119
    assert report.arrow("messages")["text"][0].as_py() == "Router 0\nNo sound & no picture?"


class Slow(Executor):
    """Does what it is given when it is asked for, the last first."""

    def __init__(self):
        self.given = []

    def submit(self, work, lot):
        self.given.append((future := Future(), work, lot))
        future.result = lambda: work(lot)
        return future


def test_lots_come_in_their_order_and_nobody_waits_who_could_work(monkeypatch):
    monkeypatch.setattr(crew, "MOST", 20)
    done = []
    with crew.crew(pool := Slow(), 1):
        lots = crew.Lots(sum)
        for n in range(20):
            done += lots.add(n, [n, 1])
        assert len(pool.given) == crew.AHEAD and not done, "the pool has its hands full, the rest is done here"
        for n in range(20, 30):
            done += lots.add(n, [n, 1])
        assert len(done) >= 10, "and no more waits for it than may"
        done += lots.rest()
    assert done == [(n, n + 1) for n in range(30)]
