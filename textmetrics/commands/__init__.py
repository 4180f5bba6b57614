"""Further commands of the command line, one file a subject, found by a folder walk.

To add one, put a module here with a function decorated ``@command()``; its signature is Typer's, its docstring the help. Heavy things are imported
inside the function, so that ``textmetrics --help`` stays quick. Here, as in cli.py, output is printed (through `console`); errors are raised, never printed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Annotated, Any, TextIO, TypeVar

import typer

from ..addresses import place

if TYPE_CHECKING:
    from rich.console import Console

F = TypeVar("F", bound=Callable[..., Any])
Inputs = Annotated[list[str], typer.Argument(help="Files, folders, globs, zip archives, addresses (s3://...), or - for standard input; .gz, .bz2, .zst too.")]
Dates = Annotated[str | None, typer.Option(help="How dates of numbers are read where those of a file do not tell: dmy, mdy or ymd (day, month, year).")]
Folder = Annotated[Path, typer.Argument(help="A folder that mine wrote, here or behind an address.", parser=place, metavar="FOLDER")]
_COMMANDS: dict[str, Callable[..., Any]] = {}


def command(name: str | None = None) -> Callable[[F], F]:
    """Register a command under the name of its function, or another."""

    def register(function: F) -> F:
        _COMMANDS[name or function.__name__] = function
        return function

    return register


def add_to(app: typer.Typer) -> None:
    """Give an app every command of this folder."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    for name, function in sorted(_COMMANDS.items()):
        app.command(name=name)(function)


def console(*, stderr: bool = False) -> Console:
    """Where a command prints: markup and emoji codes of a transcript stay text."""
    from rich.console import Console

    class Screen(Console):
        def on_broken_pipe(self) -> None:
            unheard(sys.stderr if stderr else sys.stdout)
            if not stderr:
                raise typer.Exit

    return Screen(stderr=stderr, highlight=False, emoji=False, markup=False)


def unheard(stream: TextIO) -> None:
    """Nobody reads what is printed here any more: it goes nowhere from now on."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
