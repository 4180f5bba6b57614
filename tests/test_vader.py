"""Our VADER beside the package it equals."""

import time
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vaderSentiment import vaderSentiment as package

import textmetrics as tm
from textmetrics import packs
from textmetrics.scorers import SCORERS, Text, vader
from textmetrics.scorers.vader import compounds
from textmetrics.valence import scored

CORPORA = Path(__file__).parent.parent / "corpora"
ANALYZER = package.SentimentIntensityAnalyzer()
WORDS = [
    *("good", "bad", "great", "horrible", "love", "hate", "no", "kind", "sucks", "problem", "friendly", "shit", "bomb", "ass", "well", "least", "like", "fun", "lol", ":)", ":D", ":(", "<3"),
    *("not", "never", "so", "this", "without", "doubt", "or", "nor", "at", "very", "really", "kinda", "of", "sort", "just", "enough", "isn't", "wouldn't", "the", "a", "it", "to", "die", "for"),
    *("but", "yeah", "right", "kiss", "death", "beating", "heart", "bus", "stop", "despite", "rarely", "more", "uh-uh", "total", "major", "incredible", "less", "almost", "hardly"),
    *("shouldn't", "DIDN'T", "n't", "can't-stand", "beautifully", "badass", "i", "be"),
    *("box", "12", "é", "😀", "💔", "😡x", "🔛", "x🙂🙂", "!", "!!", "?", "???", "...", "!!?", "ok,", "(good)", "'bad'", "İ", "ß", "ǆ", "\u212aind", "\u212aILL", "Ärger", "\ud83d"),
]
SHAPED = st.builds(lambda w, f: f(w), st.sampled_from(WORDS), st.sampled_from([str, str, str.upper, str.title, lambda w: w + "!", lambda w: w + ","]))
TURNS = ["{} of {}", "the {} {}", "to {} for {}", "never so {} {}", "never this {} {}", "without doubt {} {}", "without a doubt {} {}", "the least {} {}", "at least {} {}", "very least {} {}"]
TURNS += ["no {} {}", "no {} or {}", "not {} but {}", "kind of {} {}", "the sort of {} {}", "it was just enough {} {}", "{} yeah right {}", "so {} {}", "this is so {} {}", "{} bad ass {}"]
PHRASES = st.builds(lambda turn, a, b: turn.format(a, b), st.sampled_from(TURNS), st.sampled_from(WORDS), st.sampled_from(WORDS))
BEARING = ("never", "so", "this", "without", "doubt", "no", "or", "nor", "least", "at", "very", "NOT", "kinda", "VERY", "well", "of", "die", "x", "isn't")
JOINS = st.sampled_from([" ", " ", " ", "  ", "\n", "\u00a0", "\u2003", ""])
TEXTS = st.builds(lambda words, join: join.join(words), st.lists(SHAPED | PHRASES, max_size=14), JOINS) | st.text(max_size=30)


def expected(text):
    return ANALYZER.polarity_scores(text)["compound"]


def compound(text):
    return scored([text])[0]


@settings(max_examples=1500)
@given(TEXTS)
def test_it_equals_the_package_on_words_its_rules_speak_of(text):
    assert compound(text) == pytest.approx(expected(text), abs=1e-12)


@settings(max_examples=300)
@given(st.text(max_size=50))
def test_it_equals_the_package_on_any_characters(text):
    assert compound(text) == pytest.approx(expected(text), abs=1e-12)


def test_it_equals_the_package_on_every_archive():
    for c in tm.read(CORPORA):
        for m in c.messages:
            assert compound(m.text) == pytest.approx(expected(m.text), abs=1e-12), m.text


def test_every_word_of_the_lexicon_alone_and_after_a_modifier():
    for word in ANALYZER.lexicon:
        for text in (word, f"it is not very {word}", f"{word.upper()} but {word}"):
            assert compound(text) == pytest.approx(expected(text), abs=1e-12), text


def test_a_batch_gives_what_its_texts_give():
    texts = ["good", "good", "BAD thing", "", "so-so"]
    assert SCORERS["vader"]([Text(t, t) for t in texts], packs.language("en")) == [compound(t) for t in texts]


def around_phrases():
    for a, b in product([phrase for phrase in (*package.SPECIAL_CASES, *package.BOOSTER_DICT) if " " in phrase], ["", "x", "x x", "x x x", "the"]):
        yield from (f"{b} {a} {c}" for c in ("", "x", "good", "x good", "x x good", "good x", *package.SPECIAL_CASES))


def around_but():
    """Words worth half, one and a half times and twice as much as others, on both sides of a "but"."""
    words = [next(word for word, value in ANALYZER.lexicon.items() if value == worth and word.isalpha()) for worth in (0.8, 1.2, 1.6, 2.4, -1.6)]
    return (f"{a} {b} but {c} {d}" for a, b, c, d in product(words, repeat=4))


@pytest.mark.parametrize(
    "texts",
    [
        *([f"{a} {b} {c} {me}" for a, b, c in product(BEARING, repeat=3)] for me in ("good", "BAD", "no problem")),
        [f"{a} {b} {c}".upper() for a, b, c in product(BEARING, BEARING, ["good", "bad"])],
        [f"{a} {b}" for a, b in product(["É", "é", "Éx", "Aß", "ǅ", "İ", "\u212a", "ISN'T…", "(É)", "日", "ª"], ["GOOD", "good", "\u212aILL", "x GOOD"])],
        list(around_phrases()),
        list(around_but()),
    ],
    ids=["good", "BAD", "no problem", "all in capitals", "capitals beyond ASCII", "phrases", "but"],
)
def test_every_way_that_words_bear_on_a_value(texts, monkeypatch):
    monkeypatch.setattr(vader, "MANY", 0)
    assert compounds(texts) == [expected(text) for text in texts] == [compound(text) for text in texts]


@settings(max_examples=300)
@given(texts=st.lists(TEXTS, max_size=40))
def test_columns_give_to_the_bit_what_single_texts_give(texts):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vader, "MANY", 0)
        assert compounds(texts) == [compound(t) for t in texts] == scored(texts)


@pytest.mark.parametrize("batch", [1, 300, 10**9])
def test_where_batches_end_changes_nothing(batch, monkeypatch):
    texts = [m.text for c in tm.read(CORPORA) for m in c.messages][:400]
    monkeypatch.setattr(vader, "MANY", 0)
    monkeypatch.setattr(vader, "BATCH", batch)
    assert compounds(texts) == [compound(t) for t in texts]


def test_columns_equal_single_texts_on_every_archive_and_word():
    texts = [m.text for c in tm.read(CORPORA) for m in c.messages]
    texts += [text for word in ANALYZER.lexicon for text in (word, f"it is not very {word}", f"{word.upper()} but {word}")]
    assert compounds(texts) == [compound(t) for t in texts] == scored(texts)


@pytest.mark.parametrize("phrase", ["good but bad ", "not very good ", "x "])
def test_long_texts_take_time_in_proportion(phrase):
    def took(text):
        begun = time.process_time()
        compound(text)
        return time.process_time() - begun

    short, long = (min(took(phrase * n) for _ in range(3)) for n in (2000, 8000))
    assert long < 8 * short + 0.01
