"""Estimates of a run: a piece at a time, whatever the pieces."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

import textmetrics as tm
from textmetrics import estimates, lots, stored
from textmetrics.stored import Stored, batches
from textmetrics.summing import estimate_rows
from textmetrics.testing import conversation


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run in two channels and two languages, some of it still open."""
    talks = [
        conversation("09:00 customer: My router is broken", f"09:{n + 10:02d} agent: Please restart it.", last, id=f"{n}", channel="chat" if n % 3 else "email")
        for n, last in enumerate(["10:00 customer: That worked, thanks", "10:05 customer: Still broken, still nothing", "10:20 agent: Anything else?"] * 8)
    ]
    folder = tmp_path_factory.mktemp("run") / "out"
    tm.analyze(talks).write(folder)
    return Stored(folder)


@pytest.mark.parametrize("in_memory", [lots.IN_MEMORY, 1])
def test_estimates_do_not_depend_on_the_pieces_they_are_made_of(run, in_memory, monkeypatch):
    whole = estimate_rows(run, ("language", "resolution"))
    for module, limit, value in ((stored, "ROWS", 5), (lots, "LOT", 7), (lots, "IN_MEMORY", in_memory), (estimates, "PIECE", 2)):
        monkeypatch.setattr(module, limit, value)
    assert estimate_rows(run, ("language", "resolution")) == whole
    assert estimate_rows({name: run[name] for name in run}, ("language", "resolution")) == whole, "of tables in memory, too"


def test_of_a_table_that_is_read_in_pieces_no_more_than_some_is_held(tmp_path):
    noise = np.random.default_rng(1).random(1 << 20)
    parquet.write_table(pa.table({"value": noise}), tmp_path / "observations.parquet", row_group_size=1 << 15)
    before = pa.total_allocated_bytes()
    held = [pa.total_allocated_bytes() - before for _ in batches(Stored(tmp_path), "observations", ["value"])]
    assert max(held) < noise.nbytes / 4
