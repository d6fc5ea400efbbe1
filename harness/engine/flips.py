"""The samples whose score moved, the largest losses first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.ports import Metric
from harness.core.score import Direction, Quantity
from harness.engine.align import Aligned, scores_of
from harness.engine.sample_values import mean_values, sample_values

Floats: TypeAlias = NDArray[np.float64]

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
        (metric, i)
        for metric in metrics
        for i, quantity in enumerate(metric.quantities)
        if quantity.is_headline and quantity.direction is not Direction.NEITHER
    ]
    for values_of in (_mean_values, sample_values):
        for metric, i in candidates:
            scores = scores_of(aligned, metric)
            values = values_of(metric, np.concatenate([scores.a, scores.b]))[:, i]
            if len(values) and np.isfinite(values).all():
                ids = [aligned.baseline.ids[place] for place in aligned.places[scores.rows]]
                return _moves(ids, values[: len(ids)], values[len(ids) :], metric.quantities[i])
    return ()


def _mean_values(metric: Metric, statistics: Floats) -> Floats:
    return mean_values(metric, statistics)[0]


def _moves(
    ids: Sequence[str],
    before: Floats,
    after: Floats,
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
