"""Archives larger than memory: what goes by way of files comes out as what did not."""

import random
from pathlib import Path

import pytest

import textmetrics as tm
from textmetrics import spool
from textmetrics.links import Links
from textmetrics.spool import Merge, Shuffle, Spool

CORPORA = sorted(p for p in (Path(__file__).parent.parent / "corpora").iterdir() if p.is_dir())
GOLDEN = sorted(p for p in (Path(__file__).parent / "golden" / "readers").iterdir() if p.is_dir())


def narrowed(monkeypatch):
    """Leave room for a few rows in memory and in a file."""
    monkeypatch.setattr(spool, "BUDGET", 2_000)
    monkeypatch.setattr(spool, "LEAF", 1_000)


@pytest.fixture
def narrow(monkeypatch):
    narrowed(monkeypatch)


@pytest.fixture
def written(monkeypatch):
    """How many times a file was written to."""
    seen = []
    path = Spool.path
    monkeypatch.setattr(Spool, "path", lambda self, number: seen.append(number) or path(self, number))
    return seen


def files(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def read(*inputs):
    reading = tm.read(*inputs)
    return list(reading), reading.problems, reading.counts, reading.inputs, reading.cut


@pytest.mark.parametrize("place", [*CORPORA, *GOLDEN], ids=lambda p: p.name)
def test_what_is_read_by_way_of_files_is_the_same(place, monkeypatch, written):
    whole = read(place)
    assert not written
    narrowed(monkeypatch)
    assert read(place) == whole


def test_a_run_by_way_of_files_comes_to_the_same_bytes(monkeypatch, written, tmp_path):
    tm.mine(*CORPORA[:2], out=tmp_path / "whole")
    assert not written
    narrowed(monkeypatch)
    tm.mine(*CORPORA[:2], out=tmp_path / "out")
    assert len(set(written)) > spool.FAN and files(tmp_path / "out") == files(tmp_path / "whole")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "whole"], "nothing is left beside it"


def test_a_shuffle_keeps_keys_together_and_rows_in_order(narrow, tmp_path):
    store = Spool(tmp_path / "spool")
    rows: Shuffle[tuple[int, str]] = Shuffle(store, tuple[int, str], lambda row: row[1], lambda row: 100)
    given = [(n, f"key {random.Random(n).randrange(40)}") for n in range(3_000)]
    for row in given:
        rows.add(row)
    leaves = list(rows.leaves())
    assert len(leaves) > 16 and sorted(r for leaf in leaves for r in leaf) == given
    assert all(leaf == sorted(leaf) for leaf in leaves)
    assert sum(len({key for _, key in leaf}) for leaf in leaves) == 40
    store.close()
    assert not (tmp_path / "spool").exists()


def test_one_key_of_any_size_stays_together(narrow):
    rows: Shuffle[tuple[int, str]] = Shuffle(Spool(), tuple[int, str], lambda row: row[1], lambda row: 100)
    for n in range(500):
        rows.add((n, "the same"))
    assert list(rows.leaves()) == [[(n, "the same") for n in range(500)]]


def test_runs_are_merged_in_order(narrow):
    merge: Merge[tuple[int, str]] = Merge(Spool(), tuple[int, str], lambda row: 100)
    numbers = random.Random(1).sample(range(1_000), 1_000)
    for at in range(0, 1_000, 100):
        merge.add((n, "x") for n in sorted(numbers[at : at + 100]))
    assert [n for n, _ in merge] == list(range(1_000))


@pytest.mark.parametrize(
    ("answers", "roots"),
    [
        ({"a": None, "b": "a", "c": "b", "d": None}, [0, 0, 0, 3]),
        ({"c": "b", "b": "a", "a": None}, [2, 2, 2]),
        ({"a": "gone", "b": "a"}, [0, 0]),
        ({"a": "a", "b": "a"}, [0, 0]),
        ({"s": "a", "b": "c", "a": "b", "c": "a", "t": "c"}, [1, 1, 1, 1, 1]),
        ({str(n): str(n - 1) for n in range(1_000)}, [0] * 1_000),
    ],
    ids=["chain", "backwards", "to what is not here", "to itself", "a ring", "long"],
)
def test_links_lead_to_the_first_of_an_exchange(answers, roots):
    links = Links()
    for place, (name, answered) in enumerate(answers.items()):
        links.add(place, name, answered)
    assert links.roots().tolist() == roots
