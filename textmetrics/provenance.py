"""What two runs say of themselves: what may have changed between them, and what cannot have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .definitions import definitions
from .report import Report


class Provenance:
    """What the two runs say of themselves, and what may therefore have changed."""

    def __init__(self, old: Report, new: Report) -> None:
        self.old, self.new = old, new
        self.a, self.b = (r.run.get("definitions", {}) for r in (old, new))
        self.known = bool(self.a and self.b)
        self.settings = [{k: v for k, v in r.run.get("settings", {}).items() if k != "metrics"} for r in (old, new)]
        self.detection = not self.known or self.settings[0] != self.settings[1] or any(differ(self.a, self.b, *path) for path in (("models",), ("code", "detection"))) or bool(
            self.packs("languages/")
        )
        self.moved_cut = old.run.get("as_of") != new.run.get("as_of")
        self.shared = bool(self.packs("channels/")) or differ(self.a, self.b, "code", "measuring")

    def packs(self, kind: str) -> list[str]:
        """The packs of one kind that differ."""
        a, b = (d.get("packs", {}) for d in (self.a, self.b))
        return sorted(k for k in {*a, *b} if k.startswith(kind) and a.get(k) != b.get(k))

    def definition(self, metric: str) -> bool:
        """Whether a metric may be defined otherwise in the two."""
        return not self.known or self.shared or differ(self.a, self.b, "metrics", metric)

    def installed(self, metrics: Sequence[str]) -> list[str]:
        """Those of some metrics whose definition in the later run is the one installed here: they can be put to the findings of the earlier."""
        if not metrics or not self.known:
            return []
        here = definitions()
        return [m for m in metrics if not differ(here, self.b, "metrics", m) and not differ(here, self.b, "code", "measuring") and m in here["metrics"]]

    def reasons(self) -> Iterable[str]:
        """What changed in inputs and definitions, in words."""
        files = [{i["sha256"]: i["name"] for i in r.run.get("inputs", [])} for r in (self.old, self.new)]
        for here, there, word in ((files[1], files[0], "new"), (files[0], files[1], "gone")):
            if names := sorted(here[k] for k in here.keys() - there.keys()):
                yield f"data: {word}, or with other content: {', '.join(names[:4])}{f' and {len(names) - 4} more' if len(names) > 4 else ''}"
        if self.moved_cut:
            yield f"data: cut at {self.new.run.get('as_of')}, before at {self.old.run.get('as_of')}"
        if not self.known:
            yield "definitions: one of the runs does not say what it was measured by (made before runs said so): detector and definition cannot be told apart"
            return
        if differ(self.a, self.b, "code", "reading"):
            yield "reading: the code that reads exports changed"
        for name in sorted({*self.a["models"], *self.b["models"]}):
            if differ(self.a, self.b, "models", name):
                yield f"detector: model {name} {self.a['models'].get(name, 'none')} -> {self.b['models'].get(name, 'none')}"
        for pack in self.packs("languages/"):
            yield f"detector: pack {pack} changed"
        if differ(self.a, self.b, "code", "detection"):
            yield "detector: the code that finds changed"
        for key in sorted({*self.settings[0], *self.settings[1]}):
            if self.settings[0].get(key) != self.settings[1].get(key):
                yield f"detector: setting {key} {self.settings[0].get(key)!r} -> {self.settings[1].get(key)!r}"
        for pack in self.packs("channels/"):
            yield f"definition: pack {pack} changed"
        if differ(self.a, self.b, "code", "measuring"):
            yield "definition: the code that all metrics share changed"
        for name in sorted({*self.a["metrics"], *self.b["metrics"]}):
            a, b = self.a["metrics"].get(name), self.b["metrics"].get(name)
            if a is None or b is None:
                yield f"definition: {name} is {'new' if a is None else 'gone'}"
            elif a["version"] != b["version"]:
                yield f"definition: {name} version {a['version']} -> {b['version']}"
            elif a != b:
                yield f"definition: {name} has other code under the same version {a['version']}"


def differ(a: Mapping[str, Any], b: Mapping[str, Any], *path: str) -> bool:
    """Whether two runs' definitions differ at a place; what neither holds is no difference."""
    for key in path:
        a, b = (d.get(key) or {} for d in (a, b))
    return a != b
