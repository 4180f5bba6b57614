"""What a run's numbers were made by: versions of metrics, checksums of models, packs and code.

Two runs whose definitions are equal differ by their data alone; `differences` goes by what is written down here.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from textwrap import dedent
from types import CodeType
from typing import Any

from . import models, packs
from .detectors import DETECTORS
from .metrics import METRICS
from .scorers import SCORERS

HERE = Path(__file__).parent
SHOWN = 12  # characters of a checksum that are kept: enough to tell, short enough to read
# Which files decide what: how an export is read, what is found in texts, how observations are summed up.
STAGES: Mapping[str, tuple[str, ...]] = {
    "reading": (
        *("readers/*.py", "gathering.py", "threads.py", "cutting.py", "rooms.py", "roles.py", "habits.py", "falling.py", "repeats.py", "links.py", "plain_data.py"),
        *("mapping.py", "generic.py", "showing.py", "mentions.py", "platform_channels.py", "exports.py", "bundles.py", "filed.py", "pages.py", "letters.py", "mail*.py"),
        *("sources.py", "charsets.py", "delimited.py", "spreadsheets.py", "documents.py", "streamed.py", "syntax.py", "times.py", "dates.py", "languages/_dates.toml", "languages/_mail.toml"),
    ),
    "detection": (
        *("detectors/*.py", "scorers/*.py", "annotation.py", "judging.py", "outcomes.py", "turns.py", "features.py", "columns.py", "sets.py", "models.py", "weights.py", "chances.py"),
        *("cues.py", "phrases.py", "paths.py", "sieve.py", "expressions.py", "nlp.py", "packs.py", "folding.py", "cleaning.py", "wellformed.py", "replies.py", "channel_names.py"),
        *("tongues.py", "languages/_others.toml", "words.py", "pieces.py", "deadlines.py", "mood_words.py", "valence.py"),
    ),
    "measuring": (
        *("types.py", "waits.py", "hours.py", "commitments.py", "curves.py", "estimates.py", "metrics/__init__.py", "approval.toml"),
        *("observations.py", "tables.py", "histories.py", "lots.py", "summing.py"),
    ),
}


def definitions() -> dict[str, Any]:
    """All that this installation would measure with, as run.json holds it."""
    return {
        "metrics": {name: {"version": m.version, "code": metric_code(m.observe)} for name, m in METRICS.items()},
        "models": {name: str(models.card(name)[1].get("sha256", ""))[:SHOWN] for name in models.names()},
        "packs": {
            **{f"languages/{name}": _sum([packs.path("language", name)]) for name in packs.languages()},
            **{f"channels/{name}": _sum([packs.path("channel", name)]) for name in packs.channels()},
        },
        "code": {stage: _sum(sorted(f for pattern in patterns for f in HERE.glob(pattern))) for stage, patterns in STAGES.items()},
    }


@cache
def stamp() -> str:
    """One word for all that this process measures by: the definitions, all code of this package, and that of detectors and scorers that others brought."""
    brought = {registry.home(name) for registry in (DETECTORS, SCORERS) for name in registry}
    code = _sum(sorted({*map(Path, brought), *(f for kind in ("*.py", "*.toml") for f in HERE.rglob(kind))}))
    return hashlib.sha256(json.dumps([definitions(), code], sort_keys=True).encode()).hexdigest()


def _sum(files: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        total.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()[:SHOWN]


@cache
def metric_code(function: Callable[..., Any]) -> str:
    """A checksum of what a metric does: its own code and that of the helpers of its module, without comments and docstrings.

    It is the check on versions: code that changed under an unchanged version is told by `diff`.
    """
    seen: dict[str, str] = {}
    _collect(function, seen)
    return hashlib.sha256("\n".join(f"{k}\n{v}" for k, v in sorted(seen.items())).encode()).hexdigest()[:SHOWN]


def _collect(thing: Any, seen: dict[str, str]) -> None:
    if thing.__qualname__ in seen:
        return
    seen[thing.__qualname__] = _bare(thing)
    home = inspect.getmodule(thing)
    for name in sorted(_names(getattr(thing, "__code__", None))):
        used = getattr(home, name, None)
        if inspect.isfunction(used) and used.__module__.startswith(f"{__package__}.metrics"):
            _collect(used, seen)
        elif isinstance(used, int | float | str | tuple | frozenset | set):
            seen[f"{thing.__module__}.{name}"] = repr(sorted(used, key=str) if isinstance(used, set | frozenset) else used)


@cache
def _bare(thing: Any) -> str:
    """The code of a function or class without comments and docstrings."""
    tree = ast.parse(dedent(inspect.getsource(thing)))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.unparse(tree)


def _names(code: CodeType | None) -> set[str]:
    """The global names a function and the functions inside it use."""
    if code is None:
        return set()
    inner = [c for c in code.co_consts if isinstance(c, CodeType)]
    return set(code.co_names).union(*(_names(c) for c in inner))
