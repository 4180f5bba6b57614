"""Rasa: trackers of conversations with an assistant, from its interface, its files or its database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..documents import Item, get, has
from ..exports import Messages, channel, facts, given, items, many, number, sample, tidy, words
from ..mapping import Map
from ..sources import Source
from ..syntax import parse
from ..types import LeftOut, Problem, Record
from . import reader


def claims(source: Source, head: bytes) -> str | None:
    """A sender with events, or the table of events."""
    v = sample(head)
    if "sender_id" in v and isinstance(v.get("events"), list) and (not get(v, "events.0") or has(v, "events.0", "event")):
        return "its objects are Rasa trackers (sender_id, events)"
    return "it is the table of events of a Rasa tracker store" if v.keys() >= {"sender_id", "type_name", "timestamp", "data"} else None


@reader("rasa", claims=claims, order="file", channel="chat")
def read(source: Source, mapping: Map) -> Iterator[Record | Problem | LeftOut]:
    """Rasa: trackers.

    *Export:* the interface ``conversations/ID/tracker``, ``rasa export``, documents of a Mongo tracker store (JSON), or the table events of an SQL one (CSV).
    *Reads:* what users and the bot said, in the order of the tracker; the title of a button in place of its payload; a new conversation at each session start.
    *Not:* actions, slots, intents, other events. Where a tracker holds no bot events, what the bot said is not in it, and it is said so.
    """
    make = Messages(source, mapping)
    table: dict[str, tuple[Item, list[Any]]] = {}
    for item in items(source):
        if isinstance(item, Problem):
            yield item
        elif "type_name" in item.value:
            try:
                data = parse(item.value.get("data") or "{}")
            except ValueError as error:
                yield make.lost(item, f"its data is no JSON: {error}")
                continue
            event = {"event": item.value["type_name"], **(data if isinstance(data, dict) else {})}
            table.setdefault(words(item.value, "sender_id"), (item, []))[1].append(event)
        else:
            yield from _tracker(make, item, words(item.value, "sender_id") or source.stem, many(item.value, "events"), item.value)
    for sender, (item, events) in table.items():
        yield from _tracker(make, item, sender, events, {})
    yield from make.rest()


def _tracker(make: Messages, item: Item, sender: str, events: list[Any], tracker: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """The sessions of one sender."""
    session, said, kinds = 1, 0, {words(e, "event") for e in events}
    titles: dict[str, str] = {}
    for n, event in enumerate(events):
        what = words(event, "event")
        if what == "session_started" and said:
            session, said, titles = session + 1, 0, {}
        if what not in ("user", "bot"):
            make.skip(what)
            continue
        text, attached = tidy(get(event, "text")), []
        if what == "bot":
            buttons = many(event, "data.buttons", "data.quick_replies")
            titles |= {words(b, "payload"): words(b, "title") for b in buttons}
            text = text or "\n".join(words(b, "title") for b in buttons)
            attached = [a if isinstance(a, str) else "attachment" for k in ("data.image", "data.attachment", "data.custom", "data.elements") if (a := given(event, k))]
            if not text and not attached:
                make.skip("bot event without anything said")
                continue
        else:
            text = titles.get(text) or text
        via = words(event, "input_channel") or words(tracker, "latest_input_channel")
        said += 1
        yield from make.make(
            item,
            sender if session == 1 else f"{sender}#{session}",
            text,
            time=get(event, "timestamp"),
            who=sender if what == "user" else "bot",
            role="customer" if what == "user" else "bot",
            about={"customer_id": sender, "channel": channel(via, "chat"), "columns": facts(via=via)},
            attachments=attached,
            message_id=words(event, "message_id") or f"{sender}/{n}",
            zone_known=number(get(event, "timestamp")) is not None,
        )
    if "user" in kinds and "bot" not in kinds:
        yield make.lost(item, f"the tracker of {sender} holds no bot events: what the bot said is not in it", kept=True)
