"""Languages: many conversations at once are recognised as one by one; pieces are those of Python's split."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import textmetrics as tm
from textmetrics import tongues
from textmetrics.folding import fold
from textmetrics.pieces import Pieces

CORPORA = Path(__file__).parent.parent / "corpora"
ODD = st.text(st.sampled_from(list("ab,é😀\ud83d\u2600\u00a0\u2003\x1c\x0b\x85\x00 \t\r\n")), max_size=12)


@pytest.mark.parametrize("stated", [None, "en-US", "fr", "xx"])
def test_many_conversations_are_recognised_as_one_by_one(stated):
    given = [([fold(m.text) for m in c.messages], stated) for c in tm.read(CORPORA)]
    given += [(["the the the the the"], "es"), ([], None), (["", "no"], None), (["il la che di non per una", "what is the matter with this and that"], None), (["x " * 900 + "the and of to is"], None)]
    assert tongues.recognise_all([([" "] * 200, stated)]) == [tongues.recognise([" "] * 200, stated)]
    assert tongues.recognise_all(given) == [tongues.recognise(*one) for one in given]


def _bytes(text):
    return text.encode("utf-8", "surrogatepass")


@given(st.lists(ODD, max_size=8))
def test_arrow_cuts_where_python_does(texts):
    cut = Pieces(texts)
    found = [cut.known[n] for n in cut.at.tolist()]
    assert [[piece for piece, own in zip(found, cut.text.tolist(), strict=True) if own == n] for n in range(len(texts))] == [t.split() for t in texts]
    assert all(_bytes(texts[n])[begin:].startswith(_bytes(piece)) for piece, n, begin in zip(found, cut.text.tolist(), cut.begins.tolist(), strict=True))
    assert cut.text.tolist() == [n for n, t in enumerate(texts) for _ in t.split()]
