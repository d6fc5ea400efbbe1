"""How often a random search turns a right answer with as many queries as an attack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from harness.core.attacked import Attacked, Outcome
from harness.core.estimate import Interval
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.suites.metrics.additive import Floats, Integers
from harness.suites.metrics.attack_success import OF_RIGHT, no_outcome
from harness.suites.metrics.mean_of_part import MeanOfPart

_BOOTSTRAPPED = "advantage_over_control"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackControl(MeanOfPart):
    """What a random search over the same changes comes to with the attack's number of queries."""

    name: ClassVar[str] = "attack_control"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="control_success_rate",
            direction=Direction.NEITHER,
            definition="successes of a random search over the recipe's changes, on each sample"
            f" with as many queries as the attack made / {OF_RIGHT}",
        ),
        Quantity(
            id=_BOOTSTRAPPED,
            direction=Direction.NEITHER,
            definition="success_rate - control_success_rate: what the search is worth beyond its"
            f" changes and the number of its queries, of the {OF_RIGHT}",
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
        if not isinstance(output, Attacked):
            return no_outcome(output)
        is_attacked = output.outcome is not Outcome.SKIPPED
        if is_attacked and output.control is None:
            return Unscored("the recipe has no random search beside it")
        success = float(output.outcome is Outcome.SUCCEEDED)
        control = float(output.control is Outcome.SUCCEEDED)
        return Scored((control, success - control, float(is_attacked)))

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return Wilson's interval of the share; the difference is bootstrapped."""
        found = MeanOfPart.intervals(self, statistics, clusters, level)
        return {name: interval for name, interval in found.items() if name != _BOOTSTRAPPED}
