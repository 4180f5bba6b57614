"""Back from numbers to messages: the cases at the far end of a metric; one conversation of a report with its findings, and why each was found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from heapq import nsmallest
from math import sqrt
from typing import Any

import numpy as np

from . import judging, packs
from .annotation import Settings, annotate, judge
from .curves import restricted_mean, restricted_variance
from .detectors import View, key, label_keys
from .errors import UnknownName, UsageError
from .estimates import FEWEST, Estimate, Z
from .figures import Figure, Section, estimate_of
from .metrics import METRICS, Metric
from .plain_data import to_conversation
from .report import Report
from .spans import duration
from .types import CUSTOMERS, Conversation

Rows = list[dict[str, Any]]
SHOWN = 60  # characters of a message that is named as context
KAPLAN_MEIER = "Open ones are taken to go on as the others did. Who leaves because it takes long, or is told how long it will take, breaks that: read such figures with left_within_a_day and dropped."
FAR = 10  # cases that are named for a metric


def in_run(report: Report, metric: str) -> list[Section]:
    """A metric in a run: its value channel by channel, and the ten cases at its far end, each with its message and the conversation to open.

    Far is where it is worse: the longest waits, the lowest moods; where neither is better, the highest. A metric that is none is an UnknownName.
    """
    import pyarrow.compute as pc

    m = METRICS[metric]
    rows, columns = report.estimate_rows()
    told = [dict(zip(columns, r, strict=True)) for r in rows]
    levels = [r for r in told if r["metric"] == metric and not any(r.get(b) for b in m.by)]
    values = [Figure(r["channel"], metric.replace("_", " "), estimate_of(r), m.unit, _young(r["n_young"])) for r in levels]
    t = report.arrow("observations")
    seen = t.filter(pc.equal(t["metric"], metric)).to_pylist()
    known = [o for o in seen if not (o["censored"] and m.estimate in ("proportion", "bounds", "rate", "mean", "incidence"))]
    sign = 1 if m.better == "higher" else -1
    far = nsmallest(FAR, known, key=lambda o: (sign * o["value"], o["conversation_id"], o["message_id"] or ""))
    wanted = {(o["conversation_id"], o["message_id"]) for o in far}
    t = report.arrow("messages")
    t = t.filter(pc.is_in(t["conversation_id"], value_set=_strings(c for c, _ in wanted)))
    texts = {(r["conversation_id"], r["message_id"]): r["text"] for r in t.to_pylist()}
    channels = dict(zip(*(report.arrow("conversations")[c].to_pylist() for c in ("conversation_id", "channel")), strict=True))
    cases = [_case(o, m, channels[o["conversation_id"]], texts.get((o["conversation_id"], o["message_id"]), "")) for o in far]
    far_end = "furthest to its worse side" if m.better else "highest"
    means = [f for r in levels if m.estimate == "survival" and (f := _mean(m, r["channel"], [o for o in seen if channels[o["conversation_id"]] == r["channel"]])) is not None]
    notes = (KAPLAN_MEIER,) if means else ()
    return [Section("In this run", tuple(sorted([*values, *means], key=lambda f: f.group)), notes=notes), Section(f"The {len(cases)} {far_end}", tuple(cases), "textmetrics show DIR CONVERSATION opens one.")]


def _mean(m: Metric, channel: str, seen: Rows) -> Figure | None:
    """The mean of a duration in a channel, none of it counted longer than the channel's patience, so that it is the same mean in every run; None of fewer than ten."""
    until = packs.channel(channel).patience
    times, censored = np.array([o["value"] for o in seen]), np.array([o["censored"] for o in seen])
    if len(seen) < FEWEST or until <= 0 or times.min() < 0:
        return None
    value, half = restricted_mean(times, censored, until), Z * sqrt(restricted_variance(times, censored, until))
    told = Estimate(len(seen), value, max(0.0, value - half), min(until, value + half), int(censored.sum()))
    return Figure(channel, f"mean, none counted longer than {duration(until)}", told, m.unit)


def _young(n: int) -> str:
    """What a metric left out because its outcome may still come."""
    return f"{n:,} too young, left out" if n else ""


