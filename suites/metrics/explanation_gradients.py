"""How often a method looks into the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.core.explained import Explained
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.suites.metrics.of_explanation import OfExplanation


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationGradients(OfExplanation):
    """Questions about the model's inside; a gradient takes about as long as three queries."""

    name: ClassVar[str] = "explanation_gradients"
    definition: ClassVar[str] = "per text"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="gradients",
            direction=Direction.NEITHER,
            definition="mean number of questions about the model's inside: gradients, attention,"
            " what its features add",
            high=None,
        ),
    )

    def _measured(self, explained: Explained) -> Score:
        if not explained.n_gradients:
            return Unscored("the method does not look into the model", is_moot=True)
        return Scored((float(explained.n_gradients),))
