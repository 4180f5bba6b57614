"""Channels longer than memory: what is cut by way of files is what is cut in memory."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import textmetrics as tm
from textmetrics import rooms, spool
from textmetrics.spool import Sort, Spool

FORMATS = ("irc", "discord", "slack", "telegram", "whatsapp", "signal", "teams", "zulip", "mattermost", "gitter", "rocketchat", "meta", "telegram_pages")
GOLDEN = [p for name in FORMATS if (p := Path(__file__).parent / "golden" / "readers" / name).is_dir()]
SAID = ("ok", "is it on?", "how do I mount a usb stick on this box?", "thanks", "why", "@{0} no", "{0}: yes, do", "{0}, what?", "{0}  try it", "it works")

COLUMNS = ("message_id", "conversation_id", "author", "text", "sent_at", "reply_to", "role", "queue", "position")


@pytest.fixture
def long(monkeypatch):
    """No channel is short enough to be held; the channels that went by way of files."""
    seen = []
    channels = rooms.Long.channels
    monkeypatch.setattr(rooms.Long, "channels", lambda self, rows: seen.append(rows) or channels(self, rows))

    def begin(budget=0, leaf=0):
        for name, size in (("BUDGET", budget), ("LEAF", leaf), ("WAYS", 3)):
            monkeypatch.setattr(spool, name, size)
        return seen

    return begin


def read(*inputs, **options):
    reading = tm.read(*inputs, **options)
    return list(reading), reading.problems, reading.counts, reading.cut


def invented(rng, count, *, times, replies, lines, ids, places):
    """A channel in which exchanges run into each other, with messages that are there twice, replies to what is gone, lines of the system."""
    people = ["Ana", "bo", "cy", "di", "ana", "Eve"][: rng.choice([1, 2, 6])]
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for n in range(count):
        at += timedelta(seconds=rng.choice([1, 20, 50, 200, 500, 4_000, 9_000, -90]))
        row = {"message_id": rng.choice([f"m{n}", f"m{n}", f"m{rng.randrange(count)}", None]) if ids else None, "author": rng.choice(people)}
        row |= {"text": rng.choice(SAID).format(rng.choice(people)), "conversation_id": rng.choice([None, "a", "b"]), "sent_at": at.isoformat() if rng.random() < times else None}
        row |= {"position": rng.randrange(count) if rng.random() < places else None}
        row |= {"reply_to": f"m{rng.randrange(count + 5)}" if rng.random() < replies else None, "role": "system" if rng.random() < lines else None, "queue": rng.choice([None, "x", "y"])}
        yield json.dumps({name: value for name, value in row.items() if value is not None}) + "\n"


@pytest.mark.parametrize("place", GOLDEN, ids=lambda p: p.name)
def test_channels_of_every_format_are_cut_alike(place, long):
    whole, seen = read(place), long()
    assert read(place) == whole and seen


@pytest.mark.parametrize("order", ["time", "file"])
@pytest.mark.parametrize("how", ["silence", "rooms"])
@pytest.mark.parametrize("seed", range(6))
def test_invented_channels_are_cut_alike(tmp_path, long, how, order, seed):
    rng = random.Random(f"{how} {order} {seed}")
    given = list(invented(rng, 300, times=rng.choice([1, 1, 0.9]), replies=rng.choice([0, 0.1, 0.5]), lines=rng.choice([0, 0.2, 0.95]), ids=seed != 5, places=rng.choice([0, 0, 0.9, 1])))
    (tmp_path / "a.jsonl").write_text("".join(given[:200]))
    (tmp_path / "b.jsonl").write_text("".join(given[150:]))
    (tmp_path / "map.toml").write_text(f'threads = "{how}"\norder = "{order}"\n[columns]\n' + "".join(f'{name} = "{name}"\n' for name in COLUMNS))
    whole, seen = read(tmp_path / "a.jsonl", tmp_path / "b.jsonl", map=tmp_path / "map.toml"), long(20_000, 3_000)
    assert read(tmp_path / "a.jsonl", tmp_path / "b.jsonl", map=tmp_path / "map.toml") == whole and seen
    assert len(whole[0]) > 3 and (whole[2].merged > 20 or seed == 5)


def test_a_channel_whose_messages_all_have_one_id_is_not_held_whole(tmp_path, long, monkeypatch):
    row = {"message_id": "0", "conversation_id": "a", "author": "Ana"}
    given = [json.dumps(row | {"text": f"is it on {n}?", "sent_at": f"2026-01-0{1 + n // 60}T10:{n % 60:02}:00Z"}) + "\n" for n in range(300)]
    (tmp_path / "a.jsonl").write_text("".join([*given, given[0]]))
    (tmp_path / "map.toml").write_text('threads = "silence"\norder = "time"\n[columns]\n' + "".join(f'{name} = "{name}"\n' for name in COLUMNS))
    whole, seen, lists = read(tmp_path / "a.jsonl", map=tmp_path / "map.toml"), long(20_000, 3_000), []
    leaves = spool.Shuffle.leaves
    monkeypatch.setattr(spool.Shuffle, "leaves", lambda self: (lists.append(len(leaf)) or leaf for leaf in leaves(self)))
    assert read(tmp_path / "a.jsonl", map=tmp_path / "map.toml") == whole and seen
    assert whole[2].merged == 1 and max(lists) == 60 == max(len(c.messages) for c in whole[0])


def test_rows_are_sorted_however_many_runs_it_takes(long):
    long(20_000)
    store, numbers = Spool(), random.Random(1).sample(range(5_000), 5_000)
    rows: Sort[tuple[int, str]] = Sort(store, tuple[int, str], lambda row: 100)
    for n in numbers:
        rows.add((n, "x"))
    assert [n for n, _ in rows] == list(range(5_000)) == [n for n, _ in rows], "as often as need be"
    store.close()


ASKED = [
    (f"2026-03-0{day}T10:0{at}:00Z", who, text)
    for day, customer in enumerate(("ana", "bea", "cy"), start=1)
    for at, who, text in ((0, customer, "My box has no sound since the update, how is it mended?"), (1, "tom", f"{customer}: Restart it"))
]


@pytest.mark.parametrize(
    ("before", "said", "people"),
    [
        (3, [("tom", "ana: It is mended now"), ("ana", "tom: Thanks")], [("tom", "agent", 0.7), ("ana", "customer", 0.7)]),
        (3, [("tom", "It is mended now")], [("tom", "agent", 0.7)]),
        (3, [("tom", "Does anybody have sound?"), ("ana", "tom: Yes")], [("tom", "customer", 0.9), ("ana", "agent", 0.8)]),
        (3, [("dan", "There is no sound"), ("tom", "dan: Restart it")], [("dan", "customer", 0.9), ("tom", "agent", 0.8)]),
        (2, [("tom", "It is mended now")], [("tom", "customer", 0.6)]),
    ],
    ids=["a follow-up", "one that nobody answers", "a question of their own", "somebody else begins", "too little is known"],
)
def test_who_mostly_answers_in_a_channel_is_no_customer_where_a_cut_piece_begins_with_them(tmp_path, before, said, people):
    rows = ASKED[: 2 * before] + [(f"2026-03-09T10:0{n}:00Z", who, text) for n, (who, text) in enumerate(said)]
    (tmp_path / "map.toml").write_text('threads = "silence"\n[columns]\nsent_at = "sent_at"\nauthor = "author"\ntext = "text"\n')
    (tmp_path / "channel.jsonl").write_text("".join(json.dumps(dict(zip(("sent_at", "author", "text"), row, strict=True))) + "\n" for row in rows))
    *_, last = tm.read(tmp_path)
    assert [(p.id, p.role, p.confidence) for p in last.participants] == people
