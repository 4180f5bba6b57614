"""JSON exports in every form they come in, whole and cut."""

import gzip
import json
import tracemalloc

import pytest

from textmetrics import documents, streamed, syntax
from textmetrics import sources as opened
from textmetrics.documents import Item
from textmetrics.sources import sources
from textmetrics.types import Problem

FORMS = {
    "a line each": '{"id": 1}\n{"id": 2}\n',
    "a line each, the last one without an end": '{"id": 1}\n{"id": 2}',
    "a list": '[{"id": 1}, {"id": 2}]',
    "a list in an envelope": '{"count": 2, "tickets": [{"id": 1}, {"id": 2}]}',
    "a list far within": '{"data": {"items": [{"id": 1},\n {"id": 2}]}}',
    "with a byte order mark": '\ufeff[{"id": 1}, {"id": 2}]',
}


def read(folder, text, *paths):
    (folder / "export.json").write_text(text, encoding="utf-8")
    return list(documents.objects(next(iter(sources([folder / "export.json"]))), *paths))


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_every_form_gives_the_same_objects(tmp_path, text):
    assert [i.value["id"] for i in read(tmp_path, text, "tickets", "data.items")] == [1, 2]


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_a_large_file_is_streamed_to_the_same_objects(tmp_path, text, monkeypatch):
    monkeypatch.setattr(documents, "LARGE", 0)
    assert [i.value["id"] for i in read(tmp_path, text, "tickets", "data.items")] == [1, 2]


@pytest.mark.parametrize("cut", range(30, 59))
def test_a_cut_document_keeps_its_head_and_says_so(tmp_path, cut):
    whole = '{"tickets": [{"id": 1, "t": "a, b"}, {"id": 2, "t": "]"}]}'
    seen = read(tmp_path, whole[:cut], "tickets")
    ids = [i.value["id"] for i in seen if isinstance(i, Item) and "id" in i.value]
    assert ids == [1, 2][: len(ids)]
    if cut >= len(whole):
        assert ids == [1, 2] and not any(isinstance(i, Problem) for i in seen)
    else:
        assert any(isinstance(i, Problem) and i.byte is not None for i in seen)


def test_deep_nesting_is_refused_not_followed(tmp_path):
    seen = read(tmp_path, '{"tickets": ' + "[" * 100_000)
    assert all(isinstance(i, Problem) for i in seen)


@pytest.mark.parametrize(("line", "good"), [('{"id": 1}\nnonsense\n{"id": 3}\n', [1, 3]), ('{"id": 1}\n[2]\n{"id": 3}\n', [1, 3])])
def test_a_bad_line_is_told_by_its_number_and_the_next_one_goes_on(tmp_path, line, good):
    seen = read(tmp_path, line)
    assert [i.value["id"] for i in seen if isinstance(i, Item)] == good
    assert [i.line for i in seen if isinstance(i, Problem)] == [2]


def test_pages_written_one_below_the_other_give_all_their_objects(tmp_path):
    assert [i.value["id"] for i in read(tmp_path, '{"tickets": [{"id": 1}, {"id": 2}]}\n{"tickets": [{"id": 3}]}\n', "tickets")] == [1, 2, 3]


def test_a_first_line_longer_than_the_head_does_not_hide_the_others(tmp_path):
    first = '{"id": 1, "comments": ["' + "a" * 100_000 + '"]}'
    assert [i.value["id"] for i in read(tmp_path, f'{first}\n{{"id": 2}}\n')] == [1, 2]


def test_comments_of_printed_examples_are_no_loss(tmp_path):
    (path := tmp_path / "export.json").write_text('{"id": 1, // the id\n "url": "https://x"}')
    seen = list(documents.objects(next(iter(sources([path])))))
    assert [i.value for i in seen if isinstance(i, Item)] == [{"id": 1, "url": "https://x"}]


def test_a_cut_in_the_midst_of_quotes_takes_linear_time():
    whole = '{"a": [1, "' + '\\"' * 200_000  # quadratic, this takes minutes
    assert syntax.salvage(whole.encode()) == ({"a": [1]}, 8)


@pytest.mark.parametrize("large", [documents.LARGE, 0])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("text", ['{"id": "señor"}\n{"id": "b"}\n', '[{"id": "señor"},\n{"id": "b"}]'])
def test_every_encoding_gives_the_same_objects(tmp_path, encoding, text, large, monkeypatch):
    monkeypatch.setattr(documents, "LARGE", large)
    (path := tmp_path / "export.json").write_bytes(text.encode(encoding))
    (source,) = sources([path])
    assert documents.head_value(source.head()) is not None
    seen = list(documents.objects(source))
    assert [i.value["id"] for i in seen if isinstance(i, Item)] == ["señor", "b"]
    assert any(isinstance(i, Problem) for i in seen) == (encoding == "cp1252"), "what is no UTF-8 is said to be so"


DAMAGED = {
    "cut within a character": ('[{"id": "ñ"}, {"id": "señor"}]'.encode()[:25], ["ñ"]),
    "one byte that is none": ('[{"id": "señor ñandú"}, {"id": "'.encode() + b"\xff" + b'"}]', ["señor ñandú", "\ufffd"]),
}


