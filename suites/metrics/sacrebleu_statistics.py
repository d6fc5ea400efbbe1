"""Metrics of sacrebleu, taken apart into statistics per sample that add up.

Sacrebleu scores a corpus by summing counts over its segments and computing once from the sums.
Its own code makes the counts here; ``reduce`` does the sums and the formula for many sets of
weights at once, and is held to sacrebleu's ``corpus_score`` by the tests.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np

from harness.core.errors import ConfigError
from harness.suites.metrics.additive import Additive, Floats
from harness.suites.metrics.against_references import AgainstReferences
from harness.suites.metrics.tokenization import replace_lone_surrogates


class SacrebleuStatistics(AgainstReferences, Additive):
    """What BLEU, chrF and TER share: sacrebleu's counts and its signature."""

    __slots__ = ()

    unicode: ClassVar[Literal["kept"]] = "kept"  # sacrebleu's own numbers are of texts as they are

    @property
    @abstractmethod
    def scorer(self) -> Any:
        """The ``sacrebleu.metrics.Metric`` with these options, made once."""

    @property
    def signature(self) -> Mapping[str, str]:
        """Sacrebleu's own signature; its number of references is said to vary."""
        scorer = self.scorer
        scorer.num_refs = -1
        pairs = scorer.get_signature().format().split("|")
        return dict(pair.split(":", 1) for pair in pairs)

    def compare(self, answer: str, references: tuple[str, ...]) -> tuple[float, ...]:
        """Return sacrebleu's counts for one segment."""
        streams = [[replace_lone_surrogates(reference)] for reference in references]
        (counts,) = self.scorer._extract_corpus_statistics(  # noqa: SLF001 - the only way to counts
            [replace_lone_surrogates(answer)], streams
        )
        return tuple(map(float, counts))

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Return (b, 1) scores from (n, k) counts under (b, n); NaN where all weights are 0."""
        scores = super().reduce(statistics, weights)
        scores[weights.sum(axis=1) == 0] = np.nan
        return scores


def sacrebleu_metrics(metric: str) -> Any:
    """Import ``sacrebleu.metrics``.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        import sacrebleu.metrics
    except ImportError as error:
        raise ConfigError(
            f"metric {metric!r}", "needs the package sacrebleu", "install the extra 'text'"
        ) from error
    return sacrebleu.metrics


def ratio(numerator: Floats, denominator: Floats, otherwise: float) -> Floats:
    """Divide elementwise; ``otherwise`` where the denominator is 0."""
    quotient = np.full(np.broadcast(numerator, denominator).shape, otherwise)
    np.divide(numerator, denominator, out=quotient, where=denominator > 0)
    return quotient
