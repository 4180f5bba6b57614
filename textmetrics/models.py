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
from collections.abc import Callable, Mapping, Sequence, Set
from functools import cache
from itertools import chain, pairwise, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from . import packs
from .chances import Curves
from .errors import ModelError, UnknownName
from .memo import Memo
from .weights import FINE, Features, Packed, Pairs, Row
from .words import Numbered, Vocabulary, of_words, spread

if TYPE_CHECKING:
    import numpy as np

AT_ONCE = 1 << 12  # features whose weights are added up at once: they stay near the processor
FORM = 1  # the layout of arrays this code reads
SAID = ("w:", "b:", "^:", "$:")  # how the names of features begin that are words of the text
NEEDED = ("name", "task", "form", "languages", "trained_on", "licence", "sha256")


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

    ``columns``: output -> its column; ``index``: feature name -> row of ``weights`` (features x outputs; whole numbers, of each output parts of its ``scale``; a sum counts its ``unit``), which are ``packed`` too; ``curves``: what
    makes sums probabilities, else the logistic function. ``words`` (word -> the rows of it and of how it begins; the number of rows where there is none) and ``pairs`` find the rows of the features that
    ``words.of_words`` makes without making their names; ``places``: how other features are named that end in a word -> a function from that word to its row, or -1. ``said``: of each row the words that
    stand in the text, or nothing; ``spoken``: whether there are any.
    """

    outputs: tuple[str, ...]
    columns: dict[str, int]
    names: Sequence[str]
    index: dict[str, int]
    weights: Any
    scale: Any
    unit: Any
    packed: Packed
    intercept: Any
    curves: Curves | None
    words: Memo[str, tuple[int, int]]
    pairs: Pairs
    places: Memo[str, Callable[[str], int]]
    said: Any
    spoken: Any

    def weigh(self, rows: Sequence[Features], texts: Sequence[Sequence[str]] | None = None) -> Weighed:
        """The features of some rows that the model knows.

        ``texts`` are the words that belong to each row, where its features of words (``words.of_words``) are not among it.
        """
        import numpy as np

        names = dict.fromkeys(chain.from_iterable(rows))
        number = dict(zip(names, range(len(names)), strict=True))
        codes = np.array([*map(number.__getitem__, chain.from_iterable(rows))], np.int64)
        values = np.array([*chain.from_iterable([row.values() for row in rows])], np.float64)
        named = Named(list(names), len(rows), np.repeat(np.arange(len(rows)), list(map(len, rows))), codes, values)
        return self.weigh_columns(named, None if texts is None else Worded(Numbered.of(texts)))

    def few(self, rows: Sequence[Row], texts: Sequence[Sequence[str]] | None = None) -> Few:
        """A few rows, which are not worth columns; ``texts`` as in ``weigh``."""
        return Few(self, rows, [frozenset()] * len(rows) if texts is None else list(map(self._of_text, texts)))

    def _of_text(self, words: Sequence[str]) -> Set[int]:
        """The rows of the features of a text's words; one too many stands for those that the model does not know."""
        return {*chain.from_iterable(map(self.words.__getitem__, words)), *map(self.pairs.row.get, pairwise(words), repeat(len(self.index)))}

    def weigh_columns(self, named: Named, words: Worded | None = None) -> Weighed:
        """The features that the model knows of rows that come as columns; with their words, where their features of words are not among them."""
        import numpy as np

        size = len(self.index)
        known = np.fromiter(map(self.index.get, named.names, repeat(-1)), np.int64, len(named.names))
        at = known[named.codes]
        own = (at >= 0) & (named.values != 0)  # what is nought adds nothing, but would change how the others are added
        found = [(named.rows[own] * size + at[own], named.values[own])]
        for prefix, rows, numbers, vocabulary in named.worded:
            at = vocabulary.told(place := self.places[prefix], place)[numbers]
            found.append((rows[at >= 0] * size + at[at >= 0], np.ones(np.count_nonzero(at >= 0))))
        if words is not None:
            texts, places = self._of_words(words.words)
            found.append(((texts if words.rows is None else words.rows[texts]) * size + places, np.ones(len(texts)) if words.values is None else words.values[texts]))
        keys, values = map(np.concatenate, zip(*found, strict=True))
        order = np.argsort(keys, kind="stable")  # each row in the order of the model, so that it is summed the same whatever it came with
        keys = keys[order]
        first = np.diff(keys, prepend=-1) > 0  # what a row has several times it has once: as its first text has it
        order, keys = order[first], keys[first]
        return Weighed(self, keys % size, values[order], np.searchsorted(keys, np.arange(named.size + 1) * size))

    def _of_words(self, words: Numbered) -> tuple[Any, Any]:
        """The features of words and pairs that the model knows, as often as they stand there: the text of each, and its place in the model."""
        import numpy as np

        size = len(self.index)
        told = words.vocabulary.told(self.words, lambda word: (self.pairs.number.get(word, -1), *self.words[word])).reshape(-1, 3)[words.at]
        places, (pair, paired) = told[:, 1:].ravel(), self.pairs.of(told[:, 0], words.text)
        known = places < size
        return np.concatenate((np.repeat(words.text, 2)[known], words.text[pair])), np.concatenate((places[known], paired))

    def summed(self, sums: np.ndarray) -> np.ndarray:
        """Sums of whole numbers as what they stand for."""
        return sums * self.unit + self.intercept

    def probable(self, sums: np.ndarray) -> np.ndarray:
        """Sums as probabilities."""
        import numpy as np

        return (1.0 / (1.0 + np.exp(-sums)) if self.curves is None else self.curves.of(sums)).round(6)


