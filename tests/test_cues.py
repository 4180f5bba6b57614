"""Cues: what is asked first loses nothing, what is searched apart is what would be found together, whatever the text."""

import random
import time
from functools import cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import textmetrics as tm
from textmetrics import cues, packs, sieve
from textmetrics.cues import Finder
from textmetrics.expressions import Expression, either
from textmetrics.folding import fold
from textmetrics.phrases import PhraseError, compile_phrase
from textmetrics.sieve import Sieve
from textmetrics.tongues import recognise

CORPORA = Path(__file__).parent.parent / "corpora"
SOUP = st.text(st.sampled_from(list("ab'é0.,:/?!@#_~>-=;)(dpñ…😀\u2600\u00a0\u2003\x1c\x85 \t\n")), max_size=60)
BETWEEN = st.text(st.sampled_from(list(" \n\x0b,'_-~*().!?;:x7é…\ufe0f")), max_size=5)


def without_asking(language, folded):
    """The cues of a text, all phrases of each in one expression."""
    found = []
    for cue in language.cues.values():
        barred = _expression(cue.unless).spans(folded) if cue.unless else []
        places = [cues._trimmed(folded, *place) for place in _expression(cue.expressions).spans(folded)]
        found += [(cue.name, *p) for p in dict.fromkeys(places) if not any(a < p[1] and p[0] < b for a, b in barred)]
    return sorted(found, key=lambda c: (c[1], c[2], c[0]))


_expression = cache(Expression)


def asking(one, folded):
    alone, among_many = one.find([folded])[0], one.find([folded] * sieve.MANY)[-1]
    assert alone == among_many
    return [(c.name, c.start, c.end) for c in alone]


@pytest.mark.parametrize("code", packs.languages())
def test_asking_first_loses_no_example(code):
    language = packs.language(code)
    for cue in language.cues.values():
        for text in map(fold, (*cue.yes, *cue.no, *cue.known_failures)):
            assert asking(cues.finder(code), text) == without_asking(language, text), text


def test_asking_first_loses_nothing_in_the_archives():
    texts = [(fold(m.text), recognise([fold(m.text)])[0]) for c in tm.read(CORPORA) for m in c.messages]
    for code in packs.languages():
        for folded, spoken in texts[::5]:
            if spoken == code:
                assert asking(cues.finder(code), folded) == without_asking(packs.language(code), folded), folded


def test_phrases_that_come_often_are_matched_as_they_were_before(monkeypatch):
    monkeypatch.setattr(cues, "SELDOM", 2)
    texts = [fold(m.text) for c in tm.read(CORPORA) for m in c.messages]
    finder = cues.Finder(packs.language("en"))
    found = finder.find(texts)
    assert len(finder._often) > 50 and finder.find(texts) == found
    monkeypatch.setattr(cues, "SELDOM", -1)
    assert cues.Finder(packs.language("en")).find(texts) == found


PHRASES = [(code, p) for code in packs.languages() for cue in packs.language(code).cues.values() for p in (*cue.phrases, *cue.barring)]


@settings(max_examples=100)
@given(st.sampled_from(PHRASES), BETWEEN, BETWEEN, st.data())
def test_what_a_phrase_matches_its_shadow_matches(one, before, behind, data):
    """Texts made of the very expressions of the packs, odd signs at their edges: no phrase that matches is sieved out."""
    code, phrase = one
    text = fold(before + data.draw(st.from_regex(compile_phrase(phrase))) + behind)
    assert asking(cues.finder(code), text) == without_asking(packs.language(code), text), (phrase, text)


ODD = ["within # (hours|'ll)", "# 'll", "(? ?|a.b|100%) ok", "a (^ b|c $) d", "\\(s\\) so", "don't 've", "apologi* 'll", "it'* so", "#", "# (%|euro)", "* works", "still ... (no|not ... yet)", "e-mail* us", "dell' ordine", "o'clock", "[not] ok", ":d", "\\(s\\)", "^ solved", "x_y _", "tell @*", "#* channel"]
PIECES = ["don", "t", "dont", "don't", "ve", "apologi", "apologize_", "_ll", "'ll", "it", "its", "so", "12.30", "10pm", "%", "euro", "works", "still", "no", "yet", "e-mailing", "us", "dell", "ordine", "o", "clock", "ok", ":d", "(s)", "solved", "x_y", "_", "a_b", "é", "tell", "@", "@a_b", "#", "#12", "channel", "within", "1:2.3.4:5", "5_ll", "?", "a", ".b", "100", "b", "c", "d"]


@given(st.lists(st.tuples(st.sampled_from(PIECES), BETWEEN), max_size=8))
def test_odd_phrases_are_not_lost(pieces):
    text = fold("".join(word + sign for word, sign in pieces))
    can = dict(Sieve(ODD).of([text])[0])
    assert not [p for n, p in enumerate(ODD) if n not in can and Expression([compile_phrase(p)]).spans(text)], text


