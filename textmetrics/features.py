"""What a trained model is told of a message: its words, its cues, the votes of the rules, and its place in the conversation.

A feature is a short name and a number; the name says in itself what it is (``PREFIXES``), so a model's reasons can be told in words.

To add one, set it in ``_own`` (the message by itself), ``_place`` (where it stands, who speaks) or ``_context`` (what others said), with a
prefix of ``PREFIXES``; training, judging and explaining all go through there. Nothing else is to be done but to train: a feature that a
model does not know weighs nothing. Only the words themselves (w:, s:, b:) take a shorter way when a batch is judged: ``words.of_words``
names them, ``models.Linear`` finds their weights without the names, and a test holds the two equal.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from itertools import compress, pairwise

from msgspec import Struct

from .detectors import View, Vote
from .folding import fold
from .memo import Memo
from .types import CUSTOMERS, RESPONDERS, Role
from .weights import Row
from .words import capitals, of_words, tokens

PREFIXES = {
    "w": "the word",
    "s": "a word that begins with",
    "b": "the words",
    "^": "begins with",
    "$": "ends with",
    "c": "cue",
    "c^": "begins with the cue",
    "c$": "ends with the cue",
    "r": "the rule for",
    "p": "the other side just showed the cue",
    "m": "the writer showed before the cue",
    "n": "the other side then shows the cue",
    "q": "what was just said is judged",
    "e": "before that, the other side gave",
    "so": "after a solution, the cue",
    "no": "with no solution before, the cue",
    "is": "",
}
GAPS = ("is:after minutes", "is:after hours", "is:after days")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EDGE = 12  # characters from an edge of the message within which a cue begins or ends it
CAPITALS = 0.6  # share of words in capitals from which a message counts as shouted


class Told:
    """The words of each message of a view, cut once, without the names of its people (``tokens``); what else is asked of them is worked out when it is."""

    def __init__(self, view: View) -> None:
        names = people(view)
        self.view = view
        self.tokens = [tokens(text, names) for text in view.folded]
        self.bare = [text.strip() for text in view.folded]

    @cached_property
    def content(self) -> list[set[str]]:
        """The words of more than three letters."""
        return [{t for t in ts if len(t) > 3} for ts in self.tokens]

    @cached_property
    def writers(self) -> list[str]:
        """Who wrote each message."""
        return [m.participant_id for m in self.view.conversation.messages]

    @cached_property
    def earlier(self) -> list[list[int]]:
        """Of each message those that its writer sent before."""
        sent: dict[str, list[int]] = {}
        found = []
        for i, writer in enumerate(self.writers):
            own = sent.setdefault(writer, [])
            found.append(own[:])
            own.append(i)
        return found

    @cached_property
    def answers(self) -> list[bool]:
        """Whether each message is a responder's."""
        return [role in RESPONDERS for role in self.view.roles]

    @cached_property
    def said_before(self) -> list[int]:
        """How many of the words of each message its side had said before."""
        said: tuple[set[str], set[str]] = set(), set()
        found = []
        for words, side in zip(self.content, self.answers, strict=True):
            found.append(len(words & said[side]))
            said[side].update(words)
        return found

    @cached_property
    def after(self) -> list[int | None]:
        """The next message of the other side behind each."""
        asks = answers = None
        found: list[int | None] = []
        for i in range(len(self.view) - 1, -1, -1):
            found.append(asks if self.answers[i] else answers)
            if self.answers[i]:
                answers = i
            elif self.view.roles[i] in CUSTOMERS:
                asks = i
        return found[::-1]

    @cached_property
    def pairs(self) -> list[set[tuple[str, str]]]:
        """The pairs of neighbouring words of each message."""
        return [set(pairwise(words)) for words in self.tokens]


def people(view: View) -> set[str]:
    """What the people of a conversation are called, folded."""
    return {fold(p.id) for p in view.conversation.participants}


def of_message(view: View, told: Told, i: int, votes: Sequence[tuple[str, Vote]]) -> dict[str, float]:
    """All features of one message, as trainers and explanations need them."""
    return of_words(told.tokens[i]) | beyond_words(view, told, i, votes).named()


