"""The mean of a sample, with a standard error that respects clusters."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Interval
from harness.stats.quantiles import t_quantile

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

_ROUNDING = 1e-12
"""A standard error below this share of the values is rounding."""


def mean_stderr(values: Floats, clusters: Integers | None = None) -> float | None:
    """Standard error of the mean; cluster-robust when ``clusters`` is given.

    Clustered form: sqrt(G/(G-1) · Σ_g (Σ_{i in g} (x_i - mean))²) / n, after Miller (2024,
    arXiv 2411.00640).

    Args:
        values: (n,).
        clusters: (n,) cluster codes, or None when the values are independent.

    Returns:
        None with fewer than two independent units: one observation has no spread to tell.
    """
    n = values.size
    residuals = values - values.mean() if n else values
    if clusters is not None:
        _, codes = np.unique(clusters, return_inverse=True)
        residuals = np.bincount(codes.ravel(), weights=residuals)
    n_units = residuals.size
    if n_units < 2:  # noqa: PLR2004 - a spread needs two
        return None
    return math.sqrt(n_units / (n_units - 1) * float(np.square(residuals).sum())) / n


def mean_interval(
    values: Floats, clusters: Integers | None = None, level: float = 0.95
) -> Interval | None:
    """Student's t interval of the mean, with units (clusters) - 1 degrees of freedom.

    Returns:
        None with fewer than two independent units, and where they all agree: such a sample tells
        nothing of the spread, and an interval of no width would claim certainty.

    >>> interval = mean_interval(np.array([1.0, 2.0, 3.0, 4.0]))
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.446, 4.554)
    """
    stderr = mean_stderr(values, clusters)
    if stderr is None or stderr <= _ROUNDING * float(np.abs(values).max()):
        return None
    n_units = values.size if clusters is None else np.unique(clusters).size
    half = t_quantile(0.5 + level / 2, n_units - 1) * stderr
    mean = float(values.mean())
    method = "t" if clusters is None else "t-clustered"
    return Interval(low=mean - half, high=mean + half, level=level, method=method)
