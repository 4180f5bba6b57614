"""Single messages to conversations: by the id an export gives, by who answers whom, or by silence and talk in a channel that never ends (`cutting`)."""

from __future__ import annotations

import heapq
import itertools
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from . import packs, roles
from .cutting import APART, cut
from .links import Links
from .types import Conversation, Message, Participant, Record

SKEW = 60.0  # s a clock may run back before the times of a conversation are not believed
FORWARD = 0.9  # share of neighbouring messages in time order from which the order of the file is believed
FACTS = ("customer_id", "case_id", "severity", "queue", "status", "rating")
_NEVER = datetime.min.replace(tzinfo=UTC)
EVER = ("author", "reply_to", "attachments", "automatic", "opener", "edited")  # of a message that two exports hold, what one of them says holds
TOGETHER: dict[Callable[[Record], float], tuple[str, ...]] = {  # what stands or falls together, by how much a record says of it
    lambda r: (r.raw_time is not None) if r.sent_at is None else 2 + r.zone_known: ("sent_at", "raw_time", "zone_known"),
    lambda r: 0.0 if r.role == "unknown" else r.confidence: ("role", "confidence", "visibility"),
    lambda r: r.position is not None: ("position",),
    lambda r: r.cut is not None: ("cut",),
}
CHANNELS = ("silence", "rooms")  # how conversations of channels that never end are found


def assemble(records: Iterable[Record], threads: str, order: str | None = None, *, channel: str = "chat") -> Iterator[Conversation]:
    """Conversations out of the records of one export. ``threads``: id, reply, silence or rooms; ``order``: file, time, or None: the evidence decides."""
    given = list(records)
    if threads in CHANNELS:
        given = in_talk(given, order)
    groups = grouped(given, threads, channel)
    settled = order or (settle(*evidence(g for _, g in groups)) if threads == "id" else "file")
    for key, group in groups:
        yield conversation(key, group, settled, channel)


def grouped(records: list[Record], threads: str, channel: str) -> list[tuple[str, list[Record]]]:
    """The records of each conversation, with its id, in the order in which they begin."""
    return {"id": _by_id, "reply": _by_reply, "silence": _by_silence, "rooms": _by_room}[threads](records, channel)


def in_talk(records: list[Record], order: str | None, upright: Callable[[list[Record]], list[Record]] = list) -> list[Record]:
    """The records of a channel in the order they were said: silence is told by what came before, so newest-first exports are turned first."""
    return _arranged(records, order, upright) if order == "time" else records


def _by_id(records: list[Record], channel: str) -> list[tuple[str, list[Record]]]:
    groups: dict[str, list[Record]] = {}
    for r in records:
        groups.setdefault(room_of(r), []).append(r)
    return list(groups.items())


def _by_reply(records: list[Record], channel: str) -> list[tuple[str, list[Record]]]:
    """Everything that answers, or answers an answer to, one first message. A reply to what is not there opens its own."""
    links = Links()
    for place, r in enumerate(records):
        links.add(place, name_of(r), r.reply_to)
    groups: dict[int, list[Record]] = {}
    for root, r in zip(links.roots().tolist(), records, strict=True):
        groups.setdefault(root, []).append(r)
    return [(name_of(records[root]), parents_first(group)) for root, group in groups.items()]


def room_of(record: Record) -> str:
    """The conversation, or never-ending channel, that the export says a record is of; without one it is alone."""
    return record.conversation_id or f"{record.source}:{record.number}"


def name_of(record: Record) -> str:
    """What a record is known by: its own id, or where it stands."""
    return record.message_id or f"{record.source}:{record.number}"


def parents_first(group: list[Record]) -> list[Record]:
    """By time, but no reply before what it answers; what is of one second stays as it came."""
    far = datetime.max
    waiting = sorted(group, key=lambda r: r.sent_at.replace(tzinfo=None) if r.sent_at else far)
    ids = {r.message_id for r in group}
    placed: list[Record] = []
    done: set[str | None] = set()
    children: dict[str, list[Record]] = defaultdict(list)
    for r in waiting:
        stack = [r]
        if r.reply_to in ids and r.reply_to not in done and r.reply_to != r.message_id:
            children[str(r.reply_to)].append(r)
            continue
        while stack:
            one = stack.pop(0)
            placed.append(one)
            done.add(one.message_id)
            stack = children.pop(str(one.message_id), []) + stack
    return placed + [r for rest in children.values() for r in rest]


def evidence(groups: Iterable[list[Record]]) -> tuple[int, int]:
    """How many messages stand after an earlier one of their conversation, and how many after a later one."""
    forward = backward = 0
    for group in groups:
        for a, b in itertools.pairwise(group):
            if a.sent_at is not None and b.sent_at is not None:
                forward += b.sent_at > a.sent_at
                backward += b.sent_at < a.sent_at
    return forward, backward


def settle(forward: int, backward: int) -> str:
    """How an export orders messages, by the evidence of all its conversations: file, reverse, or (shuffled) time."""
    if forward >= FORWARD * (forward + backward):
        return "file"
    return "reverse" if backward >= FORWARD * (forward + backward) else "time"


def _arranged(group: list[Record], order: str, upright: Callable[[list[Record]], list[Record]] = list) -> list[Record]:
    if group[0].position is not None and all(r.position is not None for r in group):
        return sorted(group, key=lambda r: r.position)  # type: ignore[arg-type, return-value]
    if order in ("file", "reverse"):
        return _of_files(group if order == "file" else group[::-1])
    if any(r.sent_at is None for r in group):
        return group
    return sorted(upright(group), key=lambda r: r.sent_at)  # type: ignore[arg-type, return-value]  # what is of one second stays as its reader gave it


