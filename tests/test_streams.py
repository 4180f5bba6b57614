"""Archives larger than memory: what goes by way of files comes out as what did not."""

import bz2
import errno
import gc
import gzip
import io
import json
import random
import weakref
from pathlib import Path

import msgspec
import pytest
import zstandard

import textmetrics as tm
from textmetrics import documents, filed, pages, spool
from textmetrics.errors import ReadError
from textmetrics.links import Links
from textmetrics.mapping import GENERIC_FORM
from textmetrics.readers import READERS, discord
from textmetrics.sources import HEAD, Source, blocks, sources
from textmetrics.spool import Merge, Shuffle, Spool
from textmetrics.times import Clock

CORPORA = sorted(p for p in (Path(__file__).parent.parent / "corpora").iterdir() if p.is_dir())
GOLDEN = sorted(p for p in (Path(__file__).parent / "golden" / "readers").iterdir() if p.is_dir())


def narrowed(monkeypatch):
    """Leave room for a few rows in memory and in a file."""
    monkeypatch.setattr(spool, "BUDGET", 2_000)
    monkeypatch.setattr(spool, "LEAF", 1_000)


@pytest.fixture
def narrow(monkeypatch):
    narrowed(monkeypatch)


@pytest.fixture
def written(monkeypatch):
    """How many times a file was written to."""
    seen = []
    path = Spool.path
    monkeypatch.setattr(Spool, "path", lambda self, number: seen.append(number) or path(self, number))
    return seen


def files(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def read(*inputs):
    reading = tm.read(*inputs)
    return list(reading), reading.problems, reading.counts, reading.inputs, reading.cut


@pytest.mark.parametrize("place", [*CORPORA, *GOLDEN], ids=lambda p: p.name)
def test_what_is_read_by_way_of_files_is_the_same(place, monkeypatch, written):
    whole = read(place)
    assert not written
    narrowed(monkeypatch)
    assert read(place) == whole


@pytest.mark.parametrize("size", [1, 100, 5_000])
def test_a_page_read_in_pieces_gives_the_same(monkeypatch, size):
    path, seen = GOLDEN[0].parent / "discord" / "channel.html", []
    whole, cut = read(path), pages.pieces
    monkeypatch.setattr(pages, "blocks", lambda source: blocks(source, size))
    monkeypatch.setattr(discord, "pieces", lambda *given: (seen.append(piece) or piece for piece in cut(*given)))
    assert read(path) == whole
    assert "".join(seen) == path.read_text("utf-8") and len(seen) > 1


def test_what_is_joined_to_messages_lies_in_a_file_when_it_is_much(monkeypatch):
    made, rows, file = [], random.Random(1).sample(range(3_000), 3_000), filed._File
    monkeypatch.setattr(filed, "_File", lambda: made.append(1) or file())
    for budget in (spool.BUDGET, 2_000):
        monkeypatch.setattr(spool, "BUDGET", budget)
        found = filed.Filed()
        for n in [*rows, *rows]:
            found.put(str(n), {"name": f"Ána {n}", "versions": len(found)})
        assert len(found) == 3_000 and "x" not in found and found.get("x") is None
        assert [found[key] for key in found] == [{"name": f"Ána {n}", "versions": 3_000} for n in rows]
    assert made == [1]


@pytest.mark.parametrize("place", ["slack/events.jsonl", "telegram/updates.json", "twitter/direct_v1.json"])
def test_what_only_its_last_form_counts_of_waits_in_files(place, monkeypatch, written):
    monkeypatch.setattr(spool, "BUDGET", 0)
    (source,) = sources([GOLDEN[0].parent / place])
    list(READERS[place.partition("/")[0]].read(source, GENERIC_FORM))
    assert written


EXAMPLES = sorted(p for folder in GOLDEN for p in folder.iterdir() if p.suffix != ".golden")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_document_read_as_a_stream_gives_the_same(path, monkeypatch):
    whole = read(path)
    monkeypatch.setattr(documents, "LARGE", 0)
    assert read(path) == whole


def test_a_run_by_way_of_files_comes_to_the_same_bytes(monkeypatch, written, tmp_path):
    tm.mine(*CORPORA[:2], out=tmp_path / "whole")
    assert not written
    narrowed(monkeypatch)
    tm.mine(*CORPORA[:2], out=tmp_path / "out")
    assert len(set(written)) > spool.FAN and files(tmp_path / "out") == files(tmp_path / "whole")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "whole"], "nothing is left beside it"


