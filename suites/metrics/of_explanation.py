"""Metrics of explanations."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from harness.core.explained import Explained
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Score, Unscored


class OfExplanation:
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
