"""The features of many messages at once, as columns: what `features.beyond_words` tells of each, a hundred messages and more at a time.

All conversations of a batch stand on end, one row a message. What a message is and what stands around it are arrays over these rows (`Batch`); the words
and cues of messages are sets with a row each (`Sets`). A test holds both ways equal on everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import Any

import numpy as np

from .detectors import View, Vote
from .features import CAPITALS, EDGE, LENGTHS, Told, by_role, gap_name, of_votes
from .models import Named
from .types import CUSTOMERS, RESPONDERS
from .words import Numbered, capitals, spread

Array = Any
AT_ONCE = 1 << 20  # words that are looked for in other messages at once


def first_of_each(keys: Array) -> Array:
    """Where a number stands for the first time.

    >>> first_of_each(np.array([3, 1, 3, 3, 1])).tolist()
    [True, True, False, False, False]
    """
    order = np.argsort(keys, kind="stable")
    new = np.empty(len(keys), bool)
    new[order] = np.diff(keys[order], prepend=-1) != 0
    return new


class Sets:
    """A set of numbers below ``most`` for each row."""

    def __init__(self, rows: Array, numbers: Array, size: int, most: int) -> None:
        self.most = max(1, most)
        keys = np.sort(rows * self.most + numbers, kind="stable")
        self.keys = keys[np.diff(keys, prepend=-1) > 0]
        self.rows, self.numbers = np.divmod(self.keys, self.most)
        self.sizes = np.bincount(self.rows, minlength=size)
        self.starts = np.cumsum(self.sizes) - self.sizes

    def places(self, rows: Array) -> tuple[Array, Array]:
        """Where the sets of some rows stand in ``numbers``, on end; and for each which of the rows it is of."""
        return spread(self.starts[rows], self.sizes[rows]), np.repeat(np.arange(len(rows)), self.sizes[rows])

    def shared(self, rows: Array, others: Array) -> Array:
        """How much of the set of a row is in that of another, for many such pairs."""
        found = np.zeros(len(rows), np.int64)
        for some in _slices(self.sizes[rows]):
            places, pair = self.places(rows[some])
            wanted = others[some][pair] * self.most + self.numbers[places]
            there = self.keys[np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)] == wanted
            found[some] = np.bincount(pair[there], minlength=len(found[some]))
        return found


def _slices(sizes: Array) -> Iterator[slice]:
    """Slices of what is so large, of some `AT_ONCE` each."""
    ends = np.searchsorted(np.cumsum(sizes), np.arange(1, sizes.sum() // AT_ONCE + 1) * AT_ONCE, side="right")
    edges = np.unique([0, *ends, len(sizes)])
    return (slice(a, b) for a, b in pairwise(edges.tolist()) if sizes[a:b].any())


class Batch:
    """The conversations of a batch, a row a message; -1 is no row."""

    def __init__(self, views: Sequence[View], tolds: Sequence[Told]) -> None:
        sizes = np.array([len(view) for view in views], np.int64)
        self.views, self.size = views, int(sizes.sum())
        self.rows = np.arange(self.size)
        self.first = np.cumsum(sizes) - sizes  # row of each conversation's first message
        self.begin, self.end = np.repeat(self.first, sizes), np.repeat(self.first + sizes, sizes)
        self.conversation = np.repeat(np.arange(len(views)), sizes)
        self.roles = [role for view in views for role in view.roles]
        self.answers = np.array([role in RESPONDERS for role in self.roles], bool)
        self.asks = np.array([role in CUSTOMERS for role in self.roles], bool)
        self.texts = [text for view in views for text in view.texts]
        self.words = Numbered([tokens for told in tolds for tokens in told.tokens])
        self.lengths = [LENGTHS[n] for n in self.words.sizes.tolist()]
        self.gaps = [name for view in views for name in _gaps(view)]
        folded, bare = [text for view in views for text in view.folded], [text for told in tolds for text in told.bare]
        self.marks = np.array([text.count("?") for text in folded], np.int64)
        self.ends_asking = np.array([text.endswith("?") for text in bare], bool)
        self._of_words()
        self._of_people(bare)
        self._of_cues([len(text.rstrip()) for text in folded])
        self._of_sides()

    def at(self, places: Sequence[tuple[int, int]]) -> Array:
        """The rows of some messages: conversation, message."""
        return np.array([self.first[c] + i for c, i in places], np.int64)

    def _of_words(self) -> None:
        words, n = self.words, len(self.words.vocabulary)
        long = np.array([len(w) > 3 for w in words.vocabulary], bool)[words.at]
        self.content = Sets(words.text[long], words.at[long], self.size, n)
        first = np.nonzero(words.text[1:] == words.text[:-1])[0]
        self.pairs = Sets(words.text[first], words.at[first] * n + words.at[first + 1], self.size, n * n)

    def _of_people(self, bare: Sequence[str]) -> None:
        known: dict[tuple[int, str], int] = {}
        people = [(c, m.participant_id) for c, view in enumerate(self.views) for m in view.conversation.messages]
        self.writer = np.array([known.setdefault(one, len(known)) for one in people], np.int64)
        self.by_writer = np.argsort(self.writer, kind="stable")
        sizes = np.bincount(self.writer)
        self.own_first = (np.cumsum(sizes) - sizes)[self.writer]  # where in ``by_writer`` the messages of the same writer begin
        self.earlier = np.empty(self.size, np.int64)  # how many of them were sent before
        self.earlier[self.by_writer] = self.rows - self.own_first[self.by_writer]
        texts: dict[str, int] = {}
        same = np.array([texts.setdefault(text, len(texts)) for text in bare], np.int64)
        self.said_before = ~first_of_each(self.writer * (len(texts) + 1) + same)

    def _of_cues(self, sizes: Sequence[int]) -> None:
        codes: dict[str, int] = {}
        named = [
            (row, codes.setdefault(name, len(codes)), places[0].start < EDGE, any([sizes[row] - c.end < EDGE for c in places]), len(places) > 1)
            for row, shown in enumerate(chain.from_iterable([view.named for view in self.views]))
            for name, places in shown.items()
        ]
        rows, numbers, *marks = np.array(named, np.int64).reshape(-1, 5).T
        order = np.lexsort((numbers, rows))
        self.cues, self.cue_names = Sets(rows, numbers, self.size, len(codes)), list(codes)
        self.cue_begins, self.cue_ends, self.cue_twice = (mark[order] > 0 for mark in marks)

    def _of_sides(self) -> None:
        """What stands around each message: ``own_before``, ``other_after``; ``said``: the last and the last but one of what the other side said before; ``run``: which run of messages of one side it is in."""
        last = {side: np.maximum.accumulate(np.where(self.answers == side, self.rows, -1)) for side in (False, True)}
        before = np.where(self.answers, _shifted(last[True]), _shifted(last[False]))
        self.own_before = np.where(before >= self.begin, before, -1)
        next_ = [np.minimum.accumulate(np.where(whose, self.rows, self.size)[::-1])[::-1] for whose in (self.answers, self.asks)]
        after = np.where(self.answers, next_[1], next_[0])
        self.other_after = np.where(after < self.end, after, -1)
        self.spoken = np.nonzero(self.answers | self.asks)[0]
        new = np.diff(self.conversation[self.spoken] * 2 + self.answers[self.spoken], prepend=-1) != 0
        spoken, run = np.append(self.spoken, 0), np.full(self.size, 0)
        run[self.spoken] = np.cumsum(new) - 1
        starts, ends = np.append(np.nonzero(new)[0], 0), np.append(np.nonzero(new)[0][1:], len(self.spoken))
        at = ends[run - 1] - 1
        there = (run > 0) & (self.conversation[spoken[starts[run - 1]]] == self.conversation)
        self.said = np.where(there, spoken[at], -1)
        self.said_second = np.where(there & (at > starts[run - 1]), spoken[at - 1], -1)
        self.run, self.runs = run, starts[:-1]  # where in ``spoken`` each run begins
        side = self.conversation[self.content.rows] * 2 + self.answers[self.content.rows]
        new_words = first_of_each(side * self.content.most + self.content.numbers)
        self.said_on_own_side = self.content.sizes - np.bincount(self.content.rows[new_words], minlength=self.size)


def _shifted(rows: Array) -> Array:
    return np.concatenate(([-1], rows[:-1])) if len(rows) else rows


def _gaps(view: View) -> list[str | None]:
    sent = [m.sent_at for m in view.conversation.messages]
    return [gap_name(a, b) for a, b in zip([None, *sent], sent, strict=False)]


class Columns:
    """Features as they are gathered: blocks of rows, each with codes into its names, and values."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._blocks: list[tuple[Array, Array, Array]] = []

    def add(self, rows: Array, names: Sequence[str], codes: Array | int = 0, values: Array | float = 1.0) -> None:
        """Features of one kind. ``codes``: which of the names each is."""
        if len(rows):
            self._blocks.append((rows, np.broadcast_to(codes, len(rows)) + len(self.names), np.broadcast_to(values, len(rows))))
            self.names += names

    def sets(self, prefix: str, names: Sequence[str], sets: Sets, of: Array, rows: Array | None = None, only: Array | None = None) -> None:
        """The names in the sets of some rows (``of``), as features of others (``rows``); ``only``: those that are so marked."""
        places, which = sets.places(of)
        if only is not None:
            places, which = places[only[places]], which[only[places]]
        self.add(which if rows is None else rows[which], [f"{prefix}{name}" for name in names], sets.numbers[places])

    def named(self, size: int) -> Named:
        """All of them; ``size``: the number of rows."""
        rows, codes, values = (np.concatenate(parts) for parts in zip(*self._blocks, strict=True)) if self._blocks else (np.zeros(0, np.int64),) * 3
        return Named(self.names, size, rows, codes, values.astype(float))