def test_a_shuffle_keeps_keys_together_and_rows_in_order(narrow, tmp_path):
    store = Spool(tmp_path / "spool")
    rows: Shuffle[tuple[int, str]] = Shuffle(store, tuple[int, str], lambda row: row[1], lambda row: 100)
    given = [(n, f"key {random.Random(n).randrange(40)}") for n in range(3_000)]
    for row in given:
        rows.add(row)
    leaves = list(rows.leaves())
    assert len(leaves) > 16 and sorted(r for leaf in leaves for r in leaf) == given
    assert all(leaf == sorted(leaf) for leaf in leaves)
    assert sum(len({key for _, key in leaf}) for leaf in leaves) == 40
    store.close()
    assert not (tmp_path / "spool").exists()


def test_one_key_of_any_size_stays_together(narrow):
    rows: Shuffle[tuple[int, str]] = Shuffle(Spool(), tuple[int, str], lambda row: row[1], lambda row: 100)
    for n in range(500):
        rows.add((n, "the same"))
    assert list(rows.leaves()) == [[(n, "the same") for n in range(500)]]


def test_runs_are_merged_in_order(narrow):
    merge: Merge[tuple[int, str]] = Merge(Spool(), tuple[int, str], lambda row: 100)
    numbers = random.Random(1).sample(range(1_000), 1_000)
    for at in range(0, 1_000, 100):
        merge.add((n, "x") for n in sorted(numbers[at : at + 100]))
    assert [n for n, _ in merge] == list(range(1_000))


@pytest.mark.parametrize(
    ("answers", "roots"),
    [
        ({"a": None, "b": "a", "c": "b", "d": None}, [0, 0, 0, 3]),
        ({"c": "b", "b": "a", "a": None}, [2, 2, 2]),
        ({"a": "gone", "b": "a"}, [0, 0]),
        ({"a": "a", "b": "a"}, [0, 0]),
        ({"s": "a", "b": "c", "a": "b", "c": "a", "t": "c"}, [1, 1, 1, 1, 1]),
        ({str(n): str(n - 1) for n in range(1_000)}, [0] * 1_000),
    ],
    ids=["chain", "backwards", "to what is not here", "to itself", "a ring", "long"],
)
def test_links_lead_to_the_first_of_an_exchange(answers, roots):
    links = Links()
    for place, (name, answered) in enumerate(answers.items()):
        links.add(place, name, answered)
    assert links.roots().tolist() == roots


MESSAGE = '{{"conversation_id": "{0}", "message_id": "{0}{1}", "author": "ana", "role": "customer", "sent_at": "2026-03-0{1}T10:00:00Z", "text": "Is it {1}?"}}\n'


@pytest.fixture
def opened(monkeypatch):
    """The names of the files that the reader of JSON Lines was given."""
    seen = []
    plain = READERS["jsonl"]
    monkeypatch.setitem(READERS._items, "jsonl", msgspec.structs.replace(plain, read=_watched(plain.read, seen)))
    return seen


def _watched(read, seen):
    def watched(source, mapping):
        seen.append(Path(source.name).name)
        return read(source, mapping)

    return watched


