"""ConvoKit: corpora, in the form of today and those of older versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..documents import document, get, head_value
from ..exports import NOTHING, beside, items, once, sample
from ..mapping import GENERIC_FORM, Map, Rows
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

UNTOLD = {"not_recorded", *NOTHING}
FACTS = ("channel", "language", "customer_id", "case_id", "severity", "queue", "status", "rating", "cut")
LINKS = ("reply-to", "reply_to")


def kind(source: Source, head: bytes) -> str | None:
    """What of a corpus a file holds; side files only beside utterances."""
    v = sample(head)
    if v.keys() >= {"id", "text"} and v.keys() & {"speaker", "user"} and v.keys() & {"conversation_id", "root"} and v.keys() & {"meta", *LINKS}:
        return "utterances"
    if source.stem not in ("speakers", "users", "conversations", "corpus", "index"):
        return None
    value = head_value(head)
    return source.stem if isinstance(value, dict) and any(s.stem == "utterances" for s in source.siblings) else None


@reader(
    "convokit", claims=lambda source, head: f"it holds the {what} of a corpus of ConvoKit" if (what := kind(source, head)) else None, threads="id", order="file", channel="community"
)
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """ConvoKit: a corpus.

    *Export:* ``Corpus.dump``, or a corpus as it is distributed, as folder or zip: utterances.jsonl with speakers.json and conversations.json beside it; older ones with users.json or utterances.json.
    *Reads:* texts, speakers, conversations, reply links, times since 1970 where they were recorded; metadata: what `convert` wrote there as what it was, the rest for ``--by``.
    *Not:* vectors, annotations of single words.
    """
    if kind(source, source.head()) != "utterances":
        yield from document(source)[1]
        return
    turn = Rows(source.name, GENERIC_FORM)
    speakers, talks = _side(source, ("speakers", "users")), _side(source, ("conversations",))
    told: set[str] = set()
    for item in items(source):
        if isinstance(item, Problem):
            yield item
            continue
        v = item.value
        conversation, who = str(v.get("conversation_id", v.get("root")) or v.get("id")), v.get("speaker", v.get("user"))
        who = str(who.get("id") if isinstance(who, dict) else who or "")
        about = _about(_meta(talks.get(conversation))) if conversation not in told else {}
        told.add(conversation)
        time = v.get("timestamp")
        own = _meta(v)
        row = {
            **({"role": role} if isinstance(role := _meta(speakers.get(who)).get("role"), str) else {}),
            **about,
            **own,
            "conversation_id": conversation,
            "message_id": own.get("message_id", v.get("id")),
            "author": who,
            "text": v.get("text") or "",
            "reply_to": own.get("reply_to", next((link for name in LINKS if (link := v.get(name)) is not None), None)),
            "sent_at": None if time is None or str(time).strip().lower() in UNTOLD else time,
        }
        yield from turn.read({k: x for k, x in row.items() if x is not None or k == "raw_time"}, item.number, item.line, item.byte)


def _side(source: Source, stems: tuple[str, ...]) -> Mapping[str, Any]:
    """Speakers or conversations by id, from the files beside the utterances."""

    def made() -> dict[str, Any]:
        found: dict[str, Any] = {}
        for s in beside(source, lambda head: "side" if isinstance(head_value(head), dict) else None, "side"):
            if s.stem in stems and isinstance(value := document(s)[0], dict):
                found |= value
        return found

    return once(source, ("convokit", stems), made)


def _about(meta: Mapping[str, Any]) -> dict[str, Any]:
    """What the metadata of a conversation say of it: facts by their names, all else as columns."""
    columns = {k: v for k, v in meta.items() if k not in FACTS and not isinstance(v, dict | list)}
    clash = meta.get("columns")
    return {k: meta[k] for k in FACTS if k in meta} | {"columns": columns | (clash if isinstance(clash, dict) else {})}


def _meta(value: Any) -> dict[str, Any]:
    """The metadata of something; older corpora keep it beside the id."""
    meta = get(value, "meta")
    return meta if isinstance(meta, dict) else {k: v for k, v in value.items() if k not in ("vectors", "id")} if isinstance(value, dict) and "text" not in value else {}
