"""What a metric says of each sample alone, and for which quantities the mean of that is all."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.ports import Metric

Floats: TypeAlias = NDArray[np.float64]

_BLOCK = 64
"""Samples reduced at a time: each costs as many weights, of which all but one are 0."""
_N_WEIGHTINGS = 8
_N_TRIED = 256
_ROUNDING = 1e-9


def sample_values(metric: Metric, statistics: Floats) -> Floats:
    """Return every quantity on each sample alone.

    Args:
        metric: with q quantities.
        statistics: (n, k).

    Returns:
        (n, q); NaN where a quantity is undefined on one sample.
    """
    if not len(statistics):
        return np.empty((0, len(metric.quantities)))
    rows, places = statistics, np.arange(len(statistics))
    if _repeats(statistics):
        rows, places = np.unique(statistics, axis=0, return_inverse=True)
    values = np.concatenate(
        [
            metric.reduce(block, np.eye(len(block)))
            for block in (rows[i : i + _BLOCK] for i in range(0, len(rows), _BLOCK))
        ]
    )
    return values[places.ravel()]


def mean_values(metric: Metric, statistics: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the quantities that are plain means of their values on single samples.

    As :func:`sample_values` and :func:`is_mean`, but of a metric that has no such quantity a few
    samples are looked at alone.

    Args:
        metric: with q quantities.
        statistics: (n, k).

    Returns:
        (n, q) values, NaN for all that is no mean; (q,) whether it is one.
    """
    n, q = len(statistics), len(metric.quantities)
    nothing = np.full((n, q), np.nan), np.zeros(q, dtype=np.bool_)
    tried = statistics[np.random.default_rng(0).permutation(n)[:_N_TRIED]]
    if not n or not is_mean(metric, tried, sample_values(metric, tried)).any():
        return nothing
    values = sample_values(metric, statistics)
    means = is_mean(metric, statistics, values)
    return np.where(means, values, np.nan), means


def is_mean(metric: Metric, statistics: Floats, values: Floats) -> NDArray[np.bool_]:
    """Tell which quantities are plain means of their values on single samples.

    A quantity is one when every weighting of the samples says so: accuracy is, F1 is not. A few
    random weightings are tried, so that no metric has to declare it.

    Args:
        metric: with q quantities.
        statistics: (n, k).
        values: (n, q) from :func:`sample_values`.

    Returns:
        (q,).
    """
    if not len(statistics):
        return np.zeros(len(metric.quantities), dtype=np.bool_)
    weights = np.random.default_rng(1).exponential(size=(_N_WEIGHTINGS, len(statistics)))
    reduced = metric.reduce(statistics, weights)
    is_finite = np.isfinite(values).all(axis=0)
    known = np.where(is_finite, values, 0.0)
    means = weights @ known / weights.sum(axis=1, keepdims=True)
    scale = np.maximum(1.0, np.abs(known).max(axis=0))
    close = np.abs(reduced - means) <= _ROUNDING * scale
    return np.asarray(close.all(axis=0) & is_finite)


def _repeats(statistics: Floats) -> bool:
    """Tell from some rows whether most are alike, so that sorting them all pays."""
    tried = statistics[:_N_TRIED]
    return len(np.unique(tried, axis=0)) <= len(tried) // 2
