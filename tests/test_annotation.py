"""What makes annotation fast gives what the slow way gives: votes asked only where a cue is shown, words weighed without names, texts cut in pieces."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import textmetrics as tm
from textmetrics import cues, judging, models, packs
from textmetrics.annotation import prepare
from textmetrics.detectors import DETECTORS
from textmetrics.expressions import Chooser, Expression, either
from textmetrics.features import Told, beyond_words, of_message
from textmetrics.folding import fold
from textmetrics.words import LONG, TOKEN, tokens

CORPORA = Path(__file__).parent.parent / "corpora"


@pytest.fixture(scope="module")
def views():
    return [p.view for p in prepare(list(tm.read(CORPORA)))]


def test_a_detector_is_not_asked_where_it_has_nothing_to_say(views):
    judging.judge(views, trained=judging.model())
    for view in views:
        for i, role in enumerate(view.roles):
            for _, one in DETECTORS.items():
                if role in one.by and one.goes_by and view.named[i].keys().isdisjoint(one.goes_by):
                    assert not one.vote(view, i), f"{one.label} votes without any cue it goes by: {view.texts[i]!r}"


@pytest.mark.parametrize("side", ["responder", "customer"])
def test_words_weigh_the_same_with_and_without_their_names(views, side):
    trained = judging.model()
    part = trained.parts[side]
    for view in views[::7]:
        told = Told(view)
        mine = [i for i, role in enumerate(view.roles) if role in judging.SIDES[side]]
        votes = {i: judging.votes(view, i) for i in mine}
        named = part.sums([of_message(view, told, i, votes[i]) for i in mine])
        unnamed = part.sums([beyond_words(view, told, i, votes[i]) for i in mine], [told.tokens[i] for i in mine])
        assert abs(named - unnamed).max(initial=0.0) < 1e-9
        for n, i in enumerate(mine):
            whole = part.weigh([of_message(view, told, i, votes[i])])
            apart = part.weigh([beyond_words(view, told, i, votes[i])], [told.tokens[i]])
            assert whole.reasons(0, part.outputs[n % 5], 9) == apart.reasons(0, part.outputs[n % 5], 9)


def test_a_row_is_summed_the_same_alone_and_in_a_batch(views):
    part = models.load("findings").parts["customer"]
    texts = [fold(m.text).split() for view in views[:40] for m in view.conversation.messages]
    together = part.chances([{"is:length": 1.0}] * len(texts), texts)
    assert (together == [part.chances([{"is:length": 1.0}], [t])[0] for t in texts]).all()


def whole(folded, people=()):
    """The words of a text, cut in one go."""
    found = []
    for match in TOKEN.finditer(folded):
        kind, text = match.lastgroup, match[0]
        if kind == "word":
            found.append("<name>" if text in people else text)
        elif kind in ("asks", "cries"):
            found.append(text[0] * min(2, len(text)))
        else:
            found.append(text if kind in ("smile", "emoji") else f"<{kind}>")
    return found[:LONG]


SOUP = st.text(st.sampled_from(list("ab'é0.,:/?!@#_~>-=;)(dpñ…😀\u2600\u00a0\u2003\x1c\x85 \t\n")), max_size=60)


@given(SOUP)
def test_a_text_is_the_words_of_its_pieces(text):
    folded = fold(text)
    assert tokens(folded, {"a", "ab", "?", "0"}) == whole(folded, {"a", "ab", "?", "0"})


@given(SOUP)
def test_places_are_counted_in_characters(text):
    assert all(text[a:b] in ("é", "aa", "😀b") for a, b in Expression(["é", "aa", "😀b"]).spans(text))
    assert len(Expression(["é", "aa", "😀b"]).spans(text)) == text.count("é") + sum(len(run) // 2 for run in _runs(text)) + text.count("😀b")


def _runs(text):
    return ["a" * n for n in map(len, "".join(c if c == "a" else " " for c in text).split())]


def test_a_pack_of_two_thousand_phrases_falls_off_no_cliff(views):
    """Every phrase of the English pack with each of some more words behind it, in as many cues: asking which a text can hold costs no more than a few times as much."""
    own = [list(c.expressions) for c in packs.language("en").cues.values()]
    more = [[*es, *(rf"{e}[\s,]{{1,4}}\b{w}\b" for e in es for w in ("router", "refund", "account", "screen", "invoice", "server"))] for es in own]
    assert sum(map(len, more)) > 2000
    texts = [f for view in views[:120] for f in view.folded]
    few, many = (Chooser([either(es) for es in of]) for of in (own, more))

    def took(one):
        return min(_timed(lambda _: [one.of(t) for t in texts], "") for _ in range(3))

    assert took(many) < 5 * took(few)


def _timed(work, text):
    begun = time.process_time()
    for _ in range(3):
        work(text)
    return time.process_time() - begun


@pytest.mark.parametrize("text", ["did not " * 2500, "a" * 20_000, "?!" * 10_000, "i i i " * 3000, "é ñ " * 5000], ids=["phrases", "letters", "marks", "words", "accents"])
def test_hostile_text_is_read_in_linear_time(text):
    finder = cues.finder("en")
    finder.find(text[:2000])
    half, full = (min(_timed(finder.find, t) for _ in range(3)) for t in (text[: len(text) // 2], text))
    assert full < 3.2 * half + 0.02


def test_cues_are_the_same_with_and_without_asking_first(views):
    """The set loses none: every expression, run over every message of every archive, finds no more than what was found."""
    for code in packs.languages():
        one = cues.finder(code)
        for view in views:
            for i, folded in enumerate(view.folded):
                if view.languages[i] == code:
                    shown = {c.name for n, c in enumerate(one.cues) if one.places(n, folded)}
                    assert shown == set(view.named[i]), folded


def test_either_prefers_the_first():
    assert Expression(["no", "not"]).spans("not") == [(0, 2)] and either(["a", "b"]) == "(?:a)|(?:b)"