def beyond_words(view: View, told: Told, i: int, votes: Sequence[tuple[str, Vote]]) -> Row:
    """The features of one message but for those of its words, which a model looks up by itself (``models.Linear.few``)."""
    row = Row(_own(view, told, i), of_votes(votes))
    length, name = LENGTHS[len(told.tokens[i])]
    row.values["is:length"] = length
    row.shown.append(name)
    _place(view, told, i, row.shown)
    _context(view, told, i, row)
    return row


def of_votes(votes: Sequence[tuple[str, Vote]]) -> dict[str, float]:
    """What the rules said of a message; a vote that is final is no evidence, it decides."""
    return {_RULED[name]: vote.score for name, vote in votes if not vote.final}


def _own(view: View, told: Told, i: int) -> list[str]:
    """Features of the message by itself."""
    words, folded, named = told.tokens[i], view.folded[i], view.named[i]
    shown = [*map(_FIRST.__getitem__, {*words[:3]}), *map(_LAST.__getitem__, {*words[-2:]}), *map(_CUE.__getitem__, named)]
    if named:
        size = len(folded.rstrip())
        for name, found in named.items():
            if found[0].start < EDGE:
                shown.append(_BEGINS[name])
            if size - max([cue.end for cue in found]) < EDGE:
                shown.append(_ENDS[name])
            if len(found) > 1:
                shown.append(_TWICE[name])
    if "?" in folded:
        shown.append("is:asks")
        if folded.count("?") > 1:
            shown.append("is:asks twice")
        if told.bare[i][-1] == "?":
            shown.append("is:ends asking")
    loud, letters = capitals(view.texts[i])
    if letters > 3 and loud >= CAPITALS * letters:
        shown.append("is:shouted")
    return shown


def _length(words: int) -> tuple[float, str]:
    """What a model is told of so many words: a number, and the name of a class."""
    return math.log1p(words) / 3, f"is:length {min(6, int(math.log2(max(1, words))))}"


LENGTHS = Memo(_length)
_FIRST, _LAST = Memo("^:{}".format), Memo("$:{}".format)
_CUE, _BEGINS, _ENDS, _TWICE = Memo("c:{}".format), Memo("c^:{}".format), Memo("c$:{}".format), Memo("is:{} twice".format)  # names of features, made once
_SHOWN, _ANSWERED, _REPEATS = Memo("m:{}".format), Memo("n:{}".format), [f"is:repeats {k}" for k in range(5)]
_RULED, _JUDGED, _EVER, _AFTER_SOLUTION, _BEFORE_ANY = Memo("r:{}".format), Memo("q:{}".format), Memo("e:{}".format), Memo("so:{}".format), Memo("no:{}".format)


def _place(view: View, told: Told, i: int, shown: list[str]) -> None:
    """Where in the conversation a message stands, and who speaks."""
    people, roles, n, writers = view.conversation.messages, view.roles, len(view), told.writers
    me = writers[i]
    shown.append(by_role(roles[i]))
    if i == 0:
        shown.append("is:the first message")
    if i == n - 1:
        shown.append("is:the last message")
    if i and writers[i - 1] == me:
        shown.append("is:goes on")
    if i + 1 < n and writers[i + 1] == me:
        shown.append("is:goes on after")
    earlier = len(told.earlier[i])
    shown.append("is:first of the writer" if not earlier else "is:second of the writer" if earlier == 1 else "is:later of the writer")
    if i and (name := gap_name(people[i - 1].sent_at, people[i].sent_at)):
        shown.append(name)


