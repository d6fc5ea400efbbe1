"""How often a white-box attack looks into the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from harness.core.attacked import Attacked, Outcome
from harness.core.estimate import Interval
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored
from harness.suites.metrics.additive import Floats, Integers
from harness.suites.metrics.attack_success import OF_RIGHT, no_outcome
from harness.suites.metrics.mean_of_part import MeanOfPart


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackGradients(MeanOfPart):
    """Gradients of each search; each takes about as long as three queries."""

    name: ClassVar[str] = "attack_gradients"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="gradients",
            direction=Direction.NEITHER,
            definition="mean number of gradients asked for, beside the queries, over the"
            f" {OF_RIGHT}, successes and failures",
            high=None,
        ),
    )

    @property
    def signature(self) -> Mapping[str, str]:
        """The denominator."""
        return {"of": "right"}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return the number of gradients."""
        del sample
        if not isinstance(output, Attacked):
            return no_outcome(output)
        is_attacked = output.outcome is not Outcome.SKIPPED
        return Scored((float(output.n_gradients), float(is_attacked)))

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return no closed form; the bootstrap serves."""
        del statistics, clusters, level
        return {}
