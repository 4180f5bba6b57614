"""The job on engines that shuffle rows by themselves: threads whose messages lie in several files come out as one process finds them."""

import json
import shutil
from datetime import UTC, datetime

import pyarrow as pa
import pytest

import textmetrics as tm
from textmetrics.errors import UsageError

CUT = datetime(2024, 6, 1, tzinfo=UTC)
SAID = (("customer", "There is no sound on my box."), ("agent", "Please restart the box."), ("customer", "That fixed it, thanks!"))
ROWS = [
    {"conversation_id": f"c{k:02}", "message_id": f"{k}/{n}", "channel": "chat", "role": role, "text": text, "sent_at": f"2024-01-01T09:{n:02}:00Z"}
    for k in range(30)
    for n, (role, text) in enumerate(SAID)
]
FILES = 3


def sorted_rows(table):
    return table.sort_by([("conversation_id", "ascending"), ("message_id", "ascending"), ("start", "ascending"), ("label", "ascending")]).to_pylist()


@pytest.fixture(scope="module")
def expected():
    function = tm.arrow_function("findings", as_of=CUT)
    return sorted_rows(pa.Table.from_batches(function(pa.Table.from_pylist(ROWS).to_batches()), tm.arrow_schema("findings")))


@pytest.fixture
def spread(tmp_path):
    """Every thread's messages in three files, the last first."""
    for n in range(FILES):
        text = "\n".join(json.dumps(row) for row in reversed(ROWS[n::FILES]))
        (tmp_path / f"{n}.jsonl").write_text(text, encoding="utf-8")
    return str(tmp_path)


def test_rows_of_a_conversation_must_stand_together():
    torn = pa.Table.from_pylist([*ROWS[:2], ROWS[3], ROWS[2]]).to_batches()
    with pytest.raises(UsageError, match="'c00' comes back after others"):
        list(tm.arrow_function("findings", as_of=CUT)(torn))


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::ResourceWarning")
@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")
def test_spark_shuffles_threads_that_span_files(spread, expected):
    sql = pytest.importorskip("pyspark.sql")
    from pyspark.sql.pandas.types import from_arrow_schema

    spark = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "3").getOrCreate()
    try:
        messages = spark.read.json(spread).repartition("conversation_id").sortWithinPartitions("conversation_id", "sent_at")
        found = messages.mapInArrow(tm.arrow_function("findings", as_of=CUT), from_arrow_schema(tm.arrow_schema("findings"))).toArrow()
    finally:
        spark.stop()
    assert sorted_rows(found) == expected


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_ray_shuffles_threads_that_span_files(spread, expected):
    ray = pytest.importorskip("ray")
    function = tm.arrow_function("findings", as_of=CUT)

    def findings(messages):
        ordered = messages.sort_by([("conversation_id", "ascending"), ("sent_at", "ascending")])
        return pa.Table.from_batches(function(ordered.to_batches()), tm.arrow_schema("findings"))

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        blocks = ray.data.read_json(spread).repartition(3, keys=["conversation_id"]).map_batches(findings, batch_format="pyarrow", batch_size=None)
        found = pa.concat_tables(ray.get(blocks.to_arrow_refs()))
    finally:
        ray.shutdown()
    assert sorted_rows(found) == expected
