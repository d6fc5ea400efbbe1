"""What a metric says of each sample alone, and for which quantities the mean of that is all."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.ports import Metric

Floats: TypeAlias = NDArray[np.float64]

_BLOCK = 512
_N_WEIGHTINGS = 8
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
    rows, places = np.unique(statistics, axis=0, return_inverse=True)
    values = np.concatenate(
        [
            metric.reduce(block, np.eye(len(block)))
            for block in (rows[i : i + _BLOCK] for i in range(0, len(rows), _BLOCK))
        ]
    )
    return values[places.ravel()]


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
    n = len(statistics)
    if not n:
        return np.zeros(len(metric.quantities), dtype=np.bool_)
    weights = np.random.default_rng(0).exponential(size=(_N_WEIGHTINGS, n))
    reduced = metric.reduce(statistics, weights)
    with np.errstate(invalid="ignore"):
        means = weights @ values / weights.sum(axis=1, keepdims=True)
        scale = np.maximum(1.0, np.abs(values).max(axis=0))
        close = np.abs(reduced - means) <= _ROUNDING * scale
    return np.asarray(close.all(axis=0))
