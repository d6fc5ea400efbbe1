"""How often an attack turns a right answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.core.attacked import Attacked, Outcome
from harness.core.figure import Figure
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.suites.metrics.additive import Floats
from harness.suites.metrics.attack_budget import budget_figure
from harness.suites.metrics.mean_of_part import IN_PART, MeanOfPart

OF_RIGHT = "samples that the model is right about before the attack"


def no_outcome(output: Output) -> Unscored:
    """Return why there is no score of what is no outcome of an attack."""
    return Unscored(f"the outcome of an attack is needed, not a {type(output).__name__}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackSuccess(MeanOfPart):
    """Of the samples that the model is right about, those that the attack has turned."""

    name: ClassVar[str] = "attack_success"
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

    @property
    def signature(self) -> Mapping[str, str]:
        """The denominator."""
        return {"of": "right"}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return the outcome and the queries that it took."""
        del sample
        if not isinstance(output, Attacked):
            return no_outcome(output)
        return Scored(
            (
                float(output.outcome is Outcome.SUCCEEDED),
                float(output.outcome is Outcome.UNDECIDED),
                float(output.found_at),
                float(output.n_queries),
                float(output.control is not None),
                float(output.control_found_at),
                float(output.outcome is not Outcome.SKIPPED),
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
