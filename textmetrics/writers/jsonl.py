"""JSON Lines in the generic form."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from ..generic import rows, short
from ..types import Conversation
from . import writer


@writer("jsonl")
def write(conversations: Iterable[Conversation], path: Path) -> None:
    """JSON Lines, a message a line in the generic form; what is unknown or as usual is left out.

    *Not:* where a message stood (file and record), participants who never wrote.
    """
    encode = msgspec.json.Encoder().encode
    with path.open("wb") as file:
        for conversation in conversations:
            file.writelines(encode(short(row)) + b"\n" for row in rows(conversation))
