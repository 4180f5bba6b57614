"""What a file is."""

from __future__ import annotations

import typer

from . import Inputs, command, console


@command()
def formats(inputs: Inputs) -> None:
    """Say which reader reads a file, and why."""
    from rich.table import Table
    from rich.text import Text

    from ..cleaning import printable
    from ..recognition import formats as recognise

    found = recognise(*inputs)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("file", "reader", "why"):
        table.add_column(name, overflow="fold")
    for one in found:
        reasons = [reason if one.reader else f"{name}: {reason}" for name, reason in one.reasons.items()]
        why = "\n".join([*reasons, *([one.advice] if one.advice else [])])
        table.add_row(Text(printable(one.source)), Text(one.reader or ("skipped" if one.skipped else "not known"), "bold" if one.reader else "dim" if one.skipped else "yellow"), Text(printable(why)))
    console().print(table)
    raise typer.Exit(0 if all(one.reader or one.skipped for one in found) else 1)
