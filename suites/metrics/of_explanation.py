"""Metrics that are means of a value of each explanation."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from harness.core.explained import Explained
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Score, Unscored
from harness.suites.metrics.mean_of_values import MeanOfNumbers

UNRANKED = Unscored("the text is one word, which cannot be ranked", is_moot=True)
"""No method can do better on it than random ranks, nor worse."""
MIN_PARTS = 2
"""Of a text whose parts can be ranked."""


class OfExplanation(MeanOfNumbers):
    """Measure explanations, and nothing else."""

    __slots__ = ()

    definition: ClassVar[str]
    """What is measured, in a word or two: a part of the number's identity."""

    @property
    def signature(self) -> Mapping[str, str]:
        """The definition."""
        return {"definition": self.definition}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return what an explanation comes to; no score of anything else."""
        del sample
        if isinstance(output, Explained):
            return self._measured(output)
        return Unscored(f"an explanation is needed, not a {type(output).__name__}")

    @abstractmethod
    def _measured(self, explained: Explained) -> Score:
        """Return what one explanation comes to."""
