"""How far corrected rates are from the truth, on conversations that are labelled throughout: python benchmarks/calibration.py FOLDER

FOLDER holds SET.messages.jsonl (the generic form) and SET.labels.jsonl (conversation_id, resolution, labels: message -> [gold label]). Reviewers are
played by the labels: many samples of 150 conversations are drawn, each corrects the rates, and each is held to the labels of all.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

import textmetrics as tm
from textmetrics.questions import answers, question
from textmetrics.sampling import draw
from textmetrics.sheets import Verdict

DRAWS, SAMPLE = 60, 150
LABELS = {"churn_threats": "CH-", "redirected": "RD", "prior_contacts": "PC", "solution": "SO", "rephrase_request": "RR", "apology": "AP"}
RESOLUTION = {"confirmed": "yes", "rejected": "no", "silent": "silent"}


def told(name: str, row: dict) -> str:
    if name == "resolution":
        return RESOLUTION[row["resolution"]]
    return "yes" if any(LABELS[name] in found for found in row["labels"].values()) else "no"


def main(folder: Path) -> None:
    sets = [p for p in sorted(folder.glob("*.labels.jsonl")) if "only" not in json.loads(p.open(encoding="utf-8").readline())]
    rows = [json.loads(line) for p in sets for line in p.read_text(encoding="utf-8").splitlines()]
    gold = {r["conversation_id"]: r for r in rows}
    report = tm.analyze(tm.read(*(str(p).replace(".labels.", ".messages.") for p in sets)), metrics=["resolution", *list(LABELS)[:3]])
    channels = dict(zip(*(report.arrow("conversations")[c].to_pylist() for c in ("conversation_id", "channel")), strict=True))
    raw, corrected, held = [], [], []
    for name in ["resolution", *LABELS]:
        said = answers(report, question(name))
        cells: dict[str, list[dict]] = {}
        for seed in range(DRAWS):
            given = [Verdict(name, d.conversation, d.probability, told(name, gold[d.conversation]), None, None) for d in draw(report, question(name), SAMPLE, seed=seed)]
            for cell in tm.calibrate(report, given)[name]["cells"]:
                if cell["language"] is None:
                    cells.setdefault(cell["channel"], []).append(cell)
        for channel, found in sorted(cells.items()):
            verdicts = [told(name, gold[i]) for i in said if channels[i] == channel]
            yes, most = np.mean([v == "yes" for v in verdicts]), np.mean([v in ("yes", "silent") for v in verdicts])
            fixed = [c["corrected"] for c in found if "corrected" in c]
            line = f"{name:18} {channel:10} n {len(verdicts):4}  truth {yes:.3f}  as found {found[0]['raw']['value']:.3f}  refused {len(found) - len(fixed):2} of {len(found)}"
            if fixed:
                errors = [abs(f["value"] - yes) for f in fixed]
                inside = [f["low"] <= yes and most <= f["high"] for f in fixed]
                line += f"  corrected is off by {np.mean(errors):.3f}  interval holds it {sum(inside)} of {len(inside)}"
                raw.append(abs(found[0]["raw"]["value"] - yes))
                corrected.append(np.mean(errors))
                held += inside
            print(line)
    print(f"mean error over {len(raw)} rates: as found {np.mean(raw):.3f}, corrected {np.mean(corrected):.3f}; intervals hold the truth {sum(held)} of {len(held)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