def test_of_an_archive_that_grew_only_what_is_new_is_read(tmp_path, opened):
    archive = tmp_path / "archive"
    archive.mkdir()
    (archive / "1.jsonl").write_text(MESSAGE.format("a", 1) + "broken\n")
    (archive / "2.jsonl").write_text(MESSAGE.format("b", 2))
    assert tm.mine(archive, out=tmp_path / "out", keep=tmp_path / "kept").run["known"] == 0
    assert opened == ["1.jsonl", "2.jsonl"]
    (archive / "2.jsonl").write_text(MESSAGE.format("b", 2) + MESSAGE.format("b", 3))
    (archive / "3.jsonl").write_text(MESSAGE.format("a", 4))
    opened.clear()
    assert tm.mine(archive, out=tmp_path / "out", keep=tmp_path / "kept").run["known"] == 1
    assert opened == ["2.jsonl", "3.jsonl"] and len(list((tmp_path / "kept").iterdir())) == 3, "what is of no use any more is gone"
    tm.mine(archive, out=tmp_path / "fresh")
    assert files(tmp_path / "out") == files(tmp_path / "fresh")


def test_what_the_disk_lost_of_it_is_read_again(tmp_path, opened):
    (tmp_path / "1.jsonl").write_text(MESSAGE.format("a", 1))
    for spoilt in (b"", b"\x00\x00\x00\x09nonsense", None):
        tm.mine(tmp_path / "1.jsonl", out=tmp_path / "out", keep=tmp_path / "kept")
        (path,) = (tmp_path / "kept").iterdir()
        path.write_bytes(path.read_bytes()[:-1] if spoilt is None else spoilt)
    assert tm.mine(tmp_path / "1.jsonl", out=tmp_path / "out", keep=tmp_path / "kept").run["known"] == 0 and len(opened) == 4


@pytest.mark.parametrize(("ending", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("zst", zstandard.compress)])
def test_a_disk_that_fails_once_is_no_damage_and_nothing_of_it_is_kept(tmp_path, monkeypatch, ending, pack):
    """What was read until then must not come back, under the checksum of the whole, when the disk is sound again."""
    archive = tmp_path / "archive"
    archive.mkdir()
    (archive / "good.jsonl").write_text(MESSAGE.format("good", 1))
    (archive / f"x.jsonl.{ending}").write_bytes(pack("".join(MESSAGE.format(random.Random(n).random(), 1) for n in range(9_000)).encode()))
    some, calls = Source.some, []

    def failing(self, stream, size):
        if self.packing and size > HEAD and len(calls) == 2:
            raise OSError(errno.EIO, "Input/output error")
        return some(self, stream, size if not self.packing or size <= HEAD else calls.append(size) or 100_000)

    monkeypatch.setattr(Source, "some", failing)
    first = tm.mine(archive, out=tmp_path / "out", keep=tmp_path / "kept")
    counts, (problem,) = first.run["counts"], first.arrow("problems").to_pylist()
    assert problem["reason"] == "cannot be read: Input/output error"
    assert 2 < counts["kept"] == counts["messages"] == sum(i["kept"] for i in first.run["inputs"]) < 9_001, "what came before it is counted"
    monkeypatch.undo()
    assert tm.mine(archive, out=tmp_path / "out", keep=tmp_path / "kept").run["counts"]["messages"] == 9_001


@pytest.mark.parametrize(("reader", "text"), [("stackexchange", '<posts><row Id="1" PostTypeId="1" Body="Hi"/>'), ("freshdesk", "<helpdesk-tickets><helpdesk-ticket><id>1</id></helpdesk-ticket>")])
def test_a_disk_that_fails_is_no_damage_of_a_document_either(reader, text):
    class Failing(io.BytesIO):
        def read(self, size=-1):
            if self.tell() == len(text):
                raise OSError(errno.EIO, "Input/output error")
            return super().read(size)

    with pytest.raises(ReadError, match="cannot be read: Input/output error"):
        list(READERS[reader].read(Source("x.xml", lambda: Failing(text.encode())), GENERIC_FORM))


def test_only_what_was_kept_is_thrown_away(tmp_path):
    (tmp_path / "1.jsonl").write_text(MESSAGE.format("a", 1))
    foreign = {"notes.new", "mails.read", "0123456789abcdef.read", f"{'a' * 32}.read.txt"}
    for name in (*foreign, f"{'a' * 32}.read", f"{'b' * 32}.new"):
        (tmp_path / name).write_text("")
    tm.mine(tmp_path / "1.jsonl", out=tmp_path / "out", keep=tmp_path)
    left = {p.name for p in tmp_path.iterdir()} - {"1.jsonl", "out"}
    assert foreign < left and len(left - foreign) == 1, "what was kept now stays, of files that are gone nothing does"


