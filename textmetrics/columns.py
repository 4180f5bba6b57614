"""The features of many messages at once, as columns: what `features.beyond_words` tells of each, a hundred messages and more at a time.

All conversations of a batch stand on end, one row a message. What a message is and what stands around it are arrays over these rows (`Batch`); the words
and cues of messages are sets with a row each (`Sets`). A test holds both ways equal on everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import Any, get_args

import numpy as np
from msgspec import Struct

from .detectors import STANDS, View, Vote, label_keys
from .features import CAPITALS, EDGE, GAPS, LENGTHS, by_role, gap_name, people
from .memo import Memo
from .models import Named
from .profile import stage
from .sets import Before, Columns, Sets, first_of_each
from .types import CUSTOMERS, RESPONDERS, Role
from .words import Numbered, capitals_of, spread

Array = Any
MANY = 100  # messages from which columns pay
ROLES: tuple[Role, ...] = get_args(Role)
_ROLE: dict[str, int] = {role: n for n, role in enumerate(ROLES)}
_GAP = {name: n for n, name in enumerate(GAPS)} | {None: -1}


class Batch:
    """The conversations of a batch, a row a message; -1 is no row.

    ``chances``: how likely each message carries each of ``labels``, as far as it has been judged, else -1.
    """

    def __init__(self, views: Sequence[View]) -> None:
        self.sizes = np.array([len(view) for view in views], np.int64)  # messages of each conversation
        self.views, self.size = views, int(self.sizes.sum())
        self.rows = np.arange(self.size)
        self.first = np.cumsum(self.sizes) - self.sizes  # row of each conversation's first message
        self.begin, self.end = np.repeat(self.first, self.sizes), np.repeat(self.first + self.sizes, self.sizes)
        self.conversation = np.repeat(np.arange(len(views)), self.sizes)
        self.roles = np.array([_ROLE[role] for view in views for role in view.roles], np.int64)
        self.answers, self.asks = (np.isin(self.roles, [_ROLE[role] for role in side]) for side in (RESPONDERS, CUSTOMERS))
        self.role_names = ROLES
        self.customers = self.roles == _ROLE["customer"]
        self.labels, self.chances = label_keys(), np.full((self.size, len(label_keys())), -1.0)
        self._column = {label: k for k, label in enumerate(self.labels)}
        self.folded = [text for view in views for text in view.folded]
        bare = [text.strip() for text in self.folded]
        self.weighed, self.by_model = np.zeros(self.size, bool), np.zeros(self.chances.shape, bool)  # whether a model judged it; and decided on each label
        self.filled = np.array([text != "" for text in bare], bool)
        self.marks = np.array([text.count("?") for text in self.folded], np.int64)
        self.ends_asking = np.array([text.endswith("?") for text in bare], bool)
        self.gaps = np.array([_GAP[name] for view in views for name in _gaps(view)], np.int64)
        self.loud, self.letters = capitals_of([text for view in views for text in view.texts])
        self._of_words()
        self._of_people(bare)
        self._of_cues(np.array([len(text.rstrip()) for text in self.folded], np.int64))
        self._of_sides()

    def at(self, places: Sequence[tuple[int, int]]) -> Array:
        """The rows of some messages: conversation, message."""
        return np.array([self.first[c] + i for c, i in places], np.int64)

    def among(self, conversations: Array, whose: Array) -> tuple[Array, Array]:
        """The rows of some conversations that are marked in ``whose``, and for each the place of its conversation among these."""
        rows, which = spread(self.first[conversations], self.sizes[conversations]), np.repeat(np.arange(len(conversations)), self.sizes[conversations])
        return rows[whose[rows]], which[whose[rows]]

    def solutions(self) -> list[list[int]]:
        """The messages of each conversation that stand as solutions, in order, as far as responders have been judged."""
        found: list[list[int]] = [[] for _ in self.views]
        rows = np.nonzero(self.answers & (self.chances[:, self.column("solution")] >= STANDS))[0]
        for c, i in zip(self.conversation[rows].tolist(), (rows - self.begin[rows]).tolist(), strict=True):
            found[c].append(i)
        return found

    def tell(self) -> None:
        """Let the views know what has been judged."""
        for view, first in zip(self.views, self.first.tolist(), strict=True):
            view.chances = Memo(partial(_chances, self.labels, self.chances[first : first + len(view)]))

    def column(self, label: str) -> int:
        """Where a label stands in ``chances``."""
        return self._column[label]

    def _of_words(self) -> None:
        with stage("annotate.words"):
            self.spoken = Numbered.cut(self.folded)
            self.words = self.spoken.unnamed([people(view) for view in self.views], self.conversation)
        lengths = [LENGTHS[k] for k in range(int(self.words.sizes.max(initial=0)) + 1)]
        classes = dict.fromkeys(name for _, name in lengths)
        self.length_names = list(classes)
        words, n = self.words, len(self.words.vocabulary.words)
        self.length = np.array([length for length, _ in lengths])[words.sizes]
        self.length_class = np.array([self.length_names.index(name) for _, name in lengths])[words.sizes]
        long = words.vocabulary.told(len, len)[words.at] > 3
        self.content = Sets(words.text[long], words.at[long], self.size, n)
        first = np.nonzero(words.text[1:] == words.text[:-1])[0]
        self.pairs = Sets(words.text[first], words.at[first] * n + words.at[first + 1], self.size, n * n)

    def _of_people(self, bare: Sequence[str]) -> None:
        known: dict[tuple[int, str], int] = {}
        writers = [(c, m.participant_id) for c, view in enumerate(self.views) for m in view.conversation.messages]
        self.writer = np.array([known.setdefault(one, len(known)) for one in writers], np.int64)
        by_writer, sizes = np.argsort(self.writer, kind="stable"), np.bincount(self.writer)
        self.earlier = np.empty(self.size, np.int64)  # how many messages of the same writer were sent before
        self.earlier[by_writer] = self.rows - (np.cumsum(sizes) - sizes)[self.writer[by_writer]]
        self.content_before, self.pairs_before = Before(self.content, self.writer, self.earlier), Before(self.pairs, self.writer, self.earlier)
        texts: dict[str, int] = {}
        same = np.array([texts.setdefault(text, len(texts)) for text in bare], np.int64)
        self.said_before = ~first_of_each(self.writer * (len(texts) + 1) + same)

    def _of_cues(self, sizes: Array) -> None:
        shown = [cues for view in self.views for cues in view.cues]
        cues, rows = list(chain.from_iterable(shown)), np.repeat(self.rows, list(map(len, shown)))
        codes: dict[str, int] = {}
        numbers = np.array([codes.setdefault(c.name, len(codes)) for c in cues], np.int64)
        self.cue_names, self.cues = list(codes), Sets(rows, numbers, self.size, len(codes))
        of = np.searchsorted(self.cues.keys, rows * self.cues.most + numbers)
        begins = np.array([c.start for c in cues], np.int64) < EDGE
        ends = sizes[rows] - np.array([c.end for c in cues], np.int64) < EDGE
        self.cue_begins, self.cue_ends = (np.bincount(of[there], minlength=len(self.cues.keys)) > 0 for there in (begins, ends))
        self.cue_twice = np.bincount(of, minlength=len(self.cues.keys)) > 1

    def _of_sides(self) -> None:
        """What stands around each message: ``own_before``, ``other_after``; ``said``: the last and the last but one of what the other side said before; ``run``: which run of messages of one side it is in."""
        last = {side: np.maximum.accumulate(np.where(self.answers == side, self.rows, -1)) for side in (False, True)}
        before = np.where(self.answers, _shifted(last[True]), _shifted(last[False]))
        self.own_before = np.where(before >= self.begin, before, -1)
        next_ = [np.minimum.accumulate(np.where(whose, self.rows, self.size)[::-1])[::-1] for whose in (self.answers, self.asks)]
        after = np.where(self.answers, next_[1], next_[0])
        self.other_after = np.where(after < self.end, after, -1)
        self.spoken_rows = np.nonzero(self.answers | self.asks)[0]
        new = np.diff(self.conversation[self.spoken_rows] * 2 + self.answers[self.spoken_rows], prepend=-1) != 0
        spoken, run = np.append(self.spoken_rows, 0), np.full(self.size, 0)
        run[self.spoken_rows] = np.cumsum(new) - 1
        starts, ends = np.append(np.nonzero(new)[0], 0), np.append(np.nonzero(new)[0][1:], len(self.spoken_rows))
        at = ends[run - 1] - 1
        there = (run > 0) & (self.conversation[spoken[starts[run - 1]]] == self.conversation)
        self.said = np.where(there, spoken[at], -1)
        self.said_second = np.where(there & (at > starts[run - 1]), spoken[at - 1], -1)
        self.run, self.runs = run, starts[:-1]  # where in ``spoken`` each run begins
        side = self.conversation[self.content.rows] * 2 + self.answers[self.content.rows]
        new_words = first_of_each(side * self.content.most + self.content.numbers)
        self.said_on_own_side = self.content.sizes - np.bincount(self.content.rows[new_words], minlength=self.size)


def _chances(labels: Sequence[str], rows: Array, i: int) -> dict[str, float]:
    """The chances of one message that are known."""
    return {label: chance for label, chance in zip(labels, rows[i].tolist(), strict=True) if chance >= 0.0}


class Cast(Struct):
    """Votes on messages of a batch: the row of each, its label, its score, and whether it is final."""

    rows: Array
    labels: Array
    scores: Array
    final: Array

    @classmethod
    def on(cls, batch: Batch, at: Array, votes: Sequence[Sequence[tuple[str, Vote]]]) -> Cast:
        """Those on the messages of some rows."""
        every = list(chain.from_iterable(votes))
        labels, scores, final = ([batch.column(name) for name, _ in every], [vote.score for _, vote in every], [vote.final for _, vote in every])
        return cls(np.repeat(at, list(map(len, votes))), np.array(labels, np.int64), np.array(scores, float), np.array(final, bool))


def batch(views: Sequence[View]) -> Batch | None:
    """Some conversations as columns; None where they are so few that columns do not pay."""
    return Batch(views) if sum(map(len, views)) >= MANY else None


def _shifted(rows: Array) -> Array:
    return np.concatenate(([-1], rows[:-1])) if len(rows) else rows


def _gaps(view: View) -> list[str | None]:
    sent = [m.sent_at for m in view.conversation.messages]
    return [gap_name(a, b) for a, b in zip([None, *sent], sent, strict=False)]


def beyond_words(batch: Batch, at: Array, cast: Cast) -> Named:
    """The features of the messages of some rows, all of them responders' or all of them customers', but for those of their words."""
    found = Columns()
    _own(batch, at, found)
    place = np.full(batch.size, -1)
    place[at] = np.arange(len(at))
    told = (place[cast.rows] >= 0) & ~cast.final
    found.add(place[cast.rows[told]], [f"r:{label}" for label in batch.labels], cast.labels[told], cast.scores[told])
    _place(batch, at, found)
    _context(batch, at, found)
    return found.named(len(at))


def _own(b: Batch, at: Array, found: Columns) -> None:
    """Features of each message by itself."""
    sizes, starts = b.words.sizes[at], np.cumsum(b.words.sizes)[at] - b.words.sizes[at]
    for prefix, places in (("^:", [(starts + k, sizes > k) for k in range(3)]), ("$:", [(starts + sizes - k, sizes >= k) for k in (1, 2)])):
        rows = np.concatenate([np.nonzero(there)[0] for _, there in places])
        found.words(prefix, rows, b.words.at[np.concatenate([place[there] for place, there in places])], b.words.vocabulary)
    found.sets("c:", b.cue_names, b.cues, at)
    found.sets("c^:", b.cue_names, b.cues, at, only=b.cue_begins)
    found.sets("c$:", b.cue_names, b.cues, at, only=b.cue_ends)
    found.sets("is:", [f"{name} twice" for name in b.cue_names], b.cues, at, only=b.cue_twice)
    marks = b.marks[at]
    found.where(marks > 0, "is:asks")
    found.where(marks > 1, "is:asks twice")
    found.where((marks > 0) & b.ends_asking[at], "is:ends asking")
    every = np.arange(len(at))
    found.add(every, ["is:length"], 0, b.length[at])
    found.add(every, b.length_names, b.length_class[at])
    found.where((b.letters[at] > 3) & (b.loud[at] >= CAPITALS * b.letters[at]), "is:shouted")


def _place(b: Batch, at: Array, found: Columns) -> None:
    """Where in the conversation each message stands, and who speaks."""
    found.add(np.arange(len(at)), [by_role(role) for role in ROLES], b.roles[at])
    first, last = at == b.begin[at], at == b.end[at] - 1
    found.where(first, "is:the first message")
    found.where(last, "is:the last message")
    found.where(~first & (b.writer[at - 1] == b.writer[at]), "is:goes on")
    found.where(~last & (b.writer[np.minimum(at + 1, b.size - 1)] == b.writer[at]), "is:goes on after")
    found.add(np.arange(len(at)), ["is:first of the writer", "is:second of the writer", "is:later of the writer"], np.minimum(b.earlier[at], 2))
    told = b.gaps[at] >= 0
    found.add(np.nonzero(told)[0], GAPS, b.gaps[at][told])


def _context(b: Batch, at: Array, found: Columns) -> None:
    """What the other side said before and says after, what the writer said before."""
    for mark, said in (("p", b.said[at]), ("p2", b.said_second[at])):
        rows = np.nonzero(said >= 0)[0]
        said = said[rows]
        found.sets(f"{mark}:", b.cue_names, b.cues, said, rows)
        found.add(rows[b.marks[said] > 0], [f"is:{mark} asks"])
        found.add(rows[(b.marks[said] > 0) & b.ends_asking[said]], [f"is:{mark} ends asking"])
        found.add(rows, [f"is:{mark} length"], 0, b.length[said])
    said, size = b.said[at], b.content.sizes[at]
    heard = np.zeros(len(at))  # share of its words that the other side had just said
    rows = np.nonzero((said >= 0) & (size > 0))[0]
    heard[rows] = b.content.shared(at[rows], said[rows]) / size[rows]
    found.add(rows, ["is:overlap with the other side"], 0, heard[rows])
    found.where(said >= 0, "is:distance", np.minimum(5, at - said) / 5)
    found.where(said < 0, "is:nothing said by the other side")
    _repeats(b, at, heard, found)
    rows = np.nonzero(b.own_before[at] >= 0)[0]
    found.sets("m:", b.cue_names, b.cues, b.own_before[at[rows]], rows)
    rows = rows[size[rows] > 0]
    found.add(rows, ["is:overlap with the own side"], 0, b.said_on_own_side[at[rows]] / size[rows])
    after = b.other_after[at]
    found.where(after < 0, "is:never answered")
    rows = np.nonzero(after >= 0)[0]
    found.sets("n:", b.cue_names, b.cues, after[rows], rows)
    found.add(rows[b.marks[after[rows]] > 0], ["is:n asks"])
    if len(at) and b.asks[at[0]]:
        _judged(b, at, found)


def _repeats(b: Batch, at: Array, heard: Array, found: Columns) -> None:
    """How much of each message its writer had said before."""
    rows = np.nonzero((b.earlier[at] > 0) & (b.content.sizes[at] > 0))[0]
    if not len(rows):
        return
    mine = at[rows]
    most, with_first = (shared / b.content.sizes[mine] for shared in b.content_before.shared(mine))
    found.add(rows, ["is:repeats"], 0, most)
    found.add(rows, [f"is:repeats {k}" for k in range(5)], (most * 4).astype(np.int64))
    found.add(rows, ["is:repeats the own first message"], 0, with_first)
    paired = b.pairs.sizes[mine] > 0
    alike, _ = b.pairs_before.shared(mine)
    found.add(rows[paired], ["is:repeats word for word"], 0, alike[paired] / b.pairs.sizes[mine[paired]])
    found.add(rows[b.said_before[mine]], ["is:said before"])
    answering = b.said[mine] >= 0
    found.add(rows[answering], ["is:repeats itself more than the other side"], 0, most[answering] - heard[rows[answering]])


def _judged(b: Batch, at: Array, found: Columns) -> None:
    """What the responders' messages before were judged to be: those just heard, and all."""
    runs = np.maximum.reduceat(b.chances[b.spoken_rows], b.runs, axis=0) if len(b.runs) else b.chances
    answered = (b.said[at] >= 0)[:, None]
    ever = _so_far(b, runs)[b.run[at]]
    found.table([f"q:{label}" for label in b.labels], np.where(answered, runs[b.run[b.said[at]]], 0.0))
    found.table([f"e:{label}" for label in b.labels], np.where(answered, ever, 0.0))
    stands = ever[:, b.column("solution")] > 0.5
    found.sets("so:", b.cue_names, b.cues, at[stands], np.nonzero(stands)[0])
    found.sets("no:", b.cue_names, b.cues, at[~stands], np.nonzero(~stands)[0])


def _so_far(b: Batch, runs: Array) -> Array:
    """For each run of messages, the highest chances of all runs of the other side before it in its conversation."""
    heard = np.full(runs.shape, -1.0)
    first = b.spoken_rows[b.runs]
    same = b.conversation[first[1:]] == b.conversation[first[:-1]]
    rank = np.arange(len(first)) - np.maximum.accumulate(np.where(np.append(False, same), 0, np.arange(len(first))))
    later, step = np.nonzero(rank > 0)[0], 2
    heard[later] = runs[later - 1]
    while step <= rank.max(initial=0):  # of as many runs, and then of as many more
        later = np.nonzero(rank >= step)[0]
        heard[later] = np.maximum(heard[later], heard[later - step])
        step *= 2
    return heard
