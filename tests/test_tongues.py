"""Languages: many conversations at once are recognised as one by one; pieces are those of Python's split."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import textmetrics as tm
from textmetrics import pieces, tongues
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


@given(st.lists(ODD, max_size=8))
def test_arrow_cuts_where_python_does(texts):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "MANY", 0)
        cut = Pieces(texts)
    assert [[cut.known[n] for n in cut.at[a : a + n].tolist()] for a, n in zip(cut.starts.tolist(), cut.sizes.tolist(), strict=True)] == [t.split() for t in texts]
    assert cut.text.tolist() == [n for n, t in enumerate(texts) for _ in t.split()]
