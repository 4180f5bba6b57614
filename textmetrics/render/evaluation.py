"""An evaluation of the detectors for a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..cleaning import printable
from ..evaluation import Error, Evaluation

FEW = 5  # times a label must be there for its F1 to be told
SHOWN = 220  # characters of a message


def evaluation(e: Evaluation) -> Group:
    """Detector by detector, then overlaps and conflicts, then the most confident errors with their text."""
    parts: list[RenderableType] = [Text(f"{e.conversations:,} labelled conversations, {e.messages:,} messages of customers and responders", "bold"), _scores(e)]
    if e.macro_f1 is not None:
        parts.append(Text(f"macro F1 of labels that are there at least {FEW} times: {e.macro_f1:.2f}"))
    for name, told in (("mood", e.mood), ("resolution", e.resolution), ("request type", e.request_type)):
        if told:
            parts.append(Text(f"{name}: " + ", ".join(f"{k} {v:,.0f}" if k == "n" else f"{k} {v:.2f}" for k, v in told.items())))
    parts += _pairs("found together on one message", e.overlaps, "and")
    parts += _pairs("one is there, another was found in its place", e.conflicts, "as")
    if e.errors:
        parts += [Text("\nthe most confident errors", "bold"), *(_error(one) for one in e.errors)]
    if e.seen:
        parts.append(Text(f"\nthe model was trained on {', '.join(e.seen)}: on other conversations it does less well (see its card, or README)", "yellow"))
    if e.unknown:
        parts.append(Text(f"\nlabels without their conversation or message: {len(e.unknown):,}, the first: {printable(e.unknown[0])[:80]}", "yellow"))
    return Group(*parts)


def _scores(e: Evaluation) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("label", no_wrap=True)
    for name in ("n", "found", "prec.", "recall", "F1", "95 %", "cover"):
        table.add_column(name, justify="right", no_wrap=True)
    for s in e.scores:
        told = s.n >= FEW
        table.add_row(
            Text(s.key),
            f"{s.n:,}",
            f"{s.found:,}",
            _two(s.precision),
            _two(s.recall),
            _two(s.f1) if told else "few",
            f"{s.low:.2f}-{s.high:.2f}" if told and s.low is not None and s.high is not None else "",
            f"{s.coverage:.1%}",
        )
    return table


def _two(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _pairs(title: str, pairs: tuple[tuple[str, str, int], ...], word: str) -> list[RenderableType]:
    if not pairs:
        return []
    return [Text(f"\n{title}", "bold"), *(Text(f"  {n:>4}  {a} {word} {b}") for a, b, n in pairs)]


def _error(one: Error) -> Padding:
    line = Text(f"{'found' if one.found else 'missed'} {one.key}", "red" if one.found else "yellow")
    line.append(f"  sure by {one.confidence:.2f}  {printable(one.conversation_id)} {printable(one.message_id)}\n", "dim")
    if one.before:
        line.append(f"after: {_cut(one.before)}\n", "dim")
    line.append(_cut(one.text))
    return Padding(line, (0, 0, 0, 2))


def _cut(text: str) -> str:
    text = printable(" ".join(text.split()))
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
