"""A channel that never ends, cut into conversations as it goes by.

Cutting follows what people do in such a channel. A message goes with what it answers by a link, else with whoever it names, else with the writer's own talk of
these minutes, else, right after a question that nobody answered, with that question; anything else opens a conversation of its own.
How well it does beside links that people drew: benchmarks/disentangle.py.

What must be known of the whole channel before is little (`Room`). Beyond that, cutting remembers the last `MEMORY` messages, the last one of everybody who ever
spoke, and of each message that somebody answers by a link in which conversation it stands: so a channel is cut alike whether it lies in memory or comes from files.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from .links import number
from .types import Record

SAME_BREATH = timedelta(minutes=4)  # who goes on writing within this, naming nobody, goes on with the same matter
OWN_TALK = timedelta(minutes=10)  # an unaddressed message later than this after the writer's last opens anew
ANSWER = timedelta(minutes=1)  # an unaddressed message by somebody new answers the question right before it
QUESTION = 25  # characters from which an unaddressed question is a new matter, not part of the talk going on
MEMORY = 99  # messages looked back
APART = ("system", "note")  # what nobody says to anybody
PAIR = 2  # people in a channel up to which only silence ends a conversation
_NAMED = re.compile(r"^@?([^\s:,>]{1,32})\s?[:,>]\s|^@([^\s:,]{1,32})\b|^([^\s:,]{2,32})\s{1,2}\S")
_ASKS = re.compile(r"\?\s*$|\?\s|^(?:hi|hello|hey|anyone|anybody|how|what|where|why|is there|does|can|could)\b", re.IGNORECASE)


class Linked:
    """The messages that others answer by a link, each with its conversation: 16 bytes a message. `add` their names, `settle`, then ask."""

    def __init__(self) -> None:
        self._names, self._homes = array("Q"), array("q")

    def add(self, name: str) -> None:
        """Somebody answers the message of this name."""
        self._names.append(number(name))

    def settle(self) -> None:
        """All are known."""
        if self._names:
            import numpy as np

            self._names = array("Q", np.unique(np.frombuffer(self._names, np.uint64)).tobytes())
            self._homes = array("q", [-1]) * len(self._names)

    def __contains__(self, name: str | None) -> bool:
        return self._at(name) is not None

    def home(self, name: str) -> int | None:
        """The conversation of a message, or of what answered it before it came."""
        at = self._at(name)
        return None if at is None or self._homes[at] < 0 else self._homes[at]

    def put(self, name: str | None, home: int) -> None:
        """A message stands in this conversation."""
        if (at := self._at(name)) is not None:
            self._homes[at] = home

    def offer(self, name: str, home: int) -> int:
        """The conversation of a message; this one, where it has none yet."""
        found = self.home(name)
        if found is None:
            self.put(name, found := home)
        return found

    def _at(self, name: str | None) -> int | None:
        if name is None or not self._names:
            return None
        wanted = number(name)
        at = bisect_left(self._names, wanted)
        return at if at < len(self._names) and self._names[at] == wanted else None


class Room:
    """What must be known of a whole channel before it is cut: `hear` every record, `settle`, then `meet` each once more. ``apart``: its threads are told by links."""

    def __init__(self, apart: bool) -> None:
        self.linked, self.people = Linked(), set[str]()
        self.placed = True  # the export says of every record where it stands
        self._apart = apart

    def hear(self, r: Record) -> None:
        """A record of it."""
        self.placed &= r.position is not None
        if r.reply_to:
            self.linked.add(r.reply_to)

    def settle(self) -> None:
        """Every record was heard."""
        self.linked.settle()

    def meet(self, r: Record) -> None:
        """Whether more than `PAIR` people talk in it: another record."""
        if len(self.people) <= PAIR and r.role not in APART and self.thread(r) is None:
            self.people.add(r.author)

    def thread(self, r: Record) -> str | None:
        """The message whose thread a record stands in, the first one too; None outside of threads."""
        name = (r.reply_to or r.message_id) if self._apart else None
        return name if name in self.linked else None


class Cut:
    """Cuts a channel: call it with each record, in the order they were said, for its conversation: the place in the channel at which that begins.

    Lines of the system and notes stand in the conversation of what was said before, or, before all talk, of what is said first.
    """

    def __init__(self, room: Room, silence: timedelta) -> None:
        self._room, self._count = room, 0
        self._here: int | None = None  # the conversation that lines of the system stand in
        self._said = False
        self._talk = _Pauses(room.linked, silence) if len(room.people) <= PAIR else _Talk(room.linked, silence)

    def __call__(self, r: Record) -> int:
        at, self._count = self._count, self._count + 1
        if (thread := self._room.thread(r)) is not None:
            return self._room.linked.offer(thread, at)
        if self._here is None:
            self._here = at
        if r.role not in APART:
            self._here, self._said = self._talk.home(r, at if self._said else self._here), True
        return self._here


def cut(records: Sequence[Record], apart: bool, silence: timedelta) -> list[list[Record]]:
    """The conversations of one channel, in the order in which they begin."""
    room = Room(apart)
    for r in records:
        room.hear(r)
    room.settle()
    for r in records:
        room.meet(r)
    home, groups = Cut(room, silence), dict[int, list[Record]]()
    for r in records:
        groups.setdefault(home(r), []).append(r)
    return list(groups.values())


class _Pauses:
    """The talk of two people alone: what one of them says goes with what it answers by a link, else with what was said before, until both are silent."""

    def __init__(self, linked: Linked, silence: timedelta) -> None:
        self._linked, self._silence = linked, silence
        self._now = 0
        self._before: Record | None = None

    def home(self, r: Record, new: int) -> int:
        """The conversation of a message; ``new``: what one that it opens is called."""
        if r.reply_to and (linked := self._linked.home(r.reply_to)) is not None:
            self._now = linked
        elif self._before is None or _gap(self._before.sent_at, r.sent_at) > self._silence:
            self._now = new
        self._before = r
        self._linked.put(r.message_id, self._now)
        if r.reply_to:
            self._linked.offer(r.reply_to, self._now)
        return self._now


class _Said(NamedTuple):
    """What is remembered of a message: its author, whom it may name, its time, its conversation, whether it opened that."""

    author: str
    names: tuple[str, ...]
    at: datetime | None
    home: int
    opened: bool


class _Talk:
    """The talk of many at once."""

    def __init__(self, linked: Linked, silence: timedelta) -> None:
        self._linked, self._silence = linked, silence
        self._last: dict[str, _Said] = {}  # by author
        self._recent: deque[_Said] = deque(maxlen=MEMORY)
        self._text = ""  # of the last message

    def home(self, r: Record, new: int) -> int:
        """The conversation of a message; ``new``: what one that it opens is called."""
        me, names = r.author.lower(), addressed(r.text)
        found = self._linked.home(r.reply_to) if r.reply_to else None
        if found is None:
            found = self._goes_with(r, me, names)
        said = _Said(me, names, r.sent_at, new if found is None else found, found is None)
        self._linked.put(r.message_id, said.home)
        if r.reply_to:
            self._linked.offer(r.reply_to, said.home)  # what answers the same message, which is not here, goes together
        self._recent.append(said)
        self._last[me], self._text = said, r.text
        return said.home

    def _goes_with(self, r: Record, me: str, names: tuple[str, ...]) -> int | None:
        """The conversation that a message goes on with; None where it opens one."""
        own, named = self._last.get(me), self._known(names)
        if own is not None and _gap(own.at, r.sent_at) > self._silence:
            own = None
        if named and named != me and _gap((they := self._last[named]).at, r.sent_at) <= self._silence:
            return self._answered(me, named, they, r.sent_at)
        asks = len(r.text) >= QUESTION and bool(_ASKS.search(r.text))
        if own is not None:
            if _gap(own.at, r.sent_at) <= SAME_BREATH:
                return own.home
            for said in reversed(self._recent):
                if self._known(said.names) == me and _gap(said.at, r.sent_at) <= self._silence:
                    return said.home
            return own.home if _gap(own.at, r.sent_at) <= OWN_TALK and not asks else None
        before = self._recent[-1] if self._recent else None
        if asks or before is None or _gap(before.at, r.sent_at) > ANSWER or not _ASKS.search(self._text):
            return None
        return before.home if before.opened else None

    def _answered(self, me: str, named: str, they: _Said, at: datetime | None) -> int:
        """What a message to somebody answers: the last of their talk with me, else the last they said to nobody in particular, else the last they said."""
        to_nobody = None
        for said in reversed(self._recent):
            if _gap(said.at, at) > self._silence:
                break
            spoken_to = self._known(said.names)
            if (said.author, spoken_to) in ((named, me), (me, named)):
                return said.home
            if said.author == named and spoken_to is None and to_nobody is None:
                to_nobody = said.home
        return they.home if to_nobody is None else to_nobody

    def _known(self, names: Iterable[str]) -> str | None:
        """The first of some names that somebody in the channel has."""
        return next((name for name in names if name in self._last), None)


def is_question(text: str) -> bool:
    """Whether a message looks like a question to whoever is there.

    >>> is_question("anyone with sound on the black box"), is_question("Then restart it")
    (True, False)
    """
    return bool(_ASKS.search(text))


def addressed(text: str) -> tuple[str, ...]:
    """Whom a message may name at its beginning, in lower case; the likelier reading first.

    >>> addressed("Ana: try a restart")
    ('ana',)
    """
    match = _NAMED.match(text)
    if match is None:
        return ()
    name = (match[1] or match[2] or match[3]).lower()
    return (name,) if name == (bare := name.rstrip(":,>")) else (name, bare)


def _gap(earlier: datetime | None, later: datetime | None) -> timedelta:
    return timedelta(0) if earlier is None or later is None else later - earlier
