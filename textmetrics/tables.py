"""The tables that results leave as: their columns, written down once, and how transcripts fill them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec

from .commitments import sentence, settled
from .metrics import METRICS, observe_all, too_young
from .observations import Observations, customer_of, of_customer
from .profile import stage
from .types import Problem, Transcript

if TYPE_CHECKING:
    import pyarrow as pa

TABLES: dict[str, dict[str, str]] = {
    "messages": {
        "conversation_id": "string",
        "message_id": "string",
        "position": "int32",
        "turn": "int32",
        "participant_id": "string",
        "role": "string",
        "role_confidence": "float64",
        "sent_at": "timestamp",
        "reply_to": "string",
        "language": "string",
        "text": "string",
        "mood": "float64",
        "reply": "string",
        "open": "bool",
        "reactions": "string",
        "source": "string",
        "record": "int64",
    },
    "conversations": {
        "conversation_id": "string",
        "channel": "string",
        "language": "string",
        "customer_id": "string",
        "case_id": "string",
        "opened_at": "timestamp",
        "closed_at": "timestamp",
        "as_of": "timestamp",
        "n_messages": "int32",
        "n_turns": "int32",
        "resolution": "string",
        "request_type": "string",
        "mood_before": "float64",
        "mood_after": "float64",
        "solution": "string",
        "severity": "string",
        "queue": "string",
        "status": "string",
        "rating": "float64",
        "clock_skewed": "bool",
        "role_confidence": "float64",
        "columns": "string",
        "too_young": "string",
    },
    "findings": {
        "conversation_id": "string",
        "message_id": "string",
        "label": "string",
        "state": "string",
        "start": "int32",
        "end": "int32",
        "text": "string",
        "score": "float64",
        "detector": "string",
        "attributes": "string",
    },
    "ledger": {
        "kind": "string",
        "conversation_id": "string",
        "message_id": "string",
        "channel": "string",
        "severity": "string",
        "customer_id": "string",
        "said_at": "timestamp",
        "due": "timestamp",
        "fate": "string",
        "answer_id": "string",
        "late": "float64",
        "why": "string",
        "text": "string",
    },
    "observations": {
        "metric": "string",
        "conversation_id": "string",
        "message_id": "string",
        "value": "float64",
        "exposure": "float64",
        "censored": "bool",
    },
    "problems": {"source": "string", "record": "int64", "line": "int64", "byte": "int64", "reason": "string"},
}
ESTIMATE_COLUMNS = ("n", "value", "low", "high", "unit", "better", "estimate", "n_open", "n_young")
_encode = msgspec.json.Encoder(order="sorted").encode
FLUSH = 4096  # conversations kept as Python lists before they go to Arrow


class Tables:
    """The tables of a run, filled a transcript at a time."""

    def __init__(self, metrics: Iterable[str] | None = None) -> None:
        self.metrics = list(METRICS) if metrics is None else [METRICS[m].name for m in metrics]
        self._observations = Observations(self.metrics)
        self._columns: list[list[Any]] = [[] for _ in TABLES["messages"]]
        self._rows: dict[str, list[tuple[Any, ...]]] = {t: [] for t in TABLES if t not in ("messages", "observations")}
        self._batches: dict[str, list[pa.RecordBatch]] = {t: [] for t in TABLES}
        self._ids: list[str] = []
        self._message_ids: list[list[str]] = []
        self._histories: dict[str, list[tuple[int, Transcript]]] = {}
        self.n_messages = 0

    def add(self, *transcripts: Transcript) -> None:
        """Take in some transcripts: their rows, and what every metric sees in them."""
        with stage("observe"):
            observed = observe_all(transcripts, self.metrics)
            left_out = too_young(transcripts, observed, self.metrics)
        self._observations.add(len(self._ids), observed)
        for column, cells in zip(self._columns, _message_columns(transcripts), strict=True):
            column.extend(cells)
        for t, young in zip(transcripts, left_out, strict=True):
            self._add(t, [m.id for m in t.messages], young)
        if len(self._rows["conversations"]) >= FLUSH:
            self._flush()

    def _add(self, t: Transcript, ids: list[str], young: Mapping[str, int]) -> None:
        """The rows of one transcript, but for those of its messages."""
        self._remember(len(self._ids), t)
        self._ids.append(t.id)
        self._message_ids.append(ids)
        self.n_messages += len(ids)
        self._rows["findings"] += _finding_rows(t, ids)
        self._rows["ledger"] += _ledger_rows(t, ids)
        self._rows["conversations"].append((*_conversation_row(t), _json(young) if young else None))

    def problem(self, p: Problem) -> None:
        """Take in something that could not be read."""
        self._rows["problems"].append((p.source, p.record, p.line, p.byte, p.reason))

    def finish(self) -> None:
        """See whole customers: only when all their conversations are in."""
        self._observations.add_each(told for _, history in sorted(self._histories.items()) for told in of_customer(history, self.metrics))
        self._histories.clear()

    def customers(self) -> list[Transcript]:
        """The transcripts whose customer is known, in the order they came: what `finish` would look at."""
        return [t for _, t in sorted((h for history in self._histories.values() for h in history), key=lambda h: h[0])]

    def _remember(self, number: int, t: Transcript) -> None:
        if (customer := customer_of(t.conversation)) is not None:
            self._histories.setdefault(customer, []).append((number, t))

    def _flush(self) -> None:
        import pyarrow as pa

        waiting: dict[str, list[Any]] = {"messages": self._columns, **{table: list(zip(*rows, strict=True)) for table, rows in self._rows.items() if rows}}
        for table, columns in waiting.items():
            wanted = schema(table)
            self._batches[table].append(pa.RecordBatch.from_arrays([pa.array(c, t) for c, t in zip(columns, wanted.types, strict=True)], schema=wanted))
        self._columns = [[] for _ in self._columns]
        self._rows = {table: [] for table in self._rows}

    def table(self, name: str) -> pa.Table:
        """One table, as Arrow."""
        return self.compact(name).cast(schema(name))

    def compact(self, name: str) -> pa.Table:
        """One table, as Arrow; names that come again and again may stand as numbers."""
        import pyarrow as pa

        if name == "observations":
            return pa.Table.from_arrays(self._observations.columns(self._ids, self._message_ids), names=list(TABLES[name]))
        self._flush()
        return pa.Table.from_batches(self._batches[name], schema(name))


def problem_table(problems: Sequence[Problem]) -> pa.Table:
    """What could not be read, as Arrow."""
    tables = Tables(())
    for p in problems:
        tables.problem(p)
    return tables.table("problems")


@cache
def schema(table: str) -> pa.Schema:
    """The columns of a table, as Arrow types them."""
    import pyarrow as pa

    types = {"string": pa.string(), "int32": pa.int32(), "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_(), "timestamp": pa.timestamp("us", tz="UTC")}
    return pa.schema([(column, types[kind]) for column, kind in TABLES[table].items()])


def _message_columns(transcripts: Sequence[Transcript]) -> tuple[Iterable[Any], ...]:
    """The columns of the messages of some transcripts."""
    each = chain.from_iterable
    messages = [m for t in transcripts for m in t.messages]
    sure = [{p.id: p.confidence for p in t.conversation.participants} for t in transcripts]
    return (
        [t.id for t in transcripts for _ in t.messages],
        [m.id for m in messages],
        each(range(len(t.messages)) for t in transcripts),
        each(t.turns for t in transcripts),
        [m.participant_id for m in messages],
        each(t.roles for t in transcripts),
        [of.get(m.participant_id) for of, t in zip(sure, transcripts, strict=True) for m in t.messages],
        [m.sent_at for m in messages],
        [m.reply_to for m in messages],
        each(t.languages for t in transcripts),
        [m.text for m in messages],
        each(t.moods for t in transcripts),
        each(t.replies for t in transcripts),
        each(t.open for t in transcripts),
        [_json(m.reactions) if m.reactions else None for m in messages],
        [m.source for m in messages],
        [m.record for m in messages],
    )


def packed(table: pa.Table) -> bytes:
    """A table as the bytes of an Arrow stream."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return bytes(sink.getvalue())


