#!/usr/bin/env python3
"""The whole pipeline beside what people write today, and beside its own parts, on the same messages, in one run.

    python benchmarks/pipeline.py [--messages 20000] [--rounds 3] [--input FILE.jsonl] [--workers 2]

``naive`` is what is written today: pandas, vaderSentiment.apply on every message, a spaCy Matcher with a hundred token patterns over nlp.pipe,
groupby for waits and counts. It finds words, nothing in context. ``convokit`` makes a corpus of the messages and does the same utterance by utterance, where
the package is installed. ``vaderSentiment`` is that package alone; ``our vader``, ``reading`` and ``scanning`` (all cues of the packs) are parts of ours alone.
``textmetrics`` reads the same JSON Lines, finds with models and rules in context, scores moods, measures and writes all tables. Rounds alternate, and
the clock is the processor's; medians and their ratio to ``naive`` are printed, then the stages of one run, and the time of one review. With ``--workers``
the run is timed by the wall's clock in one process and in so many, alternating, and the bytes of all tables are compared: that needs as many idle cores.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
import spacy
from spacy.matcher import Matcher
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

import textmetrics as tm
from textmetrics import cues
from textmetrics.folding import fold
from textmetrics.profile import profiling
from textmetrics.scorers.vader import compounds

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


def patterns() -> tuple[Any, Matcher]:
    """A hundred token patterns."""
    nlp = spacy.blank("en")
    matcher = Matcher(nlp.vocab)
    matcher.add("CUE", [[{"LOWER": w} for w in f"{head} {tail}".split()] for head in HEADS for tail in TAILS])
    return nlp, matcher


def naive(path: Path) -> int:
    """Keyword patterns, VADER and groupby, as in most notebooks."""
    frame = pd.read_json(path, lines=True, dtype={"conversation_id": str})
    analyzer = SentimentIntensityAnalyzer()
    frame["mood"] = frame["text"].apply(lambda t: analyzer.polarity_scores(t)["compound"])
    nlp, matcher = patterns()
    frame["cues"] = [len(matcher(doc)) for doc in nlp.pipe(frame["text"])]
    frame["sent_at"] = pd.to_datetime(frame["sent_at"], utc=True, format="ISO8601")
    frame["wait"] = frame.groupby("conversation_id")["sent_at"].diff().dt.total_seconds()
    return len(frame.groupby("conversation_id").agg({"wait": ["max", "median"], "mood": "mean", "cues": "sum"}))


def ours(path: Path) -> int:
    """The command ``mine``, without starting Python."""
    with tempfile.TemporaryDirectory() as folder:
        return int(tm.mine(path, out=Path(folder) / "out").run["counts"]["conversations"])


def convokit(path: Path) -> int:
    """A corpus of ConvoKit, with mood and cues of every utterance and the waits of every conversation."""
    from convokit import Corpus, Speaker, Utterance  # type: ignore[import-not-found]

    speakers: dict[str, Any] = {}
    first: dict[str, str] = {}
    said = []
    for n, row in enumerate(_json(path)):
        speaker = speakers.setdefault(row["author"], Speaker(id=row["author"]))
        opening = first.setdefault(row["conversation_id"], str(n))
        sent = datetime.fromisoformat(row["sent_at"]).timestamp() if row["sent_at"] else None
        said.append(Utterance(id=str(n), speaker=speaker, conversation_id=opening, reply_to=None if opening == str(n) else opening, timestamp=sent, text=row["text"]))
    corpus = Corpus(utterances=said)
    analyzer, (nlp, matcher) = SentimentIntensityAnalyzer(), patterns()
    utterances = list(corpus.iter_utterances())
    for utterance, doc in zip(utterances, nlp.pipe(u.text for u in utterances), strict=True):
        utterance.add_meta("mood", analyzer.polarity_scores(utterance.text)["compound"])
        utterance.add_meta("cues", len(matcher(doc)))
    for conversation in corpus.iter_conversations():
        times = [u.timestamp for u in conversation.iter_utterances() if u.timestamp is not None]
        conversation.add_meta("wait", max((b - a for a, b in itertools.pairwise(times)), default=None))
    return len(utterances)


def vader_alone(path: Path) -> int:
    """The package vaderSentiment on every message, nothing else."""
    analyzer = SentimentIntensityAnalyzer()
    return len([analyzer.polarity_scores(row["text"])["compound"] for row in _json(path)])


def our_vader(path: Path) -> int:
    """Our scorer of the same numbers, on every message."""
    return len(compounds([row["text"] for row in _json(path)]))


def reading(path: Path) -> int:
    """JSON Lines to conversations."""
    return len(list(tm.read(path)))


def scanning(path: Path) -> int:
    """Every cue of the English pack in every message."""
    return sum(map(len, cues.find([fold(row["text"]) for row in _json(path)], "en")))


def scaling(path: Path, workers: int, rounds: int) -> None:
    """One process and several, by the wall's clock, and whether they write the same bytes."""
    times: dict[int, list[float]] = {1: [], workers: []}
    written: dict[int, str] = {}
    for _ in range(rounds):
        for many, spent in times.items():
            with tempfile.TemporaryDirectory() as folder:
                begun = time.perf_counter()
                tm.mine(path, out=Path(folder) / "out", workers=many)
                spent.append(time.perf_counter() - begun)
                tables = sorted(f for f in (Path(folder) / "out").iterdir() if f.suffix in (".parquet", ".csv"))
                written[many] = sha256(b"".join(f.read_bytes() for f in tables)).hexdigest()
    one, several = (statistics.median(times[many]) for many in (1, workers))
    print(f"1 process {one:.1f} s, {workers} workers {several:.1f} s: {one / several:.2f} times; the same bytes: {written[1] == written[workers]}")


