"""Which phrases of a pack a text can hold, told by its words alone, in one pass over them.

Every word of a text becomes one letter of an alphabet of its own: a letter for each word that a phrase names, for each stem, for numbers, and one for
all other words. A phrase becomes an expression over these letters, its shadow: its words in their order, nothing of what stands between them. Whatever
a phrase matches its shadow matches, so nothing is lost by asking the shadows first. They run over a fifth of the characters and need few states, where the
phrases themselves, asked together, build new ones for every text that was not met before, which took ten times as long as anything else.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import product

from msgspec import Struct

from .expressions import Chooser
from .memo import Memo
from .phrases import tokenized

DIGITS = tuple("0123456789")
LAST = "\U0010ffff"  # stands behind every letter
OTHER, NUMBER = "o", "n"  # the letters of words that no phrase names, and of those that begin with a digit
FIRST = 0x100  # where the letters of words and stems begin
TOGETHER = 160  # shadows that are asked in one pass: more would need too many states, fewer too many passes
_WORD = re.compile(r"\w+", re.ASCII)  # what RE2 calls a word
Reading = tuple[tuple[str, bool], ...]  # the words of a text that a word of a phrase can be, each whole, or as the beginning of one


class Node(Struct, frozen=True):
    """A part of a phrase: a word with its ``readings`` (*don't* is *dont*, or *don* and *t*), a ``number``, a group with its ``options``, a ``gap``, or what is
    so ``loose`` that it can be up to so many words."""

    readings: tuple[Reading, ...] = ()
    options: tuple[tuple[Node, ...], ...] = ()
    optional: bool = False
    gap: bool = False
    number: bool = False
    loose: int = 0


class Sieve:
    """Some phrases, of which the words of a text say which it can hold.

    >>> sieve = Sieve(["did not [really] work", "(send|mail*) me", "still ... nothing"])
    >>> [list(sieve.of(t)) for t in ("it did not work", "did it work? not", "mailing, me", "still, I see nothing")]
    [[0], [], [1], [2]]
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        read = [_sequence(tokenized(p)[::-1]) for p in phrases]
        alphabet = _Alphabet()
        for nodes in read:
            alphabet.learn(nodes)
        shadows = [{part for part, says in alphabet.shadow(nodes) if says} for nodes in read]
        owners: dict[str, list[int]] = {}
        for n, parts in enumerate(shadows):
            for part in sorted(parts):
                owners.setdefault(part, []).append(n)
        self.wordless = [n for n, parts in enumerate(shadows) if not parts]  # phrases of signs alone, of which words say nothing
        self._letters: Memo[str, str] = Memo(lambda piece: "".join(map(alphabet.letter, _WORD.findall(piece))))
        self._needed = [len(parts) for parts in shadows]
        self._asked = [(Chooser([part for part, _ in some]), [whose for _, whose in some]) for some in _cut(list(owners.items()))]

    def of(self, folded: str) -> Sequence[int]:
        """The numbers of the phrases that a folded text can hold, in their order; but for the ``wordless`` ones."""
        letters = "".join(map(self._letters.__getitem__, folded.split())).encode()
        met = [n for chooser, owners in self._asked for k in chooser.of(letters) for n in owners[k]]
        return sorted([n for n in set(met) if self._needed[n] == 1 or met.count(n) == self._needed[n]])


class _Alphabet:
    """The words and stems that phrases name, each with its letter."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}
        self.stems: dict[str, str] = {}
        self._longest = 0  # letters of a stem
        self._sorted: list[tuple[str, str]] = []

    def learn(self, nodes: Sequence[Node]) -> None:
        """Give a letter to every word and stem of a phrase."""
        for node in nodes:
            for reading in node.readings:
                for text, whole in reading:
                    named = self.words if whole else self.stems
                    named.setdefault(text, chr(FIRST + len(self.words) + len(self.stems)))
                    self._longest = max(self._longest, 0 if whole else len(text))
            for option in node.options:
                self.learn(option)

    def letter(self, word: str) -> str:
        """The letter of a word of a text: its own, that of the longest stem it begins with, else that of numbers or of all others."""
        if word in self.words:
            return self.words[word]
        stem = next((word[:n] for n in range(min(len(word), self._longest), 0, -1) if word[:n] in self.stems), None)
        return self.stems[stem] if stem is not None else NUMBER if word.startswith(DIGITS) else "" if word.strip("_") == "" else OTHER

    def shadow(self, nodes: Sequence[Node]) -> list[tuple[str, bool]]:
        """The expressions of a phrase, all of which must match, since it is cut where anything may stand between; and whether each says anything: needs a word at all."""
        parts = [("", False)]
        for node in nodes:
            if node.gap:
                parts.append(("", False))
            else:
                expression, says = self._expression(node)
                parts[-1] = parts[-1][0] + expression, parts[-1][1] or says
        return parts

    def _expression(self, node: Node) -> tuple[str, bool]:
        if node.options:
            options = [self.shadow(option) for option in node.options]
            inner = "|".join(".*".join([part for part, _ in parts]) for parts in options)
            says = all([any([s for _, s in parts]) for parts in options]) and not node.optional
            return (f"(?:{inner}){'?' if node.optional else ''}" if inner.strip("|") else ""), says
        if node.readings:
            return f"(?:{'|'.join([''.join([self._named(*one) for one in reading]) for reading in node.readings])})", True
        if node.number:
            return f"{_class([NUMBER, *(letter for digit in '0123456789' for letter in self._begun(digit))])}+", True
        return (f".{{0,{node.loose}}}" if node.loose else ""), False

    def _named(self, text: str, whole: bool) -> str:
        return self.words[text] if whole else _class(self._begun(text))

    def _begun(self, text: str) -> list[str]:
        """The letters of all words and stems that begin so."""
        if len(self._sorted) < len(self.words) + len(self.stems):
            self._sorted = sorted([*self.words.items(), *self.stems.items()])
        return [letter for _, letter in self._sorted[bisect_left(self._sorted, (text,)) : bisect_left(self._sorted, (text + LAST,))]]


def _cut(shadows: list[tuple[str, list[int]]]) -> list[list[tuple[str, list[int]]]]:
    return [shadows[n : n + TOGETHER] for n in range(0, len(shadows), TOGETHER)]


def _class(letters: Iterable[str]) -> str:
    return f"[{''.join(sorted(set(letters)))}]"


def _sequence(tokens: list[str]) -> tuple[Node, ...]:
    """The parts of a phrase up to a bar or a closing bracket; ``tokens`` from the last to the first, what is read is taken off."""
    nodes = []
    while tokens and tokens[-1] not in (")", "]", "|"):
        head = tokens.pop()
        if head in "([":
            options, end = [], "|"
            while end == "|":
                options.append(_sequence(tokens))
                end = tokens.pop()
            nodes.append(Node(options=tuple(options), optional=head == "["))
        elif head not in "^$":
            nodes.append(_word(head))
    return tuple(nodes)


@lru_cache(maxsize=1 << 14)
def _word(word: str) -> Node:
    """What one word of a phrase can be in a text, by the words of the text it touches."""
    if word == "...":
        return Node(gap=True)
    if word == "#":
        return Node(number=True)
    stem = word.rstrip("*")
    touched = _WORD.findall(stem)
    if word == "*" or "\\" in word or not touched or not stem.isascii() or stem[0] == "'" or (word != stem and not _WORD.match(stem[-1])):
        return Node(loose=len(touched) + word.endswith("*"))
    whole = word == stem and stem[-1] != "'"
    readings = []
    for apart in product(("", "'"), repeat=stem.count("'")):  # an apostrophe may be missing, and then parts nothing
        parts = stem.split("'")
        found = _WORD.findall("".join([parts[0], *(a + p for a, p in zip(apart, parts[1:], strict=True))]))
        readings.append(tuple((text, whole or n < len(found) - 1) for n, text in enumerate(found)))
    return Node(readings=tuple(dict.fromkeys(readings)))