def beyond_words(batch: Batch, at: Array, votes: Sequence[Sequence[tuple[str, Vote]]]) -> Named:
    """The features of the messages of some rows, all of them responders' or all of them customers', but for those of their words."""
    found = Columns()
    _own(batch, at, found)
    names: dict[str, int] = {}
    told = [(n, names.setdefault(name, len(names)), score) for n, given in enumerate(votes) for name, score in of_votes(given).items()]
    if told:
        rows, codes, scores = zip(*told, strict=True)
        found.add(np.array(rows), list(names), np.array(codes), np.array(scores))
    _place(batch, at, found)
    _context(batch, at, found)
    return found.named(len(at))


def _own(b: Batch, at: Array, found: Columns) -> None:
    """Features of each message by itself."""
    sizes, starts = b.words.sizes[at], np.cumsum(b.words.sizes)[at] - b.words.sizes[at]
    edges = (("^:", [(starts + k, sizes > k) for k in range(3)]), ("$:", [(starts + sizes - k, sizes >= k) for k in (1, 2)]))
    for prefix, places in edges:
        rows = np.concatenate([np.nonzero(there)[0] for _, there in places])
        words = b.words.at[np.concatenate([place[there] for place, there in places])]
        keys = np.sort(rows * (len(b.words.vocabulary) + 1) + words)
        rows, words = np.divmod(keys[np.diff(keys, prepend=-1) > 0], len(b.words.vocabulary) + 1)
        used = np.zeros(len(b.words.vocabulary), bool)
        used[words] = True
        found.add(rows, [f"{prefix}{b.words.vocabulary[w]}" for w in np.nonzero(used)[0].tolist()], (np.cumsum(used) - 1)[words])
    found.sets("c:", b.cue_names, b.cues, at)
    found.sets("c^:", b.cue_names, b.cues, at, only=b.cue_begins)
    found.sets("c$:", b.cue_names, b.cues, at, only=b.cue_ends)
    found.sets("is:", [f"{name} twice" for name in b.cue_names], b.cues, at, only=b.cue_twice)
    marks = b.marks[at]
    _where(found, marks > 0, "is:asks")
    _where(found, marks > 1, "is:asks twice")
    _where(found, (marks > 0) & b.ends_asking[at], "is:ends asking")
    every = np.arange(len(at))
    _lengths(b, at, every, "is:length", found)
    _classes(found, [b.lengths[row][1] for row in at.tolist()])
    told = [capitals(b.texts[row]) for row in at.tolist()]
    _where(found, np.array([letters > 3 and loud >= CAPITALS * letters for loud, letters in told], bool), "is:shouted")


