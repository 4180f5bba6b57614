"""What makes annotation fast gives what the slow way gives: votes asked only where a cue is shown, words weighed without names, features by columns, texts cut in pieces."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import textmetrics as tm
from textmetrics import columns, deadlines, judging, models, mood_words, outcomes, packs, sets, words
from textmetrics.annotation import Settings, moods, prepare, text
from textmetrics.detectors import DETECTORS
from textmetrics.features import Told, beyond_words, of_message
from textmetrics.folding import fold
from textmetrics.testing import transcript
from textmetrics.types import CUSTOMERS
from textmetrics.weights import FINE, Packed, Row
from textmetrics.words import LONG, TOKEN, capitals, capitals_of, tokens

CORPORA = Path(__file__).parent.parent / "corpora"


@pytest.fixture(scope="module")
def views():
    return [p.view for p in prepare(list(tm.read(CORPORA)))]


def test_a_detector_is_not_asked_where_it_has_nothing_to_say(views):
    judging.judge(views, [Told(view) for view in views], trained=judging.model())
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
        named = part.weigh([of_message(view, told, i, votes[i]) for i in mine])
        rows, texts = [beyond_words(view, told, i, votes[i]) for i in mine], [told.tokens[i] for i in mine]
        few = part.few(rows, texts)
        assert (named.sums() == few.sums()).all()
        for n in range(len(mine)):
            output = part.outputs[n % 5]
            assert named.reasons(n, output, 9) == few.reasons(n, output, 9)
            for most in (3, 40):
                assert sorted(named.said([(n, output)], most)[0]) == sorted(few.said([(n, output)], most)[0])


@pytest.mark.parametrize("code", packs.languages())
def test_a_date_is_looked_for_wherever_one_stands(views, code):
    """All but what one pass over a text leaves out: a pattern it leaves out is nowhere in it."""
    words = deadlines._words(code)
    own = (" ".join([*words.days, *words.weekdays, *words.months, *words.hours]), "19:30 h", "within 2-3 days by 5pm", "3. mai", "il 3 maggio alle 10.30", "el 3º de mayo")
    found = set()
    for folded in (*own, *(told for view in views for told in view.folded)):
        search = words.search(folded)
        for name, pattern in words.patterns.items():
            assert (search(name) is None) == (pattern.search(folded) is None), (name, folded)
            found |= {name} if search(name) else set()
    assert {"weekday", "date"} <= found


def rows_of(named):
    """Columns as a row of features a message; one that comes twice is a mistake."""
    rows = [{} for _ in range(named.size)]
    for row, code, value in zip(named.rows.tolist(), named.codes.tolist(), named.values.tolist(), strict=True):
        assert named.names[code] not in rows[row]
        rows[row][named.names[code]] = value
    for prefix, texts, numbers, vocabulary in named.worded:
        for row, number in zip(texts.tolist(), numbers.tolist(), strict=True):
            rows[row][f"{prefix}{vocabulary.words[number]}"] = 1.0
    return list(map(weighing, rows))


def weighing(row):
    """The features that are not nought."""
    return {name: value for name, value in row.items() if value}


SAID = ("restart the router", "it is still broken", "thanks", "did that help?", "nothing works, nothing")


@pytest.fixture(scope="module", params=["many", "few", "odd"])
def judged(request, views):
    """A batch, a few conversations, and ones whose people repeat themselves in all ways, with system lines and notes between: judged, as columns too."""
    odd = [
        transcript("09:00 customer: Where is it? Where is it?", "09:00 system: queue", "09:01 customer: Where is it? Where is it?", "note: hm", "10:30 agent: LOOK here: http://a.b", "bot: Sorry?"),
        transcript("agent: Hello", "other: hello hello there there", "customer: hello hello there there", "customer: nothing works, THANKS FOR NOTHING", "customer: hello hello there there"),
        transcript("system: left", "note: gone"),
        transcript("customer: customer here!! where is my ORDER??", "customer: it is not good, not nice", "customer: my router", "customer: my order", "agent: Please restart it.", "customer: That fixed it!"),
        transcript(*(f"{('customer', 'agent')[n * n % 7 % 2]}: {' '.join(SAID[n % k] for k in (2, 3, 5))}" for n in range(70))),
    ]
    some = {"many": views, "few": views[:3], "odd": [p.view for p in prepare([t.conversation for t in odd])]}[request.param]
    tolds = [Told(view) for view in some]
    batch = columns.Batch(some)
    judging.judge(some, tolds, trained=judging.model(), batch=batch)
    return some, tolds, batch


@pytest.mark.parametrize("side", ["responder", "customer"])
def test_columns_tell_what_single_messages_do(judged, side):
    some, tolds, batch = judged
    mine = [(c, i) for c, view in enumerate(some) for i, role in enumerate(view.roles) if role in judging.SIDES[side]]
    votes = [judging.votes(some[c], i) for c, i in mine]
    told = rows_of(columns.beyond_words(batch, batch.at(mine), columns.Cast.on(batch, batch.at(mine), votes)))
    assert told == [weighing(beyond_words(some[c], tolds[c], i, v).named()) for (c, i), v in zip(mine, votes, strict=True)]
    alone = [p.view for p in prepare([view.conversation for view in some])]
    judging.judge(alone, [Told(view) for view in alone], trained=judging.model())
    assert [some[c].chances[i] for c, i in mine] == [alone[c].chances[i] for c, i in mine]
    assert [some[c].solved_by(i) for c, i in mine] == [alone[c].solved_by(i) for c, i in mine]


def test_columns_tell_of_moods_what_single_texts_do(judged):
    some, _, batch = judged
    mine = [(c, i) for c, view in enumerate(some) for i, role in enumerate(view.roles) if role in CUSTOMERS]
    texts, language = [text(some[c], i) for c, i in mine], packs.language("en")
    named, said, good, bad = mood_words.columns(batch, batch.at(mine), language)
    rows = [mood_words.beyond_words(tokens(t.folded), t.folded, t.text, t.cues, language, role=t.role, first=t.first, before=t.before, chances=t.chances) for t in texts]
    assert rows_of(named) == [weighing(row.named()) for row in rows]
    assert [(row.values[mood_words.GOOD], row.values[mood_words.BAD]) for row in rows] == list(zip(good, bad, strict=True))
    assert [said.vocabulary.words[w] for w in said.at] == [w for t in texts for w in tokens(t.folded)]
    assert moods(some, Settings(), batch) == moods(some, Settings())


def test_columns_tell_of_outcomes_what_single_conversations_do(judged):
    some, tolds, batch = judged
    felt, trained = moods(some, Settings()), outcomes.model()
    asked = [n for n, view in enumerate(some) if "customer" in view.roles]
    answered = [n for n in asked if not {"agent", "peer", "bot"}.isdisjoint(some[n].roles)]
    assert rows_of(outcomes.resolution_columns(batch, felt, answered)) == [weighing(outcomes.resolution_features(some[n], felt[n]).named()) for n in answered]
    part = trained.parts["request_type"]
    together, alone = part.weigh_columns(*outcomes.request_columns(batch, felt, asked)).sums(), part.few([outcomes.request_features(some[n], tolds[n], felt[n]) for n in asked]).sums()
    assert (together == alone).all()
    assert outcomes.request_types(some, tolds, felt, trained, batch) == outcomes.request_types(some, tolds, felt, trained)
    assert outcomes.resolutions(some, felt, trained, batch) == outcomes.resolutions(some, felt, trained)


def test_many_pairs_are_looked_at_in_slices(views, monkeypatch):
    tolds = [Told(view) for view in views[:60]]
    batch = columns.Batch(views[:60])
    rows, others = batch.rows, batch.rows[::-1]
    at_once = batch.content.shared(rows, others)
    monkeypatch.setattr(sets, "AT_ONCE", 7)
    own = [words for told in tolds for words in told.content]
    later = rows[(batch.earlier > 0) & (batch.content.sizes > 0)]
    before = [[own[j] for j in range(row) if batch.writer[j] == batch.writer[row]] for row in later.tolist()]
    most, first = ([how(len(own[row] & one) for one in said) for row, said in zip(later.tolist(), before, strict=True)] for how in (max, next))
    assert [found.tolist() for found in batch.content_before.shared(later)] == [most, first]
    assert batch.content.shared(rows, others).tolist() == at_once.tolist() == [len(a & b) for a, b in zip(own, own[::-1], strict=True)]


def test_a_row_is_summed_the_same_alone_and_in_a_batch(views):
    """Few rows are weighed one by one, many by columns: to the bit."""
    part = models.load("findings").parts["customer"]
    texts = [fold(m.text).split() for view in views[:40] for m in view.conversation.messages]
    rows = [Row([f"^:{t[0]}"], {"is:length": 0.1 * len(t), "is:mood": -0.3}) if t else Row([], {}) for t in texts]
    together = part.weigh([row.named() for row in rows], texts)
    assert (together.sums() == [part.few([row], [t]).sums()[0] for row, t in zip(rows, texts, strict=True)]).all()
    assert (together.chances() == part.few(rows, texts).chances()).all()


def test_weights_of_either_sign_add_up_in_one_number():
    weights = np.array([[32767, -32767, 5], [-32767, 32767, -5], [1, 0, -1]])
    packed, values = Packed({"a": 0, "b": 1, "c": 2}, weights), [-0.7, 1.0, 2.5]
    rows = [Row(["a", "unknown"], {"b": value}) for value in values]
    assert (packed.sums(rows, [[0, 2, 3]] * 3) == [(weights[0] * 2 + weights[2]) * FINE + weights[1] * int(v * FINE) for v in values]).all()


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


@given(st.lists(st.text(st.sampled_from(list("ABcÉéÀșȚ ²ªº_1.\n😀日ǅƻßЖж’")), max_size=12), max_size=6))
def test_capitals_of_many_texts_are_those_of_each(texts):
    assert list(zip(*map(list, capitals_of(texts)), strict=True)) == [capitals(text) for text in texts]


def test_a_full_vocabulary_is_begun_anew(views, monkeypatch):
    def chances():
        some = views[:40]
        batch = columns.Batch(some)
        judging.judge(some, [], trained=judging.model(), batch=batch)
        return batch.words.vocabulary, batch.chances.tolist()

    (first, before), (second, again) = chances(), chances()
    monkeypatch.setattr(words, "MOST", 1)
    third, anew = chances()
    assert first is second is not third and before == again == anew
