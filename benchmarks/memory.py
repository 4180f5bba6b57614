"""What an archive and its multiples cost in memory: the highest resident size of `mine`, worker processes included each by itself.

    python benchmarks/memory.py [INPUT ...] [--map FILE] [--times 1 2 4 8] [--workers 1]

Copies of the input (the demonstration archives, where none is named) are written as JSON Lines under fresh ids, so that each counts as other conversations of other
customers. Each multiple is mined by a process of its own, everything on, all tables written.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import textmetrics as tm
from textmetrics.generic import rows, short

CORPORA = sorted(str(p) for p in (Path(__file__).parent.parent / "corpora").iterdir() if p.is_dir())
IDS = ("conversation_id", "message_id", "reply_to", "customer_id", "case_id")


def multiply(inputs: list[str], map_: str | None, times: int, path: Path) -> int:
    """Write so many copies; the number of messages."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for copy in range(times):
            for conversation in tm.read(*inputs, map=map_):
                for row in rows(conversation):
                    given = {**short(row), **{name: f"{row[name]}~{copy}" for name in IDS if row[name] is not None}}
                    file.write(json.dumps(given, ensure_ascii=False) + "\n")
                    count += 1
    return count


def peak(path: Path, out: Path, workers: int) -> tuple[float, float]:
    """The highest resident size of a run in MB, of whichever of its processes took most, and its seconds."""
    begun = time.monotonic()
    run = subprocess.Popen([sys.executable, "-m", "textmetrics", "mine", str(path), "--out", str(out), "--quiet", "--workers", str(workers)])
    _, status, used = os.wait4(run.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"the run ended with {os.waitstatus_to_exitcode(status)}")
    return used.ru_maxrss / 1024, time.monotonic() - begun


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("inputs", nargs="*", default=CORPORA)
    asked.add_argument("--map")
    asked.add_argument("--times", nargs="+", type=int, default=[1, 2, 4, 8])
    asked.add_argument("--workers", type=int, default=1)
    given = asked.parse_args()
    print("| times | messages | file, MB | peak, MB | of the first | s |\n|---|---|---|---|---|---|")
    first = 0.0
    for times in given.times:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "messages.jsonl"
            messages = multiply(given.inputs, given.map, times, path)
            size = path.stat().st_size / 1e6
            highest, seconds = peak(path, Path(folder) / "out", given.workers)
        first = first or highest
        print(f"| {times} | {messages:,} | {size:,.0f} | {highest:,.0f} | {highest / first:.2f} | {seconds:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
