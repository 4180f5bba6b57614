"""The records of one export on their way to conversations, however many they are.

What a conversation needs is wanted together, so records are shuffled by conversation (`spool`). What the whole export must be asked is found in one
pass over them: which messages overlapping files hold twice, in which order it has its messages, when it was cut. Then conversations come out one by one, in
the order in which they begin.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import datetime
from operator import itemgetter

import msgspec

from . import threads
from .falling import Falling
from .habits import Habits
from .links import Links
from .mapping import Map
from .profile import stage
from .readers import Reader
from .repeats import Repeats
from .rooms import RECORD, Long, Placed, moment, placed_weight, weight
from .spool import Merge, Roll, Shuffle, Spool
from .types import Conversation, Record

Under = tuple[int, int, Record]  # the place of the first message of its exchange, too
Begun = tuple[int, int, int]  # what conversations are in order of: where, or when, their channel begins, which channel, which of that
Group = tuple[Begun, str, list[Record]]


class Export:
    """Sources that belong together: of one folder, one format, one map. Give it what was read, `gather`, then take the conversations."""

    def __init__(self, reader: Reader, mapping: Map, folder: str, spool: Spool) -> None:
        self.folder, self.merged = folder, 0
        self.cut: datetime | None = None  # the last time in it
        self.ids = array("q")  # of its conversations, by their hashes
        self._reader, self._spool = reader, spool
        self._threads, self._channel = mapping.threads or reader.threads, mapping.channel or reader.channel
        self._order = mapping.order or reader.order
        self._a_log_each = self._threads in threads.CHANNELS and self._order != "time"  # pages and days of one export are put in order of time
        self._records: Shuffle[Placed] = Shuffle(spool, Placed, self._key, placed_weight)
        self._whole: Roll[Conversation] = Roll(spool, Conversation, _weight_of_all)
        self._groups: Merge[Group] = Merge(spool, Group, lambda group: sum(map(weight, group[2])))
        self._ends: dict[str, datetime] = {}  # by source: the last time in a conversation that it has a part in
        self.repeats, self._habits = Repeats(), Habits()
        self._count, self._falling = 0, Falling()
        self._timeless, self._placed = False, True

    def add(self, item: Record | Conversation) -> None:
        """Take in what a reader found."""
        if isinstance(item, Record):
            self._timeless |= item.sent_at is None
            self._placed &= item.position is not None
            if self._order != "file":
                self._falling.hear(self._count, item)
            self._records.add((self._count, item))
            self._count += 1
        else:
            self._whole.add(item)
            self.repeats.add_whole(item)
            self.ids.append(hash(item.id))
            self._heard([(m.sent_at, m.source) for m in item.messages if m.sent_at is not None])

    def gather(self) -> None:
        """Bring together what belongs together."""
        self._falling.settle(self._count)
        {"id": self._by_id, "reply": self._by_reply, "silence": self._by_silence, "rooms": self._by_silence}[self._threads]()

    def conversations(self) -> Iterator[Conversation]:
        """Every conversation, each with when its data were cut."""
        calls = self._reader.calls
        for c in self._all():
            cut = c.cut or (latest([c]) if calls and c.channel == "voice" else self._cut_of(c))
            yield self.repeats.mark(msgspec.structs.replace(c, cut=cut))

    def _all(self) -> Iterator[Conversation]:
        yield from self._whole
        self._whole.forget()
        upright = self._falling.upright if self._threads == "id" else list  # others were put in order when they were found
        for _, key, group in self._groups:
            with stage("read.conversations"):
                c = threads.conversation(key, group, self._settled, self._channel, upright, self._habits.answering(group))
            yield c
        self._groups.forget()

    def _cut_of(self, c: Conversation) -> datetime | None:
        """When the export of a conversation was cut: at the last time in it, or, where every file is a log of its own, in that file."""
        if not self._a_log_each:
            return self.cut
        return max((self._ends[m.source] for m in c.messages if m.source in self._ends), default=None)

    def _key(self, row: Placed) -> str:
        """What brings together records that may be of one conversation, or are perhaps one message."""
        r = row[1]
        if self._threads in threads.CHANNELS:
            return r.conversation_id or ""
        return (r.message_id if self._threads == "reply" else r.conversation_id or r.message_id) or threads.room_of(r)

    def _by_id(self) -> None:
        forward = backward = 0
        for leaf in self._records.leaves():
            groups: dict[str, Group] = {}
            for place, r in self._kept(leaf):
                key = threads.room_of(r)
                if key in groups:
                    groups[key][2].append(r)
                else:
                    groups[key] = (place, 0, 0), key, [r]
            counted = threads.evidence(g for _, _, g in groups.values())
            forward, backward = forward + counted[0], backward + counted[1]
            self._keep(groups.values())
        self._settled = self._order or threads.settle(forward, backward)

    def _by_reply(self) -> None:
        links, kept = Links(), Roll[Placed](self._spool, Placed, placed_weight)
        for leaf in self._records.leaves():
            for place, r in self._kept(leaf):
                links.add(place, threads.name_of(r), r.reply_to)
                kept.add((place, r))
        exchanges = Shuffle[Under](self._spool, Under, lambda row: str(row[0]), lambda row: weight(row[2]))
        for root, (place, r) in zip(links.roots(), kept, strict=True):
            exchanges.add((int(root), place, r))
        kept.forget()
        for lot in exchanges.leaves():
            groups: dict[int, list[Placed]] = {}
            for root, place, r in sorted(lot, key=lambda row: row[1]):
                groups.setdefault(root, []).append((place, r))
            self._keep(((g[0][0], 0, 0), threads.name_of(dict(g)[root]), threads.parents_first(self._falling.upright([r for _, r in g]))) for root, g in groups.items())
        self._settled = self._order or "file"

    def _by_silence(self) -> None:
        self._settled = self._order or "file"
        order = None if self._timeless and not self._placed else self._order  # one message without a time: the export's order holds for all
        apart = self._threads == "rooms"
        long = Long(self._spool, self._once, order, self._falling, apart, threads.silence_of(self._channel))
        for lot in self._records.rolls():
            if lot.long:
                for (place, first), found in long.channels(lot):
                    begun = self._began(first, place, order)
                    for groups in found:
                        self._keep([((begun, place, at), threads.named_after(group, apart), group) for at, group in groups])
            else:
                rows = list(lot)
                lot.forget()
                self._keep(self._in_memory(rows, order))

    def _in_memory(self, lot: list[Placed], order: str | None) -> list[Group]:
        """The conversations of some channels."""
        kept = self._kept(lot)
        places = {id(r): place for place, r in kept}
        rooms: dict[str | None, list[Record]] = {}
        for _, r in kept:
            rooms.setdefault(r.conversation_id, []).append(r)
        run: list[Group] = []
        for room in rooms.values():
            groups = threads.grouped(threads.in_talk(room, order, self._falling.upright), self._threads, self._channel)
            first = groups[0][1][0]
            begun = self._began(first, places[id(first)], order)
            run += [((begun, places[id(first)], n), key, g) for n, (key, g) in enumerate(groups)]
        return sorted(run, key=lambda group: group[0])

    def _began(self, first: Record, place: int, order: str | None) -> int:
        """Where a channel stands among others: as its first message, and the place of that, do in the order that holds."""
        if order != "time":
            return place
        return (first.position or 0) if self._placed else moment(first.sent_at)

    def _keep(self, groups: Iterable[Group]) -> None:
        run = list(groups)
        self.ids.extend([hash(key) for _, key, _ in run])
        for _, _, group in run:
            self.repeats.add(group, self._channel)
            if self._threads in threads.CHANNELS:
                self._habits.hear(group)
            self._heard([(r.sent_at, r.source) for r in group if r.sent_at is not None])
        self._groups.add(run)

    def _heard(self, times: list[tuple[datetime, str]]) -> None:
        """The times of a conversation, each with its source."""
        if times:
            last = max(times)[0]
            self.cut = last if self.cut is None or last > self.cut else self.cut
        for at, source in times if self._a_log_each else ():
            self._ends[source] = max(self._ends.get(source, at), at)

    def _kept(self, leaf: list[Placed]) -> list[Placed]:
        """Messages that overlapping files hold twice are kept once, in the order they came."""
        return sorted(self._once(leaf), key=itemgetter(0))

    def _once(self, rows: Iterable[Placed]) -> Iterator[Placed]:
        """The same one by one; the first of each id comes last, when all that other files say of it is known: it alone is held."""
        seen: dict[tuple[str | None, str], Placed] = {}
        for place, r in rows:
            if r.message_id is not None:
                _, first = seen.setdefault((r.conversation_id, r.message_id), (place, r))
                if first is r:
                    continue
                if first.text == r.text:
                    self.merged += 1
                    threads.agree(first, r)
                    continue
            yield place, r
        yield from seen.values()


class Names:
    """The ids of conversations, so that no two exports share one: of an id that several have, the later ones say of which they are."""

    def __init__(self, exports: Iterable[Export]) -> None:
        import numpy as np

        each = [np.unique(np.frombuffer(e.ids, np.int64)) for e in exports]
        found, count = np.unique(np.concatenate(each), return_counts=True) if len(each) > 1 else (np.empty(0, np.int64), np.empty(0))
        self._shared = frozenset(found[count > 1].tolist())  # hashes, as are all
        self._all = found if self._shared else found[:0]
        self._taken: dict[str, tuple[int, str]] = {}  # whose they are: the export, and the id there

    def of(self, id: str, export: int, folder: str) -> str:
        """The id of a conversation of the export of this number, which came from a folder."""
        if hash(id) not in self._shared:
            return id
        name = id
        while (name != id and self._known(name)) or self._taken.setdefault(name, (export, id)) != (export, id):
            name = f"{name}@{folder}"
        return name

    def _known(self, name: str) -> bool:
        at = bisect_left(self._all, hash(name))
        return at < len(self._all) and bool(self._all[at] == hash(name))


def latest(conversations: Iterable[Conversation]) -> datetime | None:
    """The last time in some conversations: when the data were cut, where nobody says otherwise."""
    return max((m.sent_at for c in conversations for m in c.messages if m.sent_at is not None), default=None)


def _weight_of_all(conversation: Conversation) -> int:
    return RECORD + sum(RECORD // 2 + len(m.text) for m in conversation.messages)
