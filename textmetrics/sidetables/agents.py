"""Surveys of the people who answer: by team only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..sources import Source
from ..types import Problem
from . import Row, cells, heading, instrument, number, plain, sidetable

FEWEST_TO_KEEP = 5  # answers of a smaller team are not even written: whoever knows the team could tell who said what
OWN = ("survey wave", "wave", "agent id", "agent", "employee id", "team", "group", "tenure months", "comment", "comments")


def _claims(source: Source) -> bool:
    names = heading(source)
    return "team" in names and bool({"survey wave", "wave", "agent id", "employee id"} & set(names)) and any(re.search(r"enps|1 5|1 7|0 10", n) for n in names)


@sidetable("agent_surveys", claims=_claims)
def agent_surveys(source: Source) -> Iterator[Row | Problem]:
    """Surveys of agents, as CSV: ``survey_wave, team`` and a column a question with its scale (``(1-5)``, ``eNPS (0-10)``).

    Who answered is not kept, nor are comments. Teams of fewer than five answers in a wave are left out, and said so.
    """
    rows = cells(source)
    first = next(rows, [])
    told = [plain(n) for n in first]
    asked = [i for i, n in enumerate(told) if n not in OWN]
    body = [r for r in rows if any(r)]
    groups: dict[tuple[str, str, int], list[tuple[int, float]]] = {}
    for record, row in enumerate(body, start=1):
        if len(row) != len(first):
            yield Problem(source.name, f"has {len(row)} cells where the header has {len(first)}", record=record)
            continue
        cell = dict(zip(told, row, strict=True))
        for i in asked:
            if (value := number(row[i])) is not None:
                groups.setdefault((cell["team"], cell.get("survey wave") or cell.get("wave") or "", i), []).append((record, value))
    few = sorted({f"{team} ({wave})" for (team, wave, _), answers in groups.items() if len(answers) < FEWEST_TO_KEEP})
    for (team, wave, i), answers in groups.items():
        k = instrument(first[i])
        for value in sorted(v for _, v in answers) if len(answers) >= FEWEST_TO_KEEP else ():
            yield {"team": team, "wave": wave, "question": first[i], "scale_min": k.low, "scale_max": k.high, "value": value}
    if few:
        yield Problem(source.name, f"fewer than {FEWEST_TO_KEEP} answers, left out so that nobody is known by them: {', '.join(few)}", kept=True)
