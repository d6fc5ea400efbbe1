"""What resampling gives, and the intervals that are read from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Interval
from harness.stats.quantiles import normal_quantile, normal_share, t_quantile

Floats: TypeAlias = NDArray[np.float64]

_MIN_UNITS = 2
_MIN_DEFINED = 0.95
_NO_SPREAD = 1e-12
MAX_MEDIAN_BIAS = 0.5
"""Largest |z0| that is corrected for: from 31 % to 69 % of resamples below the value. Beyond it
resampling itself is biased (a calibration error grows by it), which is no skew to be undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicates:
    """Values of q quantities in b resamples."""

    point: Floats
    """(q,) the values on the data as they are."""
    values: Floats
    """(b, q), NaN where a resample leaves a quantity undefined."""
    acceleration: Floats
    """(q,) Efron's a: how fast the standard error changes with the value, from a jackknife."""
    n_units: int
    """Independent units resampled."""
    seed: int

    def interval(self, column: int, level: float) -> Interval | None:
        """Bias-corrected and accelerated interval of one quantity (Efron 1987, JASA 82).

        The normal quantile is replaced by sqrt(n/(n-1))·t_{n-1}, without which intervals from
        few units are too short (Hesterberg 2015, The American Statistician 69, section 5.3).
        Where more than 69 % of resamples lie on one side of the value it is the percentile
        interval, so expanded.

        Args:
            column: of the quantity.
            level: confidence level in (0, 1).

        Returns:
            None when over 5 % of resamples are undefined; when all of them agree: a sample
            without spread (every answer right, a single sample) tells nothing of the spread
            outside it, and an interval of no width would claim certainty; and when all of them
            lie on one side of the value (a deviation between folds of 0): none is like it.
        """
        values = self._defined(column)
        if values is None or np.ptp(values) <= _tolerance(values):
            return None
        bias = _median_bias(values, float(self.point[column]))
        if math.isinf(bias):
            return None
        acceleration = float(self.acceleration[column])
        method = "bootstrap-bca"
        if not abs(bias) <= MAX_MEDIAN_BIAS or not math.isfinite(acceleration):
            bias, acceleration, method = 0.0, 0.0, "bootstrap-percentile"
        expand = math.sqrt(self.n_units / (self.n_units - 1))
        quantile = expand * t_quantile(0.5 + level / 2, self.n_units - 1)
        tails = [_tail(bias, acceleration, z) for z in (-quantile, quantile)]
        low, high = np.quantile(values, tails)
        return Interval(low=float(low), high=float(high), level=level, method=method)

    def stderr(self, column: int) -> float | None:
        """Standard deviation over resamples: the standard error of the value.

        Multiplied by sqrt(n/(n-1)), so that for a mean it is the usual s/sqrt(n) on average.

        Returns:
            None when over 5 % of resamples are undefined.
        """
        values = self._defined(column)
        if values is None:
            return None
        return float(values.std(ddof=1)) * math.sqrt(self.n_units / (self.n_units - 1))

    def _defined(self, column: int) -> Floats | None:
        values = self.values[:, column]
        defined = values[np.isfinite(values)]
        if self.n_units < _MIN_UNITS or not np.isfinite(self.point[column]):
            return None
        return defined if defined.size >= _MIN_DEFINED * values.size else None


def acceleration_of(leave_out: Floats, counts: Floats) -> Floats:
    """Return Efron's a for each quantity: Σ d³ / (6·(Σ d²)^1.5), d the jackknife deviations.

    Args:
        leave_out: (m, q) values without one unit (or one group of them), NaN where undefined.
        counts: (m,) how many units share each row.

    Returns:
        (q,), 0 where the values all agree.
    """
    shares = np.where(np.isfinite(leave_out), counts[:, None], 0.0)
    filled = np.nan_to_num(leave_out)
    middle = (shares * filled).sum(axis=0) / np.maximum(shares.sum(axis=0), 1.0)
    deviations = middle - filled
    spread = (shares * deviations**2).sum(axis=0) ** 1.5
    skew = (shares * deviations**3).sum(axis=0)
    acceleration = np.zeros(skew.shape)
    np.divide(skew, 6 * spread, out=acceleration, where=spread > 0)
    return acceleration


def _median_bias(values: Floats, point: float) -> float:
    """Efron's z0: the normal quantile of the share of resamples below the value, ties half."""
    near = np.abs(values - point) <= _tolerance(values)
    below = (values < point) & ~near
    return normal_quantile(float(below.mean() + near.mean() / 2))


def _tolerance(values: Floats) -> float:
    """Differences up to this are rounding."""
    return _NO_SPREAD * max(1.0, float(np.abs(values).max()))


def _tail(bias: float, acceleration: float, z: float) -> float:
    """Where in the resamples an end of the interval lies, in [0, 1]."""
    shifted = bias + z
    stretch = 1 - acceleration * shifted
    # At a stretch of 0 the end has gone to infinity: the outermost resample is all there is.
    return normal_share(bias + shifted / stretch) if stretch > 0 else float(shifted > 0)
