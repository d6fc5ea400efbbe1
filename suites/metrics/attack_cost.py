"""How many questions an attack needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.core.attacked import Attacked, Outcome
from harness.core.estimate import Interval
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored
from harness.suites.metrics.additive import Floats, Integers
from harness.suites.metrics.attack_success import OF_RIGHT, no_outcome
from harness.suites.metrics.mean_of_part import IN_PART, MeanOfPart

_OF = f"over the {OF_RIGHT}, successes and failures"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackCost(MeanOfPart):
    """Queries of each search: those that it asked, and those that had to be sent."""

    name: ClassVar[str] = "attack_cost"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="queries",
            direction=Direction.NEITHER,
            definition=f"mean number of texts asked about, {_OF}; the original, repetitions and"
            " texts already known count (TextAttack 0.3.11: average number of queries)",
            high=None,
        ),
        Quantity(
            id="queries_sent",
            direction=Direction.NEITHER,
            definition=f"mean number of texts that the model was sent, {_OF}; what another sample"
            " or attack of the run had asked already is not among them, nor is the random search",
            high=None,
        ),
        Quantity(
            id="queries_median",
            direction=Direction.NEITHER,
            definition=f"median number of texts asked about, {_OF}",
            high=None,
        ),
    )
    columns: ClassVar[tuple[str, ...]] = ("n_queries", "n_sent", IN_PART)

    @property
    def signature(self) -> Mapping[str, str]:
        """The denominator."""
        return {"of": "right"}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return both numbers of queries."""
        del sample
        if not isinstance(output, Attacked):
            return no_outcome(output)
        is_attacked = output.outcome is not Outcome.SKIPPED
        return Scored((float(output.n_queries), float(output.n_sent), float(is_attacked)))

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Return both means and the median; see ``Metric.reduce``."""
        own = weights * statistics[:, -1]
        total = own.sum(axis=1, keepdims=True)
        means = np.full((len(weights), 2), np.nan)
        np.divide(own @ statistics[:, :2], total, out=means, where=total > 0)
        return np.column_stack([means, _medians(statistics[:, 0], own)])

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return no closed form; the bootstrap serves."""
        del statistics, clusters, level
        return {}


def _medians(values: Floats, weights: Floats) -> Floats:
    """Return the median under each set of weights; NaN where they weigh nothing.

    Where exactly half of the weight lies below a gap, the middle of the gap is the median, as it
    is of an even number of values.

    Args:
        values: (n,), n at least 1.
        weights: (b, n).
    """
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    reached = np.cumsum(weights[:, order], axis=1)
    half = reached[:, -1:] / 2
    low = np.argmax(reached >= half, axis=1)
    high = np.argmax(reached > half, axis=1)
    medians = (ordered[low] + ordered[high]) / 2
    return np.where(half[:, 0] > 0, medians, np.nan)
