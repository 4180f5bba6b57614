"""The only door to trained models: folders of plain arrays under models/, never pickles.

    models/<name>/model.toml    the card: what it is, trained on what, licence, how well it does, checksum of the arrays
    models/<name>/model.npz     the arrays: names of features, weights, calibration
    models/<name>/train.py      makes both anew

A model is found in ``$TEXTMETRICS_MODELS``, in the installed package, or beside the package in a checkout.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from . import packs
from .errors import ModelError, UnknownName
from .words import STEM

if TYPE_CHECKING:
    import numpy as np

FORM = 1  # the layout of arrays this code reads
NEEDED = ("name", "task", "form", "languages", "trained_on", "licence", "sha256")
Features = Mapping[str, float]


def folders() -> list[Path]:
    """Where models are looked for, in order."""
    own = os.environ.get("TEXTMETRICS_MODELS")
    here = Path(__file__).parent
    return [*([Path(own)] if own else []), here / "models_data", here.parent / "models"]


def names() -> list[str]:
    """The models that are there."""
    return sorted({card.parent.name for folder in folders() for card in folder.glob("*/model.toml")})


class Linear(Struct, frozen=True):
    """Weights of named features for a row of outputs, with what makes their sums probabilities.

    ``index``: feature name -> row of ``weights`` (features x outputs, float32); ``knots``: output -> (sums, probabilities), two rising rows
    between which a sum is interpolated; an output without knots goes through the logistic function. ``words``, ``stems`` and ``pairs`` are the
    rows of the features that ``words.of_words`` makes, found without making their names.
    """

    outputs: tuple[str, ...]
    names: Sequence[str]
    index: dict[str, int]
    weights: Any
    intercept: Any
    knots: dict[str, tuple[Any, Any]]
    words: dict[str, int]
    stems: dict[str, int]
    pairs: dict[tuple[str, str], int]

    def sums(self, rows: Sequence[Features], texts: Sequence[Sequence[str]] | None = None) -> np.ndarray:
        """Weighted sums, rows x outputs. Each row is summed by itself, in its own order: a batch gives what its rows give alone.

        ``texts`` are the words that belong to each row, where its features of words (``words.of_words``) are not among it.
        """
        import numpy as np

        unknown, get = len(self.index), self.index.get
        places: list[int] = []
        values: list[float] = []
        ends = [0]
        for row, words in zip(rows, repeat(()) if texts is None else texts, strict=texts is not None):
            places.extend(map(get, row, repeat(unknown)))
            values.extend(row.values())
            if words:
                places.extend(self._of_words(words))
                values.extend(repeat(1.0, len(places) - len(values)))
            ends.append(len(places))
        at = np.array(places, np.int64)
        known = at < unknown
        starts = np.concatenate(([0], np.cumsum(known)))[ends]
        at = at[known]
        added = self.weights[at]
        added *= np.array(values, np.float64)[known, None]
        out = np.zeros((len(rows), len(self.outputs)))
        filled = starts[1:] > starts[:-1]
        if filled.any():
            out[filled] = np.add.reduceat(added, starts[:-1][filled], axis=0)
        return out + self.intercept

    def _of_words(self, words: Sequence[str]) -> list[int]:
        """The rows of ``words.of_words(words)``, as far as they are known."""
        distinct = dict.fromkeys(words)
        stems = dict.fromkeys([self.stems.get(w[:STEM]) for w in distinct if len(w) > STEM and w[0] != "<"])
        found = [*map(self.words.get, distinct), *stems, *map(self.pairs.get, dict.fromkeys(pairwise(words)))]
        return [row for row in found if row is not None]

    def chances(self, rows: Sequence[Features], texts: Sequence[Sequence[str]] | None = None) -> np.ndarray:
        """Probabilities, rows x outputs; of ``texts`` as in ``sums``."""
        import numpy as np

        sums = self.sums(rows, texts)
        for k, name in enumerate(self.outputs):
            if name in self.knots:
                sums[:, k] = np.interp(sums[:, k], *self.knots[name])
            else:
                sums[:, k] = 1.0 / (1.0 + np.exp(-sums[:, k]))
        return np.round(sums, 6)

    def reasons(self, row: Features, output: str, most: int = 5, *, words: Sequence[str] = ()) -> list[tuple[str, float]]:
        """The features of a row, and of the ``words`` that belong to it, that speak most for one output, with what each adds to the sum."""
        import numpy as np

        known = [(i, value) for i, value in zip(map(self.index.get, row), row.values(), strict=True) if i is not None]
        known += zip(self._of_words(words), repeat(1.0), strict=False)
        if not known:
            return []
        places, values = zip(*known, strict=True)
        added = self.weights[list(places), self.outputs.index(output)] * np.array(values)
        least = 0.0 if len(added) <= most else max(0.0, float(np.partition(added, -most)[-most]))
        strong = np.flatnonzero((added > 0) & (added >= least))
        ranked = sorted([(-a, self.names[places[n]]) for n, a in zip(strong.tolist(), added[strong].tolist(), strict=True)])
        return [(name, -a) for a, name in ranked[:most]]


class Model(Struct, frozen=True):
    """A trained model: its card and its parts by name."""

    card: Mapping[str, Any]
    parts: Mapping[str, Linear]

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.card["languages"])


def card(name: str) -> tuple[Path, dict[str, Any]]:
    """The card of a model, and where it lies; its arrays are left alone."""
    path = next((p for folder in folders() if (p := folder / name / "model.toml").is_file()), None)
    if path is None:
        raise UnknownName("model", name, names())
    return path, packs.load_toml(path)


@cache
def load(name: str) -> Model:
    """A model by name; one that is damaged, or not the one its card describes, is a ModelError."""
    path, told = card(name)
    if missing := [k for k in NEEDED if k not in told]:
        raise ModelError(f"{path}: has no {', '.join(missing)}")
    if told["form"] != FORM:
        raise ModelError(f"{path}: is of form {told['form']}; this version reads form {FORM}: train it anew")
    arrays = path.with_name("model.npz")
    try:
        data = arrays.read_bytes()
    except OSError as error:
        raise ModelError(f"{arrays}: cannot be read: {error.strerror}") from error
    if hashlib.sha256(data).hexdigest() != told["sha256"]:
        raise ModelError(f"{arrays}: is not the file that {path.name} describes: get both anew, or train the model")
    return Model(told, _parts(data, arrays))


def _parts(data: bytes, path: Path) -> dict[str, Linear]:
    import numpy as np

    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            found = {}
            for part in _text(arrays["parts"]):
                outputs = tuple(_text(arrays[f"{part}.outputs"]))
                knots = {o: (arrays[f"{part}.{o}.sums"], arrays[f"{part}.{o}.chances"]) for o in outputs if f"{part}.{o}.sums" in arrays}
                features = _text(arrays[f"{part}.features"])
                weights = arrays[f"{part}.weights"].astype(np.float64) * arrays[f"{part}.scale"]
                index = dict(zip(features, range(len(features)), strict=True))
                words, stems = ({n[2:]: row for n, row in index.items() if n.startswith(mark)} for mark in ("w:", "s:"))
                pairs = {(a, b): row for n, row in index.items() if n.startswith("b:") for a, b in [n[2:].split(" ")]}
                found[part] = Linear(outputs, features, index, weights, arrays[f"{part}.intercept"], knots, words, stems, pairs)
            return found
    except (KeyError, ValueError, OSError) as error:
        raise ModelError(f"{path}: is no model of ours: {error}") from error


def _text(array: np.ndarray) -> list[str]:
    """Strings kept as UTF-8 bytes, a line each."""
    joined = array.tobytes().decode()
    return joined.split("\n") if joined else []


def write(folder: Path, parts: Mapping[str, Mapping[str, Any]]) -> str:
    """Write ``model.npz`` to the same bytes for the same arrays, and give its checksum. Weights are kept as 16-bit integers with a scale an output."""
    import zipfile

    import numpy as np

    arrays: dict[str, Any] = {"parts": _bytes(sorted(parts))}
    for name, part in sorted(parts.items()):
        weights = np.asarray(part["weights"], np.float64)
        scale = np.maximum(np.abs(weights).max(axis=0), 1e-12) / 32767
        arrays |= {
            f"{name}.features": _bytes(part["features"]),
            f"{name}.outputs": _bytes(part["outputs"]),
            f"{name}.weights": np.round(weights / scale).astype(np.int16),
            f"{name}.scale": scale,
            f"{name}.intercept": np.asarray(part["intercept"], np.float64),
        }
        for output, (sums, chances) in sorted(part.get("knots", {}).items()):
            arrays[f"{name}.{output}.sums"] = np.asarray(sums, np.float64)
            arrays[f"{name}.{output}.chances"] = np.asarray(chances, np.float64)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, array in sorted(arrays.items()):
            one = io.BytesIO()
            np.lib.format.write_array(one, np.asarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{key}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, one.getvalue())
    data = packed.getvalue()
    (folder / "model.npz").write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def _bytes(lines: Sequence[str]) -> Any:
    import numpy as np

    return np.frombuffer("\n".join(lines).encode(), np.uint8)