@cache
def _odd():
    """A language of one cue of each odd phrase, and one of all."""
    own = packs.language("en")
    some = next(iter(own.cues.values()))
    cues = {str(n): msgspec.structs.replace(some, name=str(n), phrases=p, expressions=tuple(map(compile_phrase, p)), barring=(), unless=(), patterns=()) for n, p in enumerate([*zip(ODD, strict=True), tuple(ODD)])}
    return msgspec.structs.replace(own, cues=cues)


@pytest.mark.parametrize("text", ["ok works", "ok…    solved", "so, solved.\nsolved", "(s) it'll", "12.30,5 %", "1, 5 euro", "still (a b) no", "a ! b d", "a c. d"])
def test_odd_phrases_are_matched_where_they_stand(text):
    assert asking(_odd_finder(), text) == without_asking(_odd(), text) != []


@given(st.lists(st.tuples(st.sampled_from(PIECES), BETWEEN), max_size=8))
def test_odd_phrases_are_matched_where_their_words_are(pieces):
    text = fold("".join(word + sign for word, sign in pieces))
    assert asking(_odd_finder(), text) == without_asking(_odd(), text)


_odd_finder = cache(lambda: Finder(_odd()))


def test_many_texts_at_once_are_read_as_one_by_one():
    texts = [fold(m.text) for c in tm.read(CORPORA) for m in c.messages]
    for code in packs.languages():
        at_once, alone = Finder(packs.language(code)), Finder(packs.language(code))
        assert [list(dict.fromkeys(n for n, _ in can)) for can in at_once._sieve.of(texts)] == [[n for n, _ in alone._sieve.of([text])[0]] for text in texts]
        assert at_once.find(texts) == [alone.find([text])[0] for text in texts]


def test_what_was_met_is_forgotten_and_met_again(monkeypatch):
    monkeypatch.setattr(sieve, "MOST", 50)
    texts = [fold(t) for cue in packs.language("en").cues.values() for t in (*cue.yes, *cue.no)]
    few = Finder(packs.language("en"))
    assert [few.find([text])[0] for text in texts] == cues.find(texts, "en") == few.find(texts)


@given(SOUP)
def test_places_are_counted_in_characters(text):
    assert all(text[a:b] in ("é", "aa", "😀b") for a, b in Expression(["é", "aa", "😀b"]).spans(text))
    assert len(Expression(["é", "aa", "😀b"]).spans(text)) == text.count("é") + sum(len(run) // 2 for run in _runs(text)) + text.count("😀b")


def _runs(text):
    return ["a" * n for n in map(len, "".join(c if c == "a" else " " for c in text).split())]


@pytest.mark.parametrize("phrase", ["", "(a", "a)", "(a|)", "... a", "@\\w*"])
def test_a_phrase_that_cannot_be_read_is_refused(phrase):
    with pytest.raises(PhraseError):
        compile_phrase(phrase)


def test_either_prefers_the_first():
    assert Expression(["no", "not"]).spans("not") == [(0, 2)] and either(["a", "b"]) == "(?:a)|(?:b)"


def test_a_pack_of_two_thousand_phrases_falls_off_no_cliff():
    """Every phrase of the English pack with each of some more words behind it: finding costs no more than a few times as much."""
    own = packs.language("en")
    more = {}
    for name, cue in own.cues.items():
        phrases = (*cue.phrases, *(f"{p} {w}" for p in cue.phrases if "$" not in p for w in ("router", "refund", "account", "screen", "invoice", "server")))
        more[name] = msgspec.structs.replace(cue, phrases=phrases, expressions=tuple(map(compile_phrase, phrases)))
    assert sum(len(cue.phrases) for cue in more.values()) > 2000
    texts = random.Random(7).sample([fold(m.text) for c in tm.read(CORPORA) for m in c.messages], 150)
    few, many = Finder(own), Finder(msgspec.structs.replace(own, cues=more))
    assert min(_timed(many.find, texts) for _ in range(3)) < 5 * min(_timed(few.find, texts) for _ in range(3))


def _timed(work, text):
    begun = time.process_time()
    for _ in range(3):
        work(text)
    return time.process_time() - begun


@pytest.mark.parametrize("text", ["did not " * 2500, "a" * 20_000, "?!" * 10_000, "i i i " * 3000, "é ñ " * 5000, "1.1:" * 5000], ids=["phrases", "letters", "marks", "words", "accents", "numbers"])
def test_hostile_text_is_read_in_linear_time(text):
    finder = cues.finder("en")
    finder.find([text[:2000]])
    half, full = (min(_timed(finder.find, [t]) for _ in range(3)) for t in (text[: len(text) // 2], text))
    assert full < 3.2 * half + 0.02