def _context(view: View, told: Told, i: int, row: Row) -> None:
    """What the other side said before and says after, what the writer said before."""
    said, shown, values = view.before(i), row.shown, row.values
    content = told.content[i]
    for j, heard in zip(said, _SAID, strict=False):
        shown += map(heard.cue.__getitem__, view.named[j])
        if "?" in view.folded[j]:
            shown.append(heard.asks)
            if told.bare[j][-1] == "?":
                shown.append(heard.ends_asking)
        values[heard.length] = LENGTHS[len(told.tokens[j])][0]
    if said:
        j = said[0]
        if content:
            values["is:overlap with the other side"] = len(content & told.content[j]) / len(content)
        values["is:distance"] = min(5, i - j) / 5
    else:
        shown.append("is:nothing said by the other side")
    _repeats(told, i, said, row)
    answers, mine = told.answers, i - 1
    while mine >= 0 and answers[mine] != answers[i]:
        mine -= 1
    if mine >= 0:
        shown += map(_SHOWN.__getitem__, view.named[mine])
        if content:
            values["is:overlap with the own side"] = told.said_before[i] / len(content)
    if (after := told.after[i]) is None:
        shown.append("is:never answered")
    else:
        shown += map(_ANSWERED.__getitem__, view.named[after])
        if "?" in view.folded[after]:
            shown.append("is:n asks")
    if view.roles[i] in CUSTOMERS:
        _judged(view, told, i, said, row)


class Heard(Struct, frozen=True):
    """What features of one of the last messages of the other side are called."""

    cue: Memo[str, str]
    asks: str
    ends_asking: str
    length: str


_SAID = [Heard(Memo(f"{mark}:{{}}".format), f"is:{mark} asks", f"is:{mark} ends asking", f"is:{mark} length") for mark in ("p", "p2")]


def _repeats(told: Told, i: int, said: Sequence[int], row: Row) -> None:
    """How much of a message its writer had said before."""
    mine, content, values = told.earlier[i], told.content[i], row.values
    if not mine or not content:
        return
    shared = [len(content & told.content[j]) for j in mine]
    most = max(shared) / len(content)
    values["is:repeats"] = most
    row.shown.append(_REPEATS[int(most * 4)])
    values["is:repeats the own first message"] = shared[0] / len(content)
    if pairs := told.pairs[i]:
        values["is:repeats word for word"] = max([len(pairs & told.pairs[j]) for j in mine]) / len(pairs)
    if told.bare[i] in map(told.bare.__getitem__, mine):
        row.shown.append("is:said before")
    if said:
        values["is:repeats itself more than the other side"] = most - len(content & told.content[said[0]]) / len(content)


def _judged(view: View, told: Told, i: int, said: Sequence[int], row: Row) -> None:
    """What the responder's messages before were judged to be."""
    ever = _most([view.chances[j] for j in compress(range(i), told.answers)])
    just = _most([view.chances[j] for j in said])
    row.values.update(zip(map(_JUDGED.__getitem__, just), just.values(), strict=True))
    row.values.update(zip(map(_EVER.__getitem__, ever), ever.values(), strict=True))
    row.shown += map((_AFTER_SOLUTION if ever.get("solution", 0.0) > 0.5 else _BEFORE_ANY).__getitem__, view.named[i])


def _most(given: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    """The highest chance of each label over some messages."""
    if len(given) < 2:
        return given[0] if given else {}
    found = dict(given[0])
    for chances in given[1:]:
        for label, chance in chances.items():
            if chance > found.get(label, -1.0):
                found[label] = chance
    return found


def by_role(role: Role) -> str:
    """Who speaks, as a feature: what models learned from calls peers agents."""
    return "is:by agent" if role == "peer" else f"is:by {role}"


def gap_name(earlier: datetime | None, later: datetime | None) -> str | None:
    """How long after another a message was sent, as a feature; None where a clock is missing."""
    if earlier is None or later is None:
        return None
    gap = later - earlier
    return GAPS[0] if gap < HOUR else GAPS[1] if gap < DAY else GAPS[2]


def in_words(feature: str) -> str:
    """A feature's name as a person would say it.

    >>> in_words("p:instruct")
    "the other side just showed the cue 'instruct'"
    """
    prefix, _, rest = feature.partition(":")
    said = PREFIXES.get(prefix, prefix)
    return f"{said} {rest!r}" if said else rest
