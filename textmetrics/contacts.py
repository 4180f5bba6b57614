"""Contacts of customers, linked over channels: which conversations are one person's, how sure that is, and which belong to one journey.

Links carry a confidence: the same case 1, the same customer id .95, the same e-mail .9, the same name in two places .7. Persons are joined through every link at or
above the confidence that is asked for. A journey is a person's contacts about one matter: of one case, or each begun within a week of the end of the one before, with no
sign that it is about something else.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from .report import Report
from .types import WITH_SUBSTANCE

CASE, CUSTOMER, EMAIL, HANDLE = 1.0, 0.95, 0.9, 0.7
SURE, LIKELY = 0.9, 0.7  # journeys are told at the first, and how they would change at the second
SAME_MATTER = timedelta(days=7)
COMMON = 50  # conversations under one name beyond which it is a role ("visitor"), not a person
SPECIFIC = {"billing", "booking", "delivery", "account"}  # request types that tell matters apart; a fault, a question, a complaint may be about one thing
GENERIC = re.compile(r"(?i)(customer|client|visitor|user|guest|anonymous|unknown|caller|originator)?[\W_]*\d*")


class Contact(Struct, frozen=True):
    """One conversation as the customer lived it: ``answered`` substantively by a person, ``confirmed`` by the customer's words; times are None where they did not happen."""

    id: str
    channel: str
    person: str
    confidence: float
    began: datetime
    ended: datetime
    as_of: datetime
    answered: datetime | None
    handled: bool
    confirmed: datetime | None
    resolution: str
    request_type: str | None
    case_id: str | None
    reopened: bool | None  # after a confirmation: asked again; None without one
    wrote_on: bool  # after a confirmation: wrote anything at all, a thanks included
    columns: Mapping[str, str]


class Journey(Struct, frozen=True):
    """A person's contacts about one matter, in order of time. ``linked``: how the second and later contacts are known to be the same person's."""

    person: str
    contacts: tuple[Contact, ...]
    confidence: float

    @property
    def path(self) -> tuple[str, ...]:
        """The channels in order, each change once."""
        channels = [c.channel for c in self.contacts]
        return tuple(c for n, c in enumerate(channels) if n == 0 or channels[n - 1] != c)

    @property
    def resolved(self) -> Contact | None:
        """The contact in which it was solved for good: the last one, if the customer confirmed it there."""
        return self.contacts[-1] if self.contacts[-1].resolution == "confirmed" else None


def contacts(report: Report, *, confidence: float = SURE) -> list[Contact]:
    """Every conversation that a customer began and that has clocks, with its person: those linked at ``confidence`` or above share one."""
    rows = [r for r in report.rows("conversations") if r["opened_at"] is not None and not r["clock_skewed"]]
    told = _messages(report)
    worked = defaultdict(set)
    for label, state, i, m in zip(*(report.arrow("findings")[c].to_pylist() for c in ("label", "state", "conversation_id", "message_id")), strict=True):
        if label == "acknowledgement" and state in ("worked", "accepted"):
            worked[i].add(m)
    people, sure = _people(rows, told, confidence)
    found = []
    for r in rows:
        messages = told.get(r["conversation_id"], [])
        asked = next((n for n, m in enumerate(messages) if m["role"] == "customer" and m["sent_at"] is not None), None)
        if asked is None:
            continue
        began = messages[asked]["sent_at"]
        answered = next((m["sent_at"] for m in messages[asked:] if m["reply"] == "substantive"), None)
        confirmations = [n for n, m in enumerate(messages) if m["message_id"] in worked[r["conversation_id"]] and m["sent_at"] is not None]
        after = [m for m in messages[confirmations[0] + 1 :] if m["role"] == "customer"] if confirmations else []
        person = people[r["conversation_id"]]
        found.append(
            Contact(
                r["conversation_id"],
                r["channel"],
                person,
                sure.get(person, 1.0),
                began,
                r["closed_at"],
                r["as_of"] or r["closed_at"],
                answered,
                any(m["reply"] in WITH_SUBSTANCE for m in messages),
                messages[confirmations[-1]]["sent_at"] if confirmations and r["resolution"] == "confirmed" else None,
                r["resolution"],
                r["request_type"],
                r["case_id"],
                any(m["open"] for m in after) if confirmations else None,
                bool(after),
                json.loads(r["columns"]) if r["columns"] else {},
            )
        )
    return sorted(found, key=lambda c: (c.began, c.id))


