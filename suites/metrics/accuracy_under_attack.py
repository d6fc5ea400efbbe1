"""Accuracy before an attack and under it, of all samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.core.attacked import Attacked, Outcome
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored
from harness.suites.metrics.mean_of_values import MeanOfValues
from harness.suites.metrics.of_attack import OfAttack


@dataclass(frozen=True, slots=True, kw_only=True)
class AccuracyUnderAttack(OfAttack, MeanOfValues):
    """Of all samples, those that the model stays right about whatever the attack tries."""

    name: ClassVar[str] = "accuracy_under_attack"
    of: ClassVar[str] = "all"
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

    def _measured(self, sample: Sample, attacked: Attacked) -> Score:
        del sample
        stood = attacked.outcome is Outcome.FAILED
        return Scored((float(stood), float(attacked.outcome is not Outcome.SKIPPED)))
