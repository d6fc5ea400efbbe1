"""What all metrics of attacks have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from harness.core.attacked import Attacked
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Score, Unscored

OF_RIGHT = "samples that the model is right about before the attack"


class OfAttack:
    """Measure outcomes of attacks, and nothing else."""

    __slots__ = ()

    of: ClassVar[str]
    """The denominator, in a word."""

    @property
    def signature(self) -> Mapping[str, str]:
        """The denominator."""
        return {"of": self.of}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return what an outcome comes to; no score of anything else."""
        if isinstance(output, Attacked):
            return self._measured(sample, output)
        return Unscored(f"the outcome of an attack is needed, not a {type(output).__name__}")

    @abstractmethod
    def _measured(self, sample: Sample, attacked: Attacked) -> Score:
        """Return what one outcome comes to."""
