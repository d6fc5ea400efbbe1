"""ROC and precision-recall curves, thinned for drawing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.figure import Figure, FigureKind
from harness.stats.ranking import ranking_values, threshold_starts

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]

MAX_POINTS = 400
_STRAIGHT = 1e-9


@dataclass(frozen=True, slots=True)
class RankedClass:
    """One class against the rest."""

    label: str
    is_positive: Booleans
    """(n,)."""
    scores: Floats
    """(n,), higher speaks for the class."""


def ranking_figures(ranked_classes: Iterable[RankedClass]) -> tuple[Figure, ...]:
    """Draw each class that both occurs and does not; no figure without one."""
    roc, precision_recall = [], []
    for ranked in ranked_classes:
        if 0 < ranked.is_positive.sum() < ranked.is_positive.size:
            roc_curve, pr_curve = _curves(ranked)
            roc.append(roc_curve)
            precision_recall.append(pr_curve)
    if not roc:
        return ()
    return (
        Figure(kind=FigureKind.ROC, title="ROC curve", data={"curves": roc}),
        Figure(
            kind=FigureKind.PRECISION_RECALL,
            title="Precision-recall curve",
            data={"curves": precision_recall},
        ),
    )


def thin(x: Floats, y: Floats, max_points: int = MAX_POINTS) -> Integers:
    """Choose the points of a curve that are worth drawing, both ends among them.

    Points on the line between their neighbours go first, without any loss. If too many are left,
    those nearest to equal steps along the curve are kept; each step is about
    length / max_points, so that no point left out is further than that from the line drawn.

    Args:
        x: (m,).
        y: (m,).
        max_points: at least 2.

    Returns:
        Rising indices, at most ``max_points``.

    >>> thin(np.array([0.0, 0.5, 1.0, 1.0]), np.array([0.0, 0.5, 1.0, 2.0])).tolist()
    [0, 2, 3]
    """
    kept = _corners(x, y)
    if kept.size <= max_points:
        return kept
    steps = np.abs(np.diff(x[kept])) + np.abs(np.diff(y[kept]))
    length = np.concatenate([[0.0], np.cumsum(steps)])
    wanted = np.linspace(0.0, length[-1], max_points)
    right = np.clip(np.searchsorted(length, wanted), 1, kept.size - 1)
    is_left_nearer = wanted - length[right - 1] <= length[right] - wanted
    chosen = np.unique(np.where(is_left_nearer, right - 1, right))
    chosen[0], chosen[-1] = 0, kept.size - 1
    return np.asarray(kept[chosen], dtype=np.int64)


def _corners(x: Floats, y: Floats) -> Integers:
    """Indices of the ends and of the points where the curve turns."""
    if x.size == 0:
        return np.arange(0)
    moved = (np.diff(x) != 0) | (np.diff(y) != 0)
    distinct = np.append(0, 1 + np.flatnonzero(moved))
    dx, dy = np.diff(x[distinct]), np.diff(y[distinct])
    turn = np.abs(dx[:-1] * dy[1:] - dy[:-1] * dx[1:])
    # Relative to rounding: the cross product of two steps in one direction is not quite 0.
    is_corner = turn > _STRAIGHT * (np.abs(dx[:-1] * dy[1:]) + np.abs(dy[:-1] * dx[1:]))
    is_reversal = dx[:-1] * dx[1:] + dy[:-1] * dy[1:] < 0
    inner = 1 + np.flatnonzero(is_corner | is_reversal)
    corners = np.unique(np.concatenate([[0], inner, [distinct.size - 1]]))
    return np.asarray(distinct[corners], dtype=np.int64)


def _curves(ranked: RankedClass) -> tuple[dict[str, object], dict[str, object]]:
    order = np.argsort(-ranked.scores, kind="stable")
    ends = np.append(threshold_starts(ranked.scores[order])[1:], order.size) - 1
    hits = np.cumsum(ranked.is_positive[order])[ends].astype(np.float64)
    taken = ends + 1.0
    n_positive, n = float(hits[-1]), float(order.size)
    recall, precision = hits / n_positive, hits / taken
    false_rate = (taken - hits) / (n - n_positive)
    values = ranking_values(ranked.is_positive, ranked.scores, np.ones((1, order.size)))
    roc = _points(
        false_positive_rate=np.append(0.0, false_rate), true_positive_rate=np.append(0.0, recall)
    )
    # Nothing taken yet: recall 0 at precision 1, where scikit-learn starts the curve as well.
    precision_recall = _points(recall=np.append(0.0, recall), precision=np.append(1.0, precision))
    return (
        {"label": ranked.label, **roc, "auc": float(values.roc_auc[0])},
        {
            "label": ranked.label,
            **precision_recall,
            "average_precision": float(values.average_precision[0]),
            "prevalence": n_positive / n,
        },
    )


def _points(**axes: Floats) -> dict[str, list[float]]:
    """Return both axes, thinned, as plain numbers by name."""
    x, y = axes.values()
    kept = thin(x, y)
    return {name: values[kept].tolist() for name, values in axes.items()}
