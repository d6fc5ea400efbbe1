"""Learning curve: how good a model would be with less, and so perhaps with more, training data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.core.estimate import Estimate
from harness.core.figure import Figure, FigureKind
from harness.core.sample import Sample
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.sources.samples import read_samples
from harness.suites.folds import fold_of_each, nested_order
from harness.suites.labels import MetricName, labels_of
from harness.suites.resampled_task import (
    Question,
    ResampledTask,
    resampled_task,
    training_set,
    with_slice,
)

N_TRAIN = "n_train"
"""The slice that says how many rows were fitted on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningCurveSuite:
    """Cross-validation at several training sizes: a point of the curve is a slice ``n_train``.

    Every text is asked about once per size, by a model fitted without it. The smaller training
    sets are parts of the larger ones. The number over the whole suite pools the answers of all
    sizes, a text being one cluster: of a mean over answers (accuracy) that is the mean of the
    curve's points, of F1, MCC and their like it is no point and no mean of them. Read the curve.
    """

    needs: ClassVar[tuple[Capability, ...]] = (Capability.FITS,)

    data: Dataset
    """Where the texts are; the model's own fit table is not used."""
    columns: Columns
    """Which column is what; ``target`` is required, rows of one ``cluster`` stay together."""
    sizes: tuple[float, ...] = (0.1, 0.25, 0.5, 1.0)
    """Training sizes: shares of what a fold leaves when at most 1, else numbers of rows."""
    n_folds: int = 5
    """As many models are fitted for each size."""
    labels: tuple[str, ...] | None = None
    """All labels, in the order of tables; the data's own, sorted, when absent."""
    positive: str | None = None
    """The positive one of two labels; the second when absent."""
    metrics: tuple[MetricName, ...] = ("confusion",)
    """What to measure."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if self.columns.target is None:
            raise ConfigError("columns", "learning_curve needs target", "add target = …")
        if self.n_folds < 2:  # noqa: PLR2004 - one part is left out, another fitted on
            raise ConfigError("n_folds", f"must be at least 2, not {self.n_folds}", "write 5")
        for size in self.sizes:
            if size <= 0 or (size > 1 and size != int(size)):
                raise ConfigError(
                    "sizes", f"{size} is no share and no number of rows", "write [0.1, 0.5, 1.0]"
                )
        if not self.sizes:
            raise ConfigError("sizes", "is empty", "write sizes = [0.1, 0.5, 1.0]")

    def prepare(self, *, limit: int | None, seed: int) -> ResampledTask:
        """Read and check the texts, deal them into folds and order each fold's training rows."""
        sample_set = read_samples(
            self.data, self.columns, limit=limit, seed=seed, labels=self.labels
        )
        labels = labels_of(sample_set, self.labels, self.positive)
        samples = tuple(sample_set)
        folds = fold_of_each(samples, self.n_folds, seed)
        return resampled_task(
            sample_set,
            _questions(samples, folds, self.sizes, seed),
            labels,
            labels.metrics(self.metrics),
            drawing=learning_curves,
        )


def learning_curves(estimates: Sequence[Estimate]) -> tuple[Figure, ...]:
    """Return one curve for each quantity that was estimated per training size."""
    curves: defaultdict[str, dict[int, Estimate]] = defaultdict(dict)
    for estimate in estimates:
        if estimate.slice is not None and estimate.slice[0] == N_TRAIN:
            curves[estimate.quantity.id][int(estimate.slice[1])] = estimate
    return tuple(
        Figure(
            kind=FigureKind.LEARNING_CURVE,
            title=f"Learning curve: {metric}",
            data={"metric": metric, "points": [_point(n, curve[n]) for n in sorted(curve)]},
        )
        for metric, curve in curves.items()
    )


def _point(n_train: int, estimate: Estimate) -> dict[str, float | None]:
    interval = estimate.interval
    return {
        "n_train": n_train,
        "value": estimate.value,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
    }


def _questions(
    samples: Sequence[Sample], folds: Sequence[int], sizes: Sequence[float], seed: int
) -> Iterator[Question]:
    orders = [
        nested_order(samples, [place for place, own in enumerate(folds) if own != fold], seed)
        for fold in range(max(folds) + 1)
    ]
    for number, n_train in enumerate(_row_counts(sizes, min(map(len, orders)))):
        for fold, order in enumerate(orders):
            training = training_set([samples[place] for place in order[:n_train]])
            for place in (place for place, own in enumerate(folds) if own == fold):
                index = number * len(samples) + place
                yield Question(_at_size(samples[place], n_train, index), training)


def _row_counts(sizes: Sequence[float], n_available: int) -> list[int]:
    counts = {int(size) if size > 1 else max(1, round(size * n_available)) for size in sizes}
    if max(counts) > n_available:
        raise ConfigError(
            "sizes",
            f"asks for {max(counts)} training rows, and the folds leave {n_available}",
            "write shares such as 0.5, or give more data",
        )
    return sorted(counts)


def _at_size(sample: Sample, n_train: int, index: int) -> Sample:
    return replace(
        with_slice(sample, N_TRAIN, str(n_train)),
        id=f"{sample.id}@{N_TRAIN}={n_train}",
        index=index,
        cluster=sample.cluster or sample.id,
    )
