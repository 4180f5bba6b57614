"""The labelled conversations that models are trained and measured on.

    gold        SHARED/gold/train and dev: conversations with their labels (`gold(part)`)
    labels      models/labels/*.jsonl: labels of further conversations of SHARED/data, by id (`labelled()`); the texts stay where they are
    written     models/written: conversations written for this project with their labels, and the archives in corpora/ (`written()`)

SHARED is ``../shared`` beside the checkout, or ``$TEXTMETRICS_SHARED``. Sources that may not be trained on are marked so (``trainable``).
"""

from __future__ import annotations

import gzip
import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from textmetrics import pipeline, sources  # noqa: E402
from textmetrics.cleaning import plain  # noqa: E402
from textmetrics.evaluation import CODES  # noqa: E402
from textmetrics.mapping import GENERIC_FORM  # noqa: E402
from textmetrics.readers import READERS  # noqa: E402
from textmetrics.types import Conversation, Message, Participant, Record  # noqa: E402

SHARED = Path(os.environ.get("TEXTMETRICS_SHARED", HERE.parent.parent / "shared"))
MEASURED_ONLY = ("airlines", "twcs")  # CC BY-NC-SA: thresholds and rules may be tuned on them, weights may not be learned from them
KINDS = {"sumo": "forum", "forum": "forum", "community_forum": "written", "firefox": "forum", "irc": "irc", "stripe": "stripe", "oem": "oem", "ibm": "ibm", "airlines": "social", "twcs": "social"}
SEARCHED = ("rephrase_pairs_read", "single_messages")


@dataclass
class Labelled:
    """A conversation with what careful readers found in it, messages by position. ``only``: the labels judged, ``judged`` the messages, where not all were."""

    conversation: Conversation
    set: str
    labels: list[set[str]]
    moods: list[float | None]
    resolution: str | None
    request_type: str | None
    only: set[str] | None = None
    details: list[dict[str, str]] = field(default_factory=list)
    judged: list[bool] | None = None

    @property
    def searched(self) -> bool:
        """Whether it was searched out for what it seemed to hold: good to learn from, no fair sample to measure or calibrate on."""
        return self.set in SEARCHED

    @property
    def kind(self) -> str:
        """The source it comes from: what differs between kinds differs between products and people. Both forums of one maker are one."""
        name = self.set
        if self.searched:
            name = "stripe" if "stripe" in self.conversation.id else "irc" if "irc/" in self.conversation.id else "forum"
        return next((v for k, v in KINDS.items() if name.startswith(k)), "written")

    @property
    def trainable(self) -> bool:
        """Whether weights may be learned from it."""
        return not self.set.startswith(MEASURED_ONLY)


def gold(part: str) -> Iterator[Labelled]:
    """The labelled sets of SHARED/gold/PART."""
    for path in sorted((SHARED / "gold" / part).glob("*.messages.jsonl")):
        yield from _pair(path, path.name.removesuffix(".messages.jsonl"))


def written() -> Iterator[Labelled]:
    """Conversations written for this project."""
    for path in sorted((HERE / "written").glob("*.messages.jsonl")):
        yield from _pair(path, f"written_{path.name.removesuffix('.messages.jsonl')}")
    for folder in sorted((HERE.parent / "corpora").iterdir()):
        if (folder / "labels.jsonl").is_file():
            yield from archive(folder)


def archive(folder: Path) -> Iterator[Labelled]:
    """One archive of corpora/, read as users read it."""
    found = {c.id: c for c in pipeline.read(folder)}
    for row in _rows(folder / "labels.jsonl"):
        yield _labelled(found[row["conversation_id"]], folder.name, row)


def _pair(path: Path, name: str) -> Iterator[Labelled]:
    found = {c.id: c for c in pipeline.read(path, format="jsonl")}
    for row in _rows(path.with_name(path.name.replace(".messages.", ".labels."))):
        yield _labelled(found[row["conversation_id"]], name, row)


def _labelled(c: Conversation, name: str, row: dict[str, Any]) -> Labelled:
    return Labelled(
        conversation=c,
        set=name,
        labels=[{CODES[x] for x in row["labels"].get(m.id, ())} for m in c.messages],
        moods=[row.get("mood", {}).get(m.id) for m in c.messages],
        resolution=row.get("resolution"),
        request_type=row.get("request_type"),
        only={CODES[x] for x in row["only"]} if "only" in row else None,
        details=[row.get("details", {}).get(m.id, {}) for m in c.messages],
        judged=[m.id in row["judged"] for m in c.messages] if "judged" in row else None,
    )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def labelled(*, second: bool = False) -> Iterator[Labelled]:
    """Conversations of SHARED/data that were labelled by reading, their texts looked up by id. ``second``: the second reader's labels."""
    texts = _Texts()
    for path in sorted((HERE / "labels").glob("*.jsonl")):
        if (path.stem == "second_reading") == second:
            for row in _rows(path):
                yield _labelled(texts.conversation(row, path.stem), path.stem, row)


