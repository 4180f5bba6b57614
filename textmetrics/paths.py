"""The words of phrases and the ways through them: which words can follow each other in what a phrase matches, nothing of what stands between.

Every word that phrases name has a number, its letter; every stem, every sign that cannot stand between two words of a phrase; and all other words have one. Whatever a phrase
matches, its words go along one of the ways laid out here; where this cannot be told exactly, more ways are laid, never fewer.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import chain, product

from msgspec import Struct

from .memo import Memo
from .phrases import tokenized

DIGITS = tuple("0123456789")
LAST = "\U0010ffff"  # stands behind every letter
OTHER, NUMBER, END = 0, 1, 2  # the words that no phrase names, those that begin with a digit, the end of a text
FIGURES = 3  # more of them in one number are not asked about
TOUCHED = re.compile(r"(?a:\w+)|[^\w\s,'\"*()~\ufe0f-]")  # a word, as RE2 calls it, or a sign that cannot stand between two words of a phrase
_WORD = re.compile(r"\w+", re.ASCII)
_LETTER = re.compile(r"\w")
_ENDING = re.compile(r"'\w+", re.ASCII)
Reading = tuple[tuple[str, bool], ...]  # the words of a text that a word of a phrase can be, each whole, or as the beginning of one
Letters = frozenset[int]


class Node(Struct, frozen=True):
    """A part of a phrase: a word with its ``readings`` (*don't* is *dont*, or *don* and *t*), the ``end`` of a word (*'ll*), a ``number``, a group with its
    ``options``, a ``gap``: anything may stand there, or what is so ``loose`` that it can be up to so many words. Some are ``sharp``: they begin
    where their first word does, or are an ``edge``: a sign in front of the next word."""

    readings: tuple[Reading, ...] = ()
    options: tuple[tuple[Node, ...], ...] = ()
    optional: bool = False
    gap: bool = False
    number: bool = False
    end: str = ""
    loose: int = 0
    sharp: bool = False
    edge: bool = False


class Paths:
    """The words of all phrases as places: the letters that can stand at each, the places that can come next, the parts of phrases that end there."""

    def __init__(self, alphabet: Alphabet) -> None:
        self.alphabet = alphabet
        self.letters: list[Letters] = [frozenset()]  # place 0 is in front of every phrase
        self.next: list[list[int]] = [[]]
        self.ends: list[set[int]] = [set()]
        self.parts = 0

    def add(self, nodes: Sequence[Node]) -> list[int]:
        """Lay out a phrase; the numbers of the parts it is cut into where anything may stand between, but for those that need no word at all."""
        first, before = self.parts, [0]
        for node in (*nodes, Node(gap=True)):
            before = self._lay(node, before)
            if node.gap:
                before, self.parts = [0], self.parts + 1
        return [part for part in range(first, self.parts) if part not in self.ends[0]]

    def _lay(self, node: Node, before: list[int]) -> list[int]:
        """Lay out what stands behind some places; the places where it can end. Where anything may stand nothing more can be asked, and the part ends."""
        if node.gap:
            for place in before:
                self.ends[place].add(self.parts)
            return []
        if node.number:
            behind = [self._place(before, self.alphabet.numbers())]
            for _ in range(FIGURES):
                behind.append(self._place(behind[-1:], self.alphabet.numbers() | self.alphabet.named[".", True] | self.alphabet.named[":", True]))
            self.ends[behind[-1]].add(self.parts)
            return behind
        behind = list(before) if node.optional or not (node.options or node.readings or node.end) else []
        if node.end:
            behind += [*(place for place in before if place), self._place(before, self.alphabet.ended(node.end))]  # the word before can hold it
        for _ in range(node.loose):
            behind.append(self._place([place for place in behind if place], self.alphabet.every))  # in front of all it would only let every word begin a phrase
        readings = [*node.readings]
        for option in node.options:
            if len(option) == 1 and option[0].readings:
                readings += option[0].readings
                continue
            places = before
            for part in option:
                places = self._lay(part, places)
            behind += places
        if single := [self.alphabet.named[reading[0]] for reading in readings if len(reading) == 1]:
            behind.append(self._place(before, frozenset().union(*single)))  # words between the same others share a place
        for reading in readings:
            if len(reading) != 1:  # or of signs that are not asked about
                places = before
                for word in reading:
                    places = [self._place(places, self.alphabet.named[word])]
                behind += places
        return list(dict.fromkeys(behind))

    def _place(self, before: Sequence[int], letters: Letters) -> int:
        self.letters.append(letters)
        self.next.append([])
        self.ends.append(set())
        for place in before:
            self.next[place].append(len(self.next) - 1)
        return len(self.next) - 1


class Alphabet:
    """The words, stems and signs that phrases name, each with its number: its letter."""

    def __init__(self) -> None:
        self.words: dict[str, int] = {}
        self.stems: dict[str, int] = {}
        self.endings: dict[str, int] = {}
        self._longest = 0  # letters of a stem
        self._sorted: list[tuple[str, int]] = []
        self.named = Memo[tuple[str, bool], Letters](self._letters)  # the letters of a word or sign, or of all words that begin so

    def size(self) -> int:
        """How many letters there are."""
        return 3 + len(self.words) + len(self.stems) + len(self.endings)

    def learn(self, nodes: Sequence[Node]) -> None:
        """Give a letter to every word, stem and sign of a phrase."""
        for node in nodes:
            for reading in node.readings:
                for text, whole in reading:
                    named = self.words if whole else self.stems
                    named.setdefault(text, self.size())
                    self._longest = max(self._longest, 0 if whole else len(text))
            if node.end:
                self.endings.setdefault(node.end, self.size())
            for option in node.options:
                self.learn(option)

    def letter(self, token: str) -> int | None:
        """The letter of a word or sign of a text: its own, that of the longest stem it begins with, else that of numbers, of its end or of all others; None for a sign that no phrase names."""
        if token in self.words:
            return self.words[token]
        if not _WORD.match(token) or not token.strip("_"):
            return None
        stem = next((token[:n] for n in range(min(len(token), self._longest), 0, -1) if token[:n] in self.stems), None)
        if stem is not None:
            return self.stems[stem]
        return NUMBER if token.startswith(DIGITS) else next((n for end, n in self.endings.items() if token.endswith(end)), OTHER)

    def _letters(self, named: tuple[str, bool]) -> Letters:
        text, whole = named
        return frozenset(self._begun(text) if not whole else [self.words[text]] if text in self.words else [])

    def ended(self, end: str) -> Letters:
        """The letters of words that may end so."""
        named = [letter for some in (self.words, self.endings) for text, letter in some.items() if text.endswith(end) or end.endswith(text)]
        return frozenset([NUMBER, *self.stems.values(), *named])

    @cached_property
    def every(self) -> Letters:
        """The letters of all words and signs, once all are learned."""
        return frozenset(range(self.size())) - {END}

    def numbers(self) -> Letters:
        """The letters of words that begin with a digit."""
        return frozenset([NUMBER, *chain.from_iterable(map(self._begun, DIGITS))])

    def _begun(self, text: str) -> list[int]:
        """The letters of all words and stems that begin so."""
        if len(self._sorted) < len(self.words) + len(self.stems):
            self._sorted = sorted([*self.words.items(), *self.stems.items()])
        return [letter for _, letter in self._sorted[bisect_left(self._sorted, (text,)) : bisect_left(self._sorted, (text + LAST,))]]


def read(phrase: str) -> tuple[Node, ...]:
    """The parts of a phrase."""
    return _sequence(tokenized(phrase)[::-1])


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
        else:
            nodes.append(_word(head))
    return tuple(nodes)


@lru_cache(maxsize=1 << 14)
def _word(word: str) -> Node:
    """What one word of a phrase can be in a text, by the words and signs of the text it touches."""
    if word == "#":
        return Node(number=True)
    if word == "...":
        return Node(gap=True)
    if word in ("*", "^", "$"):  # a word, or a sign at an edge of a sentence
        return Node(loose=1, edge=word == "^")
    literal, stem = word.replace("\\", ""), word.rstrip("*")
    sharp = TOUCHED.match(literal) is not None
    if not _LETTER.search(literal):
        signs = Node(readings=(tuple((sign, True) for sign in TOUCHED.findall(literal)),), sharp=sharp)
        return signs if word == stem or "\\" in word else Node(options=((signs, Node(loose=1)),))  # a name behind a sign, or none
    touched = TOUCHED.findall(stem)
    if word == stem and _ENDING.fullmatch(stem):
        return Node(end=stem[1:])
    if "\\" in word or not touched or not stem.isascii() or stem[0] == "'" or (word != stem and not _WORD.match(stem[-1])):
        return Node(loose=len(touched) + word.endswith("*"))
    whole = word == stem and stem[-1] != "'"
    readings = []
    for apart in product(("", "'"), repeat=stem.count("'")):  # an apostrophe may be missing, and then parts nothing
        parts = stem.split("'")
        found = TOUCHED.findall("".join([parts[0], *(a + p for a, p in zip(apart, parts[1:], strict=True))]))
        readings.append(tuple((text, whole or n < len(found) - 1) for n, text in enumerate(found)))
    return Node(readings=tuple(dict.fromkeys(readings)), sharp=sharp)


def sharp(nodes: Sequence[Node]) -> bool | None:
    """Whether whatever the parts of a phrase match begins where its first word does, signs of an edge in front aside; None where that is left to what follows."""
    for node in nodes:
        told = [sharp(option) for option in node.options] if node.options else [None if node.edge else node.sharp]
        if False in told:
            return False
        if not node.optional and None not in told:
            return True
    return None


def bounded(nodes: Sequence[Node]) -> bool:
    """Whether what a phrase matches has as many words as the phrase at most."""
    return not any(node.gap or node.number or not all(map(bounded, node.options)) for node in nodes)
