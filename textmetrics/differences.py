"""What changed between two runs, and why: the data, how they were read, what was found in them, or how it is measured.

Conversations that both runs hold alike (same messages, and the same cut or old enough at both) are measured in both: what differs there cannot be the
data, what differs beyond them cannot be anything else. The two parts add up to the whole difference. Waits that are open in the earlier run are taken as
long as the later cut makes them, for time passed by is data. Among the conversations held alike, equal checksums rule the detector or
the definition out; where both changed, the definition that is installed is put to the findings of the other run, which separates them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from . import packs
from .errors import UnknownName
from .estimates import ESTIMATES
from .metrics import METRICS
from .provenance import Provenance
from .remeasuring import measured_again
from .report import Report

Seen = dict[str, list[tuple[float, float, bool]]]  # conversation -> value, exposure, censored
NOTHING = 1e-9


class Behind(Struct, frozen=True):
    """A conversation behind a change: what a metric saw in it before and after, and which findings came and went."""

    conversation: str
    before: tuple[float, ...]
    after: tuple[float, ...]
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()


class Change(Struct, frozen=True):
    """One metric in one channel. Parts that could not be told apart are None, and ``note`` says why; without a change in one, it is 0."""

    metric: str
    channel: str
    unit: str
    before: float | None
    after: float | None
    n_before: int
    n_after: int
    data: float | None
    detector: float | None
    definition: float | None
    note: str = ""
    behind: tuple[Behind, ...] = ()

    @property
    def total(self) -> float | None:
        """The whole difference."""
        return None if self.before is None or self.after is None else self.after - self.before


class Difference(Struct, frozen=True):
    """Two runs side by side: ``reasons`` are what changed in inputs and definitions; ``added``, ``removed``, ``altered`` conversations; a change a metric and channel."""

    reasons: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    altered: tuple[str, ...]
    alike: int
    changes: tuple[Change, ...]


def difference(old: Report, new: Report, *, metrics: Sequence[str] | None = None) -> Difference:
    """What changed from one run to another, a row a metric and channel, with the conversations behind."""
    if unknown := [m for m in metrics or () if m not in METRICS]:
        raise UnknownName("metric", unknown[0], METRICS)
    before, after = _prints(old), _prints(new)
    passed = _passed(old, new)
    alike = {i for i, p in before.items() if after.get(i) == p and i in passed}
    altered = sorted(i for i in before if i in after and i not in alike)
    kept = _whole_customers(old, new, alike)
    told = Provenance(old, new)
    seen = {"old": _seen(old.arrow("observations")), "new": _seen(new.arrow("observations"))}
    names = sorted(m for m in {*seen["old"], *seen["new"]} if m in METRICS and (metrics is None or m in metrics))
    both = [m for m in names if told.detection and told.definition(m)]
    ready = told.installed(both)
    again: dict[str, Seen] = {m: {} for m in ready} | _seen(measured_again(old, ready)) if ready else {}
    channels = [_channels(old), _channels(new)]
    labels = (_labels(old), _labels(new)) if told.detection else ({}, {})
    changes = []
    for name in names:
        same = kept if METRICS[name].of == "customer" else alike
        a, b = seen["old"].get(name, {}), seen["new"].get(name, {})
        wholes = [_size(s) for s in (a, b)]
        shared = [_size({i: v for i, v in s.items() if i in same}) for s in (a, b)]
        for channel in sorted({channels[0][i] for i in a} | {channels[1][i] for i in b}):
            mine = [{i: v for i, v in s.items() if where[i] == channel} for s, where in ((a, channels[0]), (b, channels[1]))]
            common = [_aged(name, {i: v for i, v in mine[0].items() if i in same}, passed), {i: v for i, v in mine[1].items() if i in same}]
            middle = again.get(name)
            middle = None if middle is None else _aged(name, {i: v for i, v in middle.items() if i in same and channels[1].get(i) == channel}, passed)
            changes.append(_change(name, channel, mine, common, middle, [*wholes, *shared], told, labels))
    return Difference(
        tuple(told.reasons()), tuple(sorted(after.keys() - before.keys())), tuple(sorted(before.keys() - after.keys())), tuple(altered), len(alike), tuple(changes)
    )


def _change(
    name: str,
    channel: str,
    mine: Sequence[Seen],
    common: Sequence[Seen],
    middle: Seen | None,
    wholes: Sequence[int],
    told: Provenance,
    labels: Sequence[Mapping[str, frozenset[str]]],
) -> Change:
    m = METRICS[name]
    before = _estimate(name, mine[0], wholes[0])
    after = before if mine[0] == mine[1] and wholes[0] == wholes[1] else _estimate(name, mine[1], wholes[1])
    kept = [e if c == s and w == v else _estimate(name, c, v) for e, c, s, w, v in zip((before, after), common, mine, wholes, wholes[2:], strict=False)]
    behind = () if common[0] == common[1] else tuple(_behind(common, labels))
    inner = None if kept[0] is None or kept[1] is None else kept[1] - kept[0]
    total = None if before is None or after is None else after - before
    data, detector, definition, note = None, None, None, ""
    if not common[0] and not common[1]:
        data, detector, definition = total, 0.0, 0.0
        note = "no conversation is in both"
    elif not behind:
        data, detector, definition = (0.0 if before == after else total), 0.0, 0.0
    elif inner is None:
        note = "not reached on one side: the parts cannot be told"
    else:
        data = None if total is None else total - inner
        detection, defined = told.detection, told.definition(name)
        if detection and defined:
            half = None if middle is None else _estimate(name, middle, wholes[2])
            if half is None or kept[0] is None or kept[1] is None:
                note = "detector and definition both changed, and the version that made the second run is not installed: only together"
                detector = definition = None
            else:
                definition, detector = half - kept[0], kept[1] - half
        else:
            detector, definition = (inner, 0.0) if detection else (0.0, inner)
            if not detection and not defined and told.moved_cut:
                data, definition = total, 0.0
            elif not detection and not defined and abs(inner) > NOTHING:
                note = "neither detector nor definition changed by what the runs say: other versions of libraries?"
    return Change(name, channel, m.unit, before, after, _size(mine[0]), _size(mine[1]), data, detector, definition, note, behind)


def _size(seen: Seen) -> int:
    return sum(map(len, seen.values()))


def _behind(common: Sequence[Seen], labels: Sequence[Mapping[str, frozenset[str]]]) -> list[Behind]:
    """The conversations in both runs in which a metric sees something else: the widest apart first."""
    found: list[tuple[float, str, Behind]] = []
    for i in {*common[0], *common[1]}:
        a, b = (sorted(s.get(i, ())) for s in common)
        if a != b:
            gap = abs(sum(x[0] for x in b) - sum(x[0] for x in a))
            old, new = (told.get(i, frozenset()) for told in labels)
            found.append((-gap, i, Behind(i, tuple(x[0] for x in a), tuple(x[0] for x in b), tuple(sorted(new - old)), tuple(sorted(old - new)))))
    return [b for _, _, b in sorted(found, key=lambda f: f[:2])]


def _estimate(name: str, seen: Seen, whole: int) -> float | None:
    rows = [o for i in sorted(seen) for o in seen[i]]
    if not rows:
        return None
    m = METRICS[name]
    value, exposure = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    weight = np.full(len(rows), float(whole)) if m.estimate == "share" else exposure
    return ESTIMATES[m.estimate](value, weight, np.array([r[2] for r in rows], bool)).value


def _seen(observations: Any) -> dict[str, Seen]:
    found: dict[str, Seen] = {}
    columns = (observations[c].to_pylist() for c in ("metric", "conversation_id", "value", "exposure", "censored"))
    for metric, i, value, exposure, censored in zip(*columns, strict=True):
        found.setdefault(metric, {}).setdefault(i, []).append((value, exposure, censored))
    return found


def _channels(report: Report) -> dict[str, str]:
    table = report.arrow("conversations")
    return dict(zip(table["conversation_id"].to_pylist(), table["channel"].to_pylist(), strict=True))


def _prints(report: Report) -> dict[str, str]:
    """A checksum of each conversation as it was read: its facts, its messages with roles and times."""
    table = report.arrow("conversations")
    facts = ("channel", "customer_id", "case_id", "severity", "status", "rating", "clock_skewed", "columns")
    sums = {}
    for i, *rest in zip(*(table[c].to_pylist() for c in ("conversation_id", *facts)), strict=True):
        sums[i] = hashlib.sha256(repr(rest).encode())
    table = report.arrow("messages")
    for i, *rest in zip(*(table[c].to_pylist() for c in ("conversation_id", "message_id", "role", "sent_at", "reply_to", "text", "reactions")), strict=True):
        sums[i].update(repr(rest).encode())
    return {i: s.hexdigest() for i, s in sums.items()}


def _passed(old: Report, new: Report) -> dict[str, float]:
    """Seconds that passed from one cut to the other, for conversations with the same cut, or old enough for their outcome at both."""
    facts: list[dict[str, tuple[str, Any, Any]]] = []
    for report in (old, new):
        table = report.arrow("conversations")
        columns = (table[c].to_pylist() for c in ("conversation_id", "channel", "closed_at", "as_of"))
        facts.append({i: (channel, closed, cut) for i, channel, closed, cut in zip(*columns, strict=True)})
    found = {}
    for i, (channel, closed, cut) in facts[0].items():
        later = facts[1].get(i, (channel, closed, None))[2]
        if cut == later:
            found[i] = 0.0
        elif cut is not None and later is not None and closed is not None:
            pack = packs.channel(channel)
            if (min(cut, later) - closed).total_seconds() >= max(pack.mature, pack.patience):
                found[i] = (later - cut).total_seconds()
    return found


def _aged(name: str, seen: Seen, passed: Mapping[str, float]) -> Seen:
    """Observations of the earlier run with its open waits as long as they are at the later cut."""
    if METRICS[name].unit != "s":
        return seen
    return {i: [(v + passed[i] if censored else v, e, censored) for v, e, censored in rows] if passed[i] else rows for i, rows in seen.items()}


def _whole_customers(old: Report, new: Report, alike: set[str]) -> set[str]:
    """Conversations whose customer's conversations are all alike: metrics of whole customers look beyond one."""
    owner: dict[str, set[str]] = {}
    for report in (old, new):
        table = report.arrow("conversations")
        columns = (table[c].to_pylist() for c in ("conversation_id", "customer_id", "case_id"))
        for i, customer, case in zip(*columns, strict=True):
            owner.setdefault(customer or f"case {case or i}", set()).add(i)
    return {i for ids in owner.values() if ids <= alike for i in ids}


def _labels(report: Report) -> dict[str, frozenset[str]]:
    """What was found in each conversation, where: ``label/state at message``, and how it ended."""
    found: dict[str, set[str]] = {}
    table = report.arrow("findings")
    columns = (table[c].to_pylist() for c in ("conversation_id", "message_id", "label", "state"))
    for i, message, label, state in zip(*columns, strict=True):
        found.setdefault(i, set()).add(f"{label}{f'/{state}' if state else ''} at {message}")
    table = report.arrow("conversations")
    for i, resolution in zip(table["conversation_id"].to_pylist(), table["resolution"].to_pylist(), strict=True):
        found.setdefault(i, set()).add(f"resolution {resolution}")
    return {i: frozenset(s) for i, s in found.items()}
