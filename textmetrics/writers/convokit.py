"""ConvoKit's corpus: a folder with utterances, speakers, conversations, and an index of what is known of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from ..generic import FACTS, author, rows, short
from ..types import Conversation
from . import writer

FILES = ("utterances.jsonl", "speakers.json", "conversations.json", "corpus.json", "index.json")
OWN = {"conversation_id", "message_id", "author", "sent_at", "text", "reply_to", "columns", "cut", *FACTS}  # what has a place of its own, or lies with the conversation

TAKEN = {"cut", "columns", *FACTS}  # names in the metadata of conversations that are no column


@writer("convokit", holds=FILES)
def write(conversations: Iterable[Conversation], path: Path) -> None:
    """A corpus of ConvoKit, in a folder: roles, reactions and the like as metadata of utterances, facts and columns as metadata of conversations.

    *Not:* where a message stood, participants who never wrote. An id that two conversations use, which ConvoKit cannot hold, gets that of the conversation
    put in front; it, links to messages that are not there, and columns named like a fact (channel, queue, ...) lie in ``message_id``, ``reply_to`` and ``columns`` of the metadata.
    """
    encode = msgspec.json.Encoder().encode
    seen: set[str] = set()
    roles: dict[str, set[str]] = {}
    index: dict[str, dict[str, list[str]]] = {"utterances": {}, "speakers": {"role": [str(str)]}, "conversations": {}}
    with (path / "utterances.jsonl").open("wb") as utterances, (path / "conversations.json").open("wb") as about:
        about.write(b"{")
        for n, c in enumerate(conversations):
            for utterance in _utterances(c, seen):
                utterances.write(encode(utterance) + b"\n")
                _note(index["utterances"], utterance["meta"])
            for person in c.participants:
                roles.setdefault(author(person), set()).add(person.role)
            facts = {name: value for name in FACTS if (value := getattr(c, name)) is not None} | ({"cut": c.cut.isoformat()} if c.cut else {})
            clash = {k: v for k, v in c.columns.items() if k in TAKEN}
            meta = {k: v for k, v in c.columns.items() if k not in clash} | facts | ({"columns": clash} if clash else {})
            _note(index["conversations"], meta)
            about.write((b",\n" if n else b"\n") + encode(c.id) + b": " + encode({"meta": meta, "vectors": []}))
        about.write(b"\n}\n")
    speakers = {name: {"meta": {"role": next(iter(said))} if len(said) == 1 else {}, "vectors": []} for name, said in roles.items()}
    (path / "speakers.json").write_bytes(encode(speakers))
    (path / "corpus.json").write_bytes(b"{}")
    (path / "index.json").write_bytes(encode({**{f"{kind}-index": of for kind, of in index.items()}, "overall-index": {}, "version": 1, "vectors": []}))


def _utterances(c: Conversation, seen: set[str]) -> Iterator[dict[str, Any]]:
    """The messages of a conversation under ids that no other one has."""
    own: dict[str, str] = {}
    ids = []
    for at, m in enumerate(c.messages):
        id_ = next(i for i in (m.id, f"{c.id}/{m.id}", f"{c.id}/{m.id}/{at}") if i not in seen)
        seen.add(id_)
        own.setdefault(m.id, id_)
        ids.append(id_)
    for id_, row in zip(ids, rows(c), strict=True):
        seconds = None if row["sent_at"] is None else row["sent_at"].timestamp()
        lost = {"reply_to": row["reply_to"]} if row["reply_to"] is not None and own.get(row["reply_to"]) != row["reply_to"] else {}
        lost |= {"message_id": row["message_id"]} if row["message_id"] != id_ else {}
        yield {
            "id": id_,
            "conversation_id": c.id,
            "text": row["text"],
            "speaker": row["author"],
            "meta": {k: v for k, v in short(row).items() if k not in OWN} | lost,
            "reply-to": own.get(row["reply_to"] or ""),
            "timestamp": int(seconds) if seconds is not None and seconds.is_integer() else seconds,
            "vectors": [],
        }


def _note(index: dict[str, list[str]], meta: dict[str, Any]) -> None:
    """Note which types the values of each name have."""
    for name, value in meta.items():
        kinds = index.setdefault(name, [])
        if str(type(value)) not in kinds:
            kinds.append(str(type(value)))