@pytest.mark.parametrize("large", [documents.LARGE, 0])
@pytest.mark.parametrize(("data", "ids"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_byte_does_not_turn_the_rest_into_another_encoding(tmp_path, data, ids, large, monkeypatch):
    monkeypatch.setattr(documents, "LARGE", large)
    (path := tmp_path / "export.json").write_bytes(data)
    seen = list(documents.objects(next(iter(sources([path])))))
    assert [i.value["id"] for i in seen if isinstance(i, Item)] == ids
    assert any(isinstance(i, Problem) for i in seen)


CHATS = {"about": "x", "chats": {"list": [{"id": 1, "m": [{"n": 1}, {"n": 2}], "name": "a"}, {"M": [], "id": 2}, {"id": 3, "m": [{"n": 3}]}]}, "count": 3}


@pytest.fixture
def streams(tmp_path, monkeypatch):
    """A document that is read as a stream of small pieces."""
    monkeypatch.setattr(documents, "LARGE", 0)
    monkeypatch.setattr(streamed, "blocks", lambda source: opened.blocks(source, 20))

    def given(text, *paths):
        (tmp_path / "export.json").write_text(text, encoding="utf-8")
        return documents.document(next(iter(sources([tmp_path / "export.json"]))), *paths)

    return given


def numbers(chats, order):
    return [[m["n"] for m in documents.each(chats[i], "m")] for i in order]


def test_lists_are_walked_in_any_order_and_what_stands_beside_them_is_known_before(streams):
    whole, problems = streams(json.dumps(CHATS, indent=1), "chats.list.*.m")
    chats = whole["chats"]["list"]
    assert (whole["about"], whole["count"], [c["id"] for c in chats], chats[0]["name"], problems) == ("x", 3, [1, 2, 3], "a", [])
    assert [len(documents.each(c, "m")) for c in chats] == [2, 0, 1] and not any(isinstance(documents.get(c, "m"), list) for c in chats)
    assert numbers(chats, [0, 1, 2]) == numbers(chats, [2, 1, 0])[::-1] == [[1, 2], [], [3]]
    pairs = [(a["n"], b["n"]) for a in documents.each(chats[0], "m") for b in documents.each(chats[2], "m")]
    assert pairs == [(1, 3), (2, 3)], "walks within walks do not lose their place"


def test_of_lists_under_one_name_the_last_counts(streams):
    text = '{"m": [{"n": 1}], "m": [{"n": 2}, {"n": 3}]}'
    assert numbers([streams(text, "m")[0]], [0]) == [[2, 3]] == numbers([json.loads(text)], [0])


@pytest.mark.parametrize("cut", range(1, len(json.dumps(CHATS))))
def test_a_cut_stream_keeps_what_a_cut_document_keeps(streams, tmp_path, monkeypatch, cut):
    def held(value):
        return {k: held(v) for k, v in value.items()} if isinstance(value, dict) else [held(v) for v in value] if isinstance(value, list | streamed.Elements) else value

    text = json.dumps(CHATS)[:cut]
    value, problems = streams(text, "chats.list.*.m")
    assert (held(value), problems) == documents.document(next(iter(sources([tmp_path / "export.json"]))))


@pytest.mark.parametrize("broken", ['{"n": 3, "t": tru}', '{"n": 3 "t": 1}', '{"n": 3, "t": NaN}', '{"n": 3, "t": 1e999}'])
@pytest.mark.parametrize("large", [documents.LARGE, 0])
def test_what_stands_before_a_damage_in_the_midst_is_kept(tmp_path, monkeypatch, broken, large):
    monkeypatch.setattr(documents, "LARGE", large)
    seen = read(tmp_path, '{"m": [{"n": 1}, {"n": 2}, ' + broken + ', {"n": 4}]}', "m")
    assert [i.value["n"] for i in seen if isinstance(i, Item)][:2] == [1, 2] and sum(isinstance(i, Problem) for i in seen) == 1


@pytest.mark.parametrize("large", [documents.LARGE, 0])
def test_half_a_character_costs_no_more_than_itself(tmp_path, monkeypatch, large):
    monkeypatch.setattr(documents, "LARGE", large)
    assert [i.value["t"] for i in read(tmp_path, '[{"t": "ok \\ud83d"}, {"t": "\\ud83d\\ude00"}]')] == ["ok ?", "\U0001f600"]


@pytest.mark.parametrize("large", [False, True])
def test_of_what_is_packed_the_unpacked_size_counts(tmp_path, monkeypatch, large):
    monkeypatch.setattr(documents, "LARGE", 10_000)
    (path := tmp_path / "export.json.gz").write_bytes(gzip.compress(b'{"m": [' + b'"a", ' * (2_000 * large) + b'"a"]}'))
    value, _ = documents.document(next(iter(sources([path]))), "m")
    assert isinstance(value["m"], streamed.Elements) == large and len(value["m"]) == 2_000 * large + 1


def test_memory_does_not_grow_with_the_document(tmp_path):
    element = json.dumps({"n": 1, "t": "where is my order? " * 2_000})
    (path := tmp_path / "export.json").write_text('{"m": [' + ", ".join([element] * 800) + '], "after": 1}')
    (source,) = sources([path])
    tracemalloc.start()
    try:
        whole, _ = documents.document(source, "m")
        assert path.stat().st_size > 30e6 and whole["after"] == 1 and sum(m["n"] for m in documents.each(whole, "m")) == 800
        assert tracemalloc.get_traced_memory()[1] < 10e6
    finally:
        tracemalloc.stop()
