"""``upper_share``: how much of the answers is written in capitals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.core.estimate import Interval
from harness.core.figure import Figure
from harness.core.response import Generation, Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored

if TYPE_CHECKING:
    from harness.core.ports import Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class UpperShare:
    """Capitals over letters, of all answers together."""

    name: ClassVar[str] = "upper_share"
    columns: ClassVar[tuple[str, ...]] = ("n_capitals", "n_letters")
    is_additive: ClassVar[bool] = True
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="upper_share",
            direction=Direction.NEITHER,
            definition="capital letters / letters, over the whole set",
            is_headline=True,
        ),
    )

    @property
    def signature(self) -> Mapping[str, str]:
        """Settings that change the number: none."""
        return {}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Count one answer, or say why there is nothing to count."""
        del sample
        if not isinstance(output, Generation):
            return Unscored(f"text is needed, not a {type(output).__name__}")
        letters = [character for character in output.text if character.isalpha()]
        if not letters:
            return Unscored("the answer holds no letter")
        return Scored((float(sum(map(str.isupper, letters))), float(len(letters))))

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Add up under each set of weights, then divide."""
        sums = weights @ statistics
        return sums[:, :1] / sums[:, 1:]

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Give no closed form: the engine bootstraps ``reduce``."""
        del statistics, clusters, level
        return {}

    def figures(self, statistics: Floats) -> tuple[Figure, ...]:
        """Draw nothing."""
        del statistics
        return ()
