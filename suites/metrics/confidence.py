"""How sure the model is of the label that it chooses, right or wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from harness.core.response import Classification, Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.suites.metrics.mean_of_values import MeanOfValues


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence(MeanOfValues):
    """Mean share of the label that has the highest one; no right answer is needed."""

    name: ClassVar[str] = "confidence"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="confidence",
            direction=Direction.NEITHER,
            definition="mean over texts of the probability of the label that the model chooses; 1"
            " where it only names one",
            is_headline=True,
        ),
    )

    @property
    def signature(self) -> Mapping[str, str]:
        """What is a probability of scores that are none."""
        return {"scores": "softmax"}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return the highest share."""
        del sample
        if isinstance(output, Classification):
            return Scored((max(output.shares),))
        return Unscored(f"a classification is needed, not a {type(output).__name__}")
