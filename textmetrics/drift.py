"""Whether a detector was worth the same in the earlier and the later half of an archive: what people wrote about may have changed under it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from .corrections import FEWEST_READ, Ratio, Read, sensitivity, specificity

Item = tuple[str, float, float]  # conversation, weight, how far people say yes


def halves(said: Mapping[str, str], closed: Mapping[str, datetime | None], items: Sequence[Item]) -> list[dict[str, Any]]:
    """Sensitivity and specificity in each half of an archive, cut where half of its conversations are over; nothing where a half was hardly read."""
    dated = sorted((at, i) for i in said if (at := closed[i]) is not None)
    if not dated:
        return []
    middle = dated[len(dated) // 2][0]
    found = []
    for early in (True, False):
        ids = {i for at, i in dated if (at < middle) is early}
        mine = [item for item in items if item[0] in ids]
        if len(mine) < FEWEST_READ:
            return []
        sizes = Counter(said[i] for i in ids)
        read = Read(np.array([said[i] for i, _, _ in mine], object), np.array([w for _, w, _ in mine]))
        yes = np.array([y for _, _, y in mine])
        days = sorted(at.date().isoformat() for at, i in dated if i in ids)
        measured = {f.__name__: _told(f(sizes, ["yes"], read, yes)) for f in (sensitivity, specificity)}
        found.append({"from": days[0], "to": days[-1], "read": len(mine)} | measured)
    return found


def drifted(parts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Which of the two changed from one half to the other by more than chance: their intervals lie apart."""
    if len(parts) < 2:
        return []
    pairs = {name: (parts[0][name], parts[1][name]) for name in ("sensitivity", "specificity")}
    return [name for name, (a, b) in pairs.items() if a and b and (a["high"] < b["low"] or b["high"] < a["low"])]


def _told(r: Ratio | None) -> dict[str, float] | None:
    return None if r is None else {"value": r.value, "low": r.low, "high": r.high}