def _of_files(group: list[Record]) -> list[Record]:
    """A conversation that stands in several files, which say of their own messages in which order they came, and nothing of each other's: the earlier first."""
    if len({r.source for r in group}) == 1 or any(r.sent_at is None for r in group):
        return group
    files: dict[str, list[Record]] = {}
    for r in group:
        files.setdefault(r.source, []).append(r)
    return list(heapq.merge(*files.values(), key=lambda r: r.sent_at))  # type: ignore[arg-type, return-value]


def _by_silence(records: list[Record], channel: str) -> list[tuple[str, list[Record]]]:
    """Conversations out of channels that never end, each by itself: a record's ``conversation_id`` names its channel, where the export has several."""
    rooms: dict[str | None, list[Record]] = {}
    for r in records:
        rooms.setdefault(r.conversation_id, []).append(r)
    return [(named_after(group), group) for room in rooms.values() for group in cut(room, False, silence_of(channel))]


def _by_room(records: list[Record], channel: str) -> list[tuple[str, list[Record]]]:
    """Channels that have threads: what answers one message by a link goes with it and with nothing else, what stands outside of threads is cut by silence."""
    rooms: dict[str | None, list[Record]] = {}
    for r in records:
        rooms.setdefault(r.conversation_id, []).append(r)
    place = {id(r): n for n, r in enumerate(records)}
    groups = [group for room in rooms.values() for group in cut(room, True, silence_of(channel))]
    return [(named_after(group, apart=True), group) for group in sorted(groups, key=lambda group: place[id(group[0])])]


def silence_of(channel: str) -> timedelta:
    """How long nobody speaks in a channel of a kind between two conversations."""
    return timedelta(seconds=packs.channel(channel).silence)


def named_after(group: Sequence[Record], apart: bool = False) -> str:
    """The id of a conversation of a channel: its first message's that is said to somebody; of a thread that stands ``apart``, its first one's."""
    thread = apart and any(r.reply_to for r in group)
    return name_of(group[0] if thread else next((r for r in group if r.role not in APART), group[0]))


def agree(kept: Record, again: Record) -> None:
    """A message that two exports hold, as both tell it: what only one of them says, and, of what its conversation is said to be, what the newer one says."""
    newer = again.told is not None and (kept.told is None or again.told > kept.told)
    for name in (*FACTS, "channel", "language", "told"):
        if (value := getattr(again, name)) is not None and (newer or getattr(kept, name) is None):
            setattr(kept, name, value)
    kept.columns = {**kept.columns, **again.columns} if newer else {**again.columns, **kept.columns}
    for said, names in TOGETHER.items():
        if said(again) > said(kept):
            for name in names:
                setattr(kept, name, getattr(again, name))
    kept.reactions = again.reactions | kept.reactions
    for name in EVER:
        setattr(kept, name, getattr(kept, name) or getattr(again, name))


def conversation(
    key: str, group: list[Record], order: str, channel: str, upright: Callable[[list[Record]], list[Record]] = list, helpers: Container[str] = ()
) -> Conversation:
    """One conversation out of its records, in an order: who takes part as what, and whether the clocks can be right. ``upright``: puts the oldest first that a file has last; ``helpers``: who mostly answers."""
    group = _arranged(group, order, upright)
    names = [roles.name_of(r) for r in group]
    people = roles.participants(group, names, helpers)
    dated = any(r.told is not None for r in group)
    newest = sorted(group, key=lambda r: r.told or _NEVER, reverse=True) if dated else group  # what is told of the conversation: the newest export first, else as it came
    return Conversation(
        id=key,
        channel=_told(newest, "channel") or channel,
        participants=tuple([Participant(name, role, confidence) for name, (role, confidence) in people.items()]),
        messages=tuple([_message(r, name, key, i) for i, (r, name) in enumerate(zip(group, names, strict=True))]),
        language=_told(newest, "language"),
        skewed=_skewed(group),
        cut=_told(newest, "cut"),
        columns=_columns(newest),
        **{name: _told(newest, name) for name in FACTS},
    )


def _message(r: Record, name: str, key: str, at: int) -> Message:
    """A record as a message of a conversation."""
    return Message(
        id=r.message_id or f"{key}/{at}",
        participant_id=name,
        text=r.text,
        sent_at=r.sent_at,
        reply_to=r.reply_to,
        automatic=r.automatic,
        private=r.role == "note",
        reactions=r.reactions,
        raw_time=r.raw_time,
        zone_known=r.zone_known,
        edited=r.edited,
        attachments=r.attachments,
        origin=r.origin,
        source=r.source,
        record=r.number,
    )


def _skewed(group: Sequence[Record]) -> bool:
    """Whether the clocks cannot be right: a message lies well before the one that it follows, or that it answers."""
    if any(_back(a.sent_at, b.sent_at) for a, b in itertools.pairwise(group)):
        return True
    times = {r.message_id: r.sent_at for r in group if r.message_id is not None} if any(r.reply_to is not None for r in group) else {}
    return any(_back(times.get(r.reply_to), r.sent_at) for r in group if r.reply_to in times)


def _told(group: Sequence[Record], name: str) -> Any:
    """The first value that stands of one fact of a conversation."""
    for r in group:
        if (value := getattr(r, name)) is not None:
            return value
    return None


def _columns(group: Sequence[Record]) -> dict[str, str]:
    """Facts beside the messages: of each name the first value that stands."""
    found: dict[str, str] = {}
    for r in group:
        for name, value in r.columns.items():
            found.setdefault(name, value)
    return found


def _back(earlier: datetime | None, later: datetime | None) -> bool:
    """Whether a later message lies further before an earlier one than clocks may run back."""
    return earlier is not None and later is not None and earlier > later and (earlier - later).total_seconds() > SKEW
