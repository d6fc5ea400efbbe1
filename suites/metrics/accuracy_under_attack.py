"""Accuracy before an attack and under it, of all samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from harness.core.attacked import Attacked, Outcome
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored
from harness.suites.metrics.attack_success import no_outcome
from harness.suites.metrics.mean_of_values import MeanOfValues


@dataclass(frozen=True, slots=True, kw_only=True)
class AccuracyUnderAttack(MeanOfValues):
    """Of all samples, those that the model stays right about whatever the attack tries."""

    name: ClassVar[str] = "accuracy_under_attack"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="accuracy_under_attack",
            direction=Direction.HIGHER,
            definition="samples that the model is right about and that the attack fails on / all"
            " samples (TextAttack 0.3.11: accuracy under attack); one left undecided is not right",
            is_headline=True,
        ),
        Quantity(
            id="clean_accuracy",
            direction=Direction.HIGHER,
            definition="samples that the model is right about before the attack / all samples"
            " (TextAttack 0.3.11: original accuracy)",
        ),
    )

    @property
    def signature(self) -> Mapping[str, str]:
        """The denominator."""
        return {"of": "all"}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return whether the model is right under attack, and whether it was before."""
        del sample
        if not isinstance(output, Attacked):
            return no_outcome(output)
        stood = output.outcome is Outcome.FAILED
        return Scored((float(stood), float(output.outcome is not Outcome.SKIPPED)))
