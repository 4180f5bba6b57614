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
from itertools import chain, pairwise, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from . import packs
from .errors import ModelError, UnknownName
from .memo import Memo
from .words import of_words

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


def installed(name: str) -> Model | None:
    """A model by name, None where it is not there; the disk is asked once."""
    return _installed(name, os.environ.get("TEXTMETRICS_MODELS"))


@cache
def _installed(name: str, own: str | None) -> Model | None:
    return load(name) if name in names() else None


class Linear(Struct, frozen=True):
    """Weights of named features for a row of outputs, with what makes their sums probabilities.

    ``index``: feature name -> row of ``weights`` (features x outputs); ``knots``: output -> (sums, probabilities), two rising rows between which
    a sum is interpolated; an output without knots goes through the logistic function. ``words`` (word -> rows of it and of how it begins) and
    ``pairs`` find the rows of the features that ``words.of_words`` makes without making their names.
    """

    outputs: tuple[str, ...]
    names: Sequence[str]
    index: dict[str, int]
    weights: Any
    intercept: Any
    knots: dict[str, tuple[Any, Any]]
    words: Memo[str, tuple[int, ...]]
    pairs: dict[tuple[str, str], int]

    def weigh(self, rows: Sequence[Features], texts: Sequence[Sequence[str]] | None = None) -> Weighed:
        """The features of some rows that the model knows.

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
        return Weighed(self, at[known], np.array(values, np.float64)[known], np.concatenate(([0], np.cumsum(known)))[ends])

    def _of_words(self, words: Sequence[str]) -> dict[int, None]:
        """The rows of ``words.of_words(words)``; one that is not known is ``len(index)``."""
        single = chain.from_iterable(map(self.words.__getitem__, words))
        return dict.fromkeys(chain(single, map(self.pairs.get, pairwise(words), repeat(len(self.index)))))

    def sums(self, rows: Sequence[Features], texts: Sequence[Sequence[str]] | None = None) -> np.ndarray:
        """Weighted sums, rows x outputs; ``texts`` as in ``weigh``."""
        return self.weigh(rows, texts).sums()

    def chances(self, rows: Sequence[Features], texts: Sequence[Sequence[str]] | None = None) -> np.ndarray:
        """Probabilities, rows x outputs; ``texts`` as in ``weigh``."""
        return self.weigh(rows, texts).chances()


class Weighed(Struct, frozen=True):
    """Rows as a model knows them: row ``n`` has the features ``at[starts[n]:starts[n + 1]]``, with their values."""

    part: Linear
    at: Any
    values: Any
    starts: Any

    def sums(self) -> np.ndarray:
        """Weighted sums, rows x outputs. Each row is summed by itself, in its own order: a batch gives what its rows give alone."""
        import numpy as np

        added = self.part.weights[self.at]
        added *= self.values[:, None]
        out = np.zeros((len(self.starts) - 1, len(self.part.outputs)))
        filled = self.starts[1:] > self.starts[:-1]
        if filled.any():
            out[filled] = np.add.reduceat(added, self.starts[:-1][filled], axis=0)
        return out + self.part.intercept

    def chances(self) -> np.ndarray:
        """Probabilities, rows x outputs."""
        import numpy as np

        sums = self.sums()
        for k, name in enumerate(self.part.outputs):
            if name in self.part.knots:
                sums[:, k] = np.interp(sums[:, k], *self.part.knots[name])
            else:
                sums[:, k] = 1.0 / (1.0 + np.exp(-sums[:, k]))
        return np.round(sums, 6)

    def reasons(self, n: int, output: str, most: int = 5) -> list[tuple[str, float]]:
        """The features of a row that speak most for one output, with what each adds to the sum."""
        import numpy as np

        at = self.at[self.starts[n] : self.starts[n + 1]]
        added = self.part.weights[at, self.part.outputs.index(output)] * self.values[self.starts[n] : self.starts[n + 1]]
        least = 0.0 if len(added) <= most else max(0.0, float(np.partition(added, -most)[-most]))
        strong = (added > 0) & (added >= least)
        ranked = sorted([(-a, self.part.names[place]) for place, a in zip(at[strong].tolist(), added[strong].tolist(), strict=True)])
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
                pairs = {(a, b): row for n, row in index.items() if n.startswith("b:") for a, b in [n[2:].split(" ")]}
                found[part] = Linear(outputs, features, index, weights, arrays[f"{part}.intercept"], knots, _rows_of_words(index), pairs)
            return found
    except (KeyError, ValueError, OSError) as error:
        raise ModelError(f"{path}: is no model of ours: {error}") from error


def _rows_of_words(index: Mapping[str, int]) -> Memo[str, tuple[int, ...]]:
    """A word -> the rows of its features, as far as they are known."""
    return Memo(lambda word: tuple(index[name] for name in of_words([word]) if name in index))


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
