"""The delete-a-group jackknife: an interval for numbers that exist only for a whole corpus."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Interval
from harness.stats.quantiles import t_quantile

Integers: TypeAlias = NDArray[np.int64]

N_GROUPS = 20
_MIN_GROUPS = 2


def group_assignment(units: int | Integers, *, n_groups: int = N_GROUPS, seed: int = 0) -> Integers:
    """Deal independent units to groups of equal size, at random.

    Args:
        units: the number of samples, or (n,) cluster codes: a cluster stays in one group.
        n_groups: fewer are made when there are fewer units.
        seed: of the deal.

    Returns:
        (n,) group of each sample, from 0.

    >>> group_assignment(6, n_groups=3, seed=0).tolist()
    [0, 2, 2, 1, 0, 1]
    """
    codes = (
        np.arange(units)
        if isinstance(units, int)
        else np.unique(units, return_inverse=True)[1].ravel()
    )
    n_units = int(codes.max()) + 1 if codes.size else 0
    dealt = np.random.default_rng(seed).permutation(np.arange(n_units) % max(1, n_groups))
    return dealt[codes].astype(np.int64)


def jackknife_stderr(leave_out_values: Sequence[float]) -> float | None:
    """Standard error from the values on the data less each of G groups.

    sqrt((G-1)/G · Σ (v_g - mean v)²), after Kott (2001, Journal of Official Statistics 17).

    Returns:
        None with fewer than two groups, or where a value is not finite.
    """
    values = np.asarray(leave_out_values, dtype=np.float64)
    n_groups = values.size
    if n_groups < _MIN_GROUPS or not np.isfinite(values).all():
        return None
    spread = float(np.square(values - values.mean()).sum())
    return math.sqrt((n_groups - 1) / n_groups * spread)


def jackknife_interval(
    full_value: float, leave_out_values: Sequence[float], level: float = 0.95
) -> Interval | None:
    """Return the t interval around the full value, with groups - 1 degrees of freedom.

    Args:
        full_value: the number on all the data.
        leave_out_values: the number on the data less each group, one per group.
        level: confidence level in (0, 1).

    Returns:
        None where the standard error is None, and where it is 0: values that all agree say
        nothing of the spread.

    >>> interval = jackknife_interval(2.5, [3.0, 8 / 3, 7 / 3, 2.0])
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.446, 4.554)
    """
    stderr = jackknife_stderr(leave_out_values)
    if not stderr or not math.isfinite(full_value):
        return None
    n_groups = len(leave_out_values)
    half = t_quantile(0.5 + level / 2, n_groups - 1) * stderr
    return Interval(
        low=full_value - half,
        high=full_value + half,
        level=level,
        method=f"jackknife-{n_groups}-groups",
    )
