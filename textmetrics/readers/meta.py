"""Messenger and Instagram: a thread of messages from *Download your information*."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..documents import document, each, get, head_value
from ..exports import many
from ..mapping import Map
from ..sources import Source
from ..times import Clock
from ..types import LeftOut, Problem, Record
from . import reader

# what the service itself writes where somebody reacted or sent something, in the language of who exports; it ends with a blank
SAID_BY_IT = re.compile(
    r"(?:.{1,60} )?(?:reacted|reaccionó|ha reagito|hat|a réagi|reagiu|heeft|a reacționat)(?: \w{1,5})? [^\w\s]{1,12} (?:to your message|a tu mensaje|al tuo messaggio|auf deine Nachricht reagiert"
    r"|à votre message|à (?:tu|su)a mensagem|op je bericht gereageerd|la mesajul tău) ?|Liked a message ?|(?P<sent>(?:You|.{1,60}) sent an attachment\. ?)",
    re.IGNORECASE,
)
SENT = ("photos", "videos", "audio_files", "files", "gifs", "sticker", "share", "media")


def claims(source: Source, head: bytes) -> str | None:
    """It has messages with sender_name and timestamp_ms."""
    value = head_value(head)
    first = next(iter(many(value, "messages")), {}) if isinstance(value, dict) else {}
    if "sender_name" in first and "timestamp_ms" in first:
        return "its messages have sender_name and timestamp_ms, as Messenger and Instagram export them"
    return "its messages have senderName and timestamp, as Messenger exports encrypted chats" if "senderName" in first and "timestamp" in first else None


@reader("meta", claims=claims, threads="silence", order="time", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Messenger and Instagram: the messages of an account, a file a thread.

    *Export:* *Accounts Centre > Your information and permissions > Download your information*, messages, format JSON.
    *Reads:* texts (repaired: these exports write each byte of a letter as a letter), names, times in milliseconds, reactions, what was sent along by kind.
    *Not:* what photos and files show; calls but for their line; messages that were taken back and lines such as *reacted to your message*, which are counted.
    """
    whole, problems = document(source, "messages")
    yield from problems
    clock, fields = Clock("epoch_ms"), {"text": "text", "name": "senderName", "time": "timestamp"}
    messages = each(whole, "messages")
    garbled = any("sender_name" in m for m in messages)
    if garbled:
        fields = {"text": "content", "name": "sender_name", "time": "timestamp_ms"}
    room = str(get(whole, "thread_path") or get(whole, "threadName") or source.stem)
    for number, m in enumerate(messages, start=1):
        stamp = m.get(fields["time"])
        sent_at = clock.read(str(stamp)) if isinstance(stamp, int | str) else None
        if sent_at is None:
            yield Problem(source.name, f"its time {str(stamp)[:30]!r} is none", number, kept=True)
        text, name = (_repaired(v) if garbled else v for v in (_text(m.get(fields["text"])), _text(m.get(fields["name"]))))
        sent = tuple(kind for kind in SENT if m.get(kind))
        if m.get("is_unsent") is True or m.get("isUnsent") is True:
            yield LeftOut(source.name, "messages that were taken back", 1)
            continue
        if told := SAID_BY_IT.fullmatch(text):
            if not sent and not told["sent"]:
                yield LeftOut(source.name, "lines that somebody reacted", 1)
                continue
            text, sent = "", sent or ("attachment",)
        hearts = len(many(m, "reactions"))
        yield Record(
            text=text,
            author=name,
            sent_at=sent_at,
            raw_time=str(stamp) if stamp is not None else None,
            message_id=f"{room}/{stamp}/{len(messages) - number}",
            conversation_id=room,
            channel=mapping.channel or "chat",
            language=mapping.language,
            attachments=sent,
            reactions={"likes": float(hearts)} if hearts else {},
            columns={"thread": _repaired(_text(get(whole, "title")))} if garbled and get(whole, "title") else {},
            source=source.name,
            number=number,
        )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if isinstance(value, Mapping | list) or value is None else str(value)


def _repaired(text: str) -> str:
    """A text whose letters are the bytes of its UTF-8 form, as it was written.

    >>> _repaired("Ã©tÃ©")
    'été'
    """
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
