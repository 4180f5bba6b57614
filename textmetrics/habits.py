"""Who mostly answers in a channel that never ends, by all conversations that were cut out of it.

A cut piece may begin with what somebody adds to an answer: who wrote first there is not who asks.
"""

from __future__ import annotations

from collections.abc import Sequence

from .cutting import is_question
from .memo import forget_oldest
from .roles import name_of
from .types import Record

LATEST = 65_536  # people of channels who are remembered
LEAST = 3  # conversations of others in which somebody has spoken, before they are known to answer
MOSTLY = 3  # as many of these as of those that they opened


class Habits:
    """Counts for everybody in how many conversations they were answered, and how many of others they joined: `hear` all, then ask."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], tuple[int, int]] = {}

    def hear(self, group: Sequence[Record]) -> None:
        """A conversation of a channel."""
        names = list(dict.fromkeys(name_of(r) for r in group if r.role == "unknown"))
        for n, name in enumerate(names if len(names) > 1 else ()):
            key = group[0].conversation_id or "", name
            opened, joined = self._counts.get(key, (0, 0))
            self._counts[key] = (opened, joined + 1) if n else (opened + 1, joined)
        forget_oldest(self._counts, LATEST)

    def answering(self, group: Sequence[Record]) -> set[str]:
        """Who of a conversation mostly answers in its channel; nobody where links say who answers whom, or where it begins with a question."""
        if not self._counts or any(r.reply_to for r in group) or is_question(first := next((r.text for r in group if r.role == "unknown"), "")) or "?" in first:
            return set()
        known = {name_of(r): self._counts.get((group[0].conversation_id or "", name_of(r)), (0, 0)) for r in group if r.role == "unknown"}
        return {name for name, (opened, joined) in known.items() if joined >= LEAST and joined >= MOSTLY * opened}
