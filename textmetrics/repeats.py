"""Replies that nobody wrote: the same words, at once, as the first reply in many conversations.

Exports seldom say which messages a program sent. People take some seconds to read and answer, so a first reply that comes faster than the channel's
``instant``, in words that ten conversations or more were met with as fast (names and numbers apart), is taken to be automatic. The same words sent
later are not: people use texts that stand ready, too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from operator import itemgetter

import msgspec

from . import packs
from .folding import fold
from .types import Conversation, Record

MANY = 10  # conversations
SHORTEST = 20  # letters and digits: a "hi" is repeated by everybody
APART = ("bot", "system", "note")
_WORD = re.compile(r"\w+")
Said = tuple[str, str, datetime | None]  # who, what, when


class Repeats:
    """Counts first replies (`add`), then marks those that are automatic (`mark`)."""

    def __init__(self) -> None:
        self.marked = 0
        self._seen: Counter[bytes] = Counter()
        self._many: frozenset[bytes] | None = None

    def add(self, group: Sequence[Record], channel: str) -> None:
        """Take in the records of a conversation."""
        said = [(r.author, r.text, r.sent_at) for r in group if r.role not in APART and r.visibility == "public" and not r.automatic]
        dated = [m for m in said if m[2] is not None]
        dated.sort(key=itemgetter(2))
        self._count(_first_reply(dated if len(dated) == len(said) else dated + [m for m in said if m[2] is None], group[0].channel or channel))

    def add_whole(self, c: Conversation) -> None:
        """Take in a conversation."""
        self._count(_first_reply([said for _, said in _said(c)], c.channel))

    def _count(self, found: tuple[int, bytes] | None) -> None:
        if found is not None:
            self._seen[found[1]] += 1
            self._many = None

    def _automatic(self) -> frozenset[bytes]:
        """The words that enough conversations were met with."""
        if self._many is None:
            self._many = frozenset(words for words, count in self._seen.items() if count >= MANY)
        return self._many

    def mark(self, c: Conversation) -> Conversation:
        """A conversation whose first reply is said to be automatic where it is."""
        if not self._automatic():
            return c
        own = _said(c)
        found = _first_reply([said for _, said in own], c.channel)
        if found is None or found[1] not in self._automatic():
            return c
        self.marked += 1
        at = own[found[0]][0]
        return msgspec.structs.replace(c, messages=tuple(msgspec.structs.replace(m, automatic=True) if n == at else m for n, m in enumerate(c.messages)))


def _said(c: Conversation) -> list[tuple[int, Said]]:
    """What people said to each other, and where."""
    apart = {p.id for p in c.participants if p.role in APART}
    return [(n, (m.participant_id, m.text, m.sent_at)) for n, m in enumerate(c.messages) if m.participant_id not in apart and not m.private and not m.automatic]


def _first_reply(said: Sequence[Said], channel: str) -> tuple[int, bytes] | None:
    """Where the first reply to whoever opens stands, and a name for its words; None where it took a while, or says too little."""
    at = next((n for n, (who, _, _) in enumerate(said) if who != said[0][0]), None)
    if at is None:
        return None
    (opener, _, asked), (_, text, answered) = said[0], said[at]
    instant = packs.channel(channel).instant
    if not instant or asked is None or answered is None or not 0 <= (answered - asked).total_seconds() <= instant:
        return None
    names = set(_WORD.findall(fold(opener)))
    words = ["#" if word.isdigit() else "@" if word in names else word for word in _WORD.findall(fold(text))]
    return (at, blake2b(" ".join(words).encode(), digest_size=8).digest()) if sum(map(len, words)) >= SHORTEST else None
