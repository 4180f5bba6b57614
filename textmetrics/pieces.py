"""Many texts cut at white space at once, each distinct piece a number, so that what is asked of a piece is asked once.

All texts are one row of bytes, in which columns find where pieces begin; Arrow numbers them, eight times sooner than Python would. White space is what it is to Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from typing import Any

from .words import spread

MANY = 100  # texts from which Arrow pays
Array = Any


class Pieces:
    """The pieces of some texts: ``known`` are those there are; ``at`` their numbers, of all texts on end; ``sizes`` how many each text has;
    ``text`` the text each is of, ``begins`` the byte of its text in UTF-8 at which it begins.

    >>> pieces = Pieces(["no  sound", "sound on", ""])
    >>> [pieces.known[n] for n in pieces.at], pieces.sizes.tolist()
    (['no', 'sound', 'sound', 'on'], [2, 2, 0])
    """

    def __init__(self, texts: Sequence[str]) -> None:
        import numpy as np

        row, texts_begin = joined(texts)
        starts = edges(row)
        distinct, self.at = numbered(row, starts)
        self.known = decoded(distinct)
        self.sizes = _sizes(starts, texts_begin)
        self.text = np.repeat(np.arange(len(texts)), self.sizes)
        self.begins = starts - texts_begin[self.text]

    def unfolded(self, values: Sequence[Sequence[int]]) -> tuple[Array, Array]:
        """Some numbers of each distinct piece (in the order of ``known``) as those of all pieces on end, and the piece each is of."""
        import numpy as np

        sizes = np.fromiter(map(len, values), np.int64, len(values))
        many = sizes[self.at]
        own = spread((np.cumsum(sizes) - sizes)[self.at], many)
        return np.fromiter(chain.from_iterable(values), np.int64, sizes.sum())[own], np.repeat(np.arange(len(many)), many)


def joined(texts: Sequence[str]) -> tuple[Array, Array]:
    """Texts as one row of bytes in UTF-8, a space behind each, all white space told as spaces; and where each text begins."""
    import numpy as np

    row: Array = np.frombuffer(" ".join([*texts, ""]).encode("utf-8", "surrogatepass"), np.uint8)
    sizes = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
    begins = np.cumsum(sizes) - sizes
    filled = (row - 9 >= 5) & (row - 28 >= 5)  # what is below goes around: not \t to \r, not \x1c to the space
    row = row * filled | ((~filled).view(np.uint8) << 5)
    if len(row) != sizes.sum():
        behind = np.flatnonzero(row & 0xC0 == 0x80)  # bytes that begin no character
        begins += np.searchsorted(behind - np.arange(len(behind)), begins, "right")
        _blank(row)
    return row, begins


def _blank(row: Array) -> None:
    """Make spaces beyond ASCII spaces of ASCII."""
    import numpy as np

    first = np.flatnonzero(row >= 0xC0)
    long = row[first] >= 0xE0
    codes = (row[first].astype(np.int32) << 16) + (row[first + 1].astype(np.int32) << 8) + np.where(long, row[first + 2], 0)
    blank = np.isin(codes, _spaces())
    for at in (first[blank], first[blank] + 1, first[blank & long] + 2):
        row[at] = ord(" ")


@cache
def _spaces() -> list[int]:
    """The spaces beyond ASCII: their bytes in UTF-8, two or three, as a number of three."""
    return [int.from_bytes(c.encode().ljust(3, b"\0"), "big") for c in map(chr, range(0x80, 0x10000)) if c.isspace()]


def cut(row: Array, begins: Array) -> tuple[Any, Array, Array]:
    """The distinct pieces of `joined` texts as an array of Arrow, then what `Pieces` calls ``at`` and ``sizes``."""
    starts = edges(row)
    return *numbered(row, starts), _sizes(starts, begins)


def edges(row: Array) -> Array:
    """Where the pieces of `joined` texts begin."""
    import numpy as np

    return np.flatnonzero(np.diff(row != ord(" "), prepend=False))[::2]  # a beginning, an end, a beginning ...


def numbered(row: Array, starts: Array) -> tuple[Any, Array]:
    """The distinct pieces of `joined` texts as an array of Arrow, and the number of each piece among them."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import compute

    offsets = np.append(starts, len(row)).astype(np.int32)
    pieces = pa.StringArray.from_buffers(len(starts), pa.py_buffer(offsets), pa.py_buffer(row)).dictionary_encode()  # each with the spaces behind it
    return compute.ascii_rtrim_whitespace(pieces.dictionary), pieces.indices.to_numpy()


def _sizes(starts: Array, begins: Array) -> Array:
    """How many pieces each text has."""
    import numpy as np

    return np.diff(np.searchsorted(starts, begins), append=len(starts)) if len(begins) else begins


def decoded(pieces: Any) -> list[str]:
    """Pieces out of Arrow."""
    try:
        return pieces.to_pylist()
    except UnicodeDecodeError:
        return [piece.decode("utf-8", "surrogatepass") for piece in pieces.view("binary").to_pylist()]


def table(characters: Iterable[str]) -> Array:
    """Which of all characters are among these."""
    import numpy as np

    found = np.zeros(0x110000, bool)
    found[[ord(c) for c in characters]] = True
    return found


def having(texts: Sequence[str], characters: Array) -> list[int]:
    """Which of some texts have any of these characters, none of them ASCII; ``characters``: a `table`."""
    import numpy as np

    foreign = [n for n, text in enumerate(texts) if not text.isascii()]
    codes = np.frombuffer("".join([texts[n] for n in foreign]).encode("utf-32-le", "surrogatepass"), np.uint32)
    ends = np.cumsum([len(texts[n]) for n in foreign])
    return [foreign[k] for k in np.unique(np.searchsorted(ends, np.flatnonzero(characters[codes]), "right")).tolist()]
