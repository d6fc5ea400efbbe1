"""How often a white-box attack looks into the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.core.attacked import Attacked, Outcome
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored
from harness.suites.metrics.mean_of_part import MeanOfPart
from harness.suites.metrics.of_attack import OF_RIGHT, OfAttack


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackGradients(OfAttack, MeanOfPart):
    """Gradients of each search; each takes about as long as three queries."""

    name: ClassVar[str] = "attack_gradients"
    of: ClassVar[str] = "right"
    bootstrapped: ClassVar[tuple[str, ...]] = ("gradients",)
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="gradients",
            direction=Direction.NEITHER,
            definition="mean number of gradients asked for, beside the queries, over the"
            f" {OF_RIGHT}, successes and failures",
            high=None,
        ),
    )

    def _measured(self, sample: Sample, attacked: Attacked) -> Score:
        del sample
        is_attacked = attacked.outcome is not Outcome.SKIPPED
        return Scored((float(attacked.n_gradients), float(is_attacked)))
