"""Single messages to conversations: by the id an export gives, by who answers whom, or by silence and talk in a channel that never ends.

The last one follows what people do in such a channel. A message goes with whoever it names, else with the writer's own talk of
these minutes, else, right after a question that nobody answered, with that question; anything else opens a conversation of its own.
How well it does beside links that people drew: benchmarks/disentangle.py.
"""

from __future__ import annotations

import heapq
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from . import packs, roles
from .links import Links
from .types import Conversation, Message, Participant, Record

SKEW = 60.0  # s a clock may run back before the times of a conversation are not believed
FORWARD = 0.9  # share of neighbouring messages in time order from which the order of the file is believed
SAME_BREATH = timedelta(minutes=4)  # who goes on writing within this, naming nobody, goes on with the same matter
OWN_TALK = timedelta(minutes=10)  # an unaddressed message later than this after the writer's last opens anew
ANSWER = timedelta(minutes=1)  # an unaddressed message by somebody new answers the question right before it
QUESTION = 25  # characters from which an unaddressed question is a new matter, not part of the talk going on
FACTS = ("customer_id", "case_id", "severity", "queue", "status", "rating")
_NEVER = datetime.min.replace(tzinfo=UTC)
CHANNELS = ("silence", "rooms")  # how conversations of channels that never end are found
MEMORY = 100  # messages looked back
APART = ("system", "note")  # what nobody says to anybody
PAIR = 2  # people in a channel up to which only silence ends a conversation
_NAMED = re.compile(r"^@?([^\s:,>]{1,32})\s?[:,>]\s|^@([^\s:,]{1,32})\b|^([^\s:,]{2,32})\s{1,2}\S")
_ASKS = re.compile(r"\?\s*$|\?\s|^(?:hi|hello|hey|anyone|anybody|how|what|where|why|is there|does|can|could)\b", re.IGNORECASE)


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


def in_talk(records: list[Record], order: str | None) -> list[Record]:
    """The records of a channel in the order they were said: silence is told by what came before, so newest-first exports are turned first."""
    return _arranged(records, order) if order == "time" else records


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
    """By time, but no reply before what it answers."""
    far = datetime.max
    waiting = sorted(group, key=lambda r: (r.sent_at.replace(tzinfo=None) if r.sent_at else far, r.number))
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


def _arranged(group: list[Record], order: str) -> list[Record]:
    if all(r.position is not None for r in group):
        return sorted(group, key=lambda r: r.position)  # type: ignore[arg-type, return-value]
    if order in ("file", "reverse"):
        return _of_files(group if order == "file" else group[::-1])
    if any(r.sent_at is None for r in group):
        return group
    return sorted(group, key=lambda r: r.sent_at)  # type: ignore[arg-type, return-value]  # what is of one second stays as its reader gave it


def _of_files(group: list[Record]) -> list[Record]:
    """A conversation that stands in several files, which say of their own messages in which order they came, and nothing of each other's: the earlier first."""
    files: dict[str, list[Record]] = {}
    for r in group:
        files.setdefault(r.source, []).append(r)
    if len(files) == 1 or any(r.sent_at is None for r in group):
        return group
    return list(heapq.merge(*files.values(), key=lambda r: r.sent_at))  # type: ignore[arg-type, return-value]


def _by_silence(records: list[Record], channel: str) -> list[tuple[str, list[Record]]]:
    """Conversations out of channels that never end, each by itself: a record's ``conversation_id`` names its channel, where the export has several."""
    silence = timedelta(seconds=packs.channel(channel).silence)
    rooms: dict[str | None, list[Record]] = {}
    for r in records:
        rooms.setdefault(r.conversation_id, []).append(r)
    groups: list[tuple[str, list[Record]]] = []
    for room in rooms.values():
        talk = [r for r in room if r.role not in APART]
        found = _pauses(talk, silence) if len({r.author for r in talk}) <= PAIR else _talk(talk, silence)
        names = [name_of(group[0]) for group in found] or [name_of(room[0])]
        groups += zip(names, _with_lines(room, found) if len(talk) < len(room) else found, strict=True)
    return groups


def _with_lines(room: list[Record], groups: list[list[Record]]) -> list[list[Record]]:
    """Conversations with the lines of the system and the notes that stand in them: after a message of theirs, or, before all talk, in front of the first."""
    of = {id(r): n for n, group in enumerate(groups) for r in group}
    kept: list[list[Record]] = [[] for _ in groups or [room]]
    here = of[id(groups[0][0])] if groups else 0
    for r in room:
        here = of.get(id(r), here)
        kept[here].append(r)
    return kept


def _by_room(records: list[Record], channel: str) -> list[tuple[str, list[Record]]]:
    """Channels that have threads: what answers one message by a link goes with it and with nothing else, what stands outside of threads is cut by silence."""
    opened = {(r.conversation_id, r.reply_to) for r in records if r.reply_to}
    threads: dict[tuple[str | None, str | None], list[Record]] = {}
    loose: list[Record] = []
    for r in records:
        key = (r.conversation_id, r.reply_to or r.message_id)
        if key in opened:
            threads.setdefault(key, []).append(r)
        else:
            loose.append(r)
    place = {id(r): n for n, r in enumerate(records)}
    groups = [*((name_of(group[0]), group) for group in threads.values()), *_by_silence(loose, channel)]
    return sorted(groups, key=lambda group: place[id(group[1][0])])


