"""How good the detectors are, on labelled conversations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from . import command, console


@command()
def evaluate(
    target: Annotated[Path, typer.Argument(help="A folder of labelled archives, a file of labels beside its messages, or, with --labels, an archive or a folder that mine wrote.")],
    labels: Annotated[Path | None, typer.Option(help="Your own labels: JSON Lines with conversation_id and labels {message id: [label, ...]}.")] = None,
    rules_only: Annotated[bool, typer.Option("--rules-only", help="Use no trained model.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures for a program.")] = False,
) -> None:
    """Hold the detectors against labels: precision, recall, F1, overlaps, conflicts, the most confident errors."""
    from .. import evaluation, pipeline
    from ..annotation import Settings
    from ..evidence import conversations_of
    from ..report import Report

    pairs = [(target, labels)] if labels is not None else list(evaluation.archives(target))
    conversations, read = [], []
    for data, path in pairs:
        conversations += conversations_of(Report.load(data)) if (Path(data) / "run.json").is_file() else list(pipeline.read(data))
        read += evaluation.read_labels(path)
    found = evaluation.evaluate(conversations, read, settings=Settings(rules_only=rules_only), names={path.parent.name for _, path in pairs})
    if as_json:
        print(json.dumps(found.to_dict(), ensure_ascii=True))
    else:
        console().print(found)
