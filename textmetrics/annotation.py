"""Conversations to transcripts: the one place where text is processed in batches.

Over all texts of a batch at once: clean, fold, find the language and the cues; judge what each message does; score the moods, which what a
message does bears on. Then per conversation: find, and say what it comes to. A batch bounds memory and changes no number: one conversation alone gives what it gives among a thousand.
What is remembered of words from batch to batch, and spaCy, serve one thread at a time: others wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from threading import RLock
from typing import TypeVar

import msgspec
from msgspec import Struct

from . import columns, cues, judging, models, outcomes, packs, tongues, turns
from .cleaning import clean
from .deadlines import by_schedule
from .detectors import View
from .features import Told
from .folding import fold
from .garbage import uncollected
from .hours import Hours, Schedule
from .profile import stage
from .scorers import SCORERS, Text, Texts
from .types import CUSTOMERS, Conversation, Cue, Finding, Resolution, Role, Transcript

T = TypeVar("T")
Place = tuple[int, int]  # a conversation of the batch, a message of it

BATCH = 2000  # messages from which a batch is full
LONGEST = 20_000  # characters of one message that are read; what lies behind is kept, not judged
_ALONE = RLock()  # held by the thread that judges


class Settings(Struct, frozen=True):
    """What annotation may be told. ``thresholds``: label -> score; ``mood``: a scorer for all languages in place of the packs' own; ``rules_only``: no trained model; ``hours``: when answers can be had."""

    thresholds: Mapping[str, float] = {}
    mood: str | None = None
    rules_only: bool = False
    hours: Hours | None = None


class Prepared(Struct):
    """One conversation on its way: its view, its language."""

    view: View
    language: str | None


class Results(Struct):
    """What judging the conversations of a batch gave, in their order: how they were prepared, how likely each message does what, what was found, the moods, and what each comes to."""

    prepared: Sequence[Prepared]
    marks: Sequence[Sequence[judging.Judged]]
    findings: Sequence[Sequence[Finding]]
    moods: Sequence[Sequence[float | None]]
    resolutions: Sequence[Resolution]
    request_types: Sequence[str | None]


def annotate(conversations: Iterable[Conversation], *, as_of: datetime | None = None, settings: Settings | None = None) -> Iterator[Transcript]:
    """Find what each conversation's messages do, and what it comes to. Lazy; keeps the order.

    ``as_of`` is when the data were cut: what was not answered by then is still open. Without it, each conversation's own ``cut`` holds;
    where that is missing too, waits that are open have no length.
    """
    for batch in batches(conversations, BATCH, messages):
        with uncollected():
            transcripts = _batch(batch, as_of, settings or Settings())
        yield from transcripts


def messages(conversation: Conversation) -> int:
    """How many messages a conversation has."""
    return len(conversation.messages)


def batches(conversations: Iterable[T], full: int, size: Callable[[T], int]) -> Iterator[list[T]]:
    """Conversations, or their rows, in their order, together until they have so many messages, as ``size`` counts them."""
    batch: list[T] = []
    held = 0
    for conversation in conversations:
        batch.append(conversation)
        held += max(1, size(conversation))
        if held >= full:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _batch(batch: Sequence[Conversation], as_of: datetime | None, settings: Settings) -> list[Transcript]:
    told = judge(batch, settings)
    with stage("annotate.transcripts"):
        parts = zip(told.prepared, told.findings, told.moods, told.resolutions, told.request_types, strict=True)
        return [_transcript(*own, as_of, settings.hours) for own in parts]


def judge(batch: Sequence[Conversation], settings: Settings) -> Results:
    """Judge the conversations of a batch: all of annotation that goes by words. One thread at a time."""
    with _ALONE:
        trained = None if settings.rules_only else judging.model()
        fates = None if settings.rules_only else outcomes.model()
        limits = judging.thresholds(trained, settings.thresholds)
        prepared = prepare(batch)
        views = [p.view for p in prepared]
        with stage("annotate.features"):
            many = columns.batch(views)
        with stage("annotate.words"):
            tolds = [Told(view) for view in views] if many is None else []
        marks = judging.judge(views, tolds, trained=trained, batch=many)
        with stage("annotate.moods"):
            felt = moods(views, settings, many)
        with stage("annotate.outcomes"):
            resolved = outcomes.resolutions(views, felt, fates, many)
            about = outcomes.request_types(views, tolds, felt, fates, many)
        with stage("annotate.findings"):
            found = judging.findings(marks, limits, many)
        return Results(prepared, marks, found, felt, resolved, about)


