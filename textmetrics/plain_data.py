"""Plain Python data to conversations: dicts, lists of dicts, DataFrames, under the generic names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from . import threads
from .dates import ASK
from .errors import UsageError
from .mapping import GENERIC_FORM, Rows
from .repeats import Repeats
from .types import Conversation, Problem, Record


def to_conversations(given: Any) -> list[Conversation]:
    """Conversations out of what a caller has: conversations, one of them, dicts (a message each, or a conversation with ``messages``), or a DataFrame."""
    if isinstance(given, Conversation):
        return [given]
    if isinstance(given, Mapping):
        return [to_conversation(given)]
    if hasattr(given, "to_dict") and hasattr(given, "columns"):
        return _told_apart(of_rows(given.to_dict("records")))
    items = list(given)
    if any(isinstance(i, Mapping) and "messages" in i for i in items):
        made = list(map(to_conversation, items))
        return made if any(isinstance(i, Conversation) for i in items) else _told_apart(made)
    return items if all(isinstance(i, Conversation) for i in items) else _told_apart(of_rows(items))


def to_conversation(given: Any) -> Conversation:
    """One conversation out of a Conversation, a dict with ``messages``, a list of message dicts, or a DataFrame of one conversation."""
    if isinstance(given, Conversation):
        return given
    if isinstance(given, Mapping):
        if "messages" not in given:
            raise UsageError("a conversation as a dict needs 'messages': a list of dicts with 'text' and, where known, 'author', 'role', 'sent_at'")
        outer = {k: v for k, v in given.items() if k not in ("messages", "id")}
        outer.setdefault("conversation_id", given.get("id", "conversation"))
        rows = list(given["messages"])
    else:
        outer = {"conversation_id": "conversation"}
        rows = given.to_dict("records") if hasattr(given, "to_dict") else list(given)
    if wrong := next((r for r in rows if not _is_row(r)), None):
        raise UsageError(f"a message is a {type(wrong).__name__}: give dicts with at least 'text'")
    found = of_rows(rows, outer)
    if len(found) != 1:
        raise UsageError(f"one conversation was expected, {len(found)} were given; use analyze for many")
    return found[0]


def _told_apart(conversations: list[Conversation]) -> list[Conversation]:
    """The same, with first replies that many were met with at once said to be automatic."""
    repeats = Repeats()
    for one in conversations:
        repeats.add_whole(one)
    return [repeats.mark(one) for one in conversations]


def of_rows(rows: Iterable[Any], outer: Mapping[str, Any] | None = None) -> list[Conversation]:
    """Conversations out of rows, a message each, and nothing but these. ``outer``: what holds of every row that does not say otherwise."""
    common, cells, records = _cells(outer or {}), list[dict[str, Any]](), list[Record]()
    for number, row in enumerate(rows, start=1):
        if not _is_row(row):
            raise UsageError(f"row {number} is a {type(row).__name__}: give dicts with at least 'text', or conversations")
        cells.append(common | _cells(row))
    turn = Rows("rows", GENERIC_FORM, again=lambda: cells)
    for number, row in enumerate(cells, start=1):
        for found in turn.read(row, number):
            if isinstance(found, Problem):
                raise UsageError(str(found).replace(ASK, "give ISO times"))
            records.append(found)
    kind = "id" if any(r.conversation_id for r in records) or not any(r.reply_to for r in records) else "reply"
    if kind == "id" and not any(r.conversation_id for r in records):
        records = [_named(r) for r in records]
    return list(threads.assemble(records, kind, "file"))


def _named(record: Record) -> Record:
    record.conversation_id = "conversation"
    return record


def _is_row(given: Any) -> bool:
    """Whether something given is a dict, or the like."""
    return type(given) is dict or isinstance(given, Mapping)


def _cells(row: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v if type(v) is str else _cell(v) for k, v in row.items()}


def _cell(value: Any) -> Any:
    """A cell without what a DataFrame makes of it: times as text, missing values as None."""
    if isinstance(value, datetime):
        return None if value != value else value.isoformat()
    if (isinstance(value, float) and value != value) or type(value).__name__ in ("NaTType", "NAType"):
        return None
    return value
