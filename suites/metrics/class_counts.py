"""Per-class counts under many sets of weights, and the ratios that they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.stats.weighted_counts import sums_by_code

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Divide, with NaN (undefined) where the denominator is 0."""
    quotient = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=quotient, where=denominator > 0)
    return quotient


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """The diagonal and both margins of b confusion matrices: all that the ratios need."""

    hits: Floats
    """(b, C) weight of class c predicted as c."""
    support: Floats
    """(b, C) weight of samples whose target is c."""
    predicted: Floats
    """(b, C) weight of samples taken for c."""

    @classmethod
    def of_samples(cls, statistics: Floats, weights: Floats, n_classes: int) -> ClassCounts:
        """Count (n, 2) rows of target and prediction under (b, n) weights.

        Rows are collapsed to the cells that occur before the margins are made, so that n is
        gone over once.
        """
        codes = (statistics[:, 0] * n_classes + statistics[:, 1]).astype(np.int64)
        cells, cell_of_row = np.unique(codes, return_inverse=True)
        in_cells = sums_by_code(cell_of_row.ravel(), cells.size, weights)
        targets, predictions = cells // n_classes, cells % n_classes
        right = targets == predictions
        return cls(
            hits=sums_by_code(targets[right], n_classes, in_cells[:, right]),
            support=sums_by_code(targets, n_classes, in_cells),
            predicted=sums_by_code(predictions, n_classes, in_cells),
        )

    @classmethod
    def of_matrices(cls, matrices: Floats) -> ClassCounts:
        """Count (b, C, C) confusion matrices, row = target."""
        diagonal: Floats = np.diagonal(matrices, axis1=1, axis2=2)
        return cls(
            hits=diagonal,
            support=matrices.sum(axis=2),
            predicted=matrices.sum(axis=1),
        )

    @property
    def total(self) -> Floats:
        """(b,) weight of all samples."""
        return np.asarray(self.support.sum(axis=1), dtype=np.float64)

    @property
    def precision(self) -> Floats:
        """(b, C), NaN where nothing is taken for the class."""
        return ratio(self.hits, self.predicted)

    @property
    def recall(self) -> Floats:
        """(b, C), NaN where the class does not occur."""
        return ratio(self.hits, self.support)

    @property
    def f1(self) -> Floats:
        """(b, C) 2·hits / (support + predicted), NaN where the class is nowhere."""
        return ratio(2 * self.hits, self.support + self.predicted)

    @property
    def accuracy(self) -> Floats:
        """(b,) share of right predictions."""
        return ratio(self.hits.sum(axis=1), self.total)

    @property
    def balanced_accuracy(self) -> Floats:
        """(b,) mean recall over the classes that occur."""
        occurs = self.support > 0
        return ratio(
            np.where(occurs, self.recall, 0.0).sum(axis=1), occurs.sum(axis=1).astype(np.float64)
        )

    @property
    def mcc(self) -> Floats:
        """(b,) multiclass Matthews correlation, 0 where target or prediction is constant."""
        total = self.total
        covariance = self.hits.sum(axis=1) * total - (self.support * self.predicted).sum(axis=1)
        spread = (total**2 - np.square(self.support).sum(axis=1)) * (
            total**2 - np.square(self.predicted).sum(axis=1)
        )
        correlation = np.divide(
            covariance,
            np.sqrt(np.maximum(spread, 0.0)),
            out=np.zeros(total.shape),
            where=spread > 0,
        )
        return np.where(total > 0, correlation, np.nan)

    def macro(self, per_class: Floats) -> Floats:
        """(b,) plain mean over the classes that occur or are predicted, undefined ones as 0."""
        present = (self.support + self.predicted) > 0
        filled = np.where(present, np.nan_to_num(per_class), 0.0)
        return ratio(filled.sum(axis=1), present.sum(axis=1).astype(np.float64))

    def weighted(self, per_class: Floats) -> Floats:
        """(b,) mean over classes weighted by support, undefined ones as 0."""
        return ratio((np.nan_to_num(per_class) * self.support).sum(axis=1), self.total)
