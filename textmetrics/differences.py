"""What changed between two runs, and why: the data, how they were read, what was found in them, or how it is measured.

Conversations that both runs hold alike (same messages, same cut) are measured in both: what differs there cannot be the data, what differs beyond
them cannot be anything else. The two parts add up to the whole difference. Among the conversations held alike, equal checksums rule the detector or
the definition out; where both changed, the definition that is installed is put to the findings of the other run, which separates them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from .errors import UnknownName
from .estimates import ESTIMATES
from .metrics import METRICS
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
    alike = {i for i, p in before.items() if after.get(i) == p}
    altered = sorted(i for i in before if i in after and i not in alike)
    kept = _whole_customers(old, new, alike)
    told = _Told(old, new)
    seen = {"old": _seen(old.arrow("observations")), "new": _seen(new.arrow("observations"))}
    names = sorted(m for m in {*seen["old"], *seen["new"]} if m in METRICS and (metrics is None or m in metrics))
    both = [m for m in names if told.detection and told.definition(m)]
    again = told.measured_again(both)
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
            common = [{i: v for i, v in s.items() if i in same} for s in mine]
            middle = again.get(name)
            middle = None if middle is None else {i: v for i, v in middle.items() if i in same and channels[1].get(i) == channel}
            changes.append(_change(name, channel, mine, common, middle, [*wholes, *shared], told, labels))
    return Difference(
        tuple(told.reasons()), tuple(sorted(after.keys() - before.keys())), tuple(sorted(before.keys() - after.keys())), tuple(altered), len(alike), tuple(changes)
    )


class _Told:
    """What the two runs say of themselves, and what may therefore have changed."""

    def __init__(self, old: Report, new: Report) -> None:
        self.old, self.new = old, new
        self.a, self.b = (r.run.get("definitions", {}) for r in (old, new))
        self.known = bool(self.a and self.b)
        self.settings = [{k: v for k, v in r.run.get("settings", {}).items() if k != "metrics"} for r in (old, new)]
        self.detection = not self.known or self.settings[0] != self.settings[1] or any(_differ(self.a, self.b, *path) for path in (("models",), ("code", "detection"))) or bool(
            self.packs("languages/")
        )
        self.shared = bool(self.packs("channels/")) or _differ(self.a, self.b, "code", "measuring")

    def packs(self, kind: str) -> list[str]:
        """The packs of one kind that differ."""
        a, b = (d.get("packs", {}) for d in (self.a, self.b))
        return sorted(k for k in {*a, *b} if k.startswith(kind) and a.get(k) != b.get(k))

    def definition(self, metric: str) -> bool:
        """Whether a metric may be defined otherwise in the two."""
        return not self.known or self.shared or _differ(self.a, self.b, "metrics", metric)

    def measured_again(self, metrics: Sequence[str]) -> dict[str, Seen]:
        """New definitions on old findings, for the metrics whose new definition is the one installed here."""
        from .definitions import definitions

        if not metrics or not self.known:
            return {}
        here = definitions()
        ready = [m for m in metrics if not _differ(here, self.b, "metrics", m) and not _differ(here, self.b, "code", "measuring") and m in here["metrics"]]
        return {m: {} for m in ready} | _seen(measured_again(self.old, ready)) if ready else {}

    def reasons(self) -> Iterable[str]:
        """What changed in inputs and definitions, in words."""
        files = [{i["sha256"]: i["name"] for i in r.run.get("inputs", [])} for r in (self.old, self.new)]
        for here, there, word in ((files[1], files[0], "new"), (files[0], files[1], "gone")):
            if names := sorted(here[k] for k in here.keys() - there.keys()):
                yield f"data: {word}, or with other content: {', '.join(names[:4])}{f' and {len(names) - 4} more' if len(names) > 4 else ''}"
        if self.old.run.get("as_of") != self.new.run.get("as_of"):
            yield f"data: cut at {self.new.run.get('as_of')}, before at {self.old.run.get('as_of')}"
        if not self.known:
            yield "definitions: one of the runs does not say what it was measured by (made before runs said so): detector and definition cannot be told apart"
            return
        if _differ(self.a, self.b, "code", "reading"):
            yield "reading: the code that reads exports changed"
        for name in sorted({*self.a["models"], *self.b["models"]}):
            if _differ(self.a, self.b, "models", name):
                yield f"detector: model {name} {self.a['models'].get(name, 'none')} -> {self.b['models'].get(name, 'none')}"
        for pack in self.packs("languages/"):
            yield f"detector: pack {pack} changed"
        if _differ(self.a, self.b, "code", "detection"):
            yield "detector: the code that finds changed"
        for key in sorted({*self.settings[0], *self.settings[1]}):
            if self.settings[0].get(key) != self.settings[1].get(key):
                yield f"detector: setting {key} {self.settings[0].get(key)!r} -> {self.settings[1].get(key)!r}"
        for pack in self.packs("channels/"):
            yield f"definition: pack {pack} changed"
        if _differ(self.a, self.b, "code", "measuring"):
            yield "definition: the code that all metrics share changed"
        for name in sorted({*self.a["metrics"], *self.b["metrics"]}):
            a, b = self.a["metrics"].get(name), self.b["metrics"].get(name)
            if a is None or b is None:
                yield f"definition: {name} is {'new' if a is None else 'gone'}"
            elif a["version"] != b["version"]:
                yield f"definition: {name} version {a['version']} -> {b['version']}"
            elif a != b:
                yield f"definition: {name} has other code under the same version {a['version']}"


def _differ(a: Mapping[str, Any], b: Mapping[str, Any], *path: str) -> bool:
    for key in path:
        a, b = (d.get(key) or {} for d in (a, b))
    return a != b


def _change(
    name: str,
    channel: str,
    mine: Sequence[Seen],
    common: Sequence[Seen],
    middle: Seen | None,
    wholes: Sequence[int],
    told: _Told,
    labels: Sequence[Mapping[str, frozenset[str]]],
) -> Change:
    m = METRICS[name]
    before, after = (_estimate(name, s, w) for s, w in zip(mine, wholes[:2], strict=True))
    kept = [_estimate(name, s, w) for s, w in zip(common, wholes[2:], strict=True)]
    behind = tuple(_behind(common, labels))
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
            if not detection and not defined and abs(inner) > NOTHING:
                note = "neither detector nor definition changed by what the runs say: other versions of libraries?"
    return Change(name, channel, m.unit, before, after, _size(mine[0]), _size(mine[1]), data, detector, definition, note, behind)


def _size(seen: Seen) -> int:
    return sum(map(len, seen.values()))


def _behind(common: Sequence[Seen], labels: Sequence[Mapping[str, frozenset[str]]]) -> Iterable[Behind]:
    """The conversations in both runs in which a metric sees something else: the widest apart first."""
    found = []
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
    """A checksum of each conversation as it was read: its facts, its messages with roles and times, its cut."""
    table = report.arrow("conversations")
    facts = ("channel", "customer_id", "case_id", "severity", "status", "rating", "clock_skewed", "as_of", "columns")
    sums = {}
    for i, *rest in zip(*(table[c].to_pylist() for c in ("conversation_id", *facts)), strict=True):
        sums[i] = hashlib.sha256(repr(rest).encode())
    table = report.arrow("messages")
    for i, *rest in zip(*(table[c].to_pylist() for c in ("conversation_id", "message_id", "role", "sent_at", "text", "reactions")), strict=True):
        sums[i].update(repr(rest).encode())
    return {i: s.hexdigest() for i, s in sums.items()}


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
