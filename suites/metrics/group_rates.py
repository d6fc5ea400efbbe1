"""Selection rate, error rates, accuracy and F1 of each group, and the gaps between groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.stats.weighted_counts import sums_by_code
from harness.suites.metrics.class_counts import ratio
from harness.suites.metrics.grouping import extremes, spread

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

_ROUNDING = 1e-12
BINARY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRates:
    """The rates of g groups under b sets of weights; NaN where a rate divides by nothing.

    With two classes the only label is the second, the positive one; with more, each label in
    turn is held against all others.
    """

    selection_rate: Floats
    """(b, g, l) share taken for the label."""
    tpr: Floats
    """(b, g, l) share of the label's own samples taken for it."""
    fpr: Floats
    """(b, g, l) share of all others taken for it."""
    accuracy: Floats
    """(b, g)."""
    f1: Floats
    """(b, g) of the one label, or the mean over the labels that occur; undefined without any."""

    @property
    def by_name(self) -> Mapping[str, Floats]:
        """(b, g, l) each: those that a group is described by, with one label."""
        return {
            "selection_rate": self.selection_rate,
            "tpr": self.tpr,
            "fpr": self.fpr,
            "accuracy": self.accuracy[:, :, None],
            "f1": self.f1[:, :, None],
        }


def group_rates(rows: Floats, weights: Floats, n_groups: int, n_classes: int) -> GroupRates:
    """Count and divide.

    Args:
        rows: (n, 3) index of the target, index of the prediction, code of the group; a negative
            code has no part.
        weights: (b, n), non-negative.
        n_groups: g.
        n_classes: 2 for a positive label (1) against the rest (0).
    """
    is_in = rows[:, 2] >= 0
    if not is_in.all():
        rows, weights = rows[is_in], weights[:, is_in]
    targets, predictions, groups = rows.astype(np.int64).T
    # Rows are collapsed to the cells that occur before the margins are made: n is gone over once.
    codes = (groups * n_classes + targets) * n_classes + predictions
    present, cell = np.unique(codes, return_inverse=True)
    in_cells = sums_by_code(cell.ravel(), present.size, weights)
    of_target, predicted = np.divmod(present, n_classes)
    of_prediction = of_target // n_classes * n_classes + predicted
    right = of_target == of_prediction
    shape, n_cells = (len(weights), n_groups, n_classes), n_groups * n_classes
    support = sums_by_code(of_target, n_cells, in_cells).reshape(shape)
    hits = sums_by_code(of_target[right], n_cells, in_cells[:, right]).reshape(shape)
    taken = sums_by_code(of_prediction, n_cells, in_cells).reshape(shape)
    total = support.sum(axis=2, keepdims=True)
    others = np.where(total - support > _ROUNDING * total, total - support, 0.0)
    # Without samples of a label its F1 would be 0 from the first that is taken for it wrongly.
    each_f1 = ratio(2 * hits, np.where(support > 0, support + taken, 0.0))
    labels = slice(1, None) if n_classes == BINARY else slice(None)
    return GroupRates(
        selection_rate=ratio(taken, np.broadcast_to(total, shape))[:, :, labels],
        tpr=ratio(hits, support)[:, :, labels],
        fpr=ratio(taken - hits, others)[:, :, labels],
        accuracy=ratio(hits.sum(axis=2), total[:, :, 0]),
        f1=each_f1[:, :, 1] if n_classes == BINARY else _mean_of_known(each_f1),
    )


def group_gaps(rates: GroupRates) -> Mapping[str, Floats]:
    """Return (b,) gaps by name; of several labels each is the worst one's.

    Differences are the largest less the smallest rate over the groups that have one (fairlearn:
    ``method="between_groups"``).
    """
    selection, tpr, fpr = (spread(each) for each in (rates.selection_rate, rates.tpr, rates.fpr))
    return {
        "demographic_parity_difference": np.fmax.reduce(selection, axis=1),
        "demographic_parity_ratio": np.fmin.reduce(_quotient(rates.selection_rate), axis=1),
        "equalized_odds_difference": np.fmax.reduce(np.maximum(tpr, fpr), axis=1),
        "equalized_odds_difference_mean": np.fmax.reduce((tpr + fpr) / 2, axis=1),
        "equal_opportunity_difference": np.fmax.reduce(tpr, axis=1),
        "accuracy_difference": spread(rates.accuracy),
        "f1_difference": spread(rates.f1),
    }


def _quotient(values: Floats) -> Floats:
    low, high = extremes(values)
    return ratio(low, np.where(np.isfinite(high), high, 0.0))


def _mean_of_known(values: Floats) -> Floats:
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(axis=2)
    return ratio(total, known.sum(axis=2).astype(np.float64))
