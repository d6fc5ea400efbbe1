"""Which samples each quantity of a metric is made of, and what it is on each of them alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.metric_abilities import MetricOfParts
from harness.core.ports import Metric
from harness.engine.sample_values import mean_values

Floats: TypeAlias = NDArray[np.float64]
Booleans: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartValues:
    """The parts and values of a metric's q quantities on n samples."""

    is_in: Booleans
    """(n, q), whether a quantity is made of a sample."""
    values: Floats
    """(n, q), each quantity on each sample of its part alone; NaN elsewhere, and for no mean."""
    means: Booleans
    """(q,), which quantities are plain means over their part."""

    @classmethod
    def of(cls, metric: Metric, statistics: Floats) -> PartValues:
        """Ask a metric.

        Args:
            metric: with q quantities.
            statistics: (n, k).
        """
        is_in = part_rows(metric, statistics)
        values, means = mean_values(metric, statistics, is_in)
        return cls(is_in=is_in, values=values, means=means)

    def at(self, rows: NDArray[np.int64] | slice) -> PartValues:
        """Return those of some samples."""
        return PartValues(is_in=self.is_in[rows], values=self.values[rows], means=self.means)


def part_rows(metric: Metric, statistics: Floats) -> Booleans:
    """Return (n, q), whether a quantity is made of a sample.

    Args:
        metric: with q quantities.
        statistics: (n, k).
    """
    shape = (len(statistics), len(metric.quantities))
    parts = _parts(metric, statistics)
    if not parts:
        return np.broadcast_to(np.True_, shape)
    is_in = np.ones(shape, dtype=np.bool_)
    for i, quantity in enumerate(metric.quantities):
        if quantity.id in parts:
            is_in[:, i] = parts[quantity.id]
    return is_in


def _parts(metric: Metric, statistics: Floats) -> Mapping[str, Booleans]:
    if not len(statistics) or not isinstance(metric, MetricOfParts):
        return {}
    return metric.parts(statistics)
