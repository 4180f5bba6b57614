"""Promises and deadlines, and what became of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import Folder, command, console


@command("promises")
def show_promises(
    folder: Folder,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the whole ledger to this CSV file instead, a row a promise or deadline.")] = None,
    conversations: Annotated[int, typer.Option(help="How many conversations to name for each figure.")] = 2,
) -> None:
    """Show what was promised and by when customers needed it: kept, late, broken, open, time unknown."""
    from .. import promises
    from ..render.figures import sections
    from ..report import Report

    report = Report.load(folder)
    if out is None:
        console().print(sections(promises.promises(report), conversations=conversations))
    else:
        entries = promises.ledger(report)
        promises.write(entries, out)
        console(stderr=True).print(f"wrote {len(entries):,} rows to {out}", soft_wrap=True)
