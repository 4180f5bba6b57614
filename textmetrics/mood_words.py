"""What the mood model is told of a text: its words and word pairs, its cues, the pack's mood words, how it
is written, what it does, what was said before."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .memo import Memo
from .models import Named
from .packs import Language
from .sets import Columns
from .types import Cue
from .weights import Row
from .words import Numbered, capitals, of_words, tokens

if TYPE_CHECKING:
    from .columns import Batch

NEGATED = 3  # words before a mood word in which a negation turns it
TURNED = -0.6  # what is left of a negated word's value
SPREAD = 3  # the sum of mood words that comes to 0.76
CAPITALS = 0.6  # share of words in capitals from which a text counts as shouted
GOOD, BAD = "is:mood words, good", "is:mood words, bad"
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
    return of_words(words) | beyond_words(words, folded, text, cues, language, role=role, first=first, before=before, chances=chances or {}).named()


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
) -> Row:
    """The features of one text but for those of its ``words``, which a model looks up by itself."""
    shown = [*map(_CUE.__getitem__, {cue.name for cue in cues}), *map(_BEFORE.__getitem__, before), _BY[role]]
    values = dict(zip(map(_JUDGED.__getitem__, chances), chances.values(), strict=True))
    if words:
        shown += (_FIRST[words[0]], _LAST[words[-1]])
    good = bad = 0.0
    lexicon = language.lexicon
    for i in [i for i, word in enumerate(words) if word in lexicon] if not lexicon.keys().isdisjoint(words) else ():
        value = lexicon[words[i]]
        if value and any(w in language.negations for w in words[max(0, i - NEGATED) : i]):
            value *= TURNED
        good, bad = good + max(0.0, value), bad + min(0.0, value)
    values[GOOD], values[BAD] = math.tanh(good / SPREAD), math.tanh(-bad / SPREAD)
    values["is:length"] = math.log1p(len(words)) / 3
    if first:
        shown.append("is:the first message")
    shouted, letters = capitals(text)
    if letters > 2 and shouted >= CAPITALS * letters:
        shown.append("is:shouted")
    elif shouted:
        values["is:words shouted"] = min(1.0, shouted / 4)
    if "!!" in folded:
        shown.append("is:cries")
    if "??" in folded or "?!" in folded:
        shown.append("is:asks loudly")
    return Row(shown, values)


def columns(b: Batch, at: Any, language: Language) -> tuple[Named, Numbered, list[float], list[float]]:
    """What `features` tells of the texts in some rows of a batch, as columns: those beyond words, the words, and how much good and bad the mood words say of each."""
    found, every, words = Columns(), np.arange(len(at)), b.spoken.among(at)
    ends = words.sizes.cumsum()
    there, last = np.nonzero(words.sizes)[0], ends[words.sizes > 0] - 1
    found.words("^:", there, words.at[last - words.sizes[there] + 1], words.vocabulary)
    found.words("$:", there, words.at[last], words.vocabulary)
    found.sets("c:", b.cue_names, b.cues, at)
    told = words.vocabulary.told(language, lambda word: (language.lexicon.get(word, 0.0), word in language.negations), float).reshape(-1, 2)[words.at]
    value, turns = told[:, 0], told[:, 1] > 0
    place = np.arange(len(turns)) - (ends - words.sizes)[words.text]
    turned = np.zeros(len(turns), bool)
    for k in range(1, NEGATED + 1):
        turned[k:] |= turns[:-k] & (place[k:] >= k)
    value[turned] *= TURNED
    good, bad = ([math.tanh(v / SPREAD) for v in np.bincount(words.text, said, len(at)).tolist()] for said in (np.maximum(value, 0), -np.minimum(value, 0)))
    found.table([GOOD, BAD], np.array([good, bad]).T)
    before = b.said[at]
    found.sets("p:", b.cue_names, b.cues, before[before >= 0], every[before >= 0])
    found.table([f"q:{label}" for label in b.labels], b.chances[at])
    found.add(every, [f"is:by {role}" for role in b.role_names], b.roles[at])
    found.where(at == b.begin[at], "is:the first message")
    found.add(every, ["is:length"], 0, b.length[at])
    loud, letters = b.loud[at], b.letters[at]
    shouted = (letters > 2) & (loud >= CAPITALS * letters)
    found.where(shouted, "is:shouted")
    found.where(~shouted & (loud > 0), "is:words shouted", np.minimum(1.0, loud / 4))
    folded = [b.folded[row] for row in at.tolist()]
    found.where(np.array(["!!" in text for text in folded], bool), "is:cries")
    found.where(np.array(["??" in text or "?!" in text for text in folded], bool), "is:asks loudly")
    return found.named(len(at)), words, good, bad


_CUE, _BEFORE, _JUDGED, _BY = Memo("c:{}".format), Memo("p:{}".format), Memo("q:{}".format), Memo("is:by {}".format)  # names of features, made once
_FIRST, _LAST = Memo("^:{}".format), Memo("$:{}".format)