def _where(found: Columns, so: Array, name: str, values: Array | float = 1.0) -> None:
    """A feature of the rows where something is so."""
    found.add(np.nonzero(so)[0], [name], 0, values if np.isscalar(values) else np.asarray(values)[so])


def _classes(found: Columns, names: Sequence[str | None]) -> None:
    """A feature of each row, named after the class it is in; None: it has none."""
    codes: dict[str, int] = {}
    rows = [(n, codes.setdefault(name, len(codes))) for n, name in enumerate(names) if name is not None]
    if rows:
        found.add(np.array([n for n, _ in rows]), list(codes), np.array([code for _, code in rows]))


def _lengths(b: Batch, of: Array, rows: Array, name: str, found: Columns) -> None:
    found.add(rows, [name], 0, np.array([b.lengths[row][0] for row in of.tolist()]))


def _place(b: Batch, at: Array, found: Columns) -> None:
    """Where in the conversation each message stands, and who speaks."""
    _classes(found, [by_role(b.roles[row]) for row in at.tolist()])
    first, last = at == b.begin[at], at == b.end[at] - 1
    _where(found, first, "is:the first message")
    _where(found, last, "is:the last message")
    _where(found, ~first & (b.writer[at - 1] == b.writer[at]), "is:goes on")
    _where(found, ~last & (b.writer[np.minimum(at + 1, b.size - 1)] == b.writer[at]), "is:goes on after")
    found.add(np.arange(len(at)), ["is:first of the writer", "is:second of the writer", "is:later of the writer"], np.minimum(b.earlier[at], 2))
    _classes(found, [b.gaps[row] for row in at.tolist()])


