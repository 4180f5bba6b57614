"""The tables that results leave as: their columns, written down once, and how transcripts fill them.

Columns of numbers grow in compact arrays, so that an archive's observations cost bytes, not objects.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec

from .commitments import NAMED_TIMES, sentence, settle
from .metrics import METRICS, observe_all, observe_customer, too_young, young
from .profile import stage
from .types import Conversation, Observation, Problem, Transcript

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
Cells = tuple[str, str, str | None, float, float, bool]  # a row of the table of observations
FLUSH = 4096  # conversations kept as Python lists before they go to Arrow


class Tables:
    """The tables of a run, filled a transcript at a time."""

    def __init__(self, metrics: Iterable[str] | None = None) -> None:
        self.metrics = list(METRICS) if metrics is None else [METRICS[m].name for m in metrics]
        self._code = {name: n for n, name in enumerate(self.metrics)}
        self._columns: list[list[Any]] = [[] for _ in TABLES["messages"]]
        self._rows: dict[str, list[tuple[Any, ...]]] = {t: [] for t in TABLES if t not in ("messages", "observations")}
        self._batches: dict[str, list[pa.RecordBatch]] = {t: [] for t in TABLES}
        self.metric, self.conversation, self.position = array("h"), array("i"), array("i")
        self.value, self.exposure, self.censored = array("d"), array("d"), array("b")
        self.ids: list[str] = []
        self._message_ids: list[list[str]] = []
        self._histories: dict[str, list[tuple[int, Transcript]]] = {}
        self.n_messages = 0

    def add(self, *transcripts: Transcript) -> None:
        """Take in some transcripts: their rows, and what every metric sees in them."""
        with stage("observe"):
            observed = observe_all(transcripts, self.metrics)
            left_out = [too_young(t, seen, self.metrics) if t.once(young) else {} for t, seen in zip(transcripts, observed, strict=True)]
        for one in zip(transcripts, observed, left_out, strict=True):
            self._add(*one)

    def _add(self, t: Transcript, observed: Mapping[str, Sequence[Observation]], left_out: Mapping[str, int]) -> None:
        c = t.conversation
        number = len(self.ids)
        self.ids.append(t.id)
        ids = [m.id for m in c.messages]
        self._message_ids.append(ids)
        self.n_messages += len(ids)
        for column, cells in zip(self._columns, _message_columns(t, ids), strict=True):
            column.extend(cells)
        self._rows["findings"] += _finding_rows(t, ids)
        self._rows["ledger"] += _ledger_rows(t, ids)
        self._rows["conversations"].append((*_conversation_row(t), _json(left_out) if left_out else None))
        self._observe(number, observed)
        self._remember(number, t)
        if len(self._rows["conversations"]) >= FLUSH:
            self._flush()

    def problem(self, p: Problem) -> None:
        """Take in something that could not be read."""
        self._rows["problems"].append((p.source, p.record, p.line, p.byte, p.reason))

    def finish(self) -> None:
        """See whole customers: only when all their conversations are in."""
        for _, history in sorted(self._histories.items()):
            for number, name, o in _of_customer(history, self.metrics):
                self._observe(number, {name: [o]})
        self._histories.clear()

    def _observe(self, number: int, observed: Mapping[str, Sequence[Observation]]) -> None:
        """What metrics saw in one conversation goes to the arrays right away: a little later it would have to be fetched from far."""
        every = list(chain.from_iterable(observed.values()))
        self.metric.extend([self._code[name] for name, seen in observed.items() for _ in seen])
        self.conversation.extend([number] * len(every))
        self.position.extend([-1 if o.message is None else o.message for o in every])
        self.value.extend([o.value for o in every])
        self.exposure.extend([o.exposure for o in every])
        self.censored.extend([o.censored for o in every])

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
            return self._observations()
        self._flush()
        return pa.Table.from_batches(self._batches[name], schema(name))

    def _observations(self) -> pa.Table:
        import numpy as np
        import pyarrow as pa

        conversation, position = np.array(self.conversation, np.int64), np.array(self.position, np.int64)
        begins = np.cumsum([0, *map(len, self._message_ids)])
        messages = pa.array((begins[conversation] + position).astype(np.int32), mask=position < 0)
        columns = [
            pa.DictionaryArray.from_arrays(pa.array(self.metric, pa.int16()), pa.array(self.metrics, pa.string())),
            pa.DictionaryArray.from_arrays(pa.array(self.conversation, pa.int32()), pa.array(self.ids, pa.string())),
            pa.DictionaryArray.from_arrays(messages, pa.array(list(chain.from_iterable(self._message_ids)), pa.string())),
            pa.array(np.array(self.value, np.float64)),
            pa.array(np.array(self.exposure, np.float64)),
            pa.array(np.array(self.censored, bool)),
        ]
        return pa.Table.from_arrays(columns, names=list(TABLES["observations"]))


def customer_of(c: Conversation) -> str | None:
    """Who a conversation is with, as far as it can be told: the customer, else the case; None where neither is known."""
    return None if c.customer_id is None and c.case_id is None else c.customer_id or f"case {c.case_id}"


def observations_of(history: Sequence[tuple[int, Transcript]], metrics: Iterable[str] | None) -> Iterator[Cells]:
    """What metrics of whole customers see in the numbered conversations of one, as rows of the table of observations."""
    numbered = dict(history)
    for number, name, o in _of_customer(history, metrics):
        t = numbered[number]
        yield name, t.id, None if o.message is None else t.messages[o.message].id, float(o.value), float(o.exposure), bool(o.censored)


def _of_customer(history: Sequence[tuple[int, Transcript]], metrics: Iterable[str] | None) -> Iterator[tuple[int, str, Observation]]:
    """What metrics of whole customers see, with the number of the conversation it belongs to; those without clocks are left out."""
    known = sorted(((at, n, t) for n, t in history if (at := opened(t.conversation)) is not None), key=lambda h: h[:2])
    numbers = {id(t): n for _, n, t in known}
    for name, seen in observe_customer([t for _, _, t in known], metrics).items():
        for t, o in seen:
            yield numbers[id(t)], name, o


def observation_table(rows: Sequence[Cells]) -> pa.Table:
    """Rows of the table of observations, as Arrow."""
    import pyarrow as pa

    wanted = schema("observations")
    columns = list(zip(*rows, strict=True)) or [()] * len(wanted)
    return pa.Table.from_arrays([pa.array(c, t) for c, t in zip(columns, wanted.types, strict=True)], schema=wanted)


def problem_table(problems: Sequence[Problem]) -> pa.Table:
    """What could not be read, as Arrow."""
    tables = Tables(())
    for p in problems:
        tables.problem(p)
    return tables.table("problems")


def schema(table: str) -> pa.Schema:
    """The columns of a table, as Arrow types them."""
    import pyarrow as pa

    types = {"string": pa.string(), "int32": pa.int32(), "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_(), "timestamp": pa.timestamp("us", tz="UTC")}
    return pa.schema([(column, types[kind]) for column, kind in TABLES[table].items()])


def _message_columns(t: Transcript, ids: Sequence[str]) -> tuple[Sequence[Any], ...]:
    """The columns of a transcript's messages."""
    messages, n = t.messages, len(ids)
    sure = {p.id: p.confidence for p in t.conversation.participants}
    return (
        [t.id] * n,
        ids,
        range(n),
        t.turns,
        [m.participant_id for m in messages],
        t.roles,
        [sure.get(m.participant_id) for m in messages],
        [m.sent_at for m in messages],
        [m.reply_to for m in messages],
        t.languages,
        [m.text for m in messages],
        t.moods,
        t.replies,
        t.open,
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
    for f in t.findings:
        text = t.messages[f.message].text[f.start : f.end]
        yield t.id, ids[f.message], f.label, f.state, f.start, f.end, text, f.score, f.detector, _json(_by_id(f.attributes, ids)) if f.attributes else "{}"


def _ledger_rows(t: Transcript, ids: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """What was promised and by when customers needed it, with what became of it."""
    c = t.conversation
    sent, as_of = [m.sent_at for m in t.messages], None if c.skewed else t.as_of
    for f in t.findings:
        if f.label in NAMED_TIMES:
            one = settle(f.label, f.attributes, f.message, sent, t.answers, as_of)
            answer = None if one.answer is None else ids[one.answer]
            said = sentence(t.messages[f.message].text, f.start, f.end)
            yield (f.label, t.id, ids[f.message], t.channel, c.severity, c.customer_id, sent[f.message], one.due, one.fate, answer, one.late, one.why, said)


def _by_id(attributes: Mapping[str, Any], ids: Sequence[str]) -> dict[str, Any]:
    """Attributes with messages named by id, as tables name them."""
    return {k: ids[v] if k == "answers" else v for k, v in attributes.items()}


def _json(value: Mapping[str, Any]) -> str:
    return msgspec.json.format(_encode(value), indent=0).decode() if value else "{}"


def opened(conversation: Conversation) -> Any:
    """When a conversation began; None without clocks."""
    return next((m.sent_at for m in conversation.messages if m.sent_at is not None), None)
