#!/usr/bin/env python3
"""Write down what the model of findings gets most confidently wrong, by label, cross-validated: ids only, to models/findings/errors.jsonl.

    python models/findings/errors.py           with ../shared beside the checkout (or $TEXTMETRICS_SHARED); errors.md says what was learned from reading them
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))

import material  # noqa: E402
from train import Data, judge  # noqa: E402

from textmetrics import models  # noqa: E402

MOST = 8  # of each kind, by label


def main() -> None:
    data = Data([*material.gold("train"), *material.labelled(), *material.written()])
    limits = models.load("findings").card["thresholds"]
    rows = []
    for _, one, _ in judge(data):
        fair = data.fair(one.places)
        for key in one.keys:
            truth, mine = data.truth(one.places, key), fair & data.judged(one.places, key)
            chances = np.array([data.views[c].chances[i][key] for c, i in one.places])
            for kind, wrong, order in (("false alarm", mine & ~truth & (chances >= limits[key]), -chances), ("missed", mine & truth & (chances < limits[key]), chances)):
                at = sorted(np.nonzero(wrong)[0], key=lambda k: (order[k], one.places[k]))[:MOST]
                for c, i in (one.places[k] for k in at):
                    rows.append({"label": key, "error": kind, "set": data.items[c].set, "message_id": data.items[c].conversation.messages[i].id, "chance": round(float(data.views[c].chances[i][key]), 3)})
    (HERE / "errors.jsonl").write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
    print(f"{len(rows)} errors")


if __name__ == "__main__":
    main()
