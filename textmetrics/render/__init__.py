"""Shows results; computes nothing."""

from collections.abc import Mapping
from typing import Any

# the files of metrics, in the order and under the questions in which people read them
FAMILIES = {
    "resolution": "did it work?",
    "ladder": "used, or only thanked for?",
    "answerers": "whose answers worked?",
    "deadlines": "in time?",
    "waiting": "how long did they wait?",
    "backlog": "what waits still?",
    "service": "how soon were they answered?",
    "leaving": "who left before?",
    "staffed": "and in opening hours?",
    "public": "were they heard in public?",
    "promises": "were promises kept?",
    "experience": "was it as they expected?",
    "understanding": "were they understood?",
    "effort": "how hard was it?",
    "mood": "how did they feel?",
    "behaviour": "what were they told?",
    "approval": "what did others think?",
    "operations": "what did the work take?",
    "volume": "how much is there?",
}


def beside(row: Mapping[str, Any]) -> str:
    """What stands beside the n of an estimate: how many are open or silent, and how many were left out as too young.

    >>> beside({"n_open": 16, "estimate": "bounds", "n_young": 3})
    '16 silent, 3 young'
    """
    told = ((row["n_open"], "silent" if row["estimate"] == "bounds" else "open"), (row["n_young"], "young"))
    return ", ".join(f"{n:,} {what}" for n, what in told if n)
