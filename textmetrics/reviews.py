"""One conversation under the eyes of a reviewer: what was found, how long the customer waited, what to check."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from msgspec import Struct

from . import packs
from .annotation import Settings, annotate
from .metrics import observe
from .plain_data import to_conversation
from .spans import duration
from .types import RESPONDERS, Conversation, Finding, Transcript
from .waits import Wait

UNSURE = 0.12  # how near its threshold a finding is worth a second look
FELL = -0.25  # change of mood from which it is worth a word


class Point(Struct, frozen=True):
    """Something a reviewer should check: what, and at which message."""

    text: str
    message: int | None = None


class Review(Struct, frozen=True, dict=True):
    """What a review of one conversation says."""

    transcript: Transcript
    waits: tuple[Wait, ...]
    points: tuple[Point, ...]

    @cached_property
    def observations(self) -> Mapping[str, list[float]]:
        """Metric -> the values seen, but for what is still open; worked out when it is first asked for."""
        seen = {name: [o.value for o in found if not o.censored] for name, found in observe(self.transcript).items() if found}
        return {name: values for name, values in seen.items() if values}

    @property
    def id(self) -> str:
        """The conversation's id."""
        return self.transcript.id

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What its messages do, in order."""
        return self.transcript.findings

    @property
    def resolution(self) -> str:
        """confirmed, rejected or silent: in the customer's words."""
        return self.transcript.resolution

    @property
    def request_type(self) -> str | None:
        """What the matter is; None where no model speaks the language."""
        return self.transcript.request_type

    @property
    def mood_before(self) -> float | None:
        """Mood of the one who asked up to the solution."""
        return self.transcript.mood_before

    @property
    def mood_after(self) -> float | None:
        """Mood of the one who asked after the solution."""
        return self.transcript.mood_after

    def quote(self, finding: Finding) -> str:
        """The characters that show a finding."""
        return self.transcript.messages[finding.message].text[finding.start : finding.end]

    def to_dict(self) -> dict[str, Any]:
        """Plain data: strings, numbers, lists and dicts only."""
        t = self.transcript
        return {
            "conversation_id": t.id,
            "channel": t.channel,
            "language": t.language,
            "resolution": t.resolution,
            "request_type": t.request_type,
            "mood_before": t.mood_before,
            "mood_after": t.mood_after,
            "findings": [
                {
                    "message_id": t.messages[f.message].id,
                    "position": f.message,
                    "label": f.label,
                    "state": f.state,
                    "start": f.start,
                    "end": f.end,
                    "text": self.quote(f),
                    "score": f.score,
                    "detector": f.detector,
                    "attributes": dict(f.attributes),
                }
                for f in t.findings
            ],
            "waits": [{"from": w.start, "to": w.stop, "seconds": w.seconds, "censored": w.censored} for w in self.waits],
            "points": [{"text": p.text, "position": p.message} for p in self.points],
            "observations": {k: list(v) for k, v in self.observations.items()},
        }

    def __repr__(self) -> str:
        t = self.transcript
        lines = [f"Review of {t.id} ({t.channel}, {t.language or 'language not recognised'}): {t.resolution}, {t.request_type or 'type unknown'}"]
        lines += [f"  waited {duration(w.seconds)}{' so far' if w.censored else ''} after message {w.start}" for w in self.waits]
        lines.append(f"  mood {_mood(t.mood_before)} before the solution, {_mood(t.mood_after)} after it")
        lines += [f"  [{f.message}] {f.label}{f'/{f.state}' if f.state else ''} {f.score:.2f} {self.quote(f)[:60]!r}" for f in t.findings]
        lines += [f"  check: {p.text}" for p in self.points]
        return "\n".join(lines)

    def __rich__(self) -> Any:
        from .render.transcript import review

        return review(self)


def _mood(value: float | None) -> str:
    return "unknown" if value is None else f"{value:+.2f}"


