"""Every pack brings its own examples; these tests run them. A new pack needs no new test."""

import pytest

from textmetrics import packs
from textmetrics.cleaning import CLEANERS
from textmetrics.cues import finder
from textmetrics.detectors import DETECTORS
from textmetrics.folding import fold
from textmetrics.scorers import SCORERS
from textmetrics.tongues import recognise

CUES = [(code, cue) for code in packs.languages() for cue in packs.language(code).cues.values()]
ENGLISH = packs.language("en")


def cases(field):
    return [pytest.param(code, cue.name, text, id=f"{code}-{cue.name}-{text[:30]}") for code, cue in CUES for text in getattr(cue, field)]


def found(code, name, text):
    return any(c.name == name for c in finder(code).find([fold(text)])[0])


@pytest.mark.parametrize(("code", "name", "text"), cases("yes"))
def test_cue_is_found(code, name, text):
    assert found(code, name, text)


@pytest.mark.parametrize(("code", "name", "text"), cases("no"))
def test_cue_is_not_found(code, name, text):
    assert not found(code, name, text)


@pytest.mark.parametrize(("code", "name", "text"), cases("known_failures"))
@pytest.mark.xfail(strict=True)
def test_known_failure(code, name, text):
    assert not found(code, name, text)


@pytest.mark.parametrize(("code", "cue"), CUES, ids=lambda x: getattr(x, "name", x))
def test_cue_has_a_meaning_and_examples(code, cue):
    assert cue.doc and cue.yes and cue.no
    assert cue.name in ENGLISH.cues, "the vocabulary of cues is the English pack's"


@pytest.mark.parametrize("code", packs.languages())
def test_pack_is_whole(code):
    pack = packs.language(code)
    assert pack.mood["scorer"] in SCORERS
    assert set(pack.cues) == set(ENGLISH.cues)
    assert set(pack.channels) == set(ENGLISH.channels)
    assert set(pack.dates) == set(ENGLISH.dates)
    assert len(pack.dates["weekdays"]) == 7 and len(pack.dates["months"]) == 12
    assert pack.automatic


@pytest.mark.parametrize("code", packs.languages())
def test_language_is_recognised_by_its_own_examples(code):
    texts = [fold(text) for cue in packs.language(code).cues.values() for text in (*cue.yes, *cue.no)]
    assert recognise([" ".join(texts)])[0] == code


@pytest.mark.parametrize("name", packs.channels())
def test_channel_names_known_cleaners(name):
    channel = packs.channel(name)
    assert set(channel.clean) <= set(CLEANERS)
    assert channel.silence > 0 and channel.mature > 0 and channel.patience > 0


def test_detectors_ask_for_cues_that_exist():
    import ast
    import inspect

    for _, detector in DETECTORS.items():
        for node in ast.walk(ast.parse(inspect.getsource(inspect.getmodule(detector.vote)))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "shows":
                for argument in node.args[1:]:
                    if isinstance(argument, ast.Constant):
                        assert argument.value in ENGLISH.cues, f"{detector.label} asks for a cue {argument.value!r} that no pack has"