def prepare(batch: Sequence[Conversation]) -> list[Prepared]:
    """The step over all texts at once: clean, fold, languages, cues."""
    roles = [_roles(c) for c in batch]
    with stage("annotate.clean"):
        texts = [_cleaned(c) for c in batch]
        folded = [[fold(t) for t in own] for own in texts]
    with stage("annotate.languages"):
        tongue = tongues.recognise_all([(told, c.language) for told, c in zip(folded, batch, strict=True)])
    flat = [(c, i) for c, role in enumerate(roles) for i in range(len(role))]
    with stage("annotate.cues"):
        found = _in_languages(flat, [tongue[c][1][i] for c, i in flat], lambda code, at: cues.find([folded[c][i] for c, i in at], code))
    empty: tuple[Cue, ...] = ()
    views = [View(c, roles[n], texts[n], folded[n], [found.get((n, i), empty) for i in range(len(roles[n]))], tongue[n][1]) for n, c in enumerate(batch)]
    return [Prepared(view, tongue[n][0]) for n, view in enumerate(views)]


def moods(views: Sequence[View], settings: Settings, batch: columns.Batch | None = None) -> list[list[float | None]]:
    """The moods of the customers' messages of judged conversations, None for everybody else's. ``batch``: the same conversations as columns."""
    felt = [(c, i) for c, view in enumerate(views) for i, role in enumerate(view.roles) if role in CUSTOMERS]
    codes = [views[c].languages[i] for c, i in felt]

    def texts(at: Sequence[Place]) -> Sequence[Text]:
        if batch is None:
            return [text(views[c], i) for c, i in at]
        return Texts(batch, batch.at(at), lambda n: text(views[at[n][0]], at[n][1]))

    found = _in_languages(felt, codes, lambda code, at: _moods(code, texts(at), settings))
    return [[found.get((c, i)) for i in range(len(view))] for c, view in enumerate(views)]


def text(view: View, i: int) -> Text:
    """One message as scorers are given it."""
    said = view.before(i)
    return Text(view.texts[i], view.folded[i], view.cues[i], view.roles[i], i == 0, tuple(view.named[said[0]]) if said else (), view.chances[i])


def _cleaned(conversation: Conversation) -> list[str]:
    names = packs.channel(conversation.channel).clean
    return [clean(m.text[:LONGEST], names) for m in conversation.messages]


def _roles(conversation: Conversation) -> tuple[Role, ...]:
    by = {p.id: p.role for p in conversation.participants}
    return tuple("note" if m.private else by[m.participant_id] for m in conversation.messages)


def _in_languages(places: Sequence[Place], codes: Sequence[str | None], work: Callable[[str, list[Place]], Sequence[T]]) -> dict[Place, T]:
    """Some work on texts, a language at a time; languages without a pack are left out."""
    done: dict[Place, T] = {}
    own: dict[str, list[Place]] = {code: [] for code in packs.languages()}
    for place, code in zip(places, codes, strict=True):
        if code is not None and code in own:
            own[code].append(place)
    for code, at in own.items():
        if at:
            done.update(zip(at, work(code, at), strict=True))
    return done


def _moods(code: str, texts: Sequence[Text], settings: Settings) -> Sequence[float | None]:
    language = packs.language(code)
    options = dict(language.mood)
    name = options.pop("scorer")
    if settings.mood is not None:
        name, options = settings.mood, {}
    elif "model" in options and (settings.rules_only or models.installed(options["model"]) is None):
        name, options = "lexicon", {}
    return SCORERS[name](texts, language, **options)


def _transcript(
    one: Prepared,
    findings: Sequence[Finding],
    felt: Sequence[float | None],
    resolved: Resolution,
    about: str | None,
    as_of: datetime | None,
    hours: Hours | None,
) -> Transcript:
    view = one.view
    schedule = _schedule(view.conversation, hours) if hours is not None else None
    findings = [_timed(f, view, schedule) for f in findings] if schedule is not None else findings
    solution = outcomes.pivot(view, resolved, [f.message for f in findings if f.label == "solution"])
    before, after = outcomes.mood_around(view, felt, solution)
    kinds = turns.replies(view, findings)
    return Transcript(
        conversation=view.conversation,
        as_of=as_of or view.conversation.cut,
        roles=tuple(view.roles),
        turns=turns.number(view.conversation, view.roles),
        languages=tuple(view.languages),
        moods=tuple(felt),
        replies=kinds,
        open=turns.asks_reply(view, findings, kinds),
        cues=tuple(view.cues),
        findings=tuple(findings),
        language=one.language,
        resolution=resolved,
        request_type=about,
        solution=solution,
        mood_before=before,
        mood_after=after,
        hours=schedule,
    )


def _timed(f: Finding, view: View, schedule: Schedule) -> Finding:
    """A finding whose working days and hours, or whose zone that nobody told, are those of a schedule."""
    if "working" not in f.attributes and f.attributes.get("zone") != "unknown":
        return f
    return msgspec.structs.replace(f, attributes=by_schedule(f.attributes, view.conversation.messages[f.message].sent_at, schedule))


def _schedule(c: Conversation, hours: Hours) -> Schedule | None:
    """The opening hours of a conversation, as they were when it began."""
    return hours.of(c.channel, c.queue, next((m.sent_at for m in c.messages if m.sent_at is not None), None))
