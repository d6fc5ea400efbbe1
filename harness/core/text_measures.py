"""What judges are asked about disturbed and attacked texts, beside the texts as they are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.core.capability import Capability
from harness.core.estimate import Interval
from harness.core.judge import Judge, asked_to


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMeasures:
    """Keys at the top of a spec; they hold for every suite with a ``perturb`` or an ``attack``."""

    meaning: Judge | None = field(default=None, metadata=asked_to(Capability.EMBEDS))
    """The judge, one that embeds, that tells how near in meaning a changed text is to the text as
    it was: the cosine of both vectors."""
    fluency: Judge | None = field(default=None, metadata=asked_to(Capability.SCORES))
    """The judge, one that scores, that tells how much less likely a changed text is than the text
    as it was: the ratio of their perplexities per token."""

    @property
    def names(self) -> Mapping[str, str]:
        """Name of the judge by measure, of those that are wanted."""
        wanted = {"meaning": self.meaning, "fluency": self.fluency}
        return {name: judge.name for name, judge in wanted.items() if judge is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class PairMeasured:
    """What is known of one text beside what it was before it was changed."""

    similarity: float | None = None
    """Cosine of both vectors, in [-1, 1]."""
    log_perplexity_ratio: float | None = None
    """Natural logarithm of the changed text's perplexity per token over the other's; above 0 for
    a text that has become less likely."""

    @property
    def perplexity_ratio(self) -> float | None:
        """The same as a ratio, above 0."""
        logarithm = self.log_perplexity_ratio
        return None if logarithm is None else ratio_of(logarithm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closeness:
    """How near the changed texts of one suite are to what they were, by one measure."""

    measure: str
    """``meaning`` or ``fluency``."""
    judge: str
    """Name of the model that was asked."""
    value: float | None
    """``meaning``: mean cosine, in [-1, 1]. ``fluency``: geometric mean of the perplexity ratios,
    above 0. None where no text has a value."""
    interval: Interval | None
    n: int
    """Changed texts that have a value."""
    n_missing: int
    """Changed texts that the judge has none for."""
    n_far: int | None = None
    """``meaning``: those of the ``n`` whose cosine is below :data:`FAR`; None for another."""


FAR = 0.8
"""Below this cosine a text is counted as one that may say something else."""


def ratio_of(logarithm: float) -> float:
    """Return e to that power; where no float is so large, the largest of that kind.

    >>> ratio_of(0.0)
    1.0
    """
    return math.exp(min(logarithm, _LARGEST))


_LARGEST = 700.0
