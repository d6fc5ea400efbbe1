"""Accuracy, precision, recall, F1 and MCC: everything that follows from who was taken for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Interval
from harness.core.figure import Figure, FigureKind
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Quantity, Score, Scored, Unscored
from harness.stats.proportion import proportion_interval
from harness.stats.weighted_counts import sums_by_code
from harness.suites.metrics.balanced_accuracy import mean_recall_interval
from harness.suites.metrics.class_counts import ClassCounts
from harness.suites.metrics.class_scores import classification_of, target_index
from harness.suites.metrics.confusion_quantities import confusion_quantities, values_by_id
from harness.suites.metrics.perfect_confusion import perfect_intervals

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """Compares the predicted label with the target. Equal to scikit-learn.

    Zero divisions: a class that neither occurs nor is predicted has no part in a macro mean; in
    one, the precision of a class never predicted and the recall of a class that never occurs are
    0 (scikit-learn's ``zero_division=0`` over the labels present), since a model that ignores a
    class must not profit from it. On their own such ratios are undefined, and so is the F1 of a
    class that neither occurs nor is predicted.
    """

    name: ClassVar[str] = "confusion"
    columns: ClassVar[tuple[str, ...]] = ("target", "prediction")
    is_additive: ClassVar[bool] = False  # a sum of label indices is no label

    labels: tuple[str, ...]
    """The classes, in the order of tables; given by the suite, which has read the data."""
    positive: str | None = None
    """With two labels: the one that plain precision, recall and f1 are about."""

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Overall numbers first, then four per class."""
        return confusion_quantities(self.labels, self._positive)

    @property
    def signature(self) -> Mapping[str, str]:
        """The labels, and which one is positive."""
        settings = {"labels": ",".join(self.labels)}
        return settings if self._positive is None else settings | {"positive": self._positive}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return (index of the target, index of the predicted label)."""
        answer = classification_of(output)
        if isinstance(answer, Unscored):
            return answer
        target = target_index(sample, self.labels)
        if isinstance(target, Unscored):
            return target
        predicted = answer.label
        if predicted not in self.labels:
            return Unscored(
                f"prediction {predicted!r} is not among the labels {', '.join(self.labels)}"
            )
        return Scored((float(target), float(self.labels.index(predicted))))

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Return the quantities under each set of weights; see ``Metric.reduce``."""
        counts = ClassCounts.of_samples(statistics, weights, len(self.labels))
        values = values_by_id(counts, self.labels, self._positive)
        return np.stack([values[quantity.id] for quantity in self.quantities], axis=1)

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return Wilson intervals of the plain proportions, and the mean recall's from them.

        Where no prediction is wrong, resampling would repeat the same perfect score and claim
        certainty, so that all other quantities get theirs here as well (see
        :func:`~harness.suites.metrics.perfect_confusion.perfect_intervals`).
        """
        targets, predictions = statistics[:, 0], statistics[:, 1]
        hits = (targets == predictions).astype(np.float64)
        found: dict[str, Interval | None] = {}
        if hits.size and hits.all():
            found.update(perfect_intervals(targets, clusters, self.labels, self._positive, level))
        elif clusters is None:  # recalls of clusters that span classes are not independent
            found["balanced_accuracy"] = mean_recall_interval(targets, hits, level)
        of_all = proportion_interval(hits, clusters, level)
        found |= dict.fromkeys(
            ("accuracy", "f1_micro", "precision_micro", "recall_micro", "recall_weighted"), of_all
        )
        for index, label in enumerate(self.labels):
            for ratio, chosen in (
                ("recall", targets == index),
                ("precision", predictions == index),
            ):
                of_class = clusters if clusters is None else clusters[chosen]
                interval = proportion_interval(hits[chosen], of_class, level)
                found[f"{ratio}[{label}]"] = interval
                if label == self._positive:
                    found[ratio] = interval
        return {key: interval for key, interval in found.items() if interval is not None}

    def parts(self, statistics: Floats) -> Mapping[str, Booleans]:
        """Return the samples of each label, which its recall is made of.

        Those of a precision hang on the answers: it is resampled with all samples.
        """
        targets = statistics[:, 0]
        found = {f"recall[{label}]": targets == i for i, label in enumerate(self.labels)}
        if self._positive is not None:
            found["recall"] = found[f"recall[{self._positive}]"]
        return found

    def figures(self, statistics: Floats) -> tuple[Figure, ...]:
        """Return the confusion matrix."""
        n_classes = len(self.labels)
        cells = (statistics[:, 0] * n_classes + statistics[:, 1]).astype(np.int64)
        counts = sums_by_code(cells, n_classes**2, np.ones((1, cells.size)))
        matrix = counts.astype(np.int64).reshape(n_classes, n_classes)
        data = {"labels": list(self.labels), "counts": matrix.tolist()}
        return (Figure(kind=FigureKind.CONFUSION_MATRIX, title="Confusion matrix", data=data),)

    @property
    def _positive(self) -> str | None:
        """The positive label where plain precision, recall and F1 make sense."""
        return self.positive if len(self.labels) == 2 else None  # noqa: PLR2004 - binary
