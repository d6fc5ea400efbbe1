"""Whether the values of an explanation add up to what they should."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import ClassVar

from harness.core.explained import Explained
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.stats.value_levels import is_rounding
from harness.suites.metrics.of_explanation import OfExplanation

_ROUNDING = 1e-9
"""A share below it is the arithmetic's, and no error of the method."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationAdditivity(OfExplanation):
    """How far base and values miss the total, of methods whose values should sum to it."""

    name: ClassVar[str] = "explanation_additivity"
    definition: ClassVar[str] = "share of total less base, beyond rounding"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="additivity_error",
            direction=Direction.LOWER,
            definition="|base + sum of the values - total| / |total - base| of the chosen output;"
            " for integrated gradients the completeness error (Sundararajan et al. 2017);"
            " below 1e-9 it is rounding, and 0",
            high=None,
        ),
    )

    def _measured(self, explained: Explained) -> Score:
        found = explained.attribution
        column = found.column(explained.chosen)
        if found.base is None or found.total is None or column is None:
            return Unscored("its values need not add up", is_moot=True)
        base, total = found.base[column], found.total[column]
        # In a unit of its own there is nothing but the two to hold their difference against.
        if is_rounding((total - base,), explained.scale or max(abs(base), abs(total))):
            return Unscored("the total is the base: there is nothing to be a share of")
        error = fsum((base, -total, *(row[column] for row in found.values)))
        share = abs(error) / abs(total - base)
        return Scored((share if share >= _ROUNDING else 0.0,))