class Worded(Struct):
    """The words of some rows: one text each; or several, ``rows``: the row of each text, ``values``: that of its features."""

    words: Numbered
    rows: Any = None
    values: Any = None


class Named(Struct):
    """Features of some rows as columns: ``names``, and for each that is set its row, the code of its name and its value; ``size`` is the number of rows.

    ``worded``: those whose names end in a word: how the names begin, the rows, the words by number of a vocabulary; each is 1, however often it comes.
    """

    names: Sequence[str]
    size: int
    rows: Any
    codes: Any
    values: Any
    worded: Sequence[tuple[str, Any, Any, Vocabulary]] = ()


class Weighed(Struct, frozen=True):
    """Rows as a model knows them: row ``n`` has the features ``at[starts[n]:starts[n + 1]]``, with their values."""

    part: Linear
    at: Any
    values: Any
    starts: Any

    def sums(self) -> np.ndarray:
        """Weighted sums, rows x outputs: whole numbers, so that a batch gives what its rows give alone."""
        import numpy as np

        out = np.zeros((len(self.starts) - 1, len(self.part.outputs)), np.int64)
        filled = np.nonzero(self.starts[1:] > self.starts[:-1])[0]
        begin, values = self.starts[filled], (self.values * FINE).astype(np.int64)
        cuts = {0, *begin.searchsorted(np.arange(AT_ONCE, len(self.at), AT_ONCE)).tolist(), len(filled)}
        for a, b in pairwise(sorted(cuts)):
            these = slice(begin[a], begin[b] if b < len(begin) else len(self.at))
            added = self.part.weights.take(self.at[these], axis=0) * values[these, None]
            out[filled[a:b]] = np.add.reduceat(added, begin[a:b] - begin[a], axis=0)
        return self.part.summed(out)

    def chances(self) -> np.ndarray:
        """Probabilities, rows x outputs."""
        return self.part.probable(self.sums())

    def strongest(self, wanted: Sequence[tuple[int, str]], most: int, only: Any = None) -> tuple[Any, Any, list[int]]:
        """The ``most`` features that speak most for each of some rows with an output, in no order: places in the model, what each adds to the sum, and where those of the next begin.

        ``only``: of them, those in such places.
        """
        import numpy as np

        rows, columns = np.array([(n, self.part.columns[name]) for n, name in wanted], np.int64).reshape(-1, 2).T
        sizes = self.starts[rows + 1] - self.starts[rows]
        ends, own = np.cumsum(sizes), spread(self.starts[rows], sizes)
        at, of = self.at[own], np.repeat(np.arange(len(rows)), sizes)
        added = self.part.weights[at, columns[of]] * self.part.scale[columns[of]] * self.values[own]
        up = added > 0
        for n in np.nonzero(np.bincount(of, up, len(rows)) > most)[0].tolist():
            begin = ends[n] - sizes[n]
            up[begin + np.argsort(-added[begin : ends[n]], kind="stable")[most:]] = False
        if only is not None:
            up &= only[at]
        return at[up], added[up], of[up].searchsorted(np.arange(len(rows) + 1)).tolist()

    def said(self, wanted: Sequence[tuple[int, str]], most: int) -> list[list[tuple[str, float]]]:
        """Those of the `strongest` that are words of a text, as they stand in it, with what each adds to the sum."""
        at, added, ends = self.strongest(wanted, most, self.part.spoken)
        words = list(zip(self.part.said[at].tolist(), added.tolist(), strict=True))
        return [words[a:b] for a, b in pairwise(ends)]

    def reasons(self, n: int, output: str, most: int = 5) -> list[tuple[str, float]]:
        """The features of a row that speak most for one output, with what each adds to the sum."""
        at, added, _ = self.strongest([(n, output)], most)
        return sorted(zip([self.part.names[k] for k in at.tolist()], added.tolist(), strict=True), key=lambda r: (-r[1], r[0]))


