"""The same archive mined in many ways, which must all write the same bytes.

    python benchmarks/equality.py [INPUT ...] [--workers 1 2 3]

Every number of workers, and a Dask cluster of this machine where it is installed, by what may differ from run to run: hash seed, time zone, locale, the order in which files
are named, the messages of a part. One line a run: how, and a checksum over all files that it wrote; the exit code says whether there is but one.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

CORPORA = sorted(str(p) for p in (Path(__file__).parent.parent / "corpora").iterdir() if p.is_dir())
MACHINES = (
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Apia", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", "LC_ALL": "POSIX"},
)
SIZES = (2000, 50, 333)  # messages of a part
CUT = "import sys; from textmetrics import cli, parts; parts.SIZE = int(sys.argv.pop(1)); sys.exit(cli.main(sys.argv[1:]))"


def checksum(folder: Path) -> str:
    """A checksum over the names and bytes of all files of a folder."""
    total = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        total.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()[:16]


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("inputs", nargs="*", default=CORPORA)
    asked.add_argument("--workers", type=int, nargs="+", default=[1, 2, 3])
    given = asked.parse_args()
    engines = [["--workers", str(n)] for n in given.workers] + ([["--cluster", "local", "--workers", "2"]] if find_spec("distributed") else [])
    found: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        for engine in engines:
            for n, (machine, size) in enumerate(zip(MACHINES, SIZES, strict=True)):
                inputs = given.inputs[::-1] if n % 2 else given.inputs
                out, begun = Path(folder) / f"{len(found)}-{time.monotonic_ns()}", time.monotonic()
                command = [sys.executable, "-c", CUT, str(size), "mine", *inputs, "--out", str(out), "--quiet", *engine]
                done = subprocess.run(command, env=os.environ | machine, stderr=subprocess.PIPE, text=True)
                if done.returncode not in (0, 1):
                    sys.exit(done.stderr)
                found.add(sum_ := checksum(out))
                how = [" ".join(engine).replace("--", ""), *(f"{k}={v}" for k, v in machine.items()), "files in reverse" if n % 2 else "files in order", f"parts of {size}"]
                print(f"{sum_}  {', '.join(how)} ({time.monotonic() - begun:.0f} s)", flush=True)
    print(f"{len(engines) * len(MACHINES)} runs, {len(found)} checksum{'s' * (len(found) != 1)}")
    return len(found) != 1


if __name__ == "__main__":
    sys.exit(main())
