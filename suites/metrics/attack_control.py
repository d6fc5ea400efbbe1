"""How often a random search turns a right answer with as many queries as an attack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from harness.core.attacked import Outcome
from harness.core.estimate import Interval
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.suites.metrics.additive import Floats, Integers
from harness.suites.metrics.attack_success import attacked_of
from harness.suites.metrics.mean_of_values import MeanOfValues


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackControl(MeanOfValues):
    """What a random search over the same changes comes to with the attack's number of queries."""

    name: ClassVar[str] = "attack_control"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="control_success_rate",
            direction=Direction.NEITHER,
            definition="successes of a random search over the recipe's changes, on each sample"
            " with as many queries as the attack made / samples that the model is right about"
            " before the attack",
        ),
        Quantity(
            id="advantage_over_control",
            direction=Direction.NEITHER,
            definition="success_rate - control_success_rate, sample by sample: what the search is"
            " worth beyond its changes and its queries",
            low=-1.0,
        ),
    )

    @property
    def signature(self) -> Mapping[str, str]:
        """The denominator."""
        return {"of": "right"}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return the random search's success, and the attack's less it."""
        del sample
        attacked = attacked_of(output)
        if isinstance(attacked, Unscored):
            return attacked
        if attacked.control is None:
            return Unscored("the recipe has no random search beside it", is_moot=True)
        success = float(attacked.outcome is Outcome.SUCCEEDED)
        control = float(attacked.control is Outcome.SUCCEEDED)
        return Scored((control, success - control))

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return Wilson's interval of the share; the difference is bootstrapped."""
        found = MeanOfValues.intervals(self, statistics, clusters, level)
        return {name: each for name, each in found.items() if name == "control_success_rate"}
