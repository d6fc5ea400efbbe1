"""The difference of any metric between two models, by resampling the samples they share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Interval
from harness.stats.bootstrap import N_RESAMPLES, Reduce, Replicates, bootstrap

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedReplicates:
    """Values of q quantities of two models, and their differences in b resamples."""

    a: Floats
    """(q,) values of the first model on the data as they are, NaN where undefined."""
    b: Floats
    """(q,) values of the second."""
    difference: Replicates
    """Of b - a."""

    def interval(self, column: int, level: float) -> Interval | None:
        """Interval of the difference of one quantity, as :meth:`Replicates.interval` makes it."""
        return self.difference.interval(column, level)

    def p_value(self, column: int) -> float | None:
        """Two-sided p of no difference: (1 + c) / (1 + B), which is never 0.

        c of B resamples lie at least as far from the observed difference as it lies from 0
        (Efron and Tibshirani 1993, section 16.4; Davison and Hinkley 1997, section 4.2 for the
        added ones). Deviations are multiplied by sqrt(n/(n-1)), as the interval's are.

        The smallest p is 1 / (1 + B): to survive Holm's correction over m gates B must exceed
        m / alpha.

        Returns:
            None where the difference, or over 5 % of its resamples, is undefined.
        """
        if self.difference.stderr(column) is None:
            return None
        observed = float(self.difference.point[column])
        values = self.difference.values[:, column]
        values = values[np.isfinite(values)]
        n_units = self.difference.n_units
        deviations = np.abs(values - observed) * math.sqrt(n_units / (n_units - 1))
        scale = max(1.0, float(np.abs(values).max()))
        n_as_far = int((deviations >= abs(observed) - _ROUNDING * scale).sum())
        return (1 + n_as_far) / (1 + values.size)


def paired_bootstrap(
    reduce: Reduce,
    statistics_a: Floats,
    statistics_b: Floats,
    *,
    seed: int,
    clusters: Integers | None = None,
    n_resamples: int = N_RESAMPLES,
) -> PairedReplicates:
    """Resample shared samples; both models are reduced under the same weights.

    Where the metric depends on weighted sums alone, pool the rows of both models side by side
    with :func:`harness.stats.pooling.pooled_units` first: 10,000 resamples of a hundred thousand
    samples then take seconds. Of more than 50,000 rows left unpooled fewer resamples are made.

    Args:
        reduce: (statistics (n, k), weights (b, n)) -> (b, q), a functional of weights.
        statistics_a: (n, k) of the first model.
        statistics_b: (n, k) of the second, on the same samples in the same order.
        seed: of a generator of its own.
        clusters: (n,) cluster codes; whole clusters are drawn.
        n_resamples: B.
    """
    n_columns = statistics_a.shape[1]

    def reduce_difference(both: Floats, weights: Floats) -> Floats:
        return reduce(both[:, n_columns:], weights) - reduce(both[:, :n_columns], weights)

    both = np.hstack([statistics_a, statistics_b])
    everything = np.ones((1, len(both)))
    return PairedReplicates(
        a=reduce(statistics_a, everything)[0],
        b=reduce(statistics_b, everything)[0],
        difference=bootstrap(
            reduce_difference, both, seed=seed, clusters=clusters, n_resamples=n_resamples
        ),
    )
