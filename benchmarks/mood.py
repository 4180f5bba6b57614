#!/usr/bin/env python3
"""The scorer ``vader`` beside the package vaderSentiment: the same numbers, and how much sooner.

    python benchmarks/mood.py [FILE...]     texts, a line each; without files, the messages of the demonstration archives

Alternating rounds on the same distinct texts in one run, CPU time, medians; and one text of 4,000 words.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

import textmetrics as tm
from textmetrics import packs
from textmetrics.scorers import SCORERS, Text

CORPORA = Path(__file__).resolve().parent.parent / "corpora"
ROUNDS = 5


def timed(work: Callable[[], list[float]]) -> tuple[float, list[float]]:
    begun = time.process_time()
    found = work()
    return time.process_time() - begun, found


def main(files: Sequence[str]) -> None:
    lines = [line for f in files for line in Path(f).read_text(encoding="utf-8", errors="replace").splitlines()]
    texts = list(dict.fromkeys(lines or [m.text for c in tm.read(CORPORA) for m in c.messages]))
    analyzer, english = SentimentIntensityAnalyzer(), packs.language("en")

    def package(of: Sequence[str]) -> list[float]:
        return [analyzer.polarity_scores(t)["compound"] for t in of]

    def ours(of: Sequence[str]) -> list[float]:
        return list(SCORERS["vader"]([Text(t, t) for t in of], english))

    ours(texts[:100])
    times: dict[str, list[float]] = {"vaderSentiment": [], "textmetrics": []}
    for _ in range(ROUNDS):
        seconds, theirs = timed(lambda: package(texts))
        times["vaderSentiment"].append(seconds)
        seconds, own = timed(lambda: ours(texts))
        times["textmetrics"].append(seconds)
    differing = sum(abs(a - b) > 1e-12 for a, b in zip(theirs, own, strict=True))
    median = {name: statistics.median(t) for name, t in times.items()}
    print(f"{len(texts):,} texts of {sum(map(len, texts)) / len(texts):.0f} characters, {differing} scored otherwise")
    for name, seconds in median.items():
        print(f"  {name:<16}{len(texts) / seconds:>10,.0f} texts/s  {median['vaderSentiment'] / seconds:5.1f} x")
    long = [" ".join(texts)[:24_000]]
    print(f"  a text of {len(long[0].split()):,} words: {timed(lambda: package(long))[0]:.2f} s and {timed(lambda: ours(long))[0]:.4f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
