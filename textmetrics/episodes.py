"""Conversations of a run as rows of bare facts: who wrote when, and what it was worth. What vendors' definitions are computed from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field

from .types import CUSTOMERS, event_time


class Episode(Struct):
    """One conversation. ``sent``: seconds since 1970, None without a clock; ``states``: what the customer acknowledged; the rest as in the tables."""

    id: str
    channel: str
    roles: list[str] = field(default_factory=list)
    sent: list[float | None] = field(default_factory=list)
    replies: list[str | None] = field(default_factory=list)
    open: list[bool] = field(default_factory=list)
    moods: list[float | None] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    states: set[str | None] = field(default_factory=set)
    as_of: float | None = None
    ended: float | None = None
    skewed: bool = False
    resolution: str = "silent"
    solution: str | None = None
    status: str | None = None
    rating: float | None = None

    def first(self, *roles: str) -> int | None:
        """The position of the first message of some roles."""
        return next((i for i, r in enumerate(self.roles) if r in roles), None)

    def asked(self) -> int | None:
        """The position of the first message of the customer that asks for a reply."""
        return next((i for i, r in enumerate(self.roles) if r == "customer" and self.open[i]), None)

    def between(self, start: int, stop: int | None) -> float | None:
        """Seconds from one message to another, or to when the data were cut; None where a clock is missing or cannot be right."""
        begun, until = self.sent[start], self.as_of if stop is None else self.sent[stop]
        return None if begun is None or until is None or self.skewed else max(0.0, until - begun)

    def waits(self, stops: tuple[str, ...], start: str = "question") -> Iterator[tuple[float, bool]]:
        """Every wait as seconds and whether it is still open. ``stops``: the replies that end one; ``start``: the first message that asks, or the opening one."""
        asked: int | None = 0 if start == "opening" and self.roles else None
        for i, role in enumerate(self.roles):
            if asked is None and role == "customer" and self.open[i]:
                asked = i
            elif asked is not None and self.replies[i] in stops:
                if (seconds := self.between(asked, i)) is not None:
                    yield seconds, False
                asked = None
        if asked is not None and (seconds := self.between(asked, None)) is not None:
            begun = self.sent[asked]
            over = None if self.ended is None or begun is None or self.ended < begun else self.ended - begun
            yield seconds if over is None else min(seconds, over), True


def episodes(report: Any) -> dict[str, list[Episode]]:
    """The conversations of a run by channel."""
    found: dict[str, Episode] = {}
    by: dict[str, list[Episode]] = {}
    names = ("conversation_id", "channel", "as_of", "clock_skewed", "resolution", "solution", "status", "rating", "columns")
    for i, channel, cut, skewed, resolution, solution, status, rating, more in _columns(report, "conversations", names):
        ended = event_time(json.loads(more), "ended_at") if more else None
        made = Episode(i, channel, as_of=_seconds(cut), ended=_seconds(ended), skewed=bool(skewed), resolution=resolution, solution=solution, status=status, rating=rating)
        found[i] = made
        by.setdefault(channel, []).append(made)
    for i, id_, role, sent, reply, asks, mood in _columns(report, "messages", ("conversation_id", "message_id", "role", "sent_at", "reply", "open", "mood")):
        one = found[i]
        one.ids.append(id_)
        one.roles.append(role)
        one.sent.append(_seconds(sent))
        one.replies.append(reply)
        one.open.append(bool(asks))
        one.moods.append(mood)
    for i, id_, label, state in _columns(report, "findings", ("conversation_id", "message_id", "label", "state")):
        one = found[i]
        if label == "acknowledgement" and one.roles[one.ids.index(id_)] in CUSTOMERS:
            one.states.add(state)
    return dict(sorted(by.items()))


def _columns(report: Any, table: str, names: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    t = report.arrow(table)
    yield from zip(*(t[c].to_pylist() for c in names), strict=True)


def _seconds(moment: Any) -> float | None:
    return None if moment is None else moment.timestamp()
