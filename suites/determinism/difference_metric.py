"""How far apart the numbers of two answers to one question are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.core.estimate import Interval
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.stats.mean import skewed_mean_interval
from harness.suites.determinism.pair import largest_difference, pair_of
from harness.suites.metrics.additive import Additive, Floats, Integers

_NUMBERS = (
    "of an answer's numbers: scores of labels, log-likelihoods of continuations or tokens (nats),"
    " components of a vector"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceMetric(Additive):
    """Differences between the numbers of a first and a second answer."""

    name: ClassVar[str] = "determinism_difference"
    is_additive: ClassVar[bool] = False  # a maximum is no sum
    columns: ClassVar[tuple[str, ...]] = ("difference",)
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="mean_difference",
            direction=Direction.LOWER,
            definition="mean over questions answered both times of the largest absolute difference"
            f" {_NUMBERS}",
            high=None,
            is_headline=True,
        ),
        Quantity(
            id="largest_difference",
            direction=Direction.NEITHER,
            definition=f"the largest absolute difference {_NUMBERS}; a largest value is only one"
            " that was seen, and has no interval: more questions may show a larger one",
            high=None,
            is_headline=True,
        ),
    )

    @property
    def signature(self) -> Mapping[str, str]:
        """What is compared."""
        return {"difference": "absolute"}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return the largest difference between two answers."""
        del sample
        pair = pair_of(output)
        found = pair if isinstance(pair, Unscored) else largest_difference(*pair)
        return found if isinstance(found, Unscored) else Scored((found,))

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Return mean and maximum.

        The maximum is undefined where any sample weighs nothing: of a resample it is the same or
        a smaller one, never a larger one, and would tell nothing of what else there may be.
        """
        values = statistics[:, 0]
        found = np.full((len(weights), 2), np.nan)
        total = weights.sum(axis=1)
        np.divide(weights @ values, total, out=found[:, 0], where=total > 0)
        if values.size:
            found[(weights > 0).all(axis=1), 1] = values.max()
        return found

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return Hall's t interval of the mean; none where no two differences differ."""
        interval = skewed_mean_interval(statistics[:, 0], clusters, level)
        return {} if interval is None else {"mean_difference": interval}
