"""What becomes of every file of some folders: reader, messages, conversations, roles, first and last time, problems, seconds per MB.

    python benchmarks/formats.py FOLDER... [--csv FILE]

Each file is read by itself, without a flag. A crash, more than 2 s per MB, a file of which nothing comes without a word, or a message that is neither
in a conversation nor among the problems would be a defect: they are counted at the end.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import Counter
from pathlib import Path

import textmetrics as tm
from textmetrics.errors import TextmetricsError

SLOW = 2.0  # s per MB
LEAST = 0.25  # MB a file counts as, so that opening one is not taken for reading it
SILENT, LOST = "NOTHING CAME OF IT", "MESSAGES ARE LOST"
COLUMNS = ("file", "reader", "messages", "conversations", "left out", "roles", "first", "last", "problems", "s per MB", "what was said")


def read(path: Path) -> dict[str, object]:
    """What one file came to."""
    begun = time.process_time()
    row: dict[str, object] = dict.fromkeys(COLUMNS, "")
    try:
        reading = tm.read(path)
        conversations = list(reading)
    except TextmetricsError as error:
        row |= {"reader": "-", "what was said": str(error)[-120:]}
    except Exception as error:  # what this looks for
        row |= {"reader": "CRASH", "what was said": f"{type(error).__name__}: {error}"[:160]}
    else:
        people = Counter(p.role for c in conversations for p in c.participants)
        times = [m.sent_at for c in conversations for m in c.messages if m.sent_at]
        row |= {
            "reader": "/".join(sorted({str(i["reader"]) for i in reading.inputs})) or "-",
            "messages": sum(len(c.messages) for c in conversations),
            "conversations": len(conversations),
            "left out": reading.counts.left_out,
            "roles": " ".join(f"{role}:{n}" for role, n in sorted(people.items())),
            "first": f"{min(times):%Y-%m-%d %H:%M}" if times else "",
            "last": f"{max(times):%Y-%m-%d %H:%M}" if times else "",
            "problems": len(reading.problems),
            "what was said": str(reading.problems[0].reason)[:120] if reading.problems else "",
        }
        counts = reading.counts
        if not row["messages"] and not row["problems"] and not row["left out"]:
            row["what was said"] = SILENT
        elif counts.records != counts.kept + counts.merged + counts.set_aside or counts.kept != row["messages"]:
            row["what was said"] = f"{LOST}: {counts}"
    row["s per MB"] = round((time.process_time() - begun) / max(LEAST, path.stat().st_size / 1e6), 2)
    return row


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folders", nargs="+", type=Path)
    asked.add_argument("--csv", type=Path)
    given = asked.parse_args()
    tm.review([{"text": "warm", "role": "customer"}])
    rows = []
    for folder in given.folders:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            rows.append(read(path) | {"file": str(path.relative_to(folder.parent))})
    with given.csv.open("w", newline="", encoding="utf-8") if given.csv else sys.stdout as out:
        writer = csv.DictWriter(out, COLUMNS, delimiter="," if given.csv else "\t")
        writer.writeheader()
        writer.writerows(rows)
    crashes, slow = [r for r in rows if r["reader"] == "CRASH"], [r for r in rows if float(str(r["s per MB"])) > SLOW]
    silent, lost = [r for r in rows if r["what was said"] == SILENT], [r for r in rows if str(r["what was said"]).startswith(LOST)]
    print(f"{len(rows)} files: {len(crashes)} crashes, {len(slow)} slower than {SLOW:g} s per MB, {len(silent)} silent, {len(lost)} that lose messages", file=sys.stderr)
    for r in (*crashes, *slow, *silent, *lost):
        print(f"  {r['file']}: {r['reader']} {r['s per MB']} {r['what was said']}", file=sys.stderr)


if __name__ == "__main__":
    main()
