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
BEHIND = "\x1c"  # white space that hardly any text has, behind each of those that are put on end
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

        laid = Laid(on_end(texts))
        self.known, self.at = laid.numbered()
        self.sizes = laid.sizes()
        self.text = np.repeat(np.arange(len(texts)), self.sizes)
        self.begins = laid.starts - laid.begins[self.text]

    def unfolded(self, values: Sequence[Sequence[int]]) -> tuple[Array, Array]:
        """Some numbers of each distinct piece (in the order of ``known``) as those of all pieces on end, and the piece each is of."""
        import numpy as np

        sizes = np.fromiter(map(len, values), np.int64, len(values))
        many = sizes[self.at]
        own = spread((np.cumsum(sizes) - sizes)[self.at], many)
        return np.fromiter(chain.from_iterable(values), np.int64, sizes.sum())[own], np.repeat(np.arange(len(many)), many)


def on_end(texts: Sequence[str]) -> bytes:
    """Texts as one in UTF-8, `BEHIND` each; where a text has that itself, a space is as good."""
    whole = BEHIND.join([*texts, ""]).encode("utf-8", "surrogatepass")
    return whole if whole.count(BEHIND.encode()) == len(texts) else on_end([text.replace(BEHIND, " ") for text in texts])


def beyond(row: Array) -> tuple[Array, Array]:
    """Where the characters beyond ASCII begin in a row of bytes in UTF-8, and their codes."""
    import numpy as np

    far = np.flatnonzero(row >= 0x80)
    said = row[far].tobytes().decode("utf-8", "surrogatepass")
    return far[row[far] >= 0xC0], np.frombuffer(said.encode("utf-32-le", "surrogatepass"), np.uint32)


class Laid:
    """Texts `on_end` as a ``row`` of bytes, all white space told as spaces; where each text ``begins``, where each piece ``starts`` and ``stops``."""

    def __init__(self, whole: bytes) -> None:
        import numpy as np

        row: Array = np.frombuffer(whole, np.uint8)
        self.begins = np.append(0, np.flatnonzero(row == ord(BEHIND)) + 1)[:-1]
        filled = (row - 9 >= 5) & (row - 28 >= 5)  # what is below goes around: not \t to \r, not \x1c to the space
        self.row = row = row * filled | ((~filled).view(np.uint8) << 5)
        if not whole.isascii():
            at, codes = beyond(row)
            blank = _spaces()[codes]
            long = blank & (codes >= 0x800)
            for space in (at[blank], at[blank] + 1, at[long] + 2):
                row[space] = ord(" ")
        edges = np.flatnonzero(np.diff(row != ord(" "), prepend=False))
        self.starts, self.stops = edges[::2], edges[1::2]

    def sizes(self) -> Array:
        """How many pieces each text has."""
        import numpy as np

        return np.diff(np.searchsorted(self.starts, self.begins), append=len(self.starts)) if len(self.begins) else self.begins

    def pieces(self) -> Any:
        """All pieces as an array of Arrow, each with the spaces behind it."""
        import numpy as np
        import pyarrow as pa

        offsets = np.append(self.starts, len(self.row)).astype(np.int32)
        return pa.StringArray.from_buffers(len(self.starts), pa.py_buffer(offsets), pa.py_buffer(self.row))

    def numbered(self) -> tuple[list[str], Array]:
        """The distinct pieces, and the number of each piece among them."""
        pieces = self.pieces().dictionary_encode()
        return bytes(pieces.dictionary.buffers()[2]).decode("utf-8", "surrogatepass").split(), pieces.indices.to_numpy()

    def said(self, which: Array) -> list[str]:
        """Some pieces."""
        return self.row[spread(self.starts[which], (self.stops - self.starts)[which] + 1)].tobytes().decode("utf-8", "surrogatepass").split()

    def holding(self, places: Array) -> Array:
        """The piece that each of some places is in."""
        import numpy as np

        return np.searchsorted(self.starts, places, "right") - 1


@cache
def _spaces() -> Array:
    """Which characters beyond ASCII are white space."""
    return table(filter(str.isspace, map(chr, range(0x80, 0x10000))))


def table(characters: Iterable[str]) -> Array:
    """Which of all characters are among these."""
    import numpy as np

    found = np.zeros(0x110000, bool)
    found[[ord(c) for c in characters]] = True
    return found
