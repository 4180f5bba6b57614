"""Language and channel packs: knowledge kept as TOML, read and checked here and nowhere else.

A pack is looked for in ``$TEXTMETRICS_PACKS/languages`` (or ``channels``) first, then beside this file, so an organisation
can bring its own without touching the package. What a cue, a word list or a threshold means is told in the file.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from .addresses import reached
from .errors import PackError, UnknownName
from .folding import fold
from .phrases import PhraseError, compile_phrase

HERE = Path(__file__).parent
CUE_KEYS = {"doc", "phrases", "patterns", "unless", "yes", "no", "known_failures"}


class CuePack(Struct, frozen=True):
    """One cue of a language: its phrases, those that do not show it, the expressions both come to (``expressions``, ``unless``), and its examples."""

    name: str
    doc: str
    phrases: tuple[str, ...]
    barring: tuple[str, ...]
    expressions: tuple[str, ...]
    patterns: tuple[tuple[dict[str, Any], ...], ...]
    unless: tuple[str, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    known_failures: tuple[str, ...]


class Language(Struct, frozen=True):
    """All that is known of a language. ``words`` are the frequent little words by which it is recognised."""

    code: str
    name: str
    note: str
    words: frozenset[str]
    mood: Mapping[str, Any]
    cues: Mapping[str, CuePack]
    lexicon: Mapping[str, float]
    negations: frozenset[str]
    channels: Mapping[str, tuple[str, ...]]
    closings: tuple[str, ...]
    automatic: tuple[str, ...]
    dates: Mapping[str, Any]


class Channel(Struct, frozen=True):
    """How a channel is read: what is cut from its texts, when silence ends a conversation, when an outcome is mature, from which age on counters of a message count.

    ``instant``: within so many seconds nobody reads and answers; 0 where it does not tell."""

    name: str
    doc: str
    clean: tuple[str, ...]
    silence: float
    mature: float
    patience: float
    approval: float
    instant: float = 0.0
    targets: Mapping[str, float] = field(default_factory=dict)


def _folders(kind: str) -> list[Path]:
    own = os.environ.get("TEXTMETRICS_PACKS")
    return [*([Path(own) / kind] if own else []), HERE / kind]


def _names(kind: str) -> list[str]:
    return sorted({p.stem for folder in _folders(kind) for p in folder.glob("*.toml") if not p.stem.startswith("_")})


@cache
def languages() -> tuple[str, ...]:
    """The codes of the languages that have a pack."""
    return tuple(_names("languages"))


@cache
def channels() -> tuple[str, ...]:
    """The names of the channels that have a pack."""
    return tuple(_names("channels"))


def _read(kind: str, name: str) -> tuple[Path, dict[str, Any]]:
    at = path(kind, name)
    return at, load_toml(at)


def path(kind: str, name: str) -> Path:
    """Where a pack (of a language or a channel) is written."""
    for folder in _folders(f"{kind}s"):
        at = folder / f"{name}.toml"
        if at.is_file():
            return at
    raise UnknownName(kind, name, _names(f"{kind}s"))


def load_toml(path: Path) -> dict[str, Any]:
    """A TOML file of settings; what is wrong with it is a PackError."""
    with reached(path):
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise PackError(path, "-", f"is not valid TOML: {error}") from error
        except OSError as error:
            raise PackError(path, "-", f"cannot be read: {error.strerror}") from error


def need(path: Path, data: Mapping[str, Any], key: str) -> Any:
    """A key that a settings file must have."""
    if key not in data:
        raise PackError(path, key, "is missing")
    return data[key]


@cache
def language(code: str) -> Language:
    """The pack of one language."""
    path, data = _read("language", code)
    return Language(
        code=code,
        name=need(path, data, "name"),
        note=data.get("note", ""),
        words=frozenset(fold(need(path, data, "words")).split()),
        mood=need(path, data, "mood"),
        cues={name: _cue(path, name, table) for name, table in need(path, data, "cues").items()},
        lexicon={fold(w): float(v) for v, words in data.get("lexicon", {}).items() for w in words.split()},
        negations=frozenset(fold(data.get("negations", "")).split()),
        channels={k: _phrases(path, f"channels.{k}", v) for k, v in data.get("channels", {}).items()},
        closings=tuple(data.get("mail", {}).get("closings", ())),
        automatic=_phrases(path, "mail.automatic", data.get("mail", {}).get("automatic", [])),
        dates=data.get("dates", {}),
    )


@cache
def recognisable() -> Mapping[str, frozenset[str]]:
    """The little words of every language that can be told apart, with a pack or without (``_others.toml``)."""
    found = {code: language(code).words for code in languages()}
    for folder in reversed(_folders("languages")):
        path = folder / "_others.toml"
        if path.is_file():
            found |= {c: frozenset(fold(w).split()) for c, w in load_toml(path).items() if c not in found}
    return found


@cache
def mail_words() -> Mapping[str, Mapping[str, Any]]:
    """What mail programs write around quoted and forwarded mails, by language (``_mail.toml``); an own file replaces languages one by one."""
    return _shared("_mail.toml")


@cache
def date_words() -> Mapping[str, Mapping[str, Any]]:
    """How programs write months and the halves of the day, by language (``_dates.toml``); an own file replaces languages one by one."""
    return _shared("_dates.toml")


def _shared(name: str) -> dict[str, Mapping[str, Any]]:
    """A file of words of all languages, a table each."""
    found: dict[str, Mapping[str, Any]] = {}
    for folder in reversed(_folders("languages")):
        path = folder / name
        if path.is_file():
            found |= load_toml(path)
    return found


@cache
def channel(name: str) -> Channel:
    """The pack of one channel; times in it are seconds."""
    path, data = _read("channel", name)
    return Channel(
        name=name,
        doc=need(path, data, "doc"),
        clean=tuple(data.get("clean", ())),
        silence=float(need(path, data, "silence")),
        mature=float(need(path, data, "mature")),
        patience=float(need(path, data, "patience")),
        approval=float(data.get("approval", need(path, data, "mature"))),
        instant=float(data.get("instant", 0)),
        targets={k: float(v) for k, v in data.get("targets", {}).items()},
    )


def _phrases(path: Path, key: str, phrases: list[str]) -> tuple[str, ...]:
    try:
        return tuple(compile_phrase(p) for p in phrases)
    except PhraseError as error:
        raise PackError(path, key, str(error)) from error


def _cue(path: Path, name: str, table: Mapping[str, Any]) -> CuePack:
    if unknown := set(table) - CUE_KEYS:
        raise PackError(path, f"cues.{name}", f"has unknown keys: {', '.join(sorted(unknown))}")
    if not table.get("phrases") and not table.get("patterns"):
        raise PackError(path, f"cues.{name}", "has neither phrases nor patterns")
    return CuePack(
        name=name,
        doc=table.get("doc", ""),
        phrases=tuple(table.get("phrases", ())),
        barring=tuple(table.get("unless", ())),
        expressions=_phrases(path, f"cues.{name}.phrases", table.get("phrases", [])),
        patterns=tuple(tuple(p) for p in table.get("patterns", ())),
        unless=_phrases(path, f"cues.{name}.unless", table.get("unless", [])),
        yes=tuple(table.get("yes", ())),
        no=tuple(table.get("no", ())),
        known_failures=tuple(table.get("known_failures", ())),
    )
