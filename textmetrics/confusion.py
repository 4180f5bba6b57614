"""How often each request type really arrives, behind how often it is found: what people read of a sample says how types are mistaken for each other.

The detector's errors differ by channel, so a difference between channels may be theirs. Per channel, the shares p with found = p x confusion; where that would take some below 0, the
most likely ones that are not (expectation maximisation); types of which too few were read, and detectors that hardly tell types apart, are refused.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from .addresses import place
from .errors import MissingInput, ReadError
from .estimates import RESAMPLES, SEED, Array, Estimate
from .figures import Figure, Section
from .report import Report

LEAST_READ = 10  # conversations of a type, as read, from which its errors are known well enough
LEAST_APART = 0.2  # smallest singular value of the confusion below which types cannot be told apart
ROUNDS = 200
NAMES = ("channel", "read", "found")


def load(path: str | Path) -> dict[str, Counter[tuple[str, str]]]:
    """A reviewed sample as CSV: ``channel, read`` (what a person says), ``found`` (what was found) and optionally ``n``; channel -> (read, found) -> how many."""
    try:
        with place(path).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise MissingInput(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ReadError(path, f"is not UTF-8: {error.reason}") from error
    if not rows or (missing := [n for n in NAMES if n not in rows[0]]):
        raise ReadError(path, f"has no column {', '.join(missing) if rows else 'at all'}: needed are channel, read, found, and n where rows are counts")
    told: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for line, row in enumerate(rows, start=2):
        try:
            n = int(row.get("n") or 1)
        except ValueError:
            raise ReadError(path, f"{row.get('n')!r} is no count", line=line) from None
        if n < 0 or not row["channel"] or not row["read"] or not row["found"]:
            raise ReadError(path, "a cell is empty, or a count below 0", line=line)
        told[row["channel"]][row["read"], row["found"]] += n
    return told


def corrected(found: Array, confusion: Array) -> Array:
    """The most likely true shares behind counts of what was found; ``confusion`` holds, for each true type in a row, how it is found.

    >>> corrected(np.array([42.0, 58.0]), np.array([[0.8, 0.2], [0.1, 0.9]])).round(3).tolist()
    [0.457, 0.543]
    """
    seen = found / found.sum()
    try:
        exact = np.linalg.solve(confusion.T, seen)
    except np.linalg.LinAlgError:
        exact = np.full(len(confusion), -1.0)  # a resample in which types cannot be told apart
    if (exact >= 0).all():
        return np.asarray(exact / exact.sum())
    share = np.full(len(confusion), 1 / len(confusion))
    for _ in range(ROUNDS):
        explained = share @ confusion
        with np.errstate(divide="ignore", invalid="ignore"):
            share = share * (confusion @ np.where(explained > 0, seen / explained, 0.0))
        share = share / share.sum()
    return np.asarray(share)


def request_types(report: Report, told: Mapping[str, Counter[tuple[str, str]]]) -> Section:
    """Request types by channel as they are found, and corrected for how they are mistaken in a sample that people read."""
    figures = [f for channel in sorted({r["channel"] for r in report.rows("conversations")}) for f in _channel(report, channel, told.get(channel, Counter()))]
    notes = ("Intervals: bootstrap over what was found and what was read. The sample must be drawn at random in its channel, from the same detector.",)
    return Section("Request types, corrected", tuple(figures), "Shares of what arrives by a channel: found, then as they are once mistakes are undone.", notes)


def _channel(report: Report, channel: str, read: Counter[tuple[str, str]]) -> Iterator[Figure]:
    seen = Counter(r["request_type"] for r in report.rows("conversations") if r["channel"] == channel and r["request_type"])
    kinds = sorted({*seen, *(k for pair in read for k in pair)})
    counts = np.array([[read[a, b] for b in kinds] for a in kinds], float)
    few = [k for k, n in zip(kinds, counts.sum(1), strict=True) if n < LEAST_READ]
    if not seen:
        return
    if few:
        yield Figure(channel, "not corrected", Estimate(int(counts.sum()), None), "", f"fewer than {LEAST_READ} read of: {', '.join(few)}")
        return
    confusion = counts / counts.sum(1, keepdims=True)
    apart = float(np.linalg.svd(confusion, compute_uv=False).min())
    if apart < LEAST_APART:
        yield Figure(channel, "not corrected", Estimate(int(counts.sum()), None), "", f"the detector hardly tells these types apart (smallest singular value {apart:.2f})")
        return
    found = np.array([seen[k] for k in kinds], float)
    shares, draws = corrected(found, confusion), _draws(found, counts)
    for n, kind in enumerate(kinds):
        low, high = np.quantile(draws[:, n], [0.025, 0.975])
        crude = found[n] / found.sum()
        e = Estimate(int(found.sum()), float(shares[n]), float(min(low, shares[n])), float(max(high, shares[n])))
        yield Figure(channel, kind, e, "share", f"found {100 * crude:.0f} %, {int(counts[n].sum())} read")


def _draws(found: Array, counts: Array) -> Array:
    rng = np.random.default_rng(SEED)
    made: list[Array] = []
    totals: Sequence[int] = [int(n) for n in counts.sum(1)]
    for _ in range(RESAMPLES // 4):
        confusion = np.array([rng.multinomial(n, row / n) / n for n, row in zip(totals, counts, strict=True)])
        made.append(corrected(rng.multinomial(int(found.sum()), found / found.sum()).astype(float), confusion))
    return np.array(made)
