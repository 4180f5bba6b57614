"""What makes annotation fast gives what the slow way gives: votes asked only where a cue is shown, words weighed without names, texts cut in pieces."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import textmetrics as tm
from textmetrics import judging, models
from textmetrics.annotation import prepare
from textmetrics.detectors import DETECTORS
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
