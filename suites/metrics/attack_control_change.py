"""How far the random search beside an attack has to go for its successes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.core.attacked import Attacked, Outcome
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.suites.metrics.mean_of_part import MeanOfPart
from harness.suites.metrics.of_attack import OfAttack


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackControlChange(OfAttack, MeanOfPart):
    """Of the random search's successes, how much of the original they have changed."""

    name: ClassVar[str] = "attack_control_change"
    of: ClassVar[str] = "control successes"
    bootstrapped: ClassVar[tuple[str, ...]] = ("control_perturbed_word_rate",)
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="control_perturbed_word_rate",
            direction=Direction.NEITHER,
            definition="mean over successes of the random search of words changed / words of the"
            " original, to be read beside perturbed_word_rate",
            high=None,
        ),
    )

    def _measured(self, sample: Sample, attacked: Attacked) -> Score:
        del sample
        if attacked.control is not Outcome.SUCCEEDED:
            return Scored((0.0, 0.0))
        if not attacked.n_words:
            return Unscored("the recipe finds no word in the original")
        return Scored((attacked.control_n_changed / attacked.n_words, 1.0))
