"""How far the random search beside an attack has to go for its successes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from harness.core.attacked import Attacked, Outcome
from harness.core.estimate import Interval
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.suites.metrics.additive import Floats, Integers
from harness.suites.metrics.attack_success import no_outcome
from harness.suites.metrics.mean_of_part import MeanOfPart


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackControlChange(MeanOfPart):
    """Of the random search's successes, how much of the original they have changed."""

    name: ClassVar[str] = "attack_control_change"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="control_perturbed_word_rate",
            direction=Direction.NEITHER,
            definition="mean over successes of the random search of words changed / words of the"
            " original, to be read beside perturbed_word_rate",
            high=None,
        ),
    )

    @property
    def signature(self) -> Mapping[str, str]:
        """The denominator."""
        return {"of": "control successes"}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return the share of words changed."""
        del sample
        if not isinstance(output, Attacked):
            return no_outcome(output)
        if output.control is not Outcome.SUCCEEDED:
            return Scored((0.0, 0.0))
        if not output.n_words:
            return Unscored("the recipe finds no word in the original")
        return Scored((output.control_n_changed / output.n_words, 1.0))

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return no closed form; the bootstrap serves."""
        del statistics, clusters, level
        return {}