def _case(o: Mapping[str, Any], m: Metric, channel: str, text: str) -> Figure:
    """One observation as a line: what was said, what the metric made of it, which conversation it is."""
    return Figure(channel, _cut(text), Estimate(1, o["value"]), "" if m.unit == "share" else m.unit, "open" if o["censored"] else "", (o["conversation_id"],))


def _strings(values: Any) -> Any:
    import pyarrow as pa

    return pa.array(sorted(values), pa.string())


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
    one = _rebuilt(head, messages)
    place = {m.id: i for i, m in enumerate(one.messages)}
    told = _judged(one)
    return {n: told(place[f["message_id"]], key(f["label"], f["state"])) for n, f in enumerate(findings)}


def conversations_of(report: Report) -> list[Conversation]:
    """The conversations of a report, as they were read: roles and texts stand in its tables."""
    heads = {h["conversation_id"]: h for h in report.arrow("conversations").to_pylist()}
    said: dict[str, Rows] = {}
    for m in report.arrow("messages").to_pylist():
        said.setdefault(m["conversation_id"], []).append(m)
    return [_rebuilt(heads[i], rows) for i, rows in said.items()]


def _rebuilt(head: Mapping[str, Any], messages: Rows) -> Conversation:
    keep = ("message_id", "reply_to", "sent_at", "text", "role", "language")
    rows = [{k: m[k] for k in keep if m[k] is not None} | {"author": m["participant_id"]} for m in messages]
    return to_conversation({"id": head["conversation_id"], "channel": head["channel"], "messages": rows})


def explain_finding(conversation: Any, message: int | str, label: str, state: str | None = None) -> tuple[str, ...]:
    """Why a label is, or is not, found in a message of a conversation, in words: the chance and from which it counts, the cue, the rule, the
    model's strongest features and the context used.

    ``message``: its id or its position, from 0. ``label`` may hold its state (``acknowledgement/worked``).

    >>> told = explain_finding([{"role": "customer", "text": "No sound"}, {"role": "agent", "text": "Restart it."}, {"role": "customer", "text": "That fixed it!"}], 2, "acknowledgement/worked")
    >>> told[1:3]
    ("the rule goes by 'That fixed' (worked)", "context: after the solution [1] 'Restart it.'")
    """
    one = to_conversation(conversation)
    name = label if state is None else key(label, state)
    if name not in label_keys():
        raise UnknownName("label", name, label_keys())
    at = message if isinstance(message, int) else next((i for i, m in enumerate(one.messages) if m.id == message), None)
    if at is None or not 0 <= at < len(one.messages):
        raise UnknownName("message", str(message), [m.id for m in one.messages])
    return tuple(_judged(one)(at, name))


def _judged(one: Conversation) -> Any:
    """A function that says why a label was found in a message of a conversation."""
    trained = judging.model()
    limits = judging.thresholds(trained)
    found = judge([one], Settings())
    view, (marks,) = found.prepared[0].view, found.marks

    def told(i: int, name: str) -> Sequence[str]:
        reason = judging.reasons(marks[i], name, limits.of(name, marks[i]))
        rule = [line for line in reason.spoke if line.startswith("the rule goes by")]
        model = [line for line in reason.spoke if line not in rule]
        return (f"{reason.by}: {reason.score:.2f}, counts from {reason.threshold:.2f}", *rule, *_context(view, i), *model)

    return told


def _context(view: View, i: int) -> list[str]:
    """What a message was judged after: the solution that stands, else what the other side just said."""
    if view.roles[i] in CUSTOMERS and (solved := view.solved_by(i)) is not None:
        return [f"context: after the solution [{solved}] {_cut(view.texts[solved])!r}"]
    said = next((j for j in view.before(i) if view.folded[j].strip()), None)
    return ["context: the other side has said nothing yet"] if said is None else [f"context: after [{said}] {_cut(view.texts[said])!r}"]


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def judged_alone(text: str, *, role: str, after: Sequence[str], language: str | None, channel: str) -> tuple[dict[str, Any], Rows, Rows, dict[int, Sequence[str]]]:
    """What is found in one text, said by ``role`` after what the other side said: as rows, with reasons."""
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
