"""Kill a run at random moments, go on with it, and hold what comes out against a run that nobody disturbed.

    python benchmarks/kills.py [--kills 50] [--workers 2]

Each round kills (SIGKILL) a run with a fresh output up to three times, at moments drawn over its whole length, then lets it end. Counted are the rounds whose tables are
the same bytes, and those that left a file beside them.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHATS = Path(__file__).parent.parent / "corpora" / "live_chat"
SMALL = "import sys; from textmetrics import cli, parts; parts.SIZE = 50; sys.exit(cli.main(sys.argv[1:]))"  # parts small enough that kills fall between them


def start(out: Path, workers: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", SMALL, "mine", str(CHATS), "--out", str(out), "--resume", "--quiet", "--workers", str(workers)]
    return subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=50)
    asked.add_argument("--workers", type=int, default=1)
    given = asked.parse_args()
    rng, kills, rounds, same, stray, after = random.Random(1), 0, 0, 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole"
        begun = time.monotonic()
        start(whole, given.workers).wait()
        length, expected = time.monotonic() - begun, files(whole)
        while kills < given.kills:
            rounds += 1
            place = Path(folder) / f"round{rounds}"
            place.mkdir()
            for _ in range(min(rng.randint(1, 3), given.kills - kills)):
                run = start(place / "out", given.workers)
                try:
                    run.wait(rng.uniform(0.2, 1.05) * length)
                except subprocess.TimeoutExpired:
                    os.killpg(run.pid, signal.SIGKILL)
                    run.wait()
                    kills += 1
                    after += len(list(place.glob(".out.work/*.part")))
            start(place / "out", given.workers).wait()
            same += files(place / "out") == expected
            stray += [p.name for p in place.iterdir()] != ["out"]
    print(f"{kills} kills in {rounds} runs of {length:.1f} s ({given.workers} workers): {same} of {rounds} runs the same bytes, {stray} with a stray file; {after} finished parts were found again")


if __name__ == "__main__":
    main()
