"""Areas under the ROC curve within groups and across them, under many sets of weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.stats.ranking import threshold_starts
from harness.suites.metrics.class_counts import ratio

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

_BLOCK_FLOATS = 1_000_000


@dataclass(frozen=True, slots=True)
class GroupAreas:
    """Areas of g groups; (b, g) each, NaN where a side of the comparison has no weight."""

    within: Floats
    """Positives of the group above negatives of the group."""
    background_positive: Floats
    """Positives of all others above negatives of the group."""
    background_negative: Floats
    """Positives of the group above negatives of all others."""


def group_areas(rows: Floats, weights: Floats, n_groups: int) -> GroupAreas:
    """Sort once, and count for each sample how much of the other class lies below it, ties half.

    What lies below in all others is what lies below in all, less what does in the group itself,
    so that a group costs no more than its own samples.

    Args:
        rows: (n, 3) whether positive (1 or 0), finite score, code of the group; negative codes
            are in the background of all groups.
        weights: (b, n), non-negative.
        n_groups: g.
    """
    order = np.argsort(rows[:, 1], kind="stable")
    ranked = rows[order]
    size = max(1, _BLOCK_FLOATS // max(1, len(rows)))
    blocks = [
        _of_block(ranked, weights[start : start + size, order], n_groups)
        for start in range(0, len(weights), size)
    ]
    return GroupAreas(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))


def _of_block(ranked: Floats, weights: Floats, n_groups: int) -> tuple[Floats, Floats, Floats]:
    positive = weights * ranked[:, 0]
    negative = weights - positive
    positive_below, negative_below = (_below(each, ranked[:, 1]) for each in (positive, negative))
    n_positive, n_negative = positive.sum(axis=1), negative.sum(axis=1)
    areas = np.full((3, len(weights), n_groups), np.nan)
    for code in range(n_groups):
        own = np.flatnonzero(ranked[:, 2] == code)
        p, q, scores = positive[:, own], negative[:, own], ranked[own, 1]
        p_sum, q_sum = p.sum(axis=1), q.sum(axis=1)
        p_below, q_below = _below(p, scores), _below(q, scores)
        p_others, q_others = _rest(n_positive, p_sum), _rest(n_negative, q_sum)
        above = p_others[:, None] - (positive_below[:, own] - p_below)
        below = negative_below[:, own] - q_below
        areas[0, :, code] = ratio((p * q_below).sum(axis=1), p_sum * q_sum)
        areas[1, :, code] = ratio((q * above).sum(axis=1), p_others * q_sum)
        areas[2, :, code] = ratio((p * below).sum(axis=1), p_sum * q_others)
    return areas[0], areas[1], areas[2]


def _below(weights: Floats, scores: Floats) -> Floats:
    """Return (b, n) the weight at lower scores and half of that at the same; scores rise."""
    if not scores.size:
        return weights
    starts = threshold_starts(scores)
    if starts.size == scores.size:
        return np.asarray(np.cumsum(weights, axis=1) - weights / 2)
    tied = np.add.reduceat(weights, starts, axis=1)
    sizes = np.diff(starts, append=scores.size)
    return np.repeat(np.cumsum(tied, axis=1) - tied / 2, sizes, axis=1)


def _rest(total: Floats, part: Floats) -> Floats:
    """Return what is left of a total, 0 where it is no more than rounding."""
    rest = total - part
    return np.where(rest > 1e-12 * total, rest, 0.0)
