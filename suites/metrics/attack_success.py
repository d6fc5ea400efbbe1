"""How often an attack turns a right answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.core.attacked import Attacked, Outcome
from harness.core.figure import Figure
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored
from harness.suites.metrics.additive import Floats
from harness.suites.metrics.attack_budget import budget_figure
from harness.suites.metrics.mean_of_part import IN_PART, MeanOfPart
from harness.suites.metrics.of_attack import OF_RIGHT, OfAttack


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackSuccess(OfAttack, MeanOfPart):
    """Of the samples that the model is right about, those that the attack has turned."""

    name: ClassVar[str] = "attack_success"
    of: ClassVar[str] = "right"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="success_rate",
            direction=Direction.LOWER,
            definition=f"successes / {OF_RIGHT} (TextAttack 0.3.11: attack success rate); a search"
            " left undecided is no success",
            is_headline=True,
        ),
        Quantity(
            id="undecided_rate",
            direction=Direction.NEITHER,
            definition="searches without a success, among whose answers were some that name no"
            f" label / {OF_RIGHT}",
        ),
    )
    columns: ClassVar[tuple[str, ...]] = (
        "success",
        "undecided",
        "found_at",
        "n_queries",
        "has_control",
        "control_found_at",
        IN_PART,
    )

    def _measured(self, sample: Sample, attacked: Attacked) -> Score:
        del sample
        return Scored(
            (
                float(attacked.outcome is Outcome.SUCCEEDED),
                float(attacked.outcome is Outcome.UNDECIDED),
                float(attacked.found_at),
                float(attacked.n_queries),
                float(attacked.control is not None),
                float(attacked.control_found_at),
                float(attacked.outcome is not Outcome.SKIPPED),
            )
        )

    def figures(self, statistics: Floats) -> tuple[Figure, ...]:
        """Draw the successes against the number of queries, the random search's beside them."""
        attacked = statistics[statistics[:, -1] > 0]
        if not attacked.size:
            return ()
        found_at, n_queries, has_control, control_found_at = attacked[:, 2:6].T
        beside = control_found_at if np.all(has_control) else None
        return (budget_figure(found_at, beside, n_queries),)
