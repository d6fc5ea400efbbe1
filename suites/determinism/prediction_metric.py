"""How often a model picks another label or continuation for the same question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.suites.determinism.pair import pair_of, predictions
from harness.suites.metrics.mean_of_part import MeanOfPart


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionMetric(MeanOfPart):
    """Predictions that are another when their question is asked again."""

    name: ClassVar[str] = "determinism_prediction"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="changed_predictions",
            direction=Direction.LOWER,
            definition="second answers with another label, or another likeliest continuation, than"
            " the first / questions answered both times that have two or more of them",
            is_headline=True,
        ),
    )

    @property
    def signature(self) -> Mapping[str, str]:
        """The denominator."""
        return {"of": "answers that choose"}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return whether the prediction is another."""
        del sample
        pair = pair_of(output)
        if isinstance(pair, Unscored):
            return pair
        picked = predictions(*pair)
        if picked is None:
            return Scored((0.0, 0.0))
        return Scored((float(picked[0] != picked[1]), 1.0))
