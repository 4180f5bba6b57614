"""vCons of the IETF, a conversation each: a folder of files, or one file with a vCon a line."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import msgspec

from ..generic import FACTS, author, rows, short
from ..types import Conversation
from . import writer

VERSION = "0.4.0"  # draft-ietf-vcon-vcon-core-01
OURS = UUID("6f1a3f0e-6b0c-5d0e-9a51-7d2f7f0f4c11")  # the name space of ids that are no UUIDs
META = ("reply_to", "raw_time", "zone_known", "edited", "automatic", "reactions", "origin")
TAKEN = {"conversation_id", "cut", "redacted", *FACTS}  # names of tags that say something of their own


@writer("vcon", holds=("*.vcon.json",), lines=True)
def write(conversations: Iterable[Conversation], path: Path) -> None:
    """vCons (IETF), a file a conversation in a folder, or one a line where the path ends in .jsonl: every message a dialog of type text, calls too; facts and columns as tags.

    *Not:* where a message stood, participants who never wrote, blanks around names; ids that a conversation uses twice are told apart (``#2``).
    A message without a time has no start, which the standard asks for.
    """
    encode = msgspec.json.Encoder().encode
    if path.is_dir():
        for c in conversations:
            made = container(c)
            (path / f"{made['uuid']}.vcon.json").write_bytes(encode(made))
    else:
        with path.open("wb") as file:
            file.writelines(encode(container(c)) + b"\n" for c in conversations)


def container(c: Conversation) -> dict[str, Any]:
    """One conversation as a vCon."""
    parties: dict[str, dict[str, Any]] = {}
    for person in c.participants:
        known = parties.setdefault(author(person), {"name": author(person)} if author(person) else {})
        if known.get("role") in (None, "note") and person.role != "unknown":
            known["role"] = person.role
            if person.confidence != 1.0:
                known["meta"] = {"role_confidence": person.confidence}
    places = {name: at for at, name in enumerate(parties)}
    dialog: list[dict[str, Any]] = []
    attachments: list[dict[str, Any]] = []
    times = [m.sent_at for m in c.messages]
    in_order = all(a is not None and b is not None and a <= b for a, b in itertools.pairwise(times))
    for n, row in enumerate(rows(c)):
        kept, at = short(row), places[row["author"]]
        meta = {name: kept[name] for name in META if name in kept and (name != "raw_time" or kept[name] != kept.get("sent_at"))}
        meta |= {"private": True} if row["visibility"] == "private" else {}
        meta |= {} if in_order else {"position": n}
        meta |= {} if row["text"] or row["attachments"] else {"empty": True}
        start = {"start": kept["sent_at"]} if "sent_at" in kept else {}
        said = {"type": "text", **start, "parties": [at, *(p for p in places.values() if p != at)], "originator": at, "mediatype": "text/plain", "body": row["text"], "encoding": "none"}
        dialog.append(said | {"message_id": row["message_id"]} | ({"meta": meta} if meta else {}))
        attachments += [{"purpose": "attachment", **start, "party": at, "dialog": n, "filename": name, "body": "", "encoding": "none"} for name in row["attachments"]]
    facts = {name: value for name in FACTS if (value := getattr(c, name)) is not None} | ({"cut": c.cut.isoformat()} if c.cut else {})
    odd = {k: v for k, v in c.columns.items() if k in TAKEN or ":" in k or not k}
    tags = {"conversation_id": c.id, **{k: v for k, v in c.columns.items() if k != "subject" and k not in odd}, **facts}
    last = max((t for t in times if t is not None), default=None)
    subject = {"subject": c.columns["subject"]} if "subject" in c.columns else {}
    return {
        "vcon": VERSION,
        "uuid": str(uuid5(OURS, c.id)),
        **({"created_at": last.isoformat()} if last else {}),
        **subject,
        "parties": list(parties.values()),
        "dialog": dialog,
        "analysis": [],
        "attachments": [
            *attachments,
            {"purpose": "tags", "party": 0, "body": [f"{k}:{v}" for k, v in tags.items()], "encoding": "json"},
            *([{"purpose": "columns", "party": 0, "body": odd, "encoding": "json"}] if odd else []),
        ],
    }
