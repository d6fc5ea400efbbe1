"""Cross-validation: every text is classified by a model that was fitted without it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.core.sample import Sample
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.sources.samples import read_samples
from harness.suites.folds import fold_of_each
from harness.suites.labels import ALL_METRICS, MetricName, labels_of
from harness.suites.metrics.fold_spread import FOLD, FoldSpread
from harness.suites.resampled_task import (
    Question,
    ResampledTask,
    resampled_task,
    training_set,
    with_slice,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossValidationSuite:
    """k-fold cross-validation, stratified by label and grouped by cluster or equal text.

    Metrics are taken over all out-of-fold answers together, and each fold is a slice. Their
    intervals are those of one model asked about as many new texts: that the folds' models share
    most of their training data is not in them, and no unbiased estimate of it exists (Bengio and
    Grandvalet 2004).
    """

    needs: ClassVar[tuple[Capability, ...]] = (Capability.FITS,)

    data: Dataset
    """Where the texts are; the model's own fit table is not used."""
    columns: Columns
    """Which column is what; ``target`` is required, rows of one ``cluster`` stay together."""
    n_folds: int = 5
    """As many models are fitted."""
    labels: tuple[str, ...] | None = None
    """All labels, in the order of tables; the data's own, sorted, when absent."""
    positive: str | None = None
    """The positive one of two labels; the second when absent."""
    metrics: tuple[MetricName, ...] = ALL_METRICS
    """What to measure, beside the spread over folds."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if self.columns.target is None:
            raise ConfigError("columns", "cross_validation needs target", "add target = …")
        if self.n_folds < 2:  # noqa: PLR2004 - one part is left out, another fitted on
            raise ConfigError("n_folds", f"must be at least 2, not {self.n_folds}", "write 5")

    def prepare(self, *, limit: int | None, seed: int) -> ResampledTask:
        """Read and check the texts, and deal them into folds drawn with ``seed``."""
        sample_set = read_samples(
            self.data, self.columns, limit=limit, seed=seed, labels=self.labels
        )
        labels = labels_of(sample_set, self.labels, self.positive)
        samples = tuple(sample_set)
        folds = fold_of_each(samples, self.n_folds, seed)
        return resampled_task(
            sample_set,
            _questions(samples, folds, self.n_folds),
            labels,
            (*labels.metrics(self.metrics), FoldSpread()),
        )


def _questions(samples: Sequence[Sample], folds: Sequence[int], n_folds: int) -> Iterator[Question]:
    for fold in range(n_folds):
        placed = list(zip(samples, folds, strict=True))
        training = training_set([sample for sample, other in placed if other != fold])
        for sample, own in placed:
            if own == fold:
                yield Question(with_slice(sample, FOLD, str(fold + 1)), training)
