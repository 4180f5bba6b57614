"""Sarcasm, negation, conditionals, future, quoted text and courtesy, in four languages: the sentences stand in adversarial.toml."""

import tomllib
from functools import cache
from pathlib import Path

import pytest

import textmetrics as tm

DATA = tomllib.loads(Path(__file__).with_name("adversarial.toml").read_text(encoding="utf-8"))
NEAR = 0.05  # of 0, for a mood to be none
KINDS = {f"{code}.{kind}": (code, rule) for code, kinds in DATA.items() if code != "context" for kind, rule in kinds.items()}
CASES = [(name, text, False) for name, (_, rule) in KINDS.items() for text in rule["sentences"]]
CASES += [(name, text, True) for name, (_, rule) in KINDS.items() for text in rule.get("known_failures", ())]
MOODS = {
    "negative": lambda m: m < -NEAR,
    "neutral": lambda m: abs(m) <= NEAR,
    "positive": lambda m: m > NEAR,
    "not_positive": lambda m: m <= NEAR,
}


@cache
def judged(code, text):
    opening, solution = DATA["context"][code]
    said = [{"role": r, "text": x} for r, x in (("customer", opening), ("agent", solution), ("customer", text))]
    return next(iter(tm.annotate([{"id": "c", "channel": "chat", "language": code, "messages": said}])))


def wrong(code, rule, text):
    """What is wrong with how one sentence was judged; nothing where all is right."""
    t = judged(code, text)
    found = {f.label if f.state is None else f"{f.label}/{f.state}" for f in t.findings if f.message == 2}
    told = [f"carries {label}" for label in rule.get("not", ()) if label in found]
    if "has" in rule and rule["has"] not in found:
        told.append(f"lacks {rule['has']}")
    if "mood" in rule and not MOODS[rule["mood"]](t.moods[2]):
        told.append(f"mood {t.moods[2]:+.2f} is not {rule['mood']}")
    return told


@pytest.mark.parametrize(("name", "text", "known"), CASES, ids=[f"{n}: {t[:40]}" for n, t, _ in CASES])
def test_sentence(name, text, known, request):
    if known:
        request.applymarker(pytest.mark.xfail(strict=True, reason="known failure"))
    code, rule = KINDS[name]
    assert not wrong(code, rule, text)


def test_there_are_enough_of_every_language():
    assert len(CASES) >= 150 and {n.split(".")[0] for n, _, _ in CASES} == {"en", "es", "it", "ro"}
    assert sum(known for _, _, known in CASES) <= 0.2 * len(CASES), "most of what we know to be hard must be right"
