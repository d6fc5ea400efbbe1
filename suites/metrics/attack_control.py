"""How often a random search turns a right answer with as many queries as an attack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.core.attacked import Attacked, Outcome
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.suites.metrics.mean_of_part import MeanOfPart
from harness.suites.metrics.of_attack import OF_RIGHT, OfAttack


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackControl(OfAttack, MeanOfPart):
    """What a random search over the same changes comes to with the attack's number of queries."""

    name: ClassVar[str] = "attack_control"
    of: ClassVar[str] = "right"
    bootstrapped: ClassVar[tuple[str, ...]] = ("advantage_over_control",)
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="control_success_rate",
            direction=Direction.NEITHER,
            definition="successes of a random search over the recipe's changes, on each sample"
            f" with as many queries as the attack made / {OF_RIGHT}",
        ),
        Quantity(
            id="advantage_over_control",
            direction=Direction.NEITHER,
            definition="success_rate - control_success_rate: what the search is worth beyond its"
            f" changes and the number of its queries, of the {OF_RIGHT}",
            low=-1.0,
        ),
    )

    def _measured(self, sample: Sample, attacked: Attacked) -> Score:
        del sample
        is_attacked = attacked.outcome is not Outcome.SKIPPED
        if is_attacked and attacked.control is None:
            return Unscored("the recipe has no random search beside it")
        success = float(attacked.outcome is Outcome.SUCCEEDED)
        control = float(attacked.control is Outcome.SUCCEEDED)
        return Scored((control, success - control, float(is_attacked)))
