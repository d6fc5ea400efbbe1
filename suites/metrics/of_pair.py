"""What all metrics of explained adversarial pairs have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from math import fsum, isfinite
from typing import ClassVar

from harness.core.explained_pair import ExplainedPair, ExplainedSide, Fate
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Score, Unscored
from harness.stats.value_levels import is_rounding
from harness.suites.metrics.mean_of_values import MeanOfNumbers

OVER = "mean over the explained pairs"
NO_PAIR = Unscored("the attack has not turned it, or others were drawn", is_moot=True)
UNALIGNED = Unscored("the texts repeat themselves too much to tell what the attack has changed")
UNCHANGED = Unscored("no word differs", is_moot=True)


class OfPair(MeanOfNumbers):
    """Measure explained pairs, and nothing else; the means are over pairs, and none is a share."""

    __slots__ = ()

    definition: ClassVar[str]
    """What is measured, in a word or two: a part of the number's identity."""

    @property
    def signature(self) -> Mapping[str, str]:
        """The definition."""
        return {"definition": self.definition}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return what a pair comes to; no score of anything else."""
        del sample
        if not isinstance(output, ExplainedPair):
            return Unscored(f"an explained pair is needed, not a {type(output).__name__}")
        if output.fate is not Fate.EXPLAINED or output.before is None or output.after is None:
            return NO_PAIR
        return self._measured(output, output.before, output.after)

    @abstractmethod
    def _measured(self, pair: ExplainedPair, before: ExplainedSide, after: ExplainedSide) -> Score:
        """Return what one pair comes to."""


def mass_and_share(
    values: Sequence[float], parts: Collection[int], scale: float | None
) -> tuple[float, float] | None:
    """Return which share of the sizes of all values falls on some parts, and which they are of all.

    The second is what the first is on average for as many parts drawn at random.

    Args:
        values: (T,) of one output.
        parts: their places.
        scale: what their rounding is held against; see ``value_levels``.

    Returns:
        None where no value is more than rounding, or they add up to no number.
    """
    sizes = [abs(value) for value in values]
    total = fsum(sizes)
    if not isfinite(total) or is_rounding(sizes, scale):
        return None
    return fsum(sizes[part] for part in parts) / total, len(parts) / len(sizes)