class _Texts:
    """Looks messages of SHARED/data up by id."""

    def __init__(self) -> None:
        self._forum: dict[str, list[dict[str, Any]]] = {}
        self._lines: dict[str, dict[int, Record]] = {}
        self._tweets: dict[str, Record] = {}

    def conversation(self, row: dict[str, Any], name: str) -> Conversation:
        key, ids = row["conversation_id"], row["messages"]
        if ids[0].startswith("irc/"):
            made = self._irc(key, ids)
        elif ids[0].startswith("twcs"):
            made = self._thread(key, ids)
        else:
            made = self._topic(key, ids, row.get("language") or ({"it": "it", "es": "es"}.get(name[-2:], "en") if name != "second_reading" else None))
        return _reply(made) if key.startswith("pair/") else made

    def _irc(self, key: str, ids: list[str]) -> Conversation:
        log = ids[0].rsplit(":", 1)[0].removeprefix("irc/")
        if log not in self._lines:
            path = next(p for end in (".raw.txt", ".ascii.txt") if (p := SHARED / "data" / "irc" / f"{log}{end}").is_file())
            (source,) = sources.sources([path])
            self._lines[log] = {r.number: r for r in READERS["irc"].read(source, GENERIC_FORM) if isinstance(r, Record)}
        said = [self._lines[log][int(i.rsplit(":", 1)[1]) + 1] for i in ids]
        return _conversation(key, "chat", "en", said[0].author, [(i, r.author, r.text, r.sent_at) for i, r in zip(ids, said, strict=True)])

    def _thread(self, key: str, ids: list[str]) -> Conversation:
        if not self._tweets:
            (source,) = sources.sources([SHARED / "data" / "twitter" / "twcs_5k.csv"])
            self._tweets = {str(r.message_id): r for r in READERS["twcs"].read(source, GENERIC_FORM) if isinstance(r, Record)}
        said = [self._tweets[i.split(":")[1]] for i in ids]
        opener = said[0].author
        people = {r.author: "agent" if r.role == "agent" else "customer" if r.author == opener else "other" for r in said}
        return _conversation(key, "social", "en", opener, [(i, r.author, r.text, r.sent_at) for i, r in zip(ids, said, strict=True)], people)

    def _topic(self, key: str, ids: list[str], language: str | None) -> Conversation:
        if not self._forum:
            with gzip.open(SHARED / "data" / "forum" / "thunderbird_support.jsonl.gz", "rt", encoding="utf-8") as lines:
                for line in lines:
                    post = json.loads(line)
                    self._forum.setdefault(post["thread"], []).append(post)
        posts = {f"{p['thread']}:{p['post']}": p for p in self._forum[ids[0].split(":")[0]]}
        first = self._forum[ids[0].split(":")[0]][0]
        said = []
        for i in ids:
            p = posts[i]
            text = re.sub(r"\s+", " ", plain(p["html"])).strip()
            said.append((i, p["user"], f"{p['title']} — {text}" if p.get("title") else text, _moment(p["posted"])))
        return _conversation(key, "community", language or first["locale"][:2], first["user"], said)


def _reply(pair: Conversation) -> Conversation:
    """A message and the answer to it, read as a responder's and the customer's."""
    a, b = (m.participant_id for m in pair.messages)
    return msgspec.structs.replace(pair, channel="chat", participants=(Participant(a, "agent"), Participant(b, "customer")))


def _moment(text: str) -> Any:
    from textmetrics.times import Clock

    return Clock().read(text)


def _conversation(key: str, channel: str, language: str, opener: str, said: list[tuple[str, str, str, Any]], people: dict[str, str] | None = None) -> Conversation:
    roles = people or {author: "customer" if author == opener else "agent" for _, author, _, _ in said}
    return Conversation(
        id=key,
        channel=channel,
        language=language,
        participants=tuple(Participant(a, r) for a, r in roles.items()),  # type: ignore[arg-type]
        messages=tuple(Message(id=i, participant_id=a, text=t, sent_at=s) for i, a, t, s in said),
    )