class Few(Struct, frozen=True):
    """A few rows of features as they are told, with those of their ``words`` by their rows in the model; what a model knows of them is looked at where it is asked."""

    part: Linear
    rows: Sequence[Row]
    words: Sequence[Set[int]]

    def sums(self) -> np.ndarray:
        """Weighted sums, rows x outputs."""
        return self.part.summed(self.part.packed.sums(self.rows, self.words))

    def chances(self) -> np.ndarray:
        """Probabilities, rows x outputs."""
        return self.part.probable(self.sums())

    def said(self, wanted: Sequence[tuple[int, str]], most: int) -> list[list[tuple[str, float]]]:
        """What `Weighed.said` tells of some rows."""
        return [self._said(n, self.part.columns[name], most) for n, name in wanted]

    def _said(self, n: int, column: int, most: int) -> list[tuple[str, float]]:
        part, row = self.part, self.rows[n]
        values = dict(zip(map(part.index.get, row.values, repeat(-1)), row.values.values(), strict=True))
        known = {*self.words[n], *map(part.index.get, row.shown, repeat(-1)), *values} - {-1, len(part.index)}
        weights, scale = part.weights.data, float(part.scale[column])
        strong = [(k, more) for k in sorted(known) if (more := weights[k, column] * scale * values.get(k, 1.0)) > 0]
        if len(strong) > most:
            strong = sorted(strong, key=lambda told: -told[1])[:most]
        return [(part.said[k], more) for k, more in strong if part.spoken[k]]

    def reasons(self, n: int, output: str, most: int = 5) -> list[tuple[str, float]]:
        """What `Weighed.reasons` tells of a row."""
        words = [self.part.names[k] for k in self.words[n] if k < len(self.part.names)]
        return self.part.weigh([dict.fromkeys(words, 1.0) | self.rows[n].named()]).reasons(0, output, most)


class Model(Struct, frozen=True, eq=False):
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
                curves = Curves.joined([(arrays[f"{part}.{o}.sums"], arrays[f"{part}.{o}.chances"]) for o in outputs]) if f"{part}.{outputs[0]}.sums" in arrays else None
                features = _text(arrays[f"{part}.features"])
                weights, scale = arrays[f"{part}.weights"], arrays[f"{part}.scale"]
                index = dict(zip(features, range(len(features)), strict=True))
                pairs = Pairs.among(index)
                said = np.array([name[2:] if name[:2] in SAID else "" for name in features], object)
                found[part] = Linear(
                    outputs, {o: k for k, o in enumerate(outputs)}, features, index, weights, scale, scale / FINE, Packed(index, weights), arrays[f"{part}.intercept"], curves, _of_words(index), pairs,
                    _places(index), said, said.astype(bool),
                )
            return found
    except (KeyError, ValueError, OSError) as error:
        raise ModelError(f"{path}: is no model of ours: {error}") from error


def _of_words(index: Mapping[str, int]) -> Memo[str, tuple[int, int]]:
    """A word -> the row of it and that of how it begins."""

    def told(word: str) -> tuple[int, int]:
        rows = [index.get(name, len(index)) for name in of_words([word])]
        return rows[0], rows[1] if len(rows) > 1 else len(index)

    return Memo(told)


def _places(index: Mapping[str, int]) -> Memo[str, Callable[[str], int]]:
    """How the names of some features begin -> a function from the word they end in to the row, or -1."""
    return Memo(lambda prefix: lambda word: index.get(prefix + word, -1))


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
