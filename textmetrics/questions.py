"""What people are asked about a conversation, and what the detector answers.

A question is a metric that sees a conversation as yes or no (the share it gives is what is corrected), or a finding (does the conversation hold
one?). Answers: yes, no, silent (metrics with bounds), none (the conversation is not in the base).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from . import packs
from .detectors import DETECTORS
from .errors import UnknownName, UsageError
from .metrics import METRICS

Answer = Literal["yes", "no", "silent", "none"]
WORDS = Path(__file__).with_name("questions.toml")
SHARES = ("proportion", "bounds")


class Question(Struct, frozen=True):
    """One question. ``answers``: answer -> what it means; ``found_base``: whether a conversation is in the base is itself found in its text."""

    name: str
    kind: Literal["metric", "finding"]
    ask: str
    answers: dict[str, str]
    found_base: bool


@cache
def _words() -> dict[str, dict[str, str]]:
    return packs.load_toml(WORDS)


def question(name: str) -> Question:
    """The question of a metric or a finding (``label`` or ``label/state``), in words; a metric that is no share of conversations is a UsageError."""
    label, _, state = name.partition("/")
    told = _words().get(name, {})
    if name in METRICS:
        m = METRICS[name]
        if m.estimate not in SHARES or m.of != "conversation" or m.unit != "share":
            raise UsageError(f"{name}: is no share of conversations, so yes and no cannot correct it; review a finding it counts instead (textmetrics list findings)")
        kinds = ["yes", "no", *(["silent"] if m.estimate == "bounds" else []), "none"]
        ask, default = f"Does this conversation count for: {m.title}", {"yes": "it does", "no": "it does not", "silent": "it cannot be told", "none": "it is not in question"}
        return Question(name, "metric", told.get("ask", ask), {k: told.get(k, default[k]) for k in kinds}, told.get("base") == "found")
    if label in DETECTORS and (state or None) in (*DETECTORS[label].states, None):
        d = DETECTORS[label]
        who = "a customer" if "customer" in d.by else "anybody who answers"
        said = f" ({state})" if state else ""
        ask = told.get("ask", f"Does {who} do this anywhere in the conversation{said}: {d.doc.splitlines()[0]}")
        return Question(name, "finding", ask, {"yes": told.get("yes", "at least once"), "no": told.get("no", "nowhere")}, False)
    raise UnknownName("metric or finding", name, [*(m for m in METRICS if METRICS[m].estimate in SHARES), *(n for d in DETECTORS.values() for n in d.names())])


def answers(report: Any, asked: Question) -> dict[str, Answer]:
    """What the detector answers for each conversation that the question can be put to.

    Conversations whose outcome is not mature yet are left out, as the metric leaves them out.
    """
    return _of_finding(report, asked) if asked.kind == "finding" else _of_metric(report, asked)


def _of_finding(report: Any, asked: Question) -> dict[str, Answer]:
    import pyarrow.compute as pc

    label, _, state = asked.name.partition("/")
    by = DETECTORS[label].by
    messages, findings = report.arrow("messages"), report.arrow("findings")
    population = pc.unique(messages.filter(pc.is_in(messages["role"], value_set=_strings(by)))["conversation_id"]).to_pylist()
    chosen = pc.equal(findings["label"], label)
    if state:
        chosen = pc.and_(chosen, pc.equal(findings["state"], state))
    flagged = set(findings.filter(chosen)["conversation_id"].to_pylist())
    return {i: "yes" if i in flagged else "no" for i in population}


def _of_metric(report: Any, asked: Question) -> dict[str, Answer]:
    import pyarrow.compute as pc

    m = METRICS[asked.name]
    table = report.arrow("observations")
    table = table.filter(pc.equal(table["metric"], asked.name)).select(["conversation_id", "value", "censored"])
    found: dict[str, Answer] = {}
    left_out: set[str] = set()
    for i, value, censored in zip(*(table[c].to_pylist() for c in table.column_names), strict=True):
        if i in found:
            raise UsageError(f"{asked.name}: sees a conversation more than once, so one answer a conversation cannot correct it; review a finding instead")
        if censored and m.estimate == "proportion":
            left_out.add(i)
        else:
            found[i] = "silent" if censored else "yes" if value else "no"
    if asked.found_base:
        found |= {i: "none" for i in _mature(report, m.channels) if i not in found and i not in left_out}
    return found


def _mature(report: Any, channels: tuple[str, ...] | None) -> list[str]:
    """Conversations that are old enough for their outcome to be there."""
    table = report.arrow("conversations").select(["conversation_id", "channel", "closed_at", "as_of"])
    return [
        i
        for i, channel, closed, cut in zip(*(table[c].to_pylist() for c in table.column_names), strict=True)
        if (channels is None or channel in channels) and (closed is None or cut is None or (cut - closed).total_seconds() >= packs.channel(channel).mature)
    ]


def _strings(values: tuple[str, ...]) -> Any:
    import pyarrow as pa

    return pa.array(values, pa.string())


