"""A conversation for a terminal: who said what, what was found in it, how long was waited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from ..cleaning import printable
from ..spans import duration

if TYPE_CHECKING:
    from ..reviews import Review

ROLE_STYLES = {"customer": "bold blue", "other": "blue", "agent": "bold green", "peer": "bold cyan", "bot": "green", "system": "dim", "note": "dim yellow"}
LABEL_STYLES = {
    "acknowledgement/worked": "black on green",
    "acknowledgement/used": "black on cyan",
    "acknowledgement/accepted": "black on bright_green",
    "acknowledgement/thanks": "underline",
    "acknowledgement/failed": "white on red",
    "rephrase_request": "black on yellow",
    "reformulation": "black on bright_yellow",
    "nudge": "white on magenta",
    "churn": "white on red",
    "solution": "underline green",
}
OTHER = "underline yellow"
GAP = 60.0  # s from which a pause is shown


def named(finding: Mapping[str, Any]) -> str:
    """A finding's label with its state."""
    return f"{finding['label']}/{finding['state']}" if finding.get("state") else str(finding["label"])


def show(
    head: Mapping[str, Any],
    messages: Sequence[Mapping[str, Any]],
    findings: Sequence[Mapping[str, Any]],
    waits: Sequence[Mapping[str, Any]],
    why: Mapping[int, Sequence[str]] | None = None,
) -> Group:
    """One conversation: ``messages``, ``findings`` as rows of the tables; ``waits``: observations of customer_wait; ``why``: reasons by place in ``findings``."""
    parts: list[Any] = [_head(head)]
    by_message: dict[str, list[int]] = {}
    for n, f in enumerate(findings):
        by_message.setdefault(f["message_id"], []).append(n)
    waiting = {w["message_id"]: w for w in waits}
    before: datetime | None = None
    for m in messages:
        now = m["sent_at"]
        if before is not None and now is not None and (pause := (now - before).total_seconds()) >= GAP:
            parts.append(Text(f"      ⋮ {duration(pause)}", "dim"))
        before = now or before
        parts.append(_message(m, [findings[n] for n in by_message.get(m["message_id"], ())]))
        for n in by_message.get(m["message_id"], ()):
            parts.append(_finding(findings[n]))
            for line in (why or {}).get(n, ()):
                parts.append(Padding(Text(f"· {printable(line)}", "dim"), (0, 0, 0, 10)))
        if wait := waiting.get(m["message_id"]):
            text = f"still waiting after {duration(wait['value'])}" if wait["censored"] else f"waits {duration(wait['value'])} for an answer"
            parts.append(Text(f"      ◷ {text}", "magenta"))
    return Group(*parts)


def _head(head: Mapping[str, Any]) -> Text:
    line = Text()
    line.append(printable(str(head["conversation_id"])), "bold")
    facts = [head.get("channel"), head.get("language") or "language not recognised", head.get("request_type"), f"resolution {head['resolution']}"]
    line.append("  " + ", ".join(printable(str(f)) for f in facts if f))
    moods = [("before", head.get("mood_before")), ("after", head.get("mood_after"))]
    line.append("  mood " + ", ".join(f"{'unknown' if v is None else f'{v:+.2f}'} {k} the solution" for k, v in moods), "dim")
    if head.get("clock_skewed"):
        line.append("  clocks cannot be right: no waits", "red")
    return line


def _message(m: Mapping[str, Any], findings: Sequence[Mapping[str, Any]]) -> Padding:
    line = Text()
    line.append(f"[{m['position']}] ", "dim")
    if m["sent_at"] is not None:
        line.append(f"{m['sent_at']:%Y-%m-%d %H:%M:%S} ", "dim")
    line.append(f"{printable(str(m['participant_id']))} ", ROLE_STYLES.get(m["role"], ""))
    if m["role"] != m["participant_id"]:
        line.append(f"({m['role']}) ", "dim")
    raw = m["text"]
    body = Text(printable(raw))
    for f in findings:
        body.stylize(LABEL_STYLES.get(named(f), OTHER), f["start"], f["end"])
    line.append_text(body)
    if m.get("mood") is not None:
        line.append(f"  {m['mood']:+.2f}", "green" if m["mood"] > 0.05 else "red" if m["mood"] < -0.05 else "dim")
    return Padding(line, (0, 0, 0, 2))


def _finding(f: Mapping[str, Any]) -> Text:
    line = Text("      └ ", "dim")
    line.append(named(f), LABEL_STYLES.get(named(f), OTHER))
    line.append(f" {f['score']:.2f}", "dim")
    told = f.get("attributes")
    if told and told != "{}":
        line.append(f"  {printable(str(told))}", "dim")
    return line


def review(one: Review) -> Group:
    """A review: the conversation with its findings, and what to check."""
    t = one.transcript
    head = {
        "conversation_id": t.id,
        "channel": t.channel,
        "language": t.language,
        "request_type": t.request_type,
        "resolution": t.resolution,
        "mood_before": t.mood_before,
        "mood_after": t.mood_after,
        "clock_skewed": t.conversation.skewed,
    }
    messages = [
        {"message_id": m.id, "position": i, "sent_at": m.sent_at, "participant_id": m.participant_id, "role": t.roles[i], "text": m.text, "mood": t.moods[i]}
        for i, m in enumerate(t.messages)
    ]
    findings = [
        {
            "message_id": t.messages[f.message].id,
            "label": f.label,
            "state": f.state,
            "start": f.start,
            "end": f.end,
            "score": f.score,
            "attributes": dict(f.attributes) or None,
        }
        for f in t.findings
    ]
    waits = [{"message_id": t.messages[w.start].id, "value": w.seconds, "censored": w.censored} for w in one.waits]
    points = [Text(f"check: {printable(p.text)}", "yellow") for p in one.points] or [Text("nothing to check", "green")]
    return Group(show(head, messages, findings, waits), Text(""), *points)
