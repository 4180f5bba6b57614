"""Crisp: messages of sessions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..documents import get
from ..exports import Messages, channel, facts, items, joined, listed, many, sample, tidy, true, verbatim, words
from ..mapping import Map
from ..sources import Source
from ..types import LeftOut, Problem, Record
from . import reader

WHY = {
    "messages": "its objects are Crisp messages (session_id, fingerprint)",
    "conversations": "its objects are Crisp conversations, joined to the messages beside them",
}
FILES = ("file", "animation", "audio")


def kind(head: bytes) -> str | None:
    """What of Crisp's exports a file holds."""
    v = sample(head, "data")
    if v.keys() >= {"from", "content", "fingerprint", "timestamp"}:
        return "messages"
    return "conversations" if v.keys() >= {"session_id", "website_id", "state"} else None


@reader("crisp", claims=lambda source, head: WHY.get(kind(head) or ""), order="time", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Crisp: sessions.

    *Export:* the interface ``website/ID/conversation/SESSION/messages`` (name the file after the session), with ``conversations`` beside it for state and segments.
    *Reads:* texts, questions and (as the customer's) what was picked or filled in, files; notes as notes, automated messages as of a bot; times in milliseconds; edits.
    *Not:* events (resolved, assigned, page visits); ratings, which Crisp keeps elsewhere.
    """
    make, sessions, session = Messages(source, mapping), joined(source, kind, "conversations", "data", by="session_id"), source.stem
    for item in items(source, "data"):
        v = item.value if not isinstance(item, Problem) else {}
        if isinstance(item, Problem):
            yield item
        elif "fingerprint" in v and v.get("type") != "event":
            session = words(v, "session_id") or session
            c: dict[str, Any] = sessions.get(session, {})
            content, what, asks = v.get("content"), words(v, "type"), words(v, "from") == "user"
            answers = [verbatim(choice, "label") for choice in many(content, "choices") if true(get(choice, "selected"))] or [verbatim(content, "value")]
            text = "" if what in FILES else tidy(content) if isinstance(content, str) else verbatim(content, "text", "explain")
            automated = v.get("automated") is True
            role = "note" if what == "note" else "customer" if asks else "bot" if automated else "agent"
            about = {
                "customer_id": words(c, "people_id", "meta.email") or words(v, "user.user_id") or None,
                "status": words(c, "state") or None,
                "channel": channel(words(v, "origin"), "chat"),
                "columns": facts(tags=listed(get(c, "meta.segments")), via=words(v, "origin"), subject=words(c, "meta.subject")),
            }
            yield from make.make(
                item,
                session,
                text,
                time=v.get("timestamp"),
                who=session if asks and words(v, "user.type") != "participant" else words(v, "user.user_id") or words(v, "from"),
                name=words(v, "user.nickname") or (words(c, "meta.nickname") if asks else ""),
                role=role,
                about=about,
                attachments=[words(content, "name", "url")] if what in FILES else (),
                message_id=words(v, "fingerprint") or None,
                edited=bool(v.get("edited")),
                automatic=automated,
            )
            if what in ("picker", "field") and any(answers):
                yield from make.make(
                    item, session, ", ".join(answers), time=v.get("timestamp"), who=session, role="customer", message_id=f"{words(v, 'fingerprint')}/answer"
                )
        else:
            make.skip("event" if v.get("type") == "event" else "conversation")
    yield from make.rest()