def _json(path: Path) -> Iterator[dict[str, str]]:
    return map(json.loads, path.read_text(encoding="utf-8").splitlines())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--messages", type=int, default=20000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--input", type=Path, help="JSON Lines of the generic form, in place of the demonstration archives")
    options.add_argument("--workers", type=int, help="time one process and so many instead")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "messages.jsonl"
        said = itertools.islice(_json(given.input), given.messages) if given.input else rows(given.messages)
        path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in said), encoding="utf-8")
        if given.workers:
            ours(path)
            scaling(path, given.workers, given.rounds)
            return
        ways: dict[str, Callable[[Path], int]] = {
            **{"naive": naive, "convokit": convokit, "vaderSentiment": vader_alone, "our vader": our_vader, "reading": reading, "scanning": scanning},
            "textmetrics": ours,
        }
        if find_spec("convokit") is None:
            del ways["convokit"]
            print("convokit is not installed: left out")
        times: dict[str, list[float]] = {name: [] for name in ways}
        for way in ways.values():
            way(path)  # warm up: imports, models, compiled cues
        gc.collect()
        gc.freeze()  # what one way left behind is not searched through at the cost of another
        for _ in range(given.rounds):
            for name, way in ways.items():
                begun = time.process_time()
                way(path)
                times[name].append(time.process_time() - begun)
        with profiling() as spent:
            ours(path)
    medians = {name: statistics.median(t) for name, t in times.items()}
    print(f"{given.messages:,} messages, medians of {given.rounds} alternating rounds, CPU time")
    for name, seconds in medians.items():
        print(f"  {name:<14} {seconds:7.2f} s  {given.messages / seconds:>9,.0f} messages/s  {medians['naive'] / seconds:6.2f} x naive")
    print(f"\nthe stages of textmetrics, one run\n{spent.table(given.messages)}\n")
    twelve = next(c for c in tm.read(CORPORA / "live_chat") if len(c.messages) == 12)
    for _ in range(20):
        tm.review(twelve)
    each, seen = [], []
    for _ in range(100):
        begun = time.process_time()
        review = tm.review(twelve)
        reviewed = time.process_time()
        _ = review.observations
        each.append(reviewed - begun)
        seen.append(time.process_time() - reviewed)
    print(f"review of a conversation of 12 messages: median {1000 * statistics.median(each):.2f} ms; its observations: {1000 * statistics.median(seen):.2f} ms more")


if __name__ == "__main__":
    main()
