"""The questions that people bring, and what answers each: metrics one by one, whole families of them, commands.

They are data (asked.toml): a new metric of a known file answers what its file answers, and to be named under a further question it needs a word there.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from . import packs
from .errors import PackError
from .metrics import METRICS, Metric

WORDS = Path(__file__).with_name("asked.toml")


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """One question: ``metrics`` named for it, ``families`` of which all answer it, ``commands`` that answer it at large, ``kpi`` its name among the eight."""

    ask: str
    metrics: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    kpi: str | None = None

    def answered_by(self, m: Metric) -> bool:
        """Whether a metric answers it."""
        return m.name in self.metrics or m.family in self.families


@cache
def asked() -> tuple[Asked, ...]:
    """All questions, in order."""
    try:
        return msgspec.convert(packs.load_toml(WORDS)["question"], tuple[Asked, ...])
    except msgspec.ValidationError as error:
        raise PackError(WORDS, "question", str(error)) from error


def answers(name: str) -> list[Asked]:
    """The questions a metric answers, the one that holds its page first: the first that names it, else the first that holds its family."""
    found = [q for q in asked() if q.answered_by(METRICS[name])]
    return sorted(found, key=lambda q: name not in q.metrics)


def kpis() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The eight by name, each with its metrics."""
    return tuple((q.kpi, q.metrics) for q in asked() if q.kpi is not None)
