#!/usr/bin/env python3
"""How well conversations are cut out of channels: ours beside reply links that people drew.

    python benchmarks/disentangle.py FOLDER     folder with NAME.annotation.txt ("earlier later -" a line, lines counted from 0) beside NAME.raw.txt or .ascii.txt

Prints, over all logs: one-to-one overlap, scaled variation of information (1 is equal), and F1 of conversations found exactly
(two messages or more), as in Kummerfeld et al. 2019; for ours, and for two floors: one conversation an hour, and one a speaker.
"""

from __future__ import annotations

import math
import sys
from collections import Counter, defaultdict
from pathlib import Path

from textmetrics import sources, threads
from textmetrics.mapping import GENERIC_FORM
from textmetrics.readers import READERS
from textmetrics.types import Record


def drawn(path: Path) -> dict[int, int]:
    """The conversation (its first line) of every annotated line."""
    parent: dict[int, int] = {}

    def top(line: int) -> int:
        while parent.setdefault(line, line) != line:
            line = parent[line]
        return line

    annotated = set()
    for row in path.read_text().splitlines():
        a, b, *_ = row.split()
        earlier, later = sorted((int(a), int(b)))
        annotated.add(later)
        parent[top(later)] = top(earlier)
    return {line: top(line) for line in annotated}


def scores(gold: dict, found: dict) -> tuple[float, float, float, float]:
    """One-to-one overlap, scaled variation of information, and counts for exact F1 (precision, recall)."""
    both = [k for k in gold if k in found]
    n = len(both)
    pairs = Counter((gold[k], found[k]) for k in both)
    g, f = Counter(gold[k] for k in both), Counter(found[k] for k in both)
    information = -sum(c / n * (math.log2(c / g[a]) + math.log2(c / f[b])) for (a, b), c in pairs.items())
    overlap, used_g, used_f = 0, set(), set()
    for (a, b), c in sorted(pairs.items(), key=lambda x: -x[1]):
        if a not in used_g and b not in used_f:
            overlap += c
            used_g.add(a)
            used_f.add(b)
    groups = [_groups({k: m[k] for k in both}) for m in (gold, found)]
    same = len(groups[0] & groups[1])
    return overlap / n, 1 - information / math.log2(n), same / max(1, len(groups[1])), same / max(1, len(groups[0]))


def _groups(assigned: dict) -> set[frozenset]:
    by = defaultdict(set)
    for k, v in assigned.items():
        by[v].add(k)
    return {frozenset(v) for v in by.values() if len(v) > 1}


def main(folder: Path) -> None:
    rows = defaultdict(list)
    for annotation in sorted(folder.glob("*.annotation.txt")):
        log = next(p for end in (".raw.txt", ".ascii.txt") if (p := annotation.with_name(annotation.name.replace(".annotation.txt", end))).is_file())
        (source,) = sources.sources([log])
        records = [r for r in READERS["irc"].read(source, GENERIC_FORM) if isinstance(r, Record)]
        gold = {line + 1: top for line, top in drawn(annotation).items()}
        ours = {m.record: c.id for c in threads.assemble(records, "silence", "file") for m in c.messages}
        hourly = {r.number: r.sent_at.replace(minute=0, second=0) for r in records}
        speaker = {r.number: r.author for r in records}
        gold = {k: v for k, v in gold.items() if k in ours}
        for name, found in (("textmetrics", ours), ("an hour", hourly), ("a speaker", speaker)):
            rows[name].append(scores(gold, found))
    print(f"{'':<14}{'one-to-one':>11}{'1 - VI':>8}{'exact P':>9}{'exact R':>9}{'exact F1':>10}   over {len(rows['an hour'])} logs")
    for name, values in rows.items():
        overlap, vi, precision, recall = (sum(v[i] for v in values) / len(values) for i in range(4))
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        print(f"{name:<14}{overlap:>11.3f}{vi:>8.3f}{precision:>9.3f}{recall:>9.3f}{f1:>10.3f}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
