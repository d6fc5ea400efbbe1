"""chrF, as sacrebleu counts it."""

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
class Chrf(SacrebleuStatistics):
    """Corpus chrF on a scale of 0 to 100; with ``word_order = 2`` it is chrF++."""

    name: ClassVar[str] = "chrf"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="chrf",
            direction=Direction.HIGHER,
            definition="F-score of character (and word) n-grams, precision and recall averaged"
            " over orders, over the whole set (Popović 2015, 2017; sacrebleu)",
            high=100.0,
            is_headline=True,
        ),
    )

    char_order: int = 6
    """Longest character n-gram."""
    word_order: int = 0
    """Longest word n-gram; 2 makes chrF++."""
    beta: int = 2
    """Weight of recall against precision."""
    lowercase: bool = False
    """Compare lower-cased texts."""
    whitespace: bool = False
    """Count white space as characters."""

    @property
    def columns(self) -> tuple[str, ...]:
        """For each order: n-grams of the answer, of the reference, and in both."""
        chars = [f"char_{order}grams" for order in range(1, self.char_order + 1)]
        words = [f"word_{order}grams" for order in range(1, self.word_order + 1)]
        kinds = ("n_{}", "n_reference_{}", "n_matching_{}")
        return tuple(kind.format(ngrams) for ngrams in chars + words for kind in kinds)

    @property
    def scorer(self) -> Any:
        """Sacrebleu's CHRF."""
        return _scorer(self)

    def value(self, sums: Floats) -> Floats:
        """Apply sacrebleu's ``_compute_f_score`` (effective order) to each row."""
        n_answer, n_reference, n_matching = (sums[:, start::3] for start in range(3))
        in_both = (n_answer > 0) & (n_reference > 0)
        n_orders = in_both.sum(axis=1).astype(np.float64)
        precision, recall = (
            ratio(np.where(in_both, ratio(n_matching, n, 0.0), 0.0).sum(axis=1), n_orders, 0.0)
            for n in (n_answer, n_reference)
        )
        weight = float(self.beta**2)
        f_score = ratio((1 + weight) * precision * recall, weight * precision + recall, 0.0)
        return 100 * f_score[:, None]


@lru_cache(maxsize=16)
def _scorer(options: Chrf) -> Any:
    return sacrebleu_metrics("chrf").CHRF(
        char_order=options.char_order,
        word_order=options.word_order,
        beta=options.beta,
        lowercase=options.lowercase,
        whitespace=options.whitespace,
    )
