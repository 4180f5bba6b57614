"""From a filled sheet to what the detector is worth, and to rates corrected for it.

Per question, channel, and channel with language: a card (sensitivity, specificity, precision, agreement of two reviewers) and the corrected rate.
Verdicts outlive the detector that was asked when they were drawn: its answers are taken anew from the run, so a new version is measured on old verdicts.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from .addresses import is_address
from .agreement import FEWEST_PAIRS, agreement, cohen_kappa, krippendorff_alpha
from .corrections import FEWEST_READ, LEAST_J, Ratio, Read, lang_reiczigel, ratio, sensitivity, share_of, specificity
from .drift import halves
from .errors import OutputError, ReadError, UsageError
from .estimates import wilson
from .questions import Question, answers, question
from .report import CALIBRATION, Report
from .sheets import Verdict

Method = Literal["prediction-powered", "rogan-gladen"]
METHODS = ("prediction-powered", "rogan-gladen")
CARDS = "detector_cards.json"
TARGET = 0.05
MEASURED = ("sensitivity", "specificity", "precision", "sensitivity_or_silent", "specificity_or_silent")
TOO_LITTLE = f"sensitivity + specificity - 1 = {{:.2f}}, below {LEAST_J:g}: the detector tells too little to correct by"
Cell = tuple[str, str | None]


def calibrate(report: Report, verdicts: Sequence[Verdict], *, method: str = METHODS[0], target: float = TARGET) -> dict[str, Any]:
    """What a filled sheet says of a run: question -> cells with card and corrected rate.

    ``target``: the half-width of an interval for which it is told how many more conversations must be read.
    """
    _check(method, target)
    by: dict[str, list[Verdict]] = {}
    for v in verdicts:
        by.setdefault(v.question, []).append(v)
    if not by:
        raise UsageError("the sheet holds no row: draw one with textmetrics review DIR")
    return {name: _question(report, question(name), given, method, target) for name, given in sorted(by.items())}


def _check(method: str, target: float) -> None:
    if method not in METHODS:
        raise UsageError(f"--method {method!r}: give {' or '.join(METHODS)}")
    if not 0 < target < 0.5:
        raise UsageError(f"--target {target:g}: give a half-width between 0 and 0.5, such as 0.05")


def _question(report: Report, q: Question, verdicts: Sequence[Verdict], method: str, target: float) -> dict[str, Any]:
    said = answers(report, q)
    facts = _facts(report)
    read = [(v, _settle(v)) for v in verdicts if v.first or v.second or v.settled]
    inside = [(v, y) for v, y in read if v.conversation in said]
    if read and not inside:
        raise UsageError(f"{q.name}: no conversation of the sheet can be asked about it in this run; was the sheet drawn from another?")
    cells: dict[Cell, list[int]] = {}
    for n, (v, _) in enumerate(inside):
        channel, language, _ = facts[v.conversation]
        for cell in ((channel, None), (channel, language)):
            cells.setdefault(cell, []).append(n)
    sizes: dict[Cell, Counter[str]] = {}
    for i, answer in said.items():
        channel, language, _ = facts[i]
        for cell in ((channel, None), (channel, language)):
            sizes.setdefault(cell, Counter())[answer] += 1
    dates = sorted(str(facts[v.conversation][2].date()) for v, _ in inside if facts[v.conversation][2])
    twice = [v for v in verdicts if v.first and v.second]
    made = []
    for cell in sorted(sizes, key=lambda c: (c[0], c[1] is not None, str(c[1]))):
        if cell[1] is None or cell in cells:
            mine = [inside[n] for n in cells.get(cell, [])]
            row = {"channel": cell[0], "language": cell[1]} | _cell(q, sizes[cell], mine, said, method, target)
            if cell[1] is None:
                here = {i: a for i, a in said.items() if facts[i][0] == cell[0]}
                row["halves"] = halves(here, {i: facts[i][2] for i in here}, [(v.conversation, 1 / v.probability, y.get("yes", 0.0)) for v, y in mine])
            made.append(row)
    return {
        "kind": q.kind,
        "ask": q.ask,
        "method": method,
        "target": target,
        "read": len(inside),
        "unread": len(verdicts) - len(read),
        "outside": len(read) - len(inside),
        "read_from": dates[0] if dates else None,
        "read_to": dates[-1] if dates else None,
        "agreement": _agreement(twice),
        "cells": made,
    }


def _facts(report: Report) -> dict[str, tuple[str, str | None, Any]]:
    table = report.arrow("conversations")
    columns = (table[c].to_pylist() for c in ("conversation_id", "channel", "language", "closed_at"))
    return {i: (channel, language, at) for i, channel, language, at in zip(*columns, strict=True)}


def _settle(v: Verdict) -> dict[str, float]:
    """What a verdict counts for: its answer; where two differ and nobody settled it, half for each."""
    if v.settled:
        return {v.settled: 1.0}
    said = [a for a in (v.first, v.second) if a]
    return {a: said.count(a) / len(said) for a in said}


def _cell(q: Question, sizes: Mapping[str, int], inside: Sequence[tuple[Verdict, Mapping[str, float]]], said: Mapping[str, str], method: str, target: float) -> dict[str, Any]:
    sizes = {k: sizes[k] for k in q.answers if sizes.get(k)}
    read = Read(np.array([said[v.conversation] for v, _ in inside], object), np.array([1 / v.probability for v, _ in inside]))
    yes, silent, none = (np.array([y.get(k, 0.0) for _, y in inside]) for k in ("yes", "silent", "none"))
    base = 1 - none
    found: dict[str, Any] = {
        "conversations": sum(sizes.values()),
        "read": len(inside),
        "read_by_answer": {k: int((read.group == k).sum()) for k in sizes},
        "raw": _raw(q, sizes),
    }
    unread = [k for k in sizes if not (read.group == k).any()]
    if len(inside) < FEWEST_READ:
        return found | {"refused": f"{len(inside)} read, {FEWEST_READ} needed", "more": {"any": FEWEST_READ - len(inside)}}
    found["people_alone"] = _alone(sum(sizes.values()), read, yes, yes + silent, base)
    if unread:
        words = " or ".join(f"'{k}' ({sizes[k]:,} conversations)" for k in unread)
        return found | {"refused": f"none was read of those the detector answers {words}", "more": {k: min(FEWEST_READ, sizes[k]) for k in unread}}
    se, sp = sensitivity(sizes, ["yes"], read, yes), specificity(sizes, ["yes"], read, yes)
    found |= {"sensitivity": _told(se), "specificity": _told(sp), "precision": _told(_precision(sizes, read, yes))}
    if "silent" in q.answers:
        found |= {f"{f.__name__}_or_silent": _told(f(sizes, ["yes", "silent"], read, yes + silent)) for f in (sensitivity, specificity)}
    wanted = share_of(sizes, read, yes, base, target)
    most = share_of(sizes, read, yes + silent, base, target) if "silent" in q.answers else wanted
    found["more"] = wanted.more if wanted else None
    if se is None or sp is None or wanted is None or most is None:
        return found | {"refused": "people found no case of it, or nothing but cases: nothing to measure the detector by"}
    j = se.value + sp.value - 1
    if j < LEAST_J:
        return found | {"refused": TOO_LITTLE.format(j)}
    if method == METHODS[0]:
        return found | {"corrected": {"value": wanted.value, "low": wanted.low, "high": most.high}}
    return found | _rogan_gladen(q, sizes, found)


def _alone(size: int, read: Read, yes: Any, most: Any, base: Any) -> dict[str, Any] | None:
    """The rate by what people read, without the detector: what is left where it tells too little."""
    one = Read(np.full(len(base), "all", object), read.weight)
    low, high = (ratio({"all": size}, one, above, base, {"all": ((1, 1), (0, 1))}, 0) for above in (yes, most))
    return None if low is None or high is None else {"value": low.value, "low": low.low, "high": high.high}


def _precision(sizes: Mapping[str, int], read: Read, yes: Any) -> Ratio | None:
    at = read.group == "yes"
    return share_of({"yes": sizes["yes"]}, read.chosen(at), yes[at], np.ones(int(at.sum())), 0) if sizes.get("yes") else None


def _raw(q: Question, sizes: Mapping[str, int]) -> dict[str, Any]:
    """The share as the detector gives it, with the interval the report gives it."""
    base = sum(n for k, n in sizes.items() if k != "none")
    yes, silent = sizes.get("yes", 0), sizes.get("silent", 0)
    if not base:
        return {"value": None, "low": None, "high": None}
    return {"value": yes / base, "low": wilson(yes, base)[0], "high": wilson(yes + silent, base)[1]}


def _rogan_gladen(q: Question, sizes: Mapping[str, int], card: Mapping[str, Any]) -> dict[str, Any]:
    """The corrected rate from sensitivity and specificity alone, which hold in other periods too: with the interval of Lang and Reiczigel."""
    if q.found_base:
        return {"refused": "Rogan-Gladen needs a base that is not itself found in the text; leave --method out"}
    n = sum(v for k, v in sizes.items() if k != "none")
    if not n:
        return {"refused": "there is nothing to correct"}
    found = {}
    for suffix, flagged in (("", ("yes",)), ("_or_silent", ("yes", "silent"))):
        se, sp = card.get(f"sensitivity{suffix}"), card.get(f"specificity{suffix}")
        if se and sp:
            found[suffix] = lang_reiczigel(sum(sizes.get(k, 0) for k in flagged) / n, n, se["value"], se["n"], sp["value"], sp["n"])
    value, most = found.get(""), found.get("_or_silent", found.get(""))
    if value is None or most is None:
        return {"refused": f"the detector flags {sizes.get('yes', 0)} of {n}, fewer than its own false alarms would be: nothing can be told from it"}
    return {"corrected": {"value": value.value, "low": value.low, "high": max(value.high or 0.0, most.high or 0.0)}}


def _told(r: Ratio | None) -> dict[str, Any] | None:
    return None if r is None else {"value": r.value, "low": r.low, "high": r.high, "n": r.effective}


def _agreement(twice: Sequence[Verdict]) -> dict[str, Any]:
    first, second = [v.first or "" for v in twice], [v.second or "" for v in twice]
    kappa, alpha = (agreement(c, first, second) for c in (cohen_kappa, krippendorff_alpha))
    return {
        "n": len(twice),
        "enough": len(twice) >= FEWEST_PAIRS,
        "kappa": {"value": kappa.value, "low": kappa.low, "high": kappa.high},
        "alpha": {"value": alpha.value, "low": alpha.low, "high": alpha.high},
    }


def cards(found: Mapping[str, Any], run: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The detector cards of a calibration: a row per question, channel and language, with which detector was measured."""
    made = []
    for name, one in found.items():
        for cell in one["cells"]:
            kept = {k: cell.get(k) for k in ("channel", "language", "read", "halves", *MEASURED)}
            made.append({"question": name, **kept, "agreement": one["agreement"], "read_from": one["read_from"], "read_to": one["read_to"], "detector": detector(run)})
    return made


