"""The command line, as people call it."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from textmetrics.tables import TABLES

CHAT = """09:00 Maria (customer): Hi, no sound since yesterday [bold]!!
09:01 Tom (agent): One moment please.
09:09 Tom (agent): Please restart the box and check the cable.
09:15 Maria (customer): that fixed it, thank you!
---
10:00 Ben (customer): \x1b[31mHello?\x1b[0m nobody there?
"""


OTHER = Path(__file__).with_name("conftest.py")


def run(*args, **options):
    env = {**os.environ, "COLUMNS": str(options.pop("columns", 100))}
    env.pop("FORCE_COLOR", None)
    return subprocess.run([sys.executable, "-m", "textmetrics", *map(str, args)], capture_output=True, text=True, env=env | options.pop("env", {}), **options)


@pytest.fixture(scope="module")
def mined(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    (folder / "talk.txt").write_text(CHAT)
    done = run("mine", folder / "talk.txt", "--out", folder / "out")
    assert done.returncode == 0, done.stderr
    assert "2 conversations, 5 messages, 0 problems" in done.stderr
    return folder / "out"


def test_tables_have_their_columns(mined):
    for name, columns in TABLES.items():
        assert pq.read_schema(mined / f"{name}.parquet").names == list(columns)
    run_ = json.loads((mined / "run.json").read_text())
    assert run_["counts"]["kept"] == 5 and len(run_["inputs"][0]["sha256"]) == 64


@pytest.mark.parametrize("columns", [80, 200])
def test_summary_fits_the_terminal(mined, columns):
    done = run("summary", mined, columns=columns)
    assert done.returncode == 0, done.stderr
    assert all(len(line) <= columns for line in done.stdout.splitlines())
    assert "first response wait" in done.stdout and "Worth a look" in done.stdout


def test_show_gives_the_transcript_with_waits_and_never_an_escape(mined):
    done = run("show", mined, "talk")
    assert "waits 9 min for an answer" in done.stdout and "acknowledgement/worked" in done.stdout
    assert "[bold]!!" in done.stdout, "markup of a transcript is text"
    for colour in ({}, {"FORCE_COLOR": "1"}):
        hostile = run("show", mined, "talk-2", env=colour).stdout
        assert "\x1b[31mHello" not in hostile and "Hello?" in hostile


@pytest.mark.parametrize("name", ["first_response_wait", "acknowledgement", "twcs", "chat", "en", "vader"])
def test_explain(name):
    done = run("explain", name)
    assert done.returncode == 0 and name in done.stdout


def test_list_and_detect():
    assert "rephrase_request" in run("list").stdout
    done = run("detect", "still doesn't work, huh?", "--after", "Please restart the router.")
    assert "acknowledgement/failed" in done.stdout


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("mine", "missing.csv", "--out", "x"), 66, "no such file"),
        (("mine", OTHER, "--out", "x"), 65, "no reader knows"),
        (("mine", OTHER, "--out", "x", "--format", "csw"), 2, "Did you mean 'csv'"),
        (("mine", OTHER, "--out", "x", "--as-of", "soon"), 2, "ISO time"),
        (("explain", "first_respons_wait"), 2, "Did you mean 'first_response_wait'"),
        (("summary", "."), 65, "holds no run"),
        (("mine",), 2, ""),
    ],
)
def test_errors_are_one_line_and_have_their_code(args, code, says, tmp_path):
    done = run(*args, cwd=tmp_path)
    assert done.returncode == code and says in done.stderr
    assert "Traceback" not in done.stderr
    if says:
        assert len(done.stderr.strip().splitlines()) == 1


def test_a_folder_with_other_files_is_left_alone(tmp_path, mined):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    (tmp_path / "talk.txt").write_text(CHAT)
    done = run("mine", tmp_path / "talk.txt", "--out", tmp_path / "mine")
    assert done.returncode == 73 and (tmp_path / "mine" / "thesis.txt").read_text() == "precious"
    again = run("mine", tmp_path / "talk.txt", "--out", mined)
    assert again.returncode == 0, "an earlier run is replaced"


def test_the_same_bytes_whatever_the_machine(tmp_path):
    (tmp_path / "a.txt").write_text(CHAT)
    (tmp_path / "b.txt").write_text(CHAT.replace("Maria", "Ana"))
    trees = []
    for n, env in enumerate(({"PYTHONHASHSEED": "0", "TZ": "UTC"}, {"PYTHONHASHSEED": "7", "TZ": "Pacific/Apia", "LC_ALL": "C"})):
        inputs = ["a.txt", "b.txt"] if n == 0 else ["b.txt", "a.txt"]
        assert run("mine", *inputs, "--out", f"out{n}", env=env, cwd=tmp_path).returncode == 0
        trees.append({p.name: p.read_bytes() for p in (tmp_path / f"out{n}").iterdir()})
    assert trees[0] == trees[1]


def test_what_was_kept_is_known_to_another_process(tmp_path):
    rows = [{"conversation_id": "a", "author": author, "role": role, "sent_at": f"2026-03-02T09:0{n}:00Z", "text": "No sound?"} for n, (author, role) in enumerate([("ana", "customer"), ("tom", "agent")])]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    first, second = (run("mine", "a.jsonl", "--out", "out", "--keep", "kept", cwd=tmp_path, env={"PYTHONHASHSEED": seed}).stderr for seed in "12")
    assert "0 of 1 files were known" in first and "1 of 1 files were known" in second


def test_problems_are_counted_and_do_not_stop_the_rest(tmp_path):
    (tmp_path / "x.txt").write_text(CHAT + "neither time nor name\n")
    done = run("mine", tmp_path / "x.txt", "--out", tmp_path / "out")
    assert done.returncode == 1 and "line 7" in done.stderr
    assert pq.read_table(tmp_path / "out" / "problems.parquet").num_rows == 1


def test_page_runs_nothing_of_a_transcript(tmp_path):
    hostile = "<script>alert(1)</script> <img src=x onerror=alert(2)> \"' javascript:alert(3)"
    (tmp_path / "x.txt").write_text(f"09:00 Maria (customer): {hostile} where is it?\n09:30 Tom (agent): Please restart {hostile}\n" * 12)
    assert run("mine", "x.txt", "--out", "out", cwd=tmp_path).returncode == 0
    assert run("summary", "out", "--html", "page.html", cwd=tmp_path).returncode == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<script" not in page and "<img" not in page and "&lt;script&gt;" in page
    assert "default-src 'none'" in page and "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize("error", [ArithmeticError, OSError, BrokenPipeError])
def test_a_bug_of_ours_has_its_own_exit_code(monkeypatch, capfd, error):
    from textmetrics import cli, pipeline

    def broken(*_, **__):
        raise error(errno.EPIPE, "out of cheese") if error is BrokenPipeError else error("out of cheese")

    monkeypatch.setattr(pipeline, "mine", broken)
    assert cli.main(["mine", "x", "--out", "y"]) == 70 and "out of cheese" in capfd.readouterr().err


@pytest.fixture
def unread():
    """Where nobody reads what is printed."""
    read, write = os.pipe()
    os.close(read)
    yield write
    os.close(write)


@pytest.mark.parametrize("buffered", [{}, {"PYTHONUNBUFFERED": "1"}], ids=["", "unbuffered"])
@pytest.mark.parametrize("args", [["list"], ["explain", "first_response_wait"], ["mine", "--help"]], ids=" ".join)
def test_a_closed_pipe_is_no_error(unread, args, buffered):
    done = subprocess.run([sys.executable, "-m", "textmetrics", *args], stdout=unread, stderr=subprocess.PIPE, text=True, env=os.environ | buffered)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("args", "code"), [(["x.txt"], 1), (["missing"], 66), (["--nothing"], 2)], ids=str)
def test_that_nobody_reads_what_is_told_changes_no_exit_code(unread, tmp_path, args, code):
    (tmp_path / "x.txt").write_text(CHAT + "neither time nor name\n")
    command = [sys.executable, "-m", "textmetrics", "mine", *args, "--out", "out"]
    assert subprocess.run(command, stdout=unread, stderr=unread, cwd=tmp_path).returncode == code


def test_profile_says_what_each_stage_cost(mined, tmp_path):
    done = run("mine", mined.parent / "talk.txt", "--out", tmp_path / "out", "--profile")
    assert {"read", "observe", "estimate", "all"} <= {line.split()[0] for line in done.stderr.splitlines()}
    assert run("mine", mined.parent / "talk.txt", "--out", tmp_path / "out", "--profile", "--workers", 2).returncode == 2
