"""Shares corrected for what a detector gets wrong, from a sample that people read.

The sample has known probabilities of being drawn, and every group (what the detector says) has a known size in the archive. So each figure here is
a ratio of two totals, each total a sum over groups of the group's size times the weighted mean of what people say of its sample. With a flag as
the only groups this is prediction-powered inference: mean of the detector over all, plus mean of (people minus detector) over the sample
(Angelopoulos et al. 2023), which is right however bad the detector is.

Variance: what the sample leaves open (linearised ratio, effective sample size after Kish 1965, finite population) plus what the archive leaves open
about the process behind it. One imagined item of each kind joins every group for the variance only (as in Agresti and Coull 1998), so that a
group without an error found is not taken for one without errors. The interval is Wilson's at the sample size that would give this variance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, sqrt

import numpy as np
from msgspec import Struct

from .estimates import Estimate, Z, wilson

Array = np.ndarray
FEWEST_READ = 10  # items that must have been read in a cell before it gets a figure
LEAST_J = 0.3  # sensitivity + specificity - 1 below which a detector tells too little to correct by (metric catalogue 1.7)


class Ratio(Struct, frozen=True):
    """A corrected figure. ``more``: how many more items must be read for a half-width of the target, by group; None where no number would do."""

    value: float
    low: float
    high: float
    effective: float
    more: Mapping[str, int] | None = None


class Read(Struct, frozen=True):
    """What people read: per item the group the detector puts it in, its weight (1 / probability), and for each figure what counts above and below the line."""

    group: Array
    weight: Array

    def chosen(self, where: Array) -> Read:
        """Some of the items."""
        return Read(self.group[where], self.weight[where])


def ratio(sizes: Mapping[str, int], read: Read, above: Array, below: Array, imagined: Mapping[str, Sequence[tuple[float, float]]], target: float = 0.05) -> Ratio | None:
    """The ratio of two totals over the archive, each estimated from the items read; None where a group of the archive was not read at all.

    ``sizes``: group -> items in the archive; ``above`` and ``below``: what each item read adds to the totals; ``imagined``: the two items that join a
    group for the variance.
    """
    total = sum(sizes.values())
    groups = {g: np.nonzero(read.group == g)[0] for g, n in sizes.items() if n}
    if not total or any(not len(at) for at in groups.values()):
        return None
    share = {g: sizes[g] / total for g in groups}
    mean = {g: (_mean(above[at], read.weight[at]), _mean(below[at], read.weight[at])) for g, at in groups.items()}
    over, under = (sum(share[g] * mean[g][k] for g in groups) for k in (0, 1))
    if under <= 0:
        return None
    value = min(1.0, max(0.0, over / under))
    spread: dict[str, float] = {}
    size: dict[str, float] = {}
    smooth_over = smooth_under = process = 0.0
    for g, at in groups.items():
        w = read.weight[at]
        size[g] = float(w.sum() ** 2 / (w**2).sum())
        a = np.concatenate([above[at], [i[0] for i in imagined[g]]])
        b = np.concatenate([below[at], [i[1] for i in imagined[g]]])
        v = np.concatenate([w / w.sum() * size[g], np.ones(len(imagined[g]))])
        smooth_over += share[g] * _mean(a, v)
        smooth_under += share[g] * _mean(b, v)
        rest = a - value * b
        spread[g] = _mean(rest**2, v) - _mean(rest, v) ** 2
        process += share[g] * _mean((above[at] - value * below[at]) ** 2, w)
    open_sample = sum(share[g] ** 2 * spread[g] / size[g] * (1 - min(1.0, len(at) / sizes[g])) for g, at in groups.items())
    variance = (open_sample + process / total) / under**2
    smooth = min(1.0, max(0.0, smooth_over / smooth_under))
    effective = smooth * (1 - smooth) / variance if variance > 0 else float(total)
    low, high = wilson(value * effective, effective)
    more = None if target <= 0 else _more(share, spread, size, {g: len(at) for g, at in groups.items()}, sizes, process / total, under, target)
    return Ratio(value, low, high, effective, more)


def _mean(values: Array, weights: Array) -> float:
    return float((values * weights).sum() / weights.sum())


def _more(
    share: Mapping[str, float],
    spread: Mapping[str, float],
    effective: Mapping[str, float],
    read: Mapping[str, int],
    sizes: Mapping[str, int],
    process: float,
    under: float,
    target: float,
) -> dict[str, int] | None:
    """How many more of each group to read for a half-width, shared out as Neyman (1934) does: where much is open, more is read."""
    allowed = (target / Z * under) ** 2 - process
    if allowed <= 0:
        return None
    loss = {g: share[g] * sqrt(max(spread[g], 0.0) * read[g] / effective[g]) for g in share}
    # Sum of loss^2 / n over groups, less the finite part loss^2 / N, is what the sample leaves open.
    finite = sum(loss[g] ** 2 / sizes[g] for g in share)
    n = sum(loss.values()) ** 2 / (allowed + finite)
    wanted = {g: min(sizes[g], ceil(n * loss[g] / (sum(loss.values()) or 1))) for g in share}
    return {g: max(0, wanted[g] - read[g]) for g in sorted(share)}


def share_of(sizes: Mapping[str, int], read: Read, yes: Array, base: Array, target: float = 0.05) -> Ratio | None:
    """The share of what people call a yes among what they count in: prediction-powered, weighted for how the sample was drawn."""
    return ratio(sizes, read, yes, base, {g: ((1.0, 1.0), (0.0, 1.0)) for g in sizes}, target)


def sensitivity(sizes: Mapping[str, int], flagged: Sequence[str], read: Read, yes: Array) -> Ratio | None:
    """Of the true ones, the share that the detector flags (its groups in ``flagged``)."""
    hit = np.isin(read.group, list(flagged)).astype(float)
    return ratio(sizes, read, yes * hit, yes, {g: ((float(g in flagged), 1.0), (0.0, 0.0)) for g in sizes}, 0)


def specificity(sizes: Mapping[str, int], flagged: Sequence[str], read: Read, yes: Array) -> Ratio | None:
    """Of the false ones, the share that the detector does not flag."""
    quiet = 1.0 - np.isin(read.group, list(flagged)).astype(float)
    return ratio(sizes, read, (1 - yes) * quiet, 1 - yes, {g: ((float(g not in flagged), 1.0), (0.0, 0.0)) for g in sizes}, 0)


def lang_reiczigel(q: float, n: float, sensitivity: float, n1: float, specificity: float, n0: float) -> Estimate | None:
    """The true share behind a detector's share, with the interval of Lang and Reiczigel (2014), which holds with few items and rare events.

    None where the detector tells too little or flags less than its own false alarms, as in `estimates.rogan_gladen`.
    """
    j = sensitivity + specificity - 1
    if j < LEAST_J or q < 1 - specificity:
        return None
    true = min(1.0, max(0.0, (q + specificity - 1) / j))
    q, n = (n * q + Z * Z / 2) / (n + Z * Z), n + Z * Z
    se, n1 = (n1 * sensitivity + 1) / (n1 + 2), n1 + 2
    sp, n0 = (n0 * specificity + 1) / (n0 + 2), n0 + 2
    middle = (q + sp - 1) / (se + sp - 1)
    shift = 2 * Z * Z * (middle * se * (1 - se) / n1 - (1 - middle) * sp * (1 - sp) / n0)
    half = Z * sqrt(q * (1 - q) / n + middle**2 * se * (1 - se) / n1 + (1 - middle) ** 2 * sp * (1 - sp) / n0) / (se + sp - 1)
    return Estimate(round(n - Z * Z), true, min(true, max(0.0, middle + shift - half)), max(true, min(1.0, middle + shift + half)))


def from_precision(q: float, precision: float, recall: float) -> float:
    """The true share from a detector's share, its precision and its recall: only where all three come from the same population."""
    return q * precision / recall
