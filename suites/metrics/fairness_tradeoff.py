"""What accuracy costs in fairness, and the other way round: both at every threshold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.figure import Figure, FigureKind
from harness.suites.metrics.class_counts import ratio
from harness.suites.metrics.group_rates import BINARY, group_gaps, group_rates
from harness.suites.metrics.grouping import Grouping

Floats: TypeAlias = NDArray[np.float64]

N_THRESHOLDS = 60
"""Quantiles of the scores that are tried."""


def tradeoff_figure(
    rows: Floats, grouping: Grouping, positive: str, current: Callable[[Floats], float]
) -> Figure:
    """Return accuracy and gaps at thresholds laid through the scores.

    Args:
        rows: (n, 3) whether the target is the positive label, its score, code of the group.
        grouping: whom to compare.
        positive: the label that is decided for.
        current: gives the threshold in use from the scores.
    """
    in_use = current(rows[:, 1])
    steps = np.unique(np.quantile(rows[:, 1], np.linspace(0, 1, N_THRESHOLDS), method="higher"))
    points = list(_points(rows, len(grouping.groups), np.unique([*steps, in_use])))
    data = {
        "by": grouping.name,
        "positive": positive,
        "n": len(rows),
        "current": next(point for point in points if point["threshold"] == in_use),
        "points": points,
    }
    title = f"Accuracy and gaps by {grouping.name} at every threshold"
    return Figure(kind=FigureKind.FAIRNESS_TRADEOFF, title=title, data=data)


def _points(rows: Floats, n_groups: int, thresholds: Floats) -> Iterator[dict[str, float | None]]:
    ones = np.ones((1, len(rows)))
    targets = rows[:, 0]
    n_of_class = np.array([(targets == 0).sum(), (targets == 1).sum()], dtype=np.float64)
    for threshold in thresholds.tolist():
        taken = (rows[:, 1] >= threshold).astype(np.float64)
        gaps = group_gaps(
            group_rates(np.column_stack([targets, taken, rows[:, 2]]), ones, n_groups, BINARY)
        )
        right = taken == targets
        hits = np.array([right[targets == 0].sum(), right[targets == 1].sum()], dtype=np.float64)
        yield {
            "threshold": threshold,
            "accuracy": float(right.mean()),
            "balanced_accuracy": _known(float(ratio(hits, n_of_class).mean())),
            "demographic_parity": _known(float(gaps["demographic_parity_difference"][0])),
            "equalized_odds": _known(float(gaps["equalized_odds_difference"][0])),
        }


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
