"""What the mood model is told of a text: its words and word pairs, its cues, the pack's mood words, how it
is written, what it does, what was said before."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from .memo import Memo
from .packs import Language
from .types import Cue
from .words import capitals, of_words, tokens

NEGATED = 3  # words before a mood word in which a negation turns it
TURNED = -0.6  # what is left of a negated word's value
OUTPUTS = ("negative", "positive", "very negative", "very positive")


def features(
    folded: str,
    text: str,
    cues: Sequence[Cue],
    language: Language,
    *,
    role: str = "customer",
    first: bool = False,
    before: Sequence[str] = (),
    chances: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """The features of one text, by name."""
    words = tokens(folded)
    return of_words(words) | beyond_words(words, folded, text, cues, language, role=role, first=first, before=before, chances=chances or {})


def beyond_words(
    words: Sequence[str],
    folded: str,
    text: str,
    cues: Sequence[Cue],
    language: Language,
    *,
    role: str,
    first: bool,
    before: Sequence[str],
    chances: Mapping[str, float],
) -> dict[str, float]:
    """The features of one text but for those of its ``words``, which a model looks up by itself."""
    row: dict[str, float] = {}
    if words:
        row[f"^:{words[0]}"] = row[f"$:{words[-1]}"] = 1.0
    for cue in cues:
        row[_CUE[cue.name]] = 1.0
    good = bad = 0.0
    lexicon = language.lexicon
    for i in [i for i, word in enumerate(words) if word in lexicon] if not lexicon.keys().isdisjoint(words) else ():
        value = lexicon[words[i]]
        if value and any(w in language.negations for w in words[max(0, i - NEGATED) : i]):
            value *= TURNED
        good, bad = good + max(0.0, value), bad + min(0.0, value)
    row["is:mood words, good"], row["is:mood words, bad"] = math.tanh(good / 3), math.tanh(-bad / 3)
    row.update(dict.fromkeys(map(_BEFORE.__getitem__, before), 1.0))
    row.update(zip(map(_JUDGED.__getitem__, chances), chances.values(), strict=True))
    row[f"is:by {role}"] = 1.0
    if first:
        row["is:the first message"] = 1.0
    row["is:length"] = math.log1p(len(words)) / 3
    shouted, letters = capitals(text)
    if letters > 2 and shouted >= 0.6 * letters:
        row["is:shouted"] = 1.0
    elif shouted:
        row["is:words shouted"] = min(1.0, shouted / 4)
    if "!!" in folded:
        row["is:cries"] = 1.0
    if "??" in folded or "?!" in folded:
        row["is:asks loudly"] = 1.0
    return row


_CUE, _BEFORE, _JUDGED = Memo("c:{}".format), Memo("p:{}".format), Memo("q:{}".format)  # names of features, made once
