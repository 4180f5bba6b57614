"""Transcripts out of a run's tables, so that another definition can be put to what was found then."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from .parts import AT_ONCE, cut
from .report import Report
from .tables import Tables
from .types import Conversation, Finding, Message, Participant, Transcript

REPLY = "automatic"


def transcripts(report: Report, only: Iterable[str] | None = None) -> Iterator[Transcript]:
    """The transcripts of a run as its tables hold them: all that metrics look at, but for cues."""
    chosen = None if only is None else set(only)
    messages, findings = _by(report, "messages"), _by(report, "findings")
    for head in report.arrow("conversations").to_pylist():
        id_ = head["conversation_id"]
        if chosen is None or id_ in chosen:
            yield _transcript(head, messages.get(id_, []), findings.get(id_, []))


def _by(report: Report, table: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in report.arrow(table).to_pylist():
        found.setdefault(row["conversation_id"], []).append(row)
    return found


def _transcript(head: dict[str, Any], rows: list[dict[str, Any]], found: list[dict[str, Any]]) -> Transcript:
    place = {r["message_id"]: n for n, r in enumerate(rows)}
    people = {r["participant_id"]: Participant(r["participant_id"], r["role"], r["role_confidence"]) for r in rows if r["role"] != "note"}
    for r in rows:
        people.setdefault(r["participant_id"], Participant(r["participant_id"], "agent", r["role_confidence"]))
    messages = tuple(
        Message(
            id=r["message_id"],
            participant_id=r["participant_id"],
            text=r["text"],
            sent_at=r["sent_at"],
            reply_to=r["reply_to"],
            automatic=r["reply"] == REPLY,
            private=r["role"] == "note",
            reactions=json.loads(r["reactions"]) if r["reactions"] else {},
            source=r["source"],
            record=r["record"],
        )
        for r in rows
    )
    kept = ("customer_id", "case_id", "severity", "queue", "status", "rating", "language")
    conversation = Conversation(
        id=head["conversation_id"],
        channel=head["channel"],
        participants=tuple(people.values()),
        messages=messages,
        skewed=head["clock_skewed"],
        cut=head["as_of"],
        columns=json.loads(head["columns"]) if head["columns"] else {},
        **{k: head[k] for k in kept},
    )
    return Transcript(
        conversation=conversation,
        as_of=head["as_of"],
        roles=tuple(r["role"] for r in rows),
        turns=tuple(r["turn"] for r in rows),
        languages=tuple(r["language"] for r in rows),
        moods=tuple(r["mood"] for r in rows),
        replies=tuple(r["reply"] for r in rows),
        open=tuple(r["open"] for r in rows),
        cues=((),) * len(rows),
        findings=tuple(_finding(f, place) for f in found),
        language=head["language"],
        resolution=head["resolution"],
        request_type=head["request_type"],
        solution=place.get(head["solution"]),
        mood_before=head["mood_before"],
        mood_after=head["mood_after"],
    )


def _finding(row: dict[str, Any], place: dict[str, int]) -> Finding:
    told = {k: place[v] if k == "answers" else v for k, v in json.loads(row["attributes"] or "{}").items()}
    kept = ("label", "start", "end", "score", "detector", "state")
    return Finding(message=place[row["message_id"]], attributes=told, **{k: row[k] for k in kept})


def measured_again(report: Report, metrics: Iterable[str]) -> Any:
    """The observations that metrics, as they are installed now, make of what a run found: as the table holds them."""
    tables = Tables(list(metrics))
    for some in cut(transcripts(report), AT_ONCE):
        tables.add(*some)
    tables.finish()
    return tables.table("observations")