def _context(b: Batch, at: Array, found: Columns) -> None:
    """What the other side said before and says after, what the writer said before."""
    for mark, said in (("p", b.said[at]), ("p2", b.said_second[at])):
        rows = np.nonzero(said >= 0)[0]
        said = said[rows]
        found.sets(f"{mark}:", b.cue_names, b.cues, said, rows)
        found.add(rows[b.marks[said] > 0], [f"is:{mark} asks"])
        found.add(rows[(b.marks[said] > 0) & b.ends_asking[said]], [f"is:{mark} ends asking"])
        _lengths(b, said, rows, f"is:{mark} length", found)
    said, size = b.said[at], b.content.sizes[at]
    heard = np.zeros(len(at))  # share of its words that the other side had just said
    rows = np.nonzero((said >= 0) & (size > 0))[0]
    heard[rows] = b.content.shared(at[rows], said[rows]) / size[rows]
    found.add(rows, ["is:overlap with the other side"], 0, heard[rows])
    _where(found, said >= 0, "is:distance", np.minimum(5, at - said) / 5)
    _where(found, said < 0, "is:nothing said by the other side")
    _repeats(b, at, heard, found)
    rows = np.nonzero(b.own_before[at] >= 0)[0]
    found.sets("m:", b.cue_names, b.cues, b.own_before[at[rows]], rows)
    rows = rows[size[rows] > 0]
    found.add(rows, ["is:overlap with the own side"], 0, b.said_on_own_side[at[rows]] / size[rows])
    after = b.other_after[at]
    _where(found, after < 0, "is:never answered")
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
    mine, many = at[rows], b.earlier[at[rows]]
    of, before = np.repeat(mine, many), b.by_writer[spread(b.own_first[mine], many)]
    begins = np.cumsum(many) - many
    shared = b.content.shared(of, before) / b.content.sizes[of]
    most = np.maximum.reduceat(shared, begins)
    found.add(rows, ["is:repeats"], 0, most)
    found.add(rows, [f"is:repeats {k}" for k in range(5)], (most * 4).astype(np.int64))
    found.add(rows, ["is:repeats the own first message"], 0, shared[begins])
    paired = b.pairs.sizes[mine] > 0
    alike = np.maximum.reduceat(b.pairs.shared(of, before), begins)
    found.add(rows[paired], ["is:repeats word for word"], 0, alike[paired] / b.pairs.sizes[mine[paired]])
    found.add(rows[b.said_before[mine]], ["is:said before"])
    answering = b.said[mine] >= 0
    found.add(rows[answering], ["is:repeats itself more than the other side"], 0, most[answering] - heard[rows[answering]])


def _judged(b: Batch, at: Array, found: Columns) -> None:
    """What the responders' messages before were judged to be: those just heard, and all."""
    labels, chances = _chances(b)
    runs = np.maximum.reduceat(chances[b.spoken], b.runs, axis=0) if len(b.runs) else chances
    heard, just = _so_far(b, runs), np.where(b.said[at] >= 0, b.run[b.said[at]], -1)
    ever = heard[b.run[at]]
    for prefix, rows, told in (("q:", just >= 0, runs[just]), ("e:", just >= 0, ever)):
        which, codes = np.nonzero(rows[:, None] & (told >= 0))
        found.add(which, [f"{prefix}{label}" for label in labels], codes, told[which, codes])
    stands = ever[:, labels.index("solution")] > 0.5 if "solution" in labels else np.zeros(len(at), bool)
    found.sets("so:", b.cue_names, b.cues, at[stands], np.nonzero(stands)[0])
    found.sets("no:", b.cue_names, b.cues, at[~stands], np.nonzero(~stands)[0])


def _chances(b: Batch) -> tuple[list[str], Array]:
    """The labels that responders were judged by, and how likely each of their messages carries each; -1 where it was not asked."""
    judged: list[Mapping[str, float]] = [chances for view in b.views for chances in view.chances]
    labels = list(dict.fromkeys(chain.from_iterable([judged[row] for row in np.nonzero(b.answers)[0].tolist()])))
    chances = np.full((b.size, len(labels)), -1.0)
    for row in np.nonzero(b.answers)[0].tolist():
        told = judged[row]
        chances[row] = [told.get(label, -1.0) for label in labels]
    return labels, chances


def _so_far(b: Batch, runs: Array) -> Array:
    """For each run of messages, the highest chances of all runs of the other side before it in its conversation."""
    heard = np.full(runs.shape, -1.0)
    first = b.spoken[b.runs]
    same = b.conversation[first[1:]] == b.conversation[first[:-1]]
    rank = np.arange(len(first)) - np.maximum.accumulate(np.where(np.append(False, same), 0, np.arange(len(first))))
    for k in range(1, int(rank.max(initial=0)) + 1):
        now = np.nonzero(rank == k)[0]
        heard[now] = runs[now - 1] if k < 2 else np.maximum(runs[now - 1], heard[now - 2])
    return heard
