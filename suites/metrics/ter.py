"""Translation edit rate, as sacrebleu counts it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from harness.core.score import Direction, Quantity
from harness.suites.metrics.additive import Floats
from harness.suites.metrics.sacrebleu_statistics import (
    SacrebleuStatistics,
    ratio,
    sacrebleu_metrics,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ter(SacrebleuStatistics):
    """Corpus TER: 0 is a perfect answer; above 100 there are more edits than reference words.

    The search for shifts is slow on long texts that have little in common: some seconds for one
    pair of 300 words.
    """

    name: ClassVar[str] = "ter"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="ter",
            direction=Direction.LOWER,
            definition="edits (word insertions, deletions, substitutions, shifts) per 100"
            " reference words, over the whole set (Snover et al. 2006; sacrebleu)",
            high=None,
        ),
    )

    normalized: bool = False
    """Split punctuation off words (Tercom's normalisation)."""
    no_punct: bool = False
    """Leave punctuation out."""
    asian_support: bool = False
    """With ``normalized``: Chinese characters and kana stand one by one."""
    case_sensitive: bool = False
    """Tell upper from lower case."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Edits to the nearest reference, and the references' mean length."""
        return ("n_edits", "n_reference_words")

    @property
    def scorer(self) -> Any:
        """Sacrebleu's TER."""
        return _scorer(self)

    def value(self, sums: Floats) -> Floats:
        """Edits over reference words; text where the references are empty counts 100."""
        n_edits, n_words = sums[:, 0], sums[:, 1]
        rate = np.where(n_words > 0, ratio(n_edits, n_words, 0.0), n_edits > 0)
        return 100 * rate[:, None]


@lru_cache(maxsize=8)
def _scorer(options: Ter) -> Any:
    return sacrebleu_metrics("ter").TER(
        normalized=options.normalized,
        no_punct=options.no_punct,
        asian_support=options.asian_support,
        case_sensitive=options.case_sensitive,
    )
