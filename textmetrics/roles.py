"""Who is the customer, who answers, who only joins in: where the export does not say.

Of the people whose role an export leaves open, whoever writes first is the originator. Everybody else answers, unless the export already has
an answering side: then they are further customers. Each inference carries a confidence, and a file (`load`) overrides it by author.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from . import packs
from .addresses import place
from .errors import PackError
from .types import RESPONDERS, ROLES, Conversation, Participant, Record, Role

MARKED = 0.95  # the export marks who opened the thread
OPENED = 0.9  # opened the conversation, of people whose roles are unknown
ANSWERED = 0.8  # wrote in a conversation that somebody else opened
ON_THE_PHONE = 0.7  # of people whose roles are unknown, whoever speaks first on the phone has picked it up; outbound calls are the other way round
TURNED = 0.7  # of people whose roles are unknown, whoever opens mostly answers in the channel: somebody else asks
LONELY = 0.6  # opened, and nobody ever answered: may as well be an announcement; or answers somebody whose message is not here


def name_of(record: Record) -> str:
    """The participant of a record: its author, or its role where the export names nobody; a note is told apart from what its author says openly."""
    name = record.author or record.role
    return f"{name} (note)" if record.role == "note" and record.author else name


def participants(group: Sequence[Record], names: Sequence[str], helpers: Container[str] = ()) -> dict[str, tuple[Role, float]]:
    """Role and confidence of everybody in one conversation, in order of appearance.

    Exactly one participant is the customer: the first one stated as such, or the first of those unknown.
    Another customer is ``other``. On the phone it is the other way round: who answers speaks first. Where the first message answers one that is not here,
    nobody can tell who asked: the inference is the same, and less sure. ``names``: theirs (`name_of`), record by record. ``helpers`` mostly answer in the channel that the conversation was cut out of: what one of them
    opens, the first of the others asked, or, where there is nobody else, nobody.
    """
    stated: dict[str, Role] = {}
    sure: dict[str, float] = {}
    for name, r in zip(names, group, strict=True):
        if stated.get(name, "unknown") == "unknown":
            stated[name], sure[name] = r.role, r.confidence
    marked = {name for name, r in zip(names, group, strict=True) if r.opener}
    if "unknown" not in stated.values():
        return _stated(stated, sure, marked)
    answering = any(role in RESPONDERS for role in stated.values())
    open_ = [n for n, role in stated.items() if role in ("customer", "unknown") and not _speechless(n)]
    customers = [n for n in open_ if stated[n] == "customer"]
    phone = bool(group) and group[0].channel == "voice" and len(open_) > 1 and not (marked or customers or answering)
    originator = next((n for n in open_ if n in marked), None) or (customers[0] if customers else open_[1] if phone else open_[0] if open_ else None)
    asking = next((n for n in open_ if n not in helpers), None)
    turned = bool(open_) and open_[0] in helpers and not (marked or customers or answering or phone) and (asking is not None or len(open_) == 1)
    originator = asking if turned else originator
    headless = not (marked or customers or answering) and _headless(group)
    found: dict[str, tuple[Role, float]] = {}
    for name, role in stated.items():
        if role == "customer":
            found[name] = ("customer" if name == originator else "other", sure[name])
        elif role != "unknown":
            found[name] = (role, sure[name])
        elif name == originator:
            found[name] = ("customer", MARKED if name in marked else ON_THE_PHONE if phone else TURNED if turned else OPENED if len(stated) > 1 and not headless else LONELY)
        elif answering or customers:
            found[name] = ("other" if answering else "agent", ANSWERED)
        else:
            found[name] = ("agent", MARKED if marked else ON_THE_PHONE if phone else TURNED if turned else LONELY if headless else ANSWERED)
    return found


def _stated(stated: Mapping[str, Role], sure: Mapping[str, float], marked: Container[str]) -> dict[str, tuple[Role, float]]:
    """The same where every role is stated: of several customers one asked."""
    customers = [n for n, role in stated.items() if role == "customer" and not _speechless(n)]
    asked = next((n for n in customers if n in marked), customers[0] if customers else None)
    return {name: ("other" if role == "customer" and name != asked else role, sure[name]) for name, role in stated.items()}


def _headless(group: Sequence[Record]) -> bool:
    """Whether the first message answers one that is not here."""
    return bool(group) and group[0].reply_to is not None and all(r.message_id != group[0].reply_to for r in group)


def _speechless(name: str) -> bool:
    return name in ("system", "note")


def load(path: str | Path) -> dict[str, str]:
    """A roles file: ``[roles]`` with author (or a pattern with ``*``) = role."""
    path = place(path)
    table = packs.need(path, packs.load_toml(path), "roles")
    for author, role in table.items():
        if role not in ROLES:
            raise PackError(path, f"roles.{author}", f"is {role!r}; a role is one of {', '.join(ROLES)}")
    return dict(table)


def override(conversation: Conversation, table: Mapping[str, str]) -> Conversation:
    """A conversation in which the roles of a table hold. A second customer becomes ``other``."""
    import msgspec

    people, taken = [], False
    named = [(p, next((role for pattern, role in table.items() if fnmatchcase(p.id, pattern)), None)) for p in conversation.participants]
    forced = any(role == "customer" for _, role in named)
    for person, role in named:
        if role is None and forced and person.role == "customer":
            person = Participant(person.id, "other", person.confidence)
        if role is not None:
            person = Participant(person.id, "other" if role == "customer" and taken else role, 1.0)  # type: ignore[arg-type]
            taken = taken or role == "customer"
        people.append(person)
    return msgspec.structs.replace(conversation, participants=tuple(people))