def test_what_changes_while_it_is_read_is_not_kept(tmp_path, monkeypatch):
    path = tmp_path / "1.jsonl"
    path.write_text(MESSAGE.format("a", 1))
    summed = Source.sha256

    def grown(self):
        sum_ = summed(self)
        path.write_text(MESSAGE.format("a", 1) + MESSAGE.format("a", 2))
        return sum_

    monkeypatch.setattr(Source, "sha256", grown)
    assert tm.mine(path, out=tmp_path / "out", keep=tmp_path / "kept").run["counts"]["messages"] == 2
    monkeypatch.undo()
    path.write_text(MESSAGE.format("a", 1))
    assert tm.mine(path, out=tmp_path / "out", keep=tmp_path / "kept").run["counts"]["messages"] == 1


def test_what_is_read_together_with_files_beside_it_is_read_every_time(tmp_path):
    archive = tmp_path / "archive"
    archive.mkdir()
    (archive / "ticket_comment.csv").write_text("id,body,created,public,ticket_id,user_id\n5,Hi,2026-01-01 10:00:00,TRUE,7,1\n")
    for name in ("Ana", "Bea"):
        (archive / "user.csv").write_text(f"id,email,name,role\n1,x@example.com,{name},end-user\n")
        report = tm.mine(archive, out=tmp_path / "out", keep=tmp_path / "kept")
        assert set(report.messages["participant_id"]) == {name}


@pytest.mark.parametrize("order", ["AB", "BA", "ABA"])
def test_overlapping_exports_are_merged_whatever_their_order(tmp_path, order):
    (tmp_path / "A").write_text("".join(MESSAGE.format("a", n) for n in (1, 2, 3)))
    (tmp_path / "B").write_text("".join(MESSAGE.format("a", n) for n in (2, 3, 4)))
    tm.mine(*(tmp_path / name for name in order), out=tmp_path / "out")
    tm.mine(tmp_path / "A", tmp_path / "B", out=tmp_path / "expected")
    assert files(tmp_path / "out") == files(tmp_path / "expected")


MAP = 'order = "time"\nthreads = "{}"\n[columns]\nmessage_id = "message_id"\nconversation_id = "room"\nreply_to = "reply_to"\nsent_at = "sent_at"\nauthor = "author"\ntext = "text"\n'