def _messages(report: Report) -> dict[str, list[dict[str, Any]]]:
    names = ("conversation_id", "message_id", "participant_id", "role", "sent_at", "reply", "open")
    found: dict[str, list[dict[str, Any]]] = {}
    for row in report.arrow("messages").select(names).to_pylist():
        found.setdefault(row["conversation_id"], []).append(row)
    return found


def _people(rows: Sequence[Mapping[str, Any]], told: Mapping[str, Sequence[Mapping[str, Any]]], least: float) -> tuple[dict[str, str], dict[str, float]]:
    """The person of each conversation, and for persons of several the weakest link that was needed."""
    holders: dict[tuple[float, str, str], list[str]] = defaultdict(list)
    for r in rows:
        extra = json.loads(r["columns"]) if r["columns"] else {}
        author = next((m["participant_id"] for m in told.get(r["conversation_id"], ()) if m["role"] == "customer"), None)
        for key in _keys(r, extra, author):
            holders[key].append(r["conversation_id"])
    parent = {r["conversation_id"]: r["conversation_id"] for r in rows}
    weakest: dict[str, float] = {}

    def root(i: str) -> str:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for (sure, kind, _), ids in sorted(holders.items(), key=lambda h: (-h[0][0], h[0][1:])):
        if sure < least or (kind in ("handle", "email") and len(ids) > COMMON):
            continue
        for other in ids[1:]:
            a, b = sorted((root(ids[0]), root(other)))
            if a != b:
                parent[b] = a
                weakest[a] = min(sure, weakest.get(a, 1.0), weakest.get(b, 1.0))
    return {i: root(i) for i in parent}, weakest


def _keys(row: Mapping[str, Any], extra: Mapping[str, str], author: str | None) -> Iterable[tuple[float, str, str]]:
    if row["case_id"] is not None:
        yield CASE, "case", row["case_id"]
    if row["customer_id"] is not None:
        yield CUSTOMER, "customer", row["customer_id"]
    for text in {extra.get("email"), extra.get("customer_email"), row["customer_id"], author}:
        if text and re.fullmatch(r"[^@\s]+@[^@\s]+\.\w+", text):
            yield EMAIL, "email", text.lower()
    for text in {extra.get("handle"), extra.get("username"), extra.get("name"), author}:
        handle = (text or "").lower().lstrip("@")
        if len(handle) >= 4 and not GENERIC.fullmatch(handle) and "@" not in handle:
            yield HANDLE, "handle", handle


def journeys(found: Sequence[Contact]) -> list[Journey]:
    """The journeys of all persons, in order of their beginning."""
    of: dict[str, list[Contact]] = defaultdict(list)
    for c in found:
        of[c.person].append(c)
    made = []
    for person, history in of.items():
        open_: list[list[Contact]] = []
        for c in history:
            same = next((j for j in reversed(open_) if _same_matter(j, c)), None)
            if same is None:
                open_.append([c])
            else:
                same.append(c)
        made += [Journey(person, tuple(j), history[0].confidence) for j in open_]
    return sorted(made, key=lambda j: (j.contacts[0].began, j.contacts[0].id))


def _same_matter(before: Sequence[Contact], c: Contact) -> bool:
    if c.case_id is not None and any(b.case_id == c.case_id for b in before):
        return True
    if c.case_id is not None and any(b.case_id is not None for b in before):
        return False
    if c.began - max(b.ended for b in before) > SAME_MATTER:
        return False
    kinds = {b.request_type for b in before} & SPECIFIC
    return c.request_type not in SPECIFIC or not kinds or c.request_type in kinds


def linkage(found: Sequence[Contact]) -> tuple[int, int]:
    """How many conversations share their person with another, and how many there are."""
    sizes = Counter(c.person for c in found)
    return sum(n for n in sizes.values() if n > 1), len(found)
