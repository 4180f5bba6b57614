#!/usr/bin/env python3
"""The whole pipeline beside what people write today, on the same messages, in one run.

    python benchmarks/pipeline.py [--messages 8000] [--rounds 3]

``naive`` is what is written today: pandas, vaderSentiment.apply on every message, a spaCy Matcher with a hundred token patterns over nlp.pipe,
groupby for waits and counts. It finds words, nothing in context. ``textmetrics`` reads the same JSON Lines, finds with models and rules
in context, scores moods, measures and writes all tables. Rounds alternate; medians and their ratio are printed, and the time of one review.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import spacy
from spacy.matcher import Matcher
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

import textmetrics as tm
from textmetrics.annotation import annotate

CORPORA = Path(__file__).resolve().parent.parent / "corpora"
HEADS = ["did not", "does not", "still not", "can not", "could not", "will not", "what do", "do not", "i have", "thank you"]
TAILS = ["work", "help", "understand", "answer", "load", "open", "fix", "know", "mean", "see"]


def rows(count: int) -> list[dict[str, str]]:
    """Messages of the demonstration archives, over and over, each round as new conversations."""
    found: list[dict[str, str]] = []
    conversations = list(tm.read(CORPORA))
    n = 0
    while len(found) < count:
        for c in conversations:
            for m in c.messages:
                role = c.role_of(m.participant_id)
                found.append(
                    {
                        "conversation_id": f"{c.id}-{n}",
                        "author": m.participant_id,
                        "role": role,
                        "sent_at": m.sent_at.isoformat() if m.sent_at else "",
                        "channel": c.channel,
                        "text": m.text.replace("0", str(n % 10)),
                    }
                )
        n += 1
    return found[:count]


def naive(path: Path) -> int:
    """Keyword patterns, VADER and groupby, as in most notebooks."""
    frame = pd.read_json(path, lines=True, dtype={"conversation_id": str})
    analyzer = SentimentIntensityAnalyzer()
    frame["mood"] = frame["text"].apply(lambda t: analyzer.polarity_scores(t)["compound"])
    nlp = spacy.blank("en")
    matcher = Matcher(nlp.vocab)
    matcher.add("CUE", [[{"LOWER": w} for w in f"{head} {tail}".split()] for head in HEADS for tail in TAILS])
    frame["cues"] = [len(matcher(doc)) for doc in nlp.pipe(frame["text"])]
    frame["sent_at"] = pd.to_datetime(frame["sent_at"], utc=True, format="ISO8601")
    frame["wait"] = frame.groupby("conversation_id")["sent_at"].diff().dt.total_seconds()
    return len(frame.groupby("conversation_id").agg({"wait": ["max", "median"], "mood": "mean", "cues": "sum"}))


def ours(path: Path) -> int:
    """The command ``mine``, without starting Python."""
    with tempfile.TemporaryDirectory() as folder:
        return int(tm.mine(path, out=Path(folder) / "out").run["counts"]["conversations"])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--messages", type=int, default=8000)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "messages.jsonl"
        path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows(given.messages)), encoding="utf-8")
        ways: dict[str, Callable[[Path], int]] = {"naive": naive, "textmetrics": ours}
        times: dict[str, list[float]] = {name: [] for name in ways}
        for way in ways.values():
            way(path)  # warm up: imports, models, compiled cues
        for _ in range(given.rounds):
            for name, way in ways.items():
                begun = time.process_time()
                way(path)
                times[name].append(time.process_time() - begun)
    medians = {name: statistics.median(t) for name, t in times.items()}
    print(f"{given.messages:,} messages, medians of {given.rounds} alternating rounds, CPU time")
    for name, seconds in medians.items():
        print(f"  {name:<12} {seconds:7.2f} s  {given.messages / seconds:>9,.0f} messages/s  {medians['naive'] / seconds:5.2f} x")
    twelve = next(c for c in tm.read(CORPORA / "live_chat") if len(c.messages) == 12)
    for _ in range(20):
        tm.review(twelve)
    each = []
    for _ in range(100):
        begun = time.perf_counter()
        tm.review(twelve)
        each.append(time.perf_counter() - begun)
    print(f"review of a conversation of 12 messages: median {1000 * statistics.median(each):.2f} ms")
    assert list(annotate([twelve]))


if __name__ == "__main__":
    main()
