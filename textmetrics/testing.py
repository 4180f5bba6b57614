"""For tests of this package, of plugins and of packs: write a conversation the way it reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from . import threads
from .annotation import Settings, annotate
from .errors import ReadError
from .readers.plain import parse
from .sources import Line
from .types import Conversation, Problem, Record, Transcript

AS_OF = datetime(2024, 1, 20, tzinfo=UTC)  # old enough for every channel's outcomes


def conversation(*lines: str, id: str = "t", channel: str = "chat", language: str | None = "en", **fields: Any) -> Conversation:
    """As a reader would give it.

    >>> conversation("09:00 customer: Hi", "09:02 agent: Hello").messages[1].text
    'Hello'
    """
    records: list[Record] = []
    written = [part for line in lines for part in line.replace("\n", "\n ").split("\n")]
    for found in parse((Line(n, 0, line) for n, line in enumerate(written, start=1)), id=id, source="transcript"):
        if isinstance(found, Problem):
            raise ReadError(found.source, found.reason, line=found.line)
        records.append(found)
    if not records:
        return Conversation(id=id, channel=channel, participants=(), messages=(), language=language, **fields)
    (one,) = threads.assemble(records, "id", "file", channel=channel)
    return msgspec.structs.replace(one, language=language, **fields)


def transcript(*lines: str, as_of: datetime | None = AS_OF, settings: Mapping[str, Any] | None = None, **fields: Any) -> Transcript:
    """As a metric sees it.

    >>> [f.state for f in transcript("customer: No sound!", "agent: Please restart the box.", "customer: still no sound").found("acknowledgement", "failed")]
    ['failed']
    """
    (annotated,) = annotate([conversation(*lines, **fields)], as_of=as_of, settings=Settings(**(settings or {})))
    return annotated
