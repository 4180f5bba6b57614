#!/usr/bin/env python3
"""The scorer ``vader`` beside the package vaderSentiment: the same numbers, and how much sooner.

    python benchmarks/mood.py [PATH...] [--rounds 3]

``PATH``: files or folders of texts, read as plainly as can be: the strings of JSON and JSON Lines, the cells of CSV and TSV, the lines of anything else; all of them whole,
free of tags, and cut into lines and sentences. Without any, the messages of the demonstration archives. Every distinct text is scored by both: how
many there are, the greatest difference and the first texts that differ are printed. Then both are timed in alternating rounds on the same texts in one
run, CPU time, the least of each, with how many texts, their mean length, the ratio and the greatest difference: a conversation of 12, the archives'
messages and, of the given paths, 20,000 short texts, 200,000 of any length, and 5,000 long ones, evenly taken; and one text of 4,000 words.
"""

from __future__ import annotations

import argparse
import csv
import gc
import gzip
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from pathlib import Path
from typing import Any

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

import textmetrics as tm
from textmetrics import packs
from textmetrics.scorers import SCORERS, Text

CORPORA = Path(__file__).resolve().parent.parent / "corpora"
SHORT = 200  # characters below which a text is short
LONG = 20_000  # characters from which a text is compared by its lines and sentences only: the package takes minutes
SHOWN = 10  # texts that differ
ANALYZER, ENGLISH = SentimentIntensityAnalyzer(), packs.language("en")


def package(texts: Sequence[Text]) -> list[float]:
    """The compounds of the package."""
    return [ANALYZER.polarity_scores(t.text)["compound"] for t in texts]


def ours(texts: Sequence[Text]) -> list[float]:
    """The compounds of the scorer."""
    return list(SCORERS["vader"](texts, ENGLISH))


def strings(of: Any) -> Iterator[str]:
    """All strings in a JSON value."""
    if isinstance(of, str):
        yield of
    elif isinstance(of, dict | list):
        for value in of.values() if isinstance(of, dict) else of:
            yield from strings(value)


def found(path: Path) -> Iterator[str]:
    """The texts of a file."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    lines = data.decode("utf-8", "replace").splitlines()
    kind = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    if kind in (".csv", ".tsv"):
        csv.field_size_limit(1 << 30)
        yield from (cell for row in csv.reader((line.replace("\0", "") for line in lines), delimiter="\t" if kind == ".tsv" else ",") for cell in row)
        return
    for text in ["\n".join(lines)] if kind == ".json" else lines:
        try:
            yield from strings(json.loads(text))
        except (ValueError, RecursionError):
            yield from (text.rpartition("\t")[2], text)


def pieces(text: str) -> Iterator[str]:
    """A text without tags, whole, its lines and its sentences."""
    plain = unescape(re.sub(r"<[^>]+>", " ", text))
    yield plain
    for line in plain.splitlines():
        yield line.strip()
        yield from re.split(r"(?<=[.!?])\s+", line.strip())


def compare(texts: Sequence[str]) -> None:
    """Print how far the scores of texts are apart."""
    given = [Text(t, t) for t in texts]
    apart = [(abs(a - b), t) for a, b, t in zip(package(given), ours(given), texts, strict=True)]
    differing = [(by, t) for by, t in apart if by > 1e-12]
    print(f"{len(texts):,} distinct texts of {sum(map(len, texts)) / len(texts):.0f} characters compared: {len(differing)} scored otherwise, greatest difference {max(apart)[0]:.1e}")
    for by, text in differing[:SHOWN]:
        print(f"  {by:.4f} {text!r}")


def timed(work: Callable[[Sequence[Text]], list[float]], texts: Sequence[Text], times: int) -> tuple[float, list[float]]:
    """Seconds that one call takes, of some, and what it gave."""
    begun = time.process_time()
    for _ in range(times):
        scores = work(texts)
    return (time.process_time() - begun) / times, scores


def race(name: str, texts: Sequence[str], rounds: int, times: int = 1) -> None:
    """Print how long both take for some texts, and how far apart their scores are at most."""
    given = [Text(t, t) for t in texts]
    ours(given)
    spent = [(timed(package, given, times), timed(ours, given, times)) for _ in range(rounds)]
    theirs, own = (min([seconds for seconds, _ in side]) / len(texts) for side in zip(*spent, strict=True))
    apart = max([abs(a - b) for (_, said), (_, scores) in spent for a, b in zip(said, scores, strict=True)])
    print(f"{name:<24}{len(texts):>9,}{sum(map(len, texts)) / len(texts):>12,.0f}{1e6 * theirs:>16,.1f}{1e6 * own:>13,.2f}{theirs / own:>7.1f}{apart:>12.0e}")


def evenly(texts: Sequence[str], count: int) -> Sequence[str]:
    """So many of some texts, or all."""
    return texts[:: max(1, len(texts) // count)][:count]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("paths", nargs="*", type=Path)
    options.add_argument("--rounds", type=int, default=3, help="0: compare only")
    given = options.parse_args()
    conversations = list(tm.read(CORPORA))
    archive = list(dict.fromkeys(m.text for c in conversations for m in c.messages))
    files = [f for path in given.paths for f in (sorted(path.rglob("*")) if path.is_dir() else [path]) if f.is_file()]
    texts = list(dict.fromkeys(p for f in files for text in found(f) for p in pieces(text) if p and len(p) < LONG)) or archive
    gc.collect()
    gc.freeze()  # what was read is not searched through at anybody's cost
    if given.rounds:
        races(texts if files else [], conversations, archive, given.rounds)
    compare(texts)


def races(texts: Sequence[str], conversations: Sequence[tm.Conversation], archive: Sequence[str], rounds: int) -> None:
    """Print how long both take for texts of several kinds."""
    print(f"{'microseconds a text':<24}{'texts':>9}{'characters':>12}{'vaderSentiment':>16}{'textmetrics':>13}{'ratio':>7}{'difference':>12}")
    race("a conversation of 12", next([m.text for m in c.messages] for c in conversations if len(c.messages) == 12), rounds, 50)
    race("the archives", archive, rounds, 5)
    if texts:
        race("short texts", evenly([t for t in texts if len(t) < SHORT], 20_000), rounds, 3)
        race("texts of any length", evenly(texts, 200_000), rounds)
        race("long texts", evenly([t for t in texts if SHORT <= len(t) < 10 * SHORT], 5_000), rounds, 3)
    race("one text", [" ".join(" ".join(archive).split()[:4000])], rounds)


if __name__ == "__main__":
    main()
