"""The little language in which packs write phrases, compiled to regular expressions that run in linear time.

    did not work             these words, whatever white space or light punctuation is between them
    apologi*                 a word that begins so; @* and #* are names behind such a sign
    (send|mail) (me|us)      one of these; an alternative may have several words
    [it|that] worked         may be there or not
    still ... not            at most three words between
    # hours                  a number
    what ?                   punctuation stands as a word of its own; \\) is a bracket that means itself
    ^ solved                 only at the beginning of a sentence
    thanks $                 only at the end of a sentence

Everything is folded first (`folding.fold`), an apostrophe may be missing (dont = don't = don t), and a phrase begins and
ends at word boundaries. Only what RE2 can run is used: no look-around, no back-reference, every gap is bounded. In UTF-8 it means the same to ``re``.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .folding import fold

BLANK = r" \t\n\f\r"  # what is white space to RE2
GAP = rf"[{BLANK},'\"*_()~-]{{1,4}}"  # between two words: white space, a comma, light markup
TIGHT = rf"[{BLANK}]{{0,2}}"  # on both sides of punctuation and emoji
START = rf"(?:^|(?:[.!?;:\n>)(\]-]|…)[{BLANK}]{{0,4}}|,[{BLANK}])"
END = rf"(?:[{BLANK}]{{0,3}}(?:[.!?;\n)(:,-]|…|$))"
_TOKENS = re.compile(r"\(|\)|\[|\]|\||(?:\\.|[^\s()\[\]|])+")


class PhraseError(ValueError):
    """A phrase that the little language cannot read."""


def compile_phrase(phrase: str) -> str:
    """A phrase as a regular expression over folded text.

    >>> bool(re.search(compile_phrase("did not [really] work"), fold("It DID  NOT work!")))
    True
    >>> bool(re.search(compile_phrase("don't get it"), "i dont get it"))
    True
    """
    tokens = tokenized(phrase)[::-1]
    if not tokens:
        raise PhraseError(f"{phrase!r} is empty")
    expression = _sequence(tokens, phrase)
    if tokens:
        raise PhraseError(f"{phrase!r} closes {tokens[-1]!r} that it did not open")
    return expression


def tokenized(phrase: str) -> list[str]:
    """The words, brackets and bars of a phrase, folded."""
    return _TOKENS.findall(fold(phrase))


def _sequence(tokens: list[str], phrase: str) -> str:
    """A run of words up to a closing bracket or a bar, as an expression; ``tokens`` from the last to the first, what is read is taken off."""
    built, gap = "", ""  # gap: what stands between the last word and the next
    while tokens and tokens[-1] not in (")", "]", "|"):
        head = tokens.pop()
        if head in "([":
            inner = _alternatives(tokens, ")" if head == "(" else "]", phrase)
            if head == "(":
                built, gap = built + gap + inner, GAP
            else:
                built += f"(?:{gap}{inner})?" if gap else f"(?:{inner}{GAP})?"
        elif head == "...":
            if not gap:
                raise PhraseError(f"{phrase!r} begins with a gap")
            built += rf"(?:{GAP}[^{BLANK}.!?;]{{1,24}}){{0,3}}"
        elif head == "^":
            built += START
        elif head == "$":
            built += END
        else:
            word, tight = _word(head)
            built += (TIGHT if tight and gap else gap) + word
            gap = TIGHT if tight else GAP
    if not built:
        raise PhraseError(f"{phrase!r} has nothing between brackets or bars")
    return built


def _alternatives(tokens: list[str], close: str, phrase: str) -> str:
    options, end = [], "|"
    while end == "|":
        options.append(_sequence(tokens, phrase))
        if not tokens:
            raise PhraseError(f"{phrase!r} never closes a bracket")
        end = tokens.pop()
    if end != close:
        raise PhraseError(f"{phrase!r} closes a bracket with {end!r}")
    return f"(?:{'|'.join(options)})"


@lru_cache(maxsize=1 << 14)
def _word(word: str) -> tuple[str, bool]:
    """One word as an expression, and whether it is punctuation or an emoji, which needs no space around it."""
    if word == "#":
        return r"\b\d[\d.,:]*", False
    if word == "*":
        return r"\b\w{1,24}\b", False
    if "\\" in word:
        if re.search(r"\\\w", word):
            raise PhraseError(f"{word!r}: \\ stands before a sign, not before a letter")
        return re.escape(word.replace("\\", "")), True
    stem = word.rstrip("*")
    if stem != word and not re.search(r"\w", stem):
        return re.escape(stem) + r"\w*", False
    if not re.search(r"\w", stem):
        return "".join(re.escape(c) + ("(?:\ufe0f)?" if ord(c) > 0x2000 else "") for c in word), True
    escaped = re.escape(stem).replace("'", f"['{BLANK}]?")
    before = r"\b" if re.match(r"\w", stem) else ""
    after = r"\w*" if word.endswith("*") else (r"\b" if re.search(r"\w$", stem) else "")
    return before + escaped + after, False
