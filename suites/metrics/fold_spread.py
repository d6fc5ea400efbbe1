"""How much accuracy varies from one fold of a cross-validation to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

import numpy as np

from harness.core.estimate import Interval
from harness.core.figure import Figure
from harness.core.response import Classification, Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.suites.metrics.additive import Floats, Integers

FOLD = "fold"
"""The slice that says which fold a sample was left out with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldSpread:
    """Mean and standard deviation over folds of the accuracy within a fold.

    The k folds are the units, not the samples: the method of an interval says how many there were.
    """

    name: ClassVar[str] = "fold_spread"
    is_additive: ClassVar[bool] = False  # a sum of folds' numbers is none
    columns: ClassVar[tuple[str, ...]] = ("right", "fold")
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="fold_accuracy_mean",
            direction=Direction.HIGHER,
            definition="mean over folds, the units here, of the accuracy within a fold"
            " (scikit-learn: cross_val_score().mean())",
        ),
        Quantity(
            id="fold_accuracy_sd",
            direction=Direction.NEITHER,
            definition="sample standard deviation over folds, the units here, of the accuracy"
            " within a fold (k - 1 in the denominator)",
        ),
    )

    @property
    def signature(self) -> Mapping[str, str]:
        """Nothing can be set."""
        return {"sd": "k-1"}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return (1 when the predicted label is the target else 0, the fold's number)."""
        if not isinstance(output, Classification):
            return Unscored(f"scores per label are needed, not {type(output).__name__}")
        if FOLD not in sample.slices:
            return Unscored("the sample belongs to no fold")
        return Scored((float(output.label == sample.targets[0]), float(sample.slices[FOLD])))

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Return (b, 2); folds without weight are left out, and one fold has no spread."""
        accuracies = _fold_accuracies(statistics, weights)
        is_there = np.isfinite(accuracies)
        n_folds = is_there.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            means = np.where(is_there, accuracies, 0.0).sum(axis=1) / n_folds
            residuals = np.where(is_there, accuracies - means[:, None], 0.0)
            freedom = np.where(n_folds > 1, n_folds - 1.0, np.nan)
            spreads = np.sqrt(np.square(residuals).sum(axis=1) / freedom)
        return np.stack([means, spreads], axis=1)

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Student's t for the mean and chi-square for the deviation, of k normal accuracies."""
        from harness.stats.mean import mean_interval

        del clusters  # a cluster lies within one fold, and folds are the units here
        accuracies = _fold_accuracies(statistics, np.ones((1, len(statistics))))[0]
        mean = mean_interval(accuracies, level=level)
        if mean is None:
            return {}
        clipped = Interval(
            low=max(0.0, mean.low),
            high=min(1.0, mean.high),
            level=level,
            method=f"t-{accuracies.size}-folds",
        )
        return {
            "fold_accuracy_mean": clipped,
            "fold_accuracy_sd": _deviation_interval(accuracies, level),
        }

    def figures(self, statistics: Floats) -> tuple[Figure, ...]:
        """Return no chart: each fold is a slice, and those are drawn."""
        del statistics
        return ()


def _fold_accuracies(statistics: Floats, weights: Floats) -> Floats:
    """Return (b, k) weighted accuracies, NaN where a fold has no weight."""
    membership = (statistics[:, 1:] == np.unique(statistics[:, 1])).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares: Floats = (weights @ (membership * statistics[:, :1])) / (weights @ membership)
    return shares


def _deviation_interval(accuracies: Floats, level: float) -> Interval:
    from scipy.special import chdtri

    freedom = accuracies.size - 1
    scale = float(accuracies.std(ddof=1)) * sqrt(freedom)
    low, high = (
        min(1.0, scale / sqrt(float(chdtri(freedom, tail))))
        for tail in ((1 - level) / 2, (1 + level) / 2)
    )
    return Interval(low=low, high=high, level=level, method=f"chi-square-{accuracies.size}-folds")