def detector(run: Mapping[str, Any]) -> dict[str, Any]:
    """Which detector made a run: checksums of its models, packs and code, and its settings."""
    told = run.get("definitions", {})
    settings = {k: v for k, v in run.get("settings", {}).items() if k != "metrics"}
    packs = {k: v for k, v in told.get("packs", {}).items() if k.startswith("languages/")}
    return {"models": told.get("models"), "packs": packs, "code": told.get("code", {}).get("detection"), "settings": settings}


def apply_cards(report: Report, given: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Rates of a run corrected by cards that were measured on another, such as an earlier period: by Rogan-Gladen, where the detector is the same."""
    made: dict[str, Any] = {}
    same = detector(report.run)
    for card in given:
        q = question(card["question"])
        facts, said = _facts(report), answers(report, q)
        cell = (card["channel"], card["language"])
        sizes: Counter[str] = Counter(a for i, a in said.items() if facts[i][0] == cell[0] and cell[1] in (None, facts[i][1]))
        row: dict[str, Any] = {"channel": cell[0], "language": cell[1], "conversations": sum(sizes.values()), "read": 0, "raw": _raw(q, sizes), "more": None}
        row |= {k: card.get(k) for k in MEASURED}
        se, sp = card["sensitivity"], card["specificity"]
        if card["detector"] != same:
            row["refused"] = "the card is of another detector: have people read anew, or mine with that one"
        elif not se or not sp:
            row["refused"] = "the card has no sensitivity and specificity"
        elif (j := se["value"] + sp["value"] - 1) < LEAST_J:
            row["refused"] = TOO_LITTLE.format(j)
        else:
            row |= _rogan_gladen(q, sizes, card)
        entry = made.setdefault(q.name, {"kind": q.kind, "ask": q.ask, "method": "rogan-gladen", "target": TARGET, "read": 0, "unread": 0, "outside": 0})
        entry |= {k: card[k] for k in ("read_from", "read_to", "agreement")}
        entry.setdefault("cells", []).append(row)
    return made


def load_cards(path: Path) -> list[dict[str, Any]]:
    """Cards that `calibrate` wrote."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReadError(path, f"cannot be read as detector cards: {error}") from error
    if not isinstance(found, list) or not all(isinstance(c, dict) and {"question", "sensitivity", "detector"} <= set(c) for c in found):
        raise ReadError(path, f"holds no detector cards: give a {CARDS} that textmetrics calibrate wrote")
    return found


def write(folder: Path, report: Report, found: Mapping[str, Any], sheet: Path) -> None:
    """Write calibration.json and detector_cards.json beside a run; other questions' earlier figures are kept."""
    stamp = {"name": sheet.name, "sha256": hashlib.sha256(sheet.read_bytes()).hexdigest()}
    whole = {**(report.calibration or {}), **{name: {**one, "sheet": stamp} for name, one in found.items()}}
    try:
        for name, content in ((CALIBRATION, whole), (CARDS, cards(whole, report.run))):
            text = json.dumps(_rounded(content), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
            if is_address(folder):  # a storage puts a file in its place whole or not at all
                (folder / name).write_text(text, encoding="utf-8")
                continue
            part = folder / f".{name}.part"
            part.write_text(text, encoding="utf-8")
            part.replace(folder / name)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror}") from error


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, Mapping):
        return {k: _rounded(v) for k, v in value.items()}
    return [_rounded(v) for v in value] if isinstance(value, list | tuple) else value
