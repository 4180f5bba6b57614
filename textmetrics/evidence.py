"""Back from numbers to messages: one conversation of a report with its findings, and why each was found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from . import judging
from .annotation import prepare
from .detectors import key
from .errors import UnknownName, UsageError
from .plain_data import to_conversation
from .report import Report
from .types import Conversation

Rows = list[dict[str, Any]]


def conversation_of(report: Report, conversation: str) -> tuple[dict[str, Any], Rows, Rows, Rows]:
    """A conversation of a report as rows: itself, its messages, its findings, its waits."""
    import pyarrow.compute as pc

    def rows(table: str) -> Rows:
        t = report.arrow(table)
        return t.filter(pc.equal(t["conversation_id"], conversation)).to_pylist()

    heads = rows("conversations")
    if not heads:
        raise UnknownName("conversation", conversation, report.arrow("conversations")["conversation_id"].to_pylist()[:20])
    waits = [o for o in rows("observations") if o["metric"] == "customer_wait"]
    return heads[0], rows("messages"), rows("findings"), waits


def reasons_for(head: Mapping[str, Any], messages: Rows, findings: Rows) -> dict[int, Sequence[str]]:
    """Why each finding of a conversation was found, by its place in ``findings``: rule, model, context, in words."""
    keep = ("message_id", "sent_at", "text", "role", "language")
    one = to_conversation(
        {
            "id": head["conversation_id"],
            "channel": head["channel"],
            "messages": [{k: m[k] for k in keep if m[k] is not None} | {"author": m["participant_id"]} for m in messages],
        }
    )
    place = {m.id: i for i, m in enumerate(one.messages)}
    told = _judged(one)
    return {n: told(place[f["message_id"]], key(f["label"], f["state"])) for n, f in enumerate(findings)}


def _judged(one: Conversation) -> Any:
    """A function that says why a label was found in a message of a conversation."""
    trained = judging.model()
    limits = judging.thresholds(trained)
    (prepared,) = prepare([one])
    (marks,) = judging.judge([prepared.view], trained=trained)

    def told(i: int, name: str) -> Sequence[str]:
        reason = judging.reasons(prepared.view, i, marks[i], trained, name, limits.of(name, marks[i]))
        return (f"{reason.by}: {reason.score:.2f}, counts from {reason.threshold:.2f}", *reason.spoke)

    return told


def judged_alone(text: str, *, role: str, after: Sequence[str], language: str | None, channel: str) -> tuple[dict[str, Any], Rows, Rows, dict[int, Sequence[str]]]:
    """What is found in one text, said by ``role`` after what the other side said: as rows, with reasons."""
    from .annotation import annotate

    if role not in ("customer", "agent"):
        raise UsageError(f"--as {role!r}: it is the customer or the agent who says it")
    other = "agent" if role == "customer" else "customer"
    opening = [{"author": "customer", "role": "customer", "text": ""}] if after and role == "customer" else []  # the matter, whatever it was
    messages = [*opening, *[{"author": other, "role": other, "text": a} for a in after], {"author": role, "role": role, "text": text}]
    one = to_conversation({"id": "text", "channel": channel, "messages": [m | ({"language": language} if language else {}) for m in messages]})
    (t,) = annotate([one])
    told = _judged(one)
    findings = [
        {
            "message_id": t.messages[f.message].id,
            "label": f.label,
            "state": f.state,
            "start": f.start,
            "end": f.end,
            "score": f.score,
            "attributes": json.dumps(dict(f.attributes)),
        }
        for f in t.findings
    ]
    head = {
        "conversation_id": "text",
        "channel": channel,
        "language": t.language,
        "resolution": t.resolution,
        "request_type": t.request_type,
        "mood_before": t.mood_before,
        "mood_after": t.mood_after,
    }
    rows = [
        {"message_id": m.id, "position": i, "sent_at": None, "participant_id": m.participant_id, "role": t.roles[i], "text": m.text, "mood": t.moods[i]}
        for i, m in enumerate(t.messages)
    ]
    return head, rows, findings, {n: told(f.message, key(f.label, f.state)) for n, f in enumerate(t.findings)}
