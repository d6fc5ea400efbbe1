"""How many questions an attack needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.core.attacked import Attacked, Outcome
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored
from harness.suites.metrics.additive import Floats
from harness.suites.metrics.mean_of_part import IN_PART, MeanOfPart
from harness.suites.metrics.of_attack import OF_RIGHT, OfAttack

_OF = f"over the {OF_RIGHT}, successes and failures"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackCost(OfAttack, MeanOfPart):
    """Queries of each search: those that it asked, and those that had to be sent."""

    name: ClassVar[str] = "attack_cost"
    of: ClassVar[str] = "right"
    bootstrapped: ClassVar[tuple[str, ...]] = ("queries", "queries_sent", "queries_median")
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

    def _measured(self, sample: Sample, attacked: Attacked) -> Score:
        del sample
        is_attacked = attacked.outcome is not Outcome.SKIPPED
        return Scored((float(attacked.n_queries), float(attacked.n_sent), float(is_attacked)))

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Return both means and the median; see ``Metric.reduce``."""
        own = weights * statistics[:, -1]
        total = own.sum(axis=1, keepdims=True)
        means = np.full((len(weights), 2), np.nan)
        np.divide(own @ statistics[:, :2], total, out=means, where=total > 0)
        return np.column_stack([means, _medians(statistics[:, 0], own)])


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
