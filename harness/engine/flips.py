"""The samples whose score moved, the largest losses first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.core.ports import Metric
from harness.core.score import Direction, Quantity
from harness.engine.align import Aligned, scores_of
from harness.engine.sample_values import is_mean, sample_values

MAX_FLIPS = 100
"""Samples shown for the better, and as many for the worse, of a score that is right or wrong."""
MAX_MOVES = 20
"""The same of a score on a scale, which moves on nearly every sample."""
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A sample whose score on one quantity is another."""

    sample_id: str
    quantity: str
    is_better: bool
    baseline_value: float
    candidate_value: float


def moved_samples(aligned: Aligned, metrics: Sequence[Metric]) -> tuple[Moved, ...]:
    """Return the samples that moved most on the first quantity that tells them apart.

    That is the first headline quantity that is a mean over samples, or else the first that has a
    value on a sample alone.
    """
    candidates = [
        (metric, i, quantity)
        for metric in metrics
        for i, quantity in enumerate(metric.quantities)
        if quantity.is_headline and quantity.direction is not Direction.NEITHER
    ]
    fallback: tuple[Moved, ...] = ()
    for metric, i, quantity in candidates:
        scores = scores_of(aligned, metric)
        both = np.concatenate([scores.a, scores.b])
        values = sample_values(metric, both)
        if not len(both) or not np.isfinite(values[:, i]).all():
            continue
        ids = [aligned.baseline.ids[place] for place in aligned.places[scores.rows]]
        moves = _moves(ids, values[: len(ids), i], values[len(ids) :, i], quantity)
        if is_mean(metric, both, values)[i]:
            return moves
        fallback = fallback or moves
    return fallback


def _moves(
    ids: Sequence[str],
    before: np.ndarray[tuple[int], np.dtype[np.float64]],
    after: np.ndarray[tuple[int], np.dtype[np.float64]],
    quantity: Quantity,
) -> tuple[Moved, ...]:
    sign = 1.0 if quantity.direction is Direction.HIGHER else -1.0
    gains = sign * (after - before)
    n_levels = len(np.unique(np.concatenate([before, after])))
    most = MAX_FLIPS if n_levels <= 2 else MAX_MOVES  # noqa: PLR2004 - right or wrong
    order = np.argsort(gains, kind="stable")
    worse = [i for i in order[:most] if gains[i] < -_ROUNDING]
    better = [i for i in order[::-1][:most] if gains[i] > _ROUNDING]
    return tuple(
        Moved(
            sample_id=ids[i],
            quantity=quantity.id,
            is_better=bool(gains[i] > 0),
            baseline_value=float(before[i]),
            candidate_value=float(after[i]),
        )
        for i in (*worse, *better)
    )
