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
from harness.suites.metrics.mean_of_values import MeanOfValues

SKIPPED = Unscored("the model is wrong about the text as it stands", is_moot=True)
"""Of a sample that there was nothing to attack in."""


def attacked_of(output: Output) -> Attacked | Unscored:
    """Return what an attack came to on a sample that the model was right about."""
    if not isinstance(output, Attacked):
        return Unscored(f"the outcome of an attack is needed, not a {type(output).__name__}")
    return SKIPPED if output.outcome is Outcome.SKIPPED else output


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackSuccess(MeanOfValues):
    """Of the samples that the model is right about, those that the attack has turned."""

    name: ClassVar[str] = "attack_success"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="success_rate",
            direction=Direction.LOWER,
            definition="successes / samples that the model is right about before the attack"
            " (TextAttack 0.3.11: attack success rate); one left undecided is no success",
            is_headline=True,
        ),
        Quantity(
            id="undecided_rate",
            direction=Direction.NEITHER,
            definition="searches without a success that met answers which name no label / samples"
            " that the model is right about before the attack",
        ),
    )
    columns: ClassVar[tuple[str, ...]] = (
        "success",
        "undecided",
        "found_at",
        "n_queries",
        "has_control",
        "control_found_at",
    )

    @property
    def signature(self) -> Mapping[str, str]:
        """The denominator."""
        return {"of": "right"}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return the outcome and the queries that it took."""
        del sample
        attacked = attacked_of(output)
        if isinstance(attacked, Unscored):
            return attacked
        return Scored(
            (
                float(attacked.outcome is Outcome.SUCCEEDED),
                float(attacked.outcome is Outcome.UNDECIDED),
                float(attacked.found_at),
                float(attacked.n_queries),
                float(attacked.control is not None),
                float(attacked.control_found_at),
            )
        )

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Return both shares; see ``Metric.reduce``."""
        # Named in full: a dataclass with slots is another class than the one that super() knows.
        return MeanOfValues.reduce(self, statistics[:, :2], weights)

    def figures(self, statistics: Floats) -> tuple[Figure, ...]:
        """Draw the successes against the number of queries."""
        found_at, n_queries, has_control, control_found_at = statistics[:, 2:].T
        beside = control_found_at if np.all(has_control) else None
        return (budget_figure(found_at, beside, n_queries),)