def unpacked(data: bytes) -> pa.Table:
    """A table out of such bytes."""
    import pyarrow as pa

    return pa.ipc.open_stream(data).read_all()


def _conversation_row(t: Transcript) -> tuple[Any, ...]:
    c = t.conversation
    times = [m.sent_at for m in c.messages if m.sent_at is not None]
    turns = [n for n in t.turns if n is not None]
    return (
        t.id,
        t.channel,
        t.language,
        c.customer_id,
        c.case_id,
        min(times, default=None),
        max(times, default=None),
        t.as_of,
        len(c.messages),
        len(set(turns)),
        t.resolution,
        t.request_type,
        t.mood_before,
        t.mood_after,
        None if t.solution is None else c.messages[t.solution].id,
        c.severity,
        c.queue,
        c.status,
        c.rating,
        c.skewed,
        min((p.confidence for p in c.participants), default=None),
        _json(c.columns) if c.columns else None,
    )


def _finding_rows(t: Transcript, ids: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    id_, messages = t.id, t.messages
    for f in t.findings:
        text = messages[f.message].text[f.start : f.end]
        yield id_, ids[f.message], f.label, f.state, f.start, f.end, text, f.score, f.detector, _json(_by_id(f.attributes, ids)) if f.attributes else "{}"


def _ledger_rows(t: Transcript, ids: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """What was promised and by when customers needed it, with what became of it."""
    c = t.conversation
    for f, one in t.once(settled):
        answer = None if one.answer is None else ids[one.answer]
        said = c.messages[f.message]
        yield (f.label, t.id, said.id, t.channel, c.severity, c.customer_id, said.sent_at, one.due, one.fate, answer, one.late, one.why, sentence(said.text, f.start, f.end))


def _by_id(attributes: Mapping[str, Any], ids: Sequence[str]) -> dict[str, Any]:
    """Attributes with messages named by id, as tables name them."""
    return {k: ids[v] if k == "answers" else v for k, v in attributes.items()}


def _json(value: Mapping[str, Any]) -> str:
    return msgspec.json.format(_encode(value), indent=0).decode() if value else "{}"