@pytest.mark.parametrize("room", [0, spool.LEAF])
@pytest.mark.parametrize("threads", ["id", "reply", "silence", "rooms"])
def test_what_is_of_one_second_comes_as_its_file_has_it_newest_first_or_last(tmp_path, monkeypatch, threads, room):
    monkeypatch.setattr(spool, "LEAF", room)
    monkeypatch.setattr(spool, "BUDGET", room)
    said = [{"message_id": str(n), "room": "a", "author": "ana", "sent_at": f"2026-03-02T10:00:0{n // 2}Z", "text": str(n), **({"reply_to": "0"} if n else {})} for n in range(8)]
    (tmp_path / "map.toml").write_text(MAP.format(threads))
    for n, rows in enumerate((said[4::-1], said[5:])):  # the first file has its newest first
        (tmp_path / f"{n}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert [[m.id for m in c.messages] for c in tm.read(tmp_path)] == [list("01234567")]


FULLER = {"author": "tom", "role": "agent", "sent_at": "2026-03-02T10:00:00+01:00", "reply_to": "q", "edited": True, "attachments": ["box.png"], "reactions": {"likes": 2}, "language": "en"}
POORER = {
    "nothing": {},
    "a time without its zone": {"sent_at": "2026-03-02T10:00:00"},
    "a time that is none": {"sent_at": "some day"},
    "a role that is less sure": {"role": "other", "role_confidence": 0.8},
}


@pytest.mark.parametrize("order", ["AB", "BA", "ABA"])
@pytest.mark.parametrize("poorer", POORER)
def test_what_only_one_export_says_of_a_message_holds(tmp_path, poorer, order):
    for name, more in zip("AB", (POORER[poorer], FULLER), strict=True):
        (tmp_path / name).write_text(json.dumps({"conversation_id": "c", "message_id": "m", "text": "Restart it", **more}) + "\n")
    (c,) = tm.read(*(tmp_path / name for name in order))
    (m,), (person,) = c.messages, c.participants
    assert (person.id, person.role, person.confidence, c.language) == ("tom", "agent", 1.0, "en")
    assert (m.sent_at.isoformat(), m.raw_time, m.zone_known) == ("2026-03-02T09:00:00+00:00", FULLER["sent_at"], True)
    assert (m.reply_to, m.edited, m.attachments, m.reactions) == ("q", True, ("box.png",), {"likes": 2.0})


@pytest.mark.parametrize("names", [("1.jsonl", "2.jsonl"), ("2.jsonl", "1.jsonl")])
def test_what_comes_first_by_name_changes_no_conversation(tmp_path, names):
    for name, days in zip(names, ((1, 2, 3), (2, 3, 4)), strict=True):
        others = [MESSAGE.format(f"other {n} {name} ", day) for n in range(9) for day in days]  # most of the archive goes forward
        (tmp_path / name).write_text("".join([*(MESSAGE.format("a", n) for n in days), *others]))
    (c,) = (c for c in tm.read(tmp_path) if c.id == "a")
    assert [m.id for m in c.messages] == ["a1", "a2", "a3", "a4"] and not c.skewed


@pytest.mark.parametrize(("name", "head", "row"), [("x.jsonl", "", '{"a": "ana", "b": "LONG"}\n'), ("x.csv", "a,b\n", "ana,LONG\n")])
def test_a_disk_that_fails_costs_nothing_of_what_was_read_before(monkeypatch, tmp_path, name, head, row):
    (tmp_path / name).write_text(head + row.replace("LONG", "<p>No sound" + " at all" * 200) * 1_500)
    (tmp_path / "good.txt").write_text("09:00 ana: No sound?\n")
    some = Source.some

    def failing(self, stream, size):
        if size > 65_536 and stream.tell() > 0:
            raise OSError(errno.EIO, "Input/output error")
        return some(self, stream, size)

    monkeypatch.setattr(Source, "some", failing)
    kept = []
    for html in ("false", "true"):
        (tmp_path / "map.toml").write_text(f'html = {html}\nfiles = ["{name}"]\n[columns]\nauthor = "a"\ntext = "b"\n')
        reading = tm.read(tmp_path)
        kept.append(sum(len(c.messages) for c in reading))
        assert any("cannot be read" in p.reason for p in reading.problems)
    assert kept[0] == kept[1] > 500


def test_nothing_of_a_source_is_kept_when_it_is_read(tmp_path, monkeypatch):
    """A run does not look for cycles: what is remembered of times and roles must go with its source."""
    (tmp_path / "x.jsonl").write_text('{"text": "Hi", "role": "agent", "sent_at": "01/07/2026 09:30"}\n{"text": "Hm", "sent_at": "13/07/2026 09:30"}\n')
    kept = []
    begin = Clock.__init__
    monkeypatch.setattr(Clock, "__init__", lambda self, *args, **options: kept.append(weakref.ref(self)) or begin(self, *args, **options))
    gc.collect()
    gc.disable()
    try:
        list(tm.read(tmp_path / "x.jsonl"))
        assert kept and not any(clock() for clock in kept)
    finally:
        gc.enable()


def test_a_ticket_without_any_field_costs_only_itself(tmp_path):
    sound = "<helpdesk-ticket><id>1</id><description>No sound</description><requester-id>5</requester-id></helpdesk-ticket>"
    (tmp_path / "tickets.xml").write_text(f"<helpdesk-tickets><helpdesk-ticket/>{sound}</helpdesk-tickets>")
    reading = tm.read(tmp_path / "tickets.xml", format="freshdesk")
    assert [m.text for c in reading for m in c.messages] == ["No sound"]
    assert [(p.record, p.reason) for p in reading.problems] == [(1, "a ticket without any field")]
