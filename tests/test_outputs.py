"""Where a run writes: what cannot be is said before anything is read, and nothing stays behind that no run can go on from."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import textmetrics as tm
from textmetrics.errors import DiskError, MissingInput, OutputError, PackError, ReadError, TextmetricsError, UnknownName, UsageError

CORPORA = Path(__file__).parent.parent / "corpora"
CHAT = CORPORA / "live_chat"


def errors(kind=TextmetricsError):
    """Every class of errors."""
    return [kind, *(e for own in kind.__subclasses__() for e in errors(own))]


@pytest.mark.parametrize("kind", errors(), ids=lambda kind: kind.__name__)
def test_an_error_comes_out_of_a_worker_as_it_was_raised(kind):
    args = {UnknownName: ("metric", "waits", ["wait"]), PackError: ("en.toml", "cue", "is empty")}.get(kind, ("in.csv", "is empty") if issubclass(kind, ReadError) else ("no",))
    error = kind(*args)
    error.noted = "here"
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.args, again.exit_code, again.noted) == (kind, str(error), error.args, kind.exit_code, "here")


WRONG = [
    ({"metrics": ["nope"]}, UnknownName),
    ({"mood": "nope"}, UnknownName),
    ({"thresholds": {"nope": 1.0}}, UnknownName),
    ({"dates": "nope"}, UsageError),
    ({"map": "nope.toml"}, PackError),
    ({"roles": "nope.toml"}, PackError),
    ({"workers": 0}, UsageError),
    ({}, MissingInput),
]


@pytest.mark.parametrize(("options", "kind"), WRONG, ids=lambda case: next(iter(case), "input") if isinstance(case, dict) else None)
def test_what_is_wrongly_asked_leaves_no_folder_and_takes_no_part_of_a_stopped_run(options, kind, tmp_path):
    def ask():
        with pytest.raises(kind):
            tm.mine(CHAT if options else tmp_path / "nowhere", out=tmp_path / "out", **{"workers": 2, **options})
        return sorted(p.name for p in tmp_path.rglob("*"))

    assert ask() == []
    (tmp_path / ".out.work").mkdir()
    (tmp_path / ".out.work" / "some.part").write_bytes(b"done")
    assert ask() == [".out.work", "some.part"]


@pytest.mark.parametrize("option", ["metrics", "mood", "thresholds"])
def test_names_are_looked_at_before_anything_is_read(option, tmp_path):
    options = next(o for o, _ in WRONG if option in o)
    with pytest.raises(UnknownName):
        tm.mine(tmp_path / "nowhere", out=tmp_path / "out", **options)


def test_a_link_to_a_folder_is_written_where_it_points(tmp_path):
    (tmp_path / "link").symlink_to("there")
    for _ in ("dangling", "an earlier run"):
        tm.mine(CHAT, out=tmp_path / "link", metrics=["messages"])
        assert sorted(p.name for p in tmp_path.iterdir()) == ["link", "there"]
        assert (tmp_path / "link").is_symlink() and (tmp_path / "there" / "run.json").is_file()


@pytest.mark.parametrize(("out", "kind", "says"), [("", UsageError, "no name"), (".", OutputError, "the folder you are in"), ("/", OutputError, "mount point"), ("here", OutputError, "mount point")])
def test_what_cannot_be_replaced_is_refused_before_anything_is_read(out, kind, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os.path, "ismount", lambda path: Path(path) in (Path("/"), tmp_path / "here"))
    with pytest.raises(kind, match=says):
        tm.mine("nowhere", out=out)
    assert not list(tmp_path.iterdir())


def test_the_folder_one_is_in_holds_other_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(OutputError, match="holds other files"):
        tm.mine(CHAT, out=".")


@pytest.mark.parametrize(("keep", "out"), [("out/kept", "out"), ("there/kept", "link"), ("memory://results/run/kept", "memory://results/run")])
def test_what_is_kept_does_not_lie_in_what_is_replaced(keep, out, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to("there")
    with pytest.raises(UsageError, match="--keep"):
        tm.mine(CHAT, out=out, keep=keep)


LITTLE_ROOM = """
import resource, signal, sys
from textmetrics import cli, parts

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
parts.SIZE = 100
sys.exit(cli.main(sys.argv[1:]))
"""


def test_a_full_disk_is_told_in_one_line_and_what_was_done_stays(tmp_path):
    pytest.importorskip("resource")
    done = subprocess.run([sys.executable, "-c", LITTLE_ROOM, "mine", *map(str, CORPORA.iterdir()), "--out", "out"], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == DiskError.exit_code == 74
    assert done.stderr == f"textmetrics: error: File too large: {tmp_path / 'out'}; the same command with --resume goes on from there\n"
    assert {p.suffix for p in (tmp_path / ".out.work").iterdir()} == {".part"}


def test_a_script_whose_workers_would_run_it_again_is_told_what_to_do(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(f"import textmetrics\ntextmetrics.mine({str(CHAT)!r}, out='out', workers=2)\n")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(CORPORA.parent)})
    assert done.returncode == 1 and 'UsageError: mine was called again by a process that it started: put the call under if __name__ == "__main__":' in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["script.py"]


def test_windows_has_room_for_so_many_processes(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(UsageError, match="61"):
        tm.mine(CHAT, out=tmp_path / "out", workers=62)
