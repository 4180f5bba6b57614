"""The only door to spaCy: token patterns of language packs, matched on the texts that can hold them.

A pack writes a pattern where phrases do not do: ``[{LIKE_NUM = true}, {LOWER = {IN = ["hours", "days"]}}]``. Only attributes that need
no trained pipeline are allowed (``ATTRIBUTES``), so a blank tokenizer of the language is all that is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import spacy.language
    from spacy.matcher import Matcher

ATTRIBUTES = {"LOWER", "IS_DIGIT", "LIKE_NUM", "IS_PUNCT", "IS_ALPHA", "LIKE_URL", "LIKE_EMAIL", "LENGTH", "OP", "IS_SPACE"}
REPEATS = {"!": "", "?": "?", "*": "*", "+": "+"}


@cache
def tokenizer(code: str) -> spacy.language.Language:
    """The blank tokenizer of a language; the language-neutral one where spaCy does not know it."""
    import spacy

    try:
        return spacy.blank(code)
    except ImportError:
        return spacy.blank("xx")


@cache
def _matcher(code: str, name: str, patterns: str) -> Matcher:
    from spacy.matcher import Matcher

    matcher = Matcher(tokenizer(code).vocab)
    matcher.add(name, _parsed(patterns), greedy="LONGEST")
    return matcher


@cache
def _parsed(patterns: str) -> Any:
    import msgspec

    return msgspec.json.decode(patterns)


def matches(code: str, name: str, patterns: Sequence[Sequence[dict[str, Any]]], text: str) -> list[tuple[int, int]]:
    """The characters of every match of token patterns in one folded text."""
    import msgspec

    nlp = tokenizer(code)
    with nlp.memory_zone():
        doc = nlp.make_doc(text)
        found = _matcher(code, name, msgspec.json.encode(patterns).decode())(doc)
        return [(doc[start].idx, doc[end - 1].idx + len(doc[end - 1])) for _, start, end in found]


def superset(pattern: Sequence[dict[str, Any]]) -> str:
    """A regular expression that matches wherever a token pattern does, and perhaps elsewhere.

    Two neighbouring tokens have nothing or one space between them, so a pattern is its tokens in a row with that between.
    """
    return r" ?".join(_token(t) for t in pattern)


def _token(token: dict[str, Any]) -> str:
    if unknown := set(token) - ATTRIBUTES:
        raise ValueError(f"a token pattern may use {', '.join(sorted(ATTRIBUTES))}; not {', '.join(sorted(unknown))}")
    words = token.get("LOWER")
    if isinstance(words, dict):
        words = words.get("IN")
    if token.get("OP") == "!":
        return r"(?:\S* ?)?"
    one = r"\s+|\S+" if words is None else "|".join(re.escape(w) for w in ([words] if isinstance(words, str) else words))
    operator = token.get("OP", "1")
    repeat = REPEATS.get(operator, "" if operator == "1" else "+")
    return f"(?:(?:{one}) ?){repeat}" if repeat else f"(?:{one})"