def review(
    conversation: Conversation | Mapping[str, Any] | Any,
    *,
    as_of: datetime | None = None,
    thresholds: Mapping[str, float] | None = None,
    mood: str | None = None,
) -> Review:
    """Review one conversation: a Conversation, a dict with ``messages``, a list of message dicts, or a DataFrame.

    ``as_of``: now, as the conversation sees it; without it, the time of its last message. It prints nothing and keeps nothing.

    >>> seen = review({"id": "c1", "messages": [{"role": "customer", "text": "No sound!"}, {"role": "agent", "text": "Please restart the box."}]})
    >>> seen.resolution
    'silent'
    """
    one = to_conversation(conversation)
    cut = as_of or max((m.sent_at for m in one.messages if m.sent_at is not None), default=None)
    (t,) = annotate([one], as_of=cut, settings=Settings(thresholds=thresholds or {}, mood=mood))
    waits = tuple(t.waits())
    return Review(t, waits, tuple(_points(t, waits)))


def _points(t: Transcript, waits: tuple[Wait, ...]) -> list[Point]:
    """What a reviewer should look at, the gravest first."""
    points: list[Point] = []
    target = packs.channel(t.channel).targets.get("first_response_wait")
    solutions = [f.message for f in t.found("solution")]
    if waits and waits[-1].censored:
        points.append(Point(f"the customer's message {waits[-1].start} was never answered ({duration(waits[-1].seconds)} so far)", waits[-1].start))
    worked = t.found("acknowledgement", "worked", by=("customer",))
    for f in t.found("acknowledgement", "failed", by=("customer",)):
        before = [w for w in worked if w.message < f.message]
        if before:
            points.append(Point(f"said to work in message {before[-1].message}, failed again in message {f.message}", f.message))
        elif not any(s > f.message for s in solutions):
            points.append(Point(f"message {f.message} says it did not work, and no other solution follows", f.message))
    for message, due in ((f.message, f.attributes["at"]) for f in t.found("deadline") if "at" in f.attributes):
        answer = next((i for i in range(message + 1, len(t.roles)) if t.replies[i] == "substantive"), None)
        sent = t.messages[answer].sent_at if answer is not None else None
        if answer is None or (sent is not None and sent > datetime.fromisoformat(due)):
            points.append(Point(f"needed by {due[:16].replace('T', ' ')} UTC (message {message}): {'not answered' if answer is None else 'answered later'}", message))
    if not solutions and any(r in RESPONDERS for r in t.roles):
        points.append(Point("no solution was given"))
    for f in t.found("churn"):
        points.append(Point(f"the customer speaks of leaving in message {f.message}", f.message))
    for f in t.found("hold"):
        if not any(t.replies[i] == "substantive" for i in range(f.message + 1, len(t.roles))):
            points.append(Point(f"message {f.message} promises a later answer; none came", f.message))
    for f in t.found("rephrase_request"):
        if not any(t.replies[i] for i in range(f.message + 1, len(t.roles))):
            points.append(Point(f"message {f.message} asks to rephrase; nobody did", f.message))
    if nudges := t.found("nudge"):
        points.append(Point(f"the customer had to prompt {len(nudges)} time{'s' if len(nudges) > 1 else ''}", nudges[0].message))
    for wait in waits[:1]:
        if target is not None and wait.seconds > target and not wait.censored:
            points.append(Point(f"first substantive answer after {duration(wait.seconds)}; the channel's target is {duration(target)}", wait.start))
    if t.mood_before is not None and t.mood_after is not None and t.mood_after - t.mood_before <= FELL:
        points.append(Point(f"the mood fell from {t.mood_before:+.2f} to {t.mood_after:+.2f} after the solution", t.solution))
    if t.resolution == "silent" and solutions:
        points.append(Point("the customer never said whether the solution worked", solutions[-1]))
    for person in t.conversation.participants:
        if person.confidence < 0.7 and person.role == "customer":
            points.append(Point(f"that {person.id} is the customer is inferred, not stated"))
    return points
