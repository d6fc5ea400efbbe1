"""The area under the ROC curve with its variance after DeLong, DeLong and Clarke-Pearson (1988)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Interval
from harness.stats.quantiles import normal_quantile
from harness.stats.separated_auc import separated_interval

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]

_MIN_UNITS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaUnderCurve:
    """P(score of a positive > score of a negative), ties counting one half."""

    value: float
    stderr: float | None
    """None with fewer than two positives or two negatives (clusters of them, if clustered)."""
    n_positive_units: int
    """Positives, or clusters with at least one."""
    n_negative_units: int


def delong(
    is_positive: Booleans, scores: Floats, clusters: Integers | None = None
) -> AreaUnderCurve | None:
    """Return the area and its standard error, in O(n log n) by mid-ranks.

    Mid-ranks after Sun and Xu (2014, IEEE Signal Processing Letters 21); the clustered form
    after Obuchowski (1997, Biometrics 53), where a cluster may hold both classes.

    Args:
        is_positive: (n,).
        scores: (n,), finite; higher speaks for the positive class.
        clusters: (n,) cluster codes, or None when samples are independent.

    Returns:
        None when a class is missing: the area is then undefined.

    >>> area = delong(np.array([False, False, True, True]), np.array([0.1, 0.4, 0.35, 0.8]))
    >>> area.value
    0.75
    """
    n_positive = int(is_positive.sum())
    n_negative = is_positive.size - n_positive
    if n_positive == 0 or n_negative == 0:
        return None
    placements = _placements(is_positive, scores)
    value = float(placements[is_positive].mean())
    _, codes = (
        (None, np.arange(scores.size))
        if clusters is None
        else np.unique(clusters, return_inverse=True)
    )
    residuals = placements - value
    positives = _SumsByUnit.of(codes.ravel(), residuals, is_positive)
    negatives = _SumsByUnit.of(codes.ravel(), residuals, ~is_positive)
    stderr = None
    if min(positives.n_units, negatives.n_units) >= _MIN_UNITS:
        variance = positives.variance / n_positive**2 + negatives.variance / n_negative**2
        variance += 2 * positives.covariance(negatives) / (n_positive * n_negative)
        # Rounding, or a strong negative covariance in few clusters, can leave less than nothing.
        stderr = math.sqrt(max(0.0, variance))
    return AreaUnderCurve(
        value=value,
        stderr=stderr,
        n_positive_units=positives.n_units,
        n_negative_units=negatives.n_units,
    )


def auc_interval(
    is_positive: Booleans, scores: Floats, clusters: Integers | None = None, level: float = 0.95
) -> Interval | None:
    """DeLong's interval on the logit scale, which keeps it inside (0, 1) and skewed as it is.

    Classes that the scores separate wholly have a DeLong variance of 0; the interval is then
    Newcombe's (see :func:`~harness.stats.separated_auc.separated_interval`).

    Returns:
        None where the area or its standard error is undefined.
    """
    area = delong(is_positive, scores, clusters)
    if area is None or area.stderr is None:
        return None
    if area.value in (0.0, 1.0):
        return separated_interval(area.value, area.n_positive_units, area.n_negative_units, level)
    if area.stderr == 0:
        return None
    half = normal_quantile(0.5 + level / 2) * area.stderr / (area.value * (1 - area.value))
    middle = math.log(area.value / (1 - area.value))
    return Interval(
        low=_logistic(middle - half),
        high=_logistic(middle + half),
        level=level,
        method="delong-logit" if clusters is None else "delong-logit-clustered",
    )


def _logistic(x: float) -> float:
    """1 / (1 + exp(-x)), without its overflow."""
    return 0.5 * (1 + math.tanh(x / 2))


def mid_ranks(scores: Floats) -> Floats:
    """Return ranks from 1; equal scores share the mean of theirs.

    >>> mid_ranks(np.array([0.3, 0.1, 0.3])).tolist()
    [2.5, 1.0, 2.5]
    """
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[place], dtype=np.float64)


def _placements(is_positive: Booleans, scores: Floats) -> Floats:
    """Share of the other class that each sample is ranked rightly against (ties one half)."""
    overall = mid_ranks(scores)
    placements = np.empty(scores.size)
    for mine in (is_positive, ~is_positive):
        # Rank among all less rank among one's own = how many of the other class lie below.
        below = overall[mine] - mid_ranks(scores[mine])
        placements[mine] = below / (scores.size - below.size)
    placements[~is_positive] = 1 - placements[~is_positive]
    return placements


@dataclass(frozen=True, slots=True)
class _SumsByUnit:
    """Residual placements of one class, added up within each independent unit."""

    sums: Floats
    """(all units,), 0 in a unit without the class."""
    n_units: int
    """Units that hold the class."""

    @classmethod
    def of(cls, codes: Integers, residuals: Floats, chosen: Booleans) -> _SumsByUnit:
        n_all = int(codes.max()) + 1
        sums: Floats = np.bincount(
            codes[chosen], weights=residuals[chosen], minlength=n_all
        ).astype(np.float64)
        return cls(sums, np.unique(codes[chosen]).size)

    @property
    def variance(self) -> float:
        return self.n_units / (self.n_units - 1) * float(np.square(self.sums).sum())

    def covariance(self, other: _SumsByUnit) -> float:
        n_all = self.sums.size
        return n_all / (n_all - 1) * float((self.sums * other.sums).sum())
