"""How often a model gives the same answer to the same question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.suites.determinism.pair import are_identical, pair_of
from harness.suites.metrics.mean_of_values import MeanOfValues


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementMetric(MeanOfValues):
    """Answers that are the same when their question is asked again."""

    name: ClassVar[str] = "determinism"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="identical",
            direction=Direction.HIGHER,
            definition="second answers that equal the first, to the last character of a text and to"
            " the last bit of a number / questions answered both times",
            is_headline=True,
        ),
    )

    @property
    def signature(self) -> Mapping[str, str]:
        """What counts as the same."""
        return {"equal": "exactly"}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return whether the two answers are the same."""
        del sample
        pair = pair_of(output)
        if isinstance(pair, Unscored):
            return pair
        return Scored((float(are_identical(*pair)),))
