"""Draw conversations for people to read: at random, in every stratum, with known probabilities.

Strata are channel x language x what the detector says x period. Each conversation carries a number drawn once from its id and the seed, and a
stratum gives those with the lowest (permanent random numbers, Ohlsson 1995): a larger draw holds the smaller, so reading can go on where it stopped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import Any

from msgspec import Struct

from .errors import UsageError
from .questions import Question, answers

SAMPLE = 200
LEAST = 2  # of each stratum: fewer have no variance
PERIODS = 4  # slices of time at most, each with as many conversations
SLICE = 25  # conversations of a stratum for each slice of time
SMALL = 10  # conversations of a language in a channel below which they are drawn together with the other small ones
OTHERS = "others"


class Drawn(Struct, frozen=True):
    """One conversation to read: for which question, with which probability it was drawn, and from which stratum."""

    question: str
    conversation: str
    channel: str
    language: str | None
    probability: float
    stratum: tuple[str, str, str, str]


def draw(report: Any, question: Question, n: int = SAMPLE, *, seed: int = 1) -> list[Drawn]:
    """A stratified random sample for a question: about equally many of each answer the detector gives, shared over channels and languages by the root of their sizes.

    Too few to reach every stratum twice is a UsageError that says how many it takes.
    """
    found = answers(report, question)
    table = report.arrow("conversations").select(["conversation_id", "channel", "language", "opened_at"])
    columns = (table[c].to_pylist() for c in table.column_names)
    facts = {i: (channel, language, opened) for i, channel, language, opened in zip(*columns, strict=True) if i in found}
    cells: dict[tuple[str, str], dict[str, list[str]]] = {}
    sizes: dict[tuple[str, str | None], int] = {}
    for channel, language, _ in facts.values():
        sizes[channel, language] = sizes.get((channel, language), 0) + 1
    for i, (channel, language, _) in facts.items():
        name = OTHERS if sizes[channel, language] < SMALL else str(language)
        cells.setdefault((channel, name), {}).setdefault(found[i], []).append(i)
    strata = {(*cell, answer): ids for cell, by in sorted(cells.items()) for answer, ids in sorted(by.items())}
    if not strata:
        raise UsageError(f"{question.name}: no conversation of this run can be asked about it")
    least = sum(_least(len(ids)) for ids in strata.values())
    if n < least:
        raise UsageError(f"--sample {n}: this run has {len(strata)} strata (channel x language x answer); give at least {least}")
    takes = allocate({k: len(v) for k, v in strata.items()}, n)
    rows = []
    for key, ids in strata.items():
        for period, members in _periods(ids, {i: facts[i][2] for i in ids}, takes[key]).items():
            take = members[1]
            chosen = sorted(members[0], key=lambda i: _number(seed, question.name, i))[:take]
            rows += [Drawn(question.name, i, facts[i][0], facts[i][1], take / len(members[0]), (*key, period)) for i in chosen]
    return sorted(rows, key=lambda d: _number(seed, "order " + question.name, d.conversation))


def _number(seed: int, name: str, conversation: str) -> str:
    return hashlib.sha256(f"{seed}\0{name}\0{conversation}".encode()).hexdigest()


def allocate(sizes: Mapping[tuple[str, str, str], int], n: int) -> dict[tuple[str, str, str], int]:
    """How many to draw of each stratum: never fewer than two, nor more than there are; more in all is more in each.

    >>> allocate({("chat", "en", "no"): 900, ("chat", "en", "yes"): 100, ("email", "en", "no"): 4}, 60)
    {('chat', 'en', 'no'): 28, ('chat', 'en', 'yes'): 28, ('email', 'en', 'no'): 4}
    """
    cells: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for key in sizes:
        cells.setdefault(key[:2], []).append(key)
    root = {key: sum(sizes[k] for k in cells[key[:2]]) ** 0.5 / len(cells[key[:2]]) for key in sizes}
    takes = {key: _least(size) for key, size in sizes.items()}
    waiting = [(takes[k] / root[k], k) for k in sizes if takes[k] < sizes[k]]
    heapify(waiting)
    for _ in range(min(n, sum(sizes.values())) - sum(takes.values())):
        _, k = heappop(waiting)
        takes[k] += 1
        if takes[k] < sizes[k]:
            heappush(waiting, (takes[k] / root[k], k))
    return takes


def _slices(size: int) -> int:
    """Slices of time that a stratum is cut into."""
    return max(1, min(PERIODS, size // SLICE))


def _least(size: int) -> int:
    return min(size, max(LEAST, _slices(size)))


def _periods(ids: Sequence[str], opened: Mapping[str, datetime | None], take: int) -> dict[str, tuple[list[str], int]]:
    """A stratum cut into slices of time of equal size, each with its part of what is drawn; those without a clock come first."""
    slices = _slices(len(ids))
    ordered = sorted(ids, key=lambda i: (opened[i] is not None, str(opened[i]), i))
    cuts = [round(k * len(ordered) / slices) for k in range(slices + 1)]
    shares = [take // slices + (k < take % slices) for k in range(slices)]
    found: dict[str, tuple[list[str], int]] = {}
    for k, share in enumerate(shares):
        members = ordered[cuts[k] : cuts[k + 1]]
        name = " to ".join("no time" if (o := opened[i]) is None else o.date().isoformat() for i in (members[0], members[-1]))
        found[f"{k + 1}: {name}"] = (members, min(share, len(members)))
    return found
