"""What metrics share whose value depends on their statistics only through weighted sums."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Interval
from harness.core.figure import Figure

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]


class Additive:
    """Reduce by adding up; subclasses give ``value`` of the sums."""

    __slots__ = ()

    is_additive: ClassVar[bool] = True

    def value(self, sums: Floats) -> Floats:
        """Return (b, q) quantities of (b, k) weighted sums of the statistics."""
        raise NotImplementedError

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Return the quantities under each set of weights; see ``Metric.reduce``."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.value(weights @ statistics)

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return no closed form; the bootstrap serves."""
        del statistics, clusters, level
        return {}

    def figures(self, statistics: Floats) -> tuple[Figure, ...]:
        """Return no chart."""
        del statistics
        return ()
