"""Metrics whose value on a set is the plain mean of a value per sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from harness.core.estimate import Interval
from harness.core.score import Quantity
from harness.stats.mean import skewed_mean_interval
from harness.stats.proportion import proportion_interval
from harness.suites.metrics.additive import Additive, Booleans, Floats, Integers


class MeanOfValues(Additive):
    """Reduce by averaging; the statistics are one column for each quantity, in their order."""

    __slots__ = ()

    is_additive: ClassVar[bool] = False  # the divisor is the number of rows
    quantities: ClassVar[tuple[Quantity, ...]]

    @property
    def columns(self) -> tuple[str, ...]:
        """The quantities' ids."""
        return tuple(quantity.id for quantity in self.quantities)

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Return the weighted means; NaN where the weights sum to 0."""
        total = weights.sum(axis=1, keepdims=True)
        means = np.full((len(weights), statistics.shape[1]), np.nan)
        np.divide(weights @ statistics, total, out=means, where=total > 0)
        return means

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return Hall's t interval of each mean, or Wilson's where every value is 0 or 1."""
        found = {}
        for column, quantity in enumerate(self.quantities):
            interval = mean_interval(statistics[:, column], clusters, level)
            if interval is not None:
                found[quantity.id] = interval
        return found


class MeanOfNumbers(MeanOfValues):
    """The same of numbers that may happen to be all 0 or 1, and are no shares for it."""

    __slots__ = ()

    shares: ClassVar[tuple[str, ...]] = ()
    """Ids of the quantities whose values are 0 or 1 by what they are."""

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return Wilson's interval of shares and Hall's t interval of other means."""
        found = {}
        for column, quantity in enumerate(self.quantities):
            of_mean = mean_interval if quantity.id in self.shares else skewed_mean_interval
            interval = of_mean(statistics[:, column], clusters, level)
            if interval is not None:
                found[quantity.id] = interval
        return found


def mean_interval(values: Floats, clusters: Integers | None, level: float) -> Interval | None:
    """Return the interval of a mean: Wilson's where every value is 0 or 1, else Hall's t.

    Args:
        values: (n,).
        clusters: (n,) cluster codes, or None when samples are independent.
        level: confidence level in (0, 1).
    """
    # Values that are all 0 or all 1 have no spread, and a t interval of them no width: Wilson's
    # stays honest there, so a graded metric (ROUGE) also takes it when only 0 and 1 were seen.
    if np.isin(values, (0.0, 1.0)).all():
        return proportion_interval(values, clusters, level)
    return skewed_mean_interval(values, clusters, level)


def part_interval(
    values: Floats, part: Booleans, clusters: Integers | None, level: float
) -> Interval | None:
    """Return the interval of a mean over a part of the samples; None of a part that is empty.

    Args:
        values: (n,).
        part: (n,), whether the mean is over a sample.
        clusters: (n,) cluster codes, or None when samples are independent.
        level: confidence level in (0, 1).
    """
    if not part.any():
        return None
    return mean_interval(values[part], None if clusters is None else clusters[part], level)
