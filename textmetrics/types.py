"""The nouns, in the order they come into being.

- Record, Problem, LeftOut: what a reader takes out of a file of single messages, what it could not take, what is no message
- Participant, Message, Conversation: what was said
- Cue, Finding, Wait, Transcript: what annotation makes of it
- Observation: what a metric sees in a transcript

All are immutable. Messages of a conversation are named by their position, from 0; what annotation adds stands
in columns beside them, so ``transcript.moods[3]`` belongs to ``transcript.messages[3]``. None means unknown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal, TypeVar, get_args

from msgspec import Struct, field

from .hours import Schedule
from .waits import Clock, Wait

T = TypeVar("T")
Role = Literal["customer", "other", "agent", "peer", "bot", "system", "note", "unknown"]
ROLES: tuple[str, ...] = get_args(Role)
CUSTOMERS = ("customer", "other")
RESPONDERS = ("agent", "peer", "bot")  # a peer helps without being of the company; where nobody says so, who answers is an agent

Resolution = Literal["confirmed", "rejected", "silent"]
Reply = Literal["automatic", "bot", "bot_filler", "greeting", "stall", "substantive"]
REPLIES: tuple[str, ...] = get_args(Reply)
BY_PEOPLE = ("greeting", "stall", "substantive")  # replies that a person wrote
WITH_SUBSTANCE = ("bot", "substantive")  # replies that answer, whoever gives them; a bot_filler is a bot's greeting or "one moment"


EVENTS = ("enqueued_at", "accepted_at", "ended_at")  # columns of an export that say when something happened that is no message; ``ended_by`` says who ended it


class Problem(Struct, frozen=True):
    """Something of an input that could not be read, or only in part (``kept``): where it stands and why."""

    source: str
    reason: str
    record: int | None = None
    line: int | None = None
    byte: int | None = None
    kept: bool = False

    def __str__(self) -> str:
        at = [f"{n} {v}" for n, v in (("record", self.record), ("line", self.line), ("byte", self.byte)) if v is not None]
        return f"{self.source}{': ' + ', '.join(at) if at else ''}: {self.reason}"


class LeftOut(Struct, frozen=True):
    """What of an input is no message (changes of status, drafts, who joined), by kind: counted, and nothing else."""

    source: str
    kind: str
    count: int


class Record(Struct, kw_only=True, omit_defaults=True):
    """One message of a flat export, before conversations are cut out: the columns of the generic form.

    ``conversation_id`` may be missing where threads are to be found by reply links or by silence.
    ``opener`` says that the export marks its author as the one who asked; ``columns`` keeps whatever
    else the export has, by name, for grouping estimates. ``raw_time`` is the time as the export writes it,
    ``zone_known`` whether it named its zone; ``attachments`` are names or kinds of what was sent along. ``told``: when what the record
    says of its conversation (status, rating, columns, ...) last changed: of several exports the newest is believed. ``confidence`` is that of the role,
    ``origin``: of a text that was HTML, where it stood there (`Message.original`); ``position`` its place in the conversation and ``cut`` when the export of that was cut, where the export says these.
    """

    text: str
    author: str = ""
    role: Role = "unknown"
    sent_at: datetime | None = None
    message_id: str | None = None
    conversation_id: str | None = None
    channel: str | None = None
    language: str | None = None
    reply_to: str | None = None
    customer_id: str | None = None
    case_id: str | None = None
    severity: str | None = None
    queue: str | None = None
    status: str | None = None
    rating: float | None = None
    visibility: str = "public"
    automatic: bool = False
    opener: bool = False
    reactions: dict[str, float] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    raw_time: str | None = None
    zone_known: bool = True
    edited: bool = False
    attachments: tuple[str, ...] = ()
    origin: tuple[int, ...] = ()
    told: datetime | None = None
    confidence: float = 1.0
    position: int | None = None
    cut: datetime | None = None
    source: str = ""
    number: int = 0


class Participant(Struct, frozen=True):
    """Somebody, or something, that takes part. ``confidence`` is 1 where the export states the role."""

    id: str
    role: Role = "unknown"
    confidence: float = 1.0


class Message(Struct, frozen=True, kw_only=True):
    """One thing sent at one time: a chat bubble, an e-mail, a post. ``sent_at`` is UTC, made of ``raw_time``; ``zone_known``: the export named its zone.

    ``origin``: of a text that was HTML, pairs of places in the text and in the HTML: from the one on, characters follow each other as from the other on.
    """

    id: str
    participant_id: str
    text: str
    sent_at: datetime | None = None
    reply_to: str | None = None
    automatic: bool = False
    private: bool = False
    reactions: Mapping[str, float] = field(default_factory=dict)
    raw_time: str | None = None
    zone_known: bool = True
    edited: bool = False
    attachments: tuple[str, ...] = ()
    origin: tuple[int, ...] = ()
    source: str = ""
    record: int = 0

    def original(self, start: int, end: int) -> tuple[int, int] | None:
        """Where characters of the text (such as those of a finding) stood in the HTML it was made of; None for a text that was none, and for what was put in front of one.

        >>> Message(id="1", participant_id="ana", text="No sound", origin=(0, 3, 3, 9)).original(3, 8)
        (9, 14)
        """
        places = self.origin[::2]
        first, last = bisect_right(places, start) - 1, bisect_right(places, end - 1) - 1
        if first < 0 or end <= start:
            return None
        return start + self.origin[2 * first + 1] - places[first], end + self.origin[2 * last + 1] - places[last]


class Conversation(Struct, frozen=True, kw_only=True):
    """The messages of one exchange, in the order they came.

    ``skewed`` says that the clocks cannot be right (an answer before its question): no wait is taken from it.
    ``cut`` is when its export was cut, as far as is known: the last time in it. ``columns`` holds further facts by name (device, team, ...)
    that estimates may be grouped by, and the times of `EVENTS`: when somebody queued, was taken on by a person, and when it ended.
    """

    id: str
    channel: str
    participants: tuple[Participant, ...]
    messages: tuple[Message, ...]
    language: str | None = None
    customer_id: str | None = None
    case_id: str | None = None
    severity: str | None = None
    queue: str | None = None
    status: str | None = None
    rating: float | None = None
    skewed: bool = False
    cut: datetime | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    def role_of(self, participant_id: str) -> Role:
        """The role of one participant; a participant nobody knows is an error.

        >>> Conversation(id="a", channel="chat", participants=(Participant("ana", "customer"),), messages=()).role_of("ana")
        'customer'
        """
        return next(p.role for p in self.participants if p.id == participant_id)

    def at(self, event: str) -> datetime | None:
        """When one of `EVENTS` happened, in UTC; None where the export does not say, or not in a form that can be read.

        >>> Conversation(id="a", channel="chat", participants=(), messages=(), columns={"ended_at": "2026-03-02T10:00:00Z"}).at("ended_at").hour
        10
        """
        return event_time(self.columns, event)


def event_time(columns: Mapping[str, str], event: str) -> datetime | None:
    """The time of one of `EVENTS` out of the columns of a conversation."""
    if event not in columns:
        return None
    try:
        moment = datetime.fromisoformat(columns[event])
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Cue(Struct, frozen=True):
    """Words of one message that a language pack knows a meaning of."""

    name: str
    start: int
    end: int


class Finding(Struct, frozen=True, kw_only=True):
    """Something a message does, with the characters that show it: the evidence behind a number.

    ``score`` is the probability that a careful reader agrees; ``attributes`` are told in definitions by label
    (``target`` and ``form`` of a rephrase request, ``channel`` of a redirect, ``at`` of a deadline or promise, ``working`` and its ``unit`` where it counts working days or hours, ``answers``: the position
    of the solution that an acknowledgement is about; ``to_do`` of a solution that leaves something to carry out).
    """

    message: int
    label: str
    start: int
    end: int
    score: float
    detector: str
    state: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


class Observation(Struct, frozen=True, gc=False):
    """One thing a metric saw. No observation means unknown; it never means zero.

    Where things compete (estimate ``incidence``), ``value`` is when it happened and ``exposure`` which: 1 what is counted, 2 what kept it from happening.
    """

    value: float
    exposure: float = 1.0
    censored: bool = False
    message: int | None = None


class Known:
    """What has been worked out of a transcript so far, by what was asked."""

    __slots__ = ("by", "clock", "found", "given", "labelled", "made", "places", "waits")

    def __init__(self, t: Transcript) -> None:
        c = t.conversation
        self.clock = Clock([m.sent_at for m in c.messages], t.as_of, c.at("ended_at"), c.skewed)
        self.given = frozenset(t.replies)
        labelled: dict[str, list[Finding]] = {}
        for finding in t.findings:
            labelled.setdefault(finding.label, []).append(finding)
        self.labelled = {label: tuple(found) for label, found in labelled.items()}
        self.places = {label: tuple(sorted({f.message for f in found})) for label, found in labelled.items()}
        self.by: dict[tuple[str, ...], tuple[int, ...]] = {}
        self.found: dict[tuple[str, tuple[str, ...], tuple[str, ...] | None], tuple[Finding, ...]] = {}
        self.waits: dict[tuple[str, ...] | frozenset[Reply | None], tuple[Wait, ...]] = {}
        self.made: dict[Callable[[Transcript], Any], Any] = {}


class Transcript(Struct, frozen=True, kw_only=True, dict=True):
    """An annotated conversation: all that a metric sees. What many metrics ask of it is worked out once.

    Columns as long as ``messages``: ``roles``; ``turns`` (the number of the turn, None for system lines and
    notes); ``languages`` (None: not recognised); ``moods`` (in [-1, 1], customers only, None: no scorer);
    ``replies`` (what kind of reply a responder's message is); ``open`` (a customer's message that asks for a reply).
    ``hours``: when those who answer are there (None: nobody said).
    """

    conversation: Conversation
    as_of: datetime | None
    roles: tuple[Role, ...]
    turns: tuple[int | None, ...]
    languages: tuple[str | None, ...]
    moods: tuple[float | None, ...]
    replies: tuple[Reply | None, ...]
    open: tuple[bool, ...]
    cues: tuple[tuple[Cue, ...], ...]
    findings: tuple[Finding, ...]
    language: str | None = None
    resolution: Resolution = "silent"
    request_type: str | None = None
    solution: int | None = None
    mood_before: float | None = None
    mood_after: float | None = None
    hours: Schedule | None = None

    @property
    def id(self) -> str:
        return self.conversation.id

    @property
    def channel(self) -> str:
        return self.conversation.channel

    @property
    def messages(self) -> tuple[Message, ...]:
        return self.conversation.messages

    def by(self, *roles: str) -> tuple[int, ...]:
        """The positions of the messages of some roles."""
        by = self._known.by
        if roles not in by:
            by[roles] = tuple([i for i, role in enumerate(self.roles) if role in roles])
        return by[roles]

    def first(self, *roles: str, after: int = -1) -> int | None:
        """The position of the first message of some roles that comes later than another."""
        for i in self._known.by.get(roles) or self.by(*roles):
            if i > after:
                return i
        return None

    def found(self, label: str, *states: str, by: tuple[str, ...] | None = None) -> tuple[Finding, ...]:
        """The findings of one label, in order; of some states, of some roles."""
        known = self._known
        found = known.labelled.get(label, ())
        if not found or (not states and by is None):
            return found
        asked = (label, states, by)
        if asked not in known.found:
            known.found[asked] = tuple([f for f in found if (not states or f.state in states) and (by is None or self.roles[f.message] in by)])
        return known.found[asked]

    def places(self, label: str) -> tuple[int, ...]:
        """The positions of the messages with a finding of one label, in order, each once."""
        return self._known.places.get(label, ())

    @property
    def labelled(self) -> Mapping[str, Sequence[Finding]]:
        """The findings by their labels."""
        return self._known.labelled

    def once(self, make: Callable[[Transcript], T]) -> T:
        """What a function makes of this transcript, worked out when it is first asked for."""
        made = self._known.made
        if make not in made:
            made[make] = make(self)
        return made[make]

    @cached_property
    def _known(self) -> Known:
        return Known(self)

    def seconds(self, start: int, stop: int | None) -> float | None:
        """Seconds from one message to another, or to ``as_of``; None where a clock is missing or cannot be right."""
        return self._known.clock.seconds(start, stop)

    def staffed_seconds(self, start: int, stop: int | None) -> float | None:
        """Seconds of opening hours from one message to another, or for as long as it was waited for; None without a schedule, or where a clock is missing or cannot be right."""
        return None if self.hours is None else self._known.clock.staffed(start, stop, self.hours)

    def watched(self, start: int) -> datetime | None:
        """Until when what a message waits for could have been seen to come: until the export says that the conversation ended, else until ``as_of``."""
        return self._known.clock.watched(start)

    def wait(self, start: int | None, stop: int | None) -> tuple[Wait, ...]:
        """The wait from one message to another, censored while there is no other: when the conversation ended, else when the data were cut; nothing without clocks."""
        wait = None if start is None else self._known.clock.wait(start, stop)
        return () if wait is None else (wait,)

    def waits(self, *kinds: str) -> tuple[Wait, ...]:
        """Every wait of the customer: from the first unanswered message to the reply that ends it.

        ``kinds`` are the replies that count as an answer (default: substantive ones of people). A message that asks for nothing
        (a closing thanks) starts no wait.
        """
        known = self._known
        if kinds not in known.waits:
            stops = known.given.intersection(kinds or ("substantive",))  # other kinds may come to the same
            if stops not in known.waits:
                known.waits[stops] = tuple(known.clock.waits(self.roles, self.open, self.replies, stops))
            known.waits[kinds] = known.waits[stops]
        return known.waits[kinds]

    def first_wait(self, *kinds: str) -> tuple[Wait, ...]:
        """The wait for the first answer, as of `waits`; none where its own clocks are missing, whatever is known of later ones."""
        waits = self.waits(*kinds)
        return waits[:1] if waits and waits[0].start == self.asked else ()

    @cached_property
    def asked(self) -> int | None:
        """The position of the customer's first message that asks for a reply."""
        return next((i for i in self.by("customer") if self.open[i]), None)

    @cached_property
    def answers(self) -> tuple[int, ...]:
        """The positions of the messages that answer in substance."""
        return tuple(i for i, reply in enumerate(self.replies) if reply == "substantive")
