"""The mean of a sample, with a standard error that respects clusters."""

from __future__ import annotations

import math
from dataclasses import replace
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
    residuals = _unit_residuals(values, clusters)
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


def skewed_mean_interval(
    values: Floats, clusters: Integers | None = None, level: float = 0.95
) -> Interval | None:
    """Student's t interval of the mean, corrected for skewness by Hall's transformation.

    Of losses, skewed to the right, a sample that lacks the rare large ones has too low a mean and
    too low a standard error as well. Hall's cubic (1992, JRSS B 54) takes the skewness out of t;
    its inverse makes the interval longer on the side of the long tail. Johnson's correction (1978),
    a shift alone, mends little.

    Returns:
        As :func:`mean_interval`, which it equals where nothing is skewed.

    >>> interval = skewed_mean_interval(np.array([0.0, 0.0, 0.0, 1.0, 4.0]))
    >>> round(interval.low, 2), round(interval.high, 2)
    (-0.47, 8.53)
    """
    plain = mean_interval(values, clusters, level)
    if plain is None:
        return None
    residuals = _unit_residuals(values, clusters)
    # Cubes of tiny ones come to 0; a power of two changes no digit of the others.
    residuals = np.ldexp(residuals, -int(np.frexp(np.abs(residuals).max())[1]))
    n_units = residuals.size
    skewness = float((residuals**3).mean() / np.square(residuals).mean() ** 1.5)
    share = skewness / math.sqrt(n_units)
    quantile = t_quantile(0.5 + level / 2, n_units - 1)
    mean, stderr = float(values.mean()), (plain.high - plain.low) / (2 * quantile)
    low, high = (mean - stderr * _less_skewed(t, share) for t in (quantile, -quantile))
    return replace(plain, low=low, high=high, method=f"hall-{plain.method}")


def _less_skewed(t: float, a: float) -> float:
    """Return the x of which t = x + a/3·x² + a²/27·x³ + a/6."""
    return t if abs(a) < _ROUNDING else 3 / a * (math.cbrt(1 + a * (t - a / 6)) - 1)


def _unit_residuals(values: Floats, clusters: Integers | None) -> Floats:
    """Return what each value lies above the mean, added up within clusters."""
    residuals = values - values.mean() if values.size else values
    if clusters is None:
        return residuals
    _, codes = np.unique(clusters, return_inverse=True)
    sums: Floats = np.bincount(codes.ravel(), weights=residuals).astype(np.float64)
    return sums
