"""Have people read a sample, and correct rates by what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import Folder, command, console


@command("review")
def draw_sheet(
    folder: Folder,
    sample: Annotated[int, typer.Option(help="How many conversations to draw for each question.")] = 200,
    of: Annotated[list[str] | None, typer.Option(help="A share metric or a finding to ask about; may be given again. Default: those of --keep, or resolution.")] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="The sheet: .csv or .xlsx.")] = Path("review.csv"),
    keep: Annotated[Path | None, typer.Option(help="An earlier sheet of this run: its verdicts are carried over into the larger one.")] = None,
    seed: Annotated[int, typer.Option(help="Another number draws other conversations.")] = 1,
) -> None:
    """Draw conversations for people to read: a sheet to fill in."""
    from .. import sheets
    from ..questions import question
    from ..report import Report
    from ..sampling import draw

    report = Report.load(folder)
    kept = sheets.read(keep) if keep else []
    names = of or list(dict.fromkeys(v.question for v in kept)) or ["resolution"]
    drawn = [d for name in names for d in draw(report, question(name), sample, seed=seed)]
    sheets.write(out, sheets.rows(report, drawn, kept))
    say = console(stderr=True)
    strata = len({(d.question, d.stratum) for d in drawn})
    say.print(f"{len(drawn):,} conversations from {strata:,} strata (channel, language, answer of the detector, period) -> {out}", soft_wrap=True)
    if kept:
        again = len({(v.question, v.conversation) for v in kept} & {(d.question, d.conversation) for d in drawn})
        say.print(f"{again:,} of {len(kept):,} rows carried over from {keep}", soft_wrap=True)
    say.print("Fill in 'verdict' (and, by somebody else, 'second_verdict'); then: textmetrics calibrate DIR SHEET", soft_wrap=True)


@command("calibrate")
def calibrate_run(
    folder: Folder,
    sheet: Annotated[Path, typer.Argument(help="The filled sheet; or the detector_cards.json of another run of the same detector.")],
    method: Annotated[str, typer.Option(help="How rates are corrected: prediction-powered or rogan-gladen.")] = "prediction-powered",
    target: Annotated[float, typer.Option(help="Half-width of an interval to say for how many more must be read.")] = 0.05,
) -> None:
    """Say what the detector is worth by what people read, and correct its rates."""
    from .. import calibration, sheets
    from ..render.calibration import calibration as render
    from ..report import Report

    report = Report.load(folder)
    if sheet.suffix.lower() == ".json":
        found = calibration.apply_cards(report, calibration.load_cards(sheet))
    else:
        found = calibration.calibrate(report, sheets.read(sheet), method=method, target=target)
    calibration.write(folder, report, found, sheet)
    console().print(render(found))
    console(stderr=True).print(f"wrote {folder / 'calibration.json'} and {folder / calibration.CARDS}; the summary shows the rates", soft_wrap=True)