def _pauses(talk: list[Record], silence: timedelta) -> list[list[Record]]:
    """The conversations of two people alone: what one of them says goes with what it answers by a link, else with what was said before, until both are silent."""
    groups: list[list[Record]] = []
    of: dict[str | None, list[Record]] = {}
    now: list[Record] = []
    for before, r in zip([None, *talk], talk, strict=False):
        if r.reply_to and (linked := of.get(r.reply_to)) is not None:
            now = linked
        elif before is None or _gap(before, r) > silence:
            now = []
            groups.append(now)
        now.append(r)
        of[r.message_id] = now
        if r.reply_to:
            of.setdefault(r.reply_to, now)
    return groups


def _talk(talk: list[Record], silence: timedelta) -> list[list[Record]]:
    """The conversations out of one channel in which many talk at once."""
    groups: dict[int, list[Record]] = {}
    of: list[int] = []  # of each talking record: its conversation
    last_by: dict[str, int] = {}
    people: set[str] = set()
    ids: dict[str | None, int] = {}
    for i, r in enumerate(talk):
        home = ids.get(r.reply_to) if r.reply_to else None
        if home is None:
            home = _home(talk, of, i, last_by, people, silence)
        ids[r.message_id] = i
        if r.reply_to:
            ids.setdefault(r.reply_to, i)  # what answers the same message, which is not here, goes together
        of.append(i if home is None else of[home])
        groups.setdefault(of[i], []).append(r)
        last_by[r.author.lower()] = i
        people.add(r.author.lower())
    return list(groups.values())


def _home(talk: list[Record], of: list[int], i: int, last_by: dict[str, int], people: set[str], silence: timedelta) -> int | None:
    """The position of an earlier message that message ``i`` goes with; None where it opens a conversation."""
    r = talk[i]
    me = r.author.lower()
    own = last_by.get(me)
    if own is not None and _gap(talk[own], r) > silence:
        own = None
    named = named_in(r.text, people)
    if named and named != me and (at := last_by.get(named)) is not None and _gap(talk[at], r) <= silence:
        return _answered(talk, i, me, named, people, at)
    asks = len(r.text) >= QUESTION and bool(_ASKS.search(r.text))
    if own is not None:
        if _gap(talk[own], r) <= SAME_BREATH:
            return own
        for j in range(i - 1, max(-1, i - MEMORY), -1):
            if named_in(talk[j].text, people) == me and _gap(talk[j], r) <= silence:
                return j
        return own if _gap(talk[own], r) <= OWN_TALK and not asks else None
    before = i - 1
    if asks or before < 0 or _gap(talk[before], r) > ANSWER or not _ASKS.search(talk[before].text):
        return None
    return before if of[before] == before else None


def _answered(talk: list[Record], i: int, me: str, named: str, people: set[str], at: int) -> int:
    """What a message to somebody answers: the last of their talk with me, else the last they said to nobody in particular."""
    to_nobody = None
    for j in range(i - 1, max(-1, i - MEMORY), -1):
        author, spoken_to = talk[j].author.lower(), named_in(talk[j].text, people)
        if (author, spoken_to) in ((named, me), (me, named)):
            return j
        if author == named and spoken_to is None and to_nobody is None:
            to_nobody = j
    return at if to_nobody is None else to_nobody


def named_in(text: str, people: set[str]) -> str | None:
    """Whom a message names at its beginning, of those known to be in the channel.

    >>> named_in("ana: try a restart", {"ana", "bo"})
    'ana'
    """
    match = _NAMED.match(text)
    if match is None:
        return None
    name = (match[1] or match[2] or match[3]).lower()
    if name in people:
        return name
    name = name.rstrip(":,>")
    return name if name in people else None


def _gap(a: Record, b: Record) -> timedelta:
    if a.sent_at is None or b.sent_at is None:
        return timedelta(0)
    return b.sent_at - a.sent_at


def agree(kept: Record, again: Record) -> None:
    """Of a message that two exports hold, let what they say of its conversation stand once: the newer one's, and what only one of them says."""
    newer = again.told is not None and (kept.told is None or again.told > kept.told)
    for name in (*FACTS, "channel", "language", "told"):
        if (value := getattr(again, name)) is not None and (newer or getattr(kept, name) is None):
            setattr(kept, name, value)
    kept.columns = {**kept.columns, **again.columns} if newer else {**again.columns, **kept.columns}


def conversation(key: str, group: list[Record], order: str, channel: str) -> Conversation:
    """One conversation out of its records, in an order: who takes part as what, and whether the clocks can be right."""
    group = _arranged(group, order)
    people = roles.participants(group)
    dated = any(r.told is not None for r in group)
    newest = sorted(group, key=lambda r: r.told or _NEVER, reverse=True) if dated else group  # what is told of the conversation: the newest export first, else as it came
    times = {r.message_id: r.sent_at for r in group if r.message_id is not None}
    back = [_back(a.sent_at, b.sent_at) for a, b in itertools.pairwise(group)]
    back += [_back(times.get(r.reply_to), r.sent_at) for r in group if r.reply_to in times]
    return Conversation(
        id=key,
        channel=_told(newest, "channel") or channel,
        participants=tuple(Participant(name, role, confidence) for name, (role, confidence) in people.items()),
        messages=tuple(
            Message(
                id=r.message_id or f"{key}/{i}",
                participant_id=roles.name_of(r),
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
            for i, r in enumerate(group)
        ),
        language=_told(newest, "language"),
        skewed=any(b > SKEW for b in back),
        cut=_told(newest, "cut"),
        columns=_columns(newest),
        **{name: _told(newest, name) for name in FACTS},
    )


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


def _back(earlier: datetime | None, later: datetime | None) -> float:
    """Seconds by which a later message lies before an earlier one."""
    return (earlier - later).total_seconds() if earlier is not None and later is not None else 0.0
