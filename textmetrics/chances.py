"""Sums of weights to chances: the rising curves that training learned, of all outputs of a model in one go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct


class Curves(Struct, frozen=True):
    """From the ``sums`` of outputs to ``chances``: rising rows between which a sum is interpolated, those of all outputs end to end, each moved by its ``place``; a sum goes no further than ``low`` and ``high``."""

    low: Any
    high: Any
    place: Any
    sums: Any
    chances: Any

    @classmethod
    def joined(cls, knots: Sequence[tuple[Any, Any]]) -> Curves:
        """The curves of some outputs: sums and chances of each."""
        import numpy as np

        low, high = np.array([[sums[0], sums[-1]] for sums, _ in knots]).T
        place = np.arange(len(knots)) * 2.0 ** np.ceil(np.log2(high.max() - low.min() + 1))  # a power of two leaves a sum all but its last bits
        return cls(low, high, place, np.concatenate([sums + by for (sums, _), by in zip(knots, place, strict=True)]), np.concatenate([chances for _, chances in knots]))

    def of(self, sums: Any) -> Any:
        """Probabilities, rows x outputs, of such sums."""
        import numpy as np

        return np.interp(np.minimum(np.maximum(sums, self.low), self.high) + self.place, self.sums, self.chances)
