"""JSON exports in every form they come in, whole and cut."""

import pytest

from textmetrics import documents
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
    assert documents.salvage(whole.encode()) == ({"a": [1]}, 8)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("text", ['{"id": "señor"}\n{"id": "b"}\n', '[{"id": "señor"},\n{"id": "b"}]'])
def test_every_encoding_gives_the_same_objects(tmp_path, encoding, text):
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


@pytest.mark.parametrize(("data", "ids"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_byte_does_not_turn_the_rest_into_another_encoding(tmp_path, data, ids):
    (path := tmp_path / "export.json").write_bytes(data)
    seen = list(documents.objects(next(iter(sources([path])))))
    assert [i.value["id"] for i in seen if isinstance(i, Item)] == ids
    assert any(isinstance(i, Problem) for i in seen)
