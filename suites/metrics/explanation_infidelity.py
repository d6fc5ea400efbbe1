"""Whether the values of an explanation say what masking several parts together takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.core.explained import Explained
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.suites.metrics.of_explanation import OfExplanation


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationInfidelity(OfExplanation):
    """Infidelity of Yeh et al. 2019, over masked parts in place of noise."""

    name: ClassVar[str] = "explanation_infidelity"
    definition: ClassVar[str] = "20 sets of masked parts"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="infidelity",
            direction=Direction.LOWER,
            definition="mean squared difference between the sum of the values of parts and what"
            " masking them takes from the chosen output, over sets of parts drawn at random that"
            " every method shares (Yeh et al. 2019)",
            high=None,
        ),
    )

    def _measured(self, explained: Explained) -> Score:
        if explained.infidelity is None:
            return Unscored("its values are in another unit than the outputs", is_moot=True)
        return Scored((explained.infidelity,))
