"""From one form to another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..addresses import place
from . import Dates, Inputs, command, console


@command()
def convert(
    inputs: Inputs,
    to: Annotated[str, typer.Option(help="The form: jsonl, parquet (a message a row), convokit (a folder), vcon (a folder, or a file that ends in .jsonl).")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file or folder to write; an earlier one of this form is replaced as a whole.")],
    format: Annotated[str | None, typer.Option(help="The reader, where the file does not say (textmetrics list readers).")] = None,
    map: Annotated[Path | None, typer.Option(help="A map of columns (TOML); map.toml beside a file is found by itself.", parser=place, metavar="PATH")] = None,
    roles: Annotated[Path | None, typer.Option(help="Who is what: a TOML file with [roles] author = role.", parser=place, metavar="PATH")] = None,
    dates: Dates = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No closing line.")] = False,
) -> None:
    """Write any readable input in another form."""
    from ..cleaning import printable
    from ..conversion import convert as write

    made = write(*inputs, to=to, out=out, format=format, map=map, roles=roles, dates=dates)
    if not quiet:
        problems = len(made.problems)
        print_ = console(stderr=True).print
        print_(f"{made.conversations:,} conversations, {made.messages:,} messages, {problems:,} problem{'' if problems == 1 else 's'} -> {made.path}", soft_wrap=True)
        for problem in made.problems[:3]:
            print_(printable(f"  {problem}")[:300], soft_wrap=True)
    raise typer.Exit(1 if made.problems else 0)
