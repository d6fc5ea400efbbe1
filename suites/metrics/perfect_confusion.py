"""Intervals of F1, MCC and their like where every prediction is right."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Interval
from harness.core.score import Direction
from harness.suites.metrics.class_counts import ClassCounts
from harness.suites.metrics.confusion_quantities import confusion_quantities, values_by_id

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

_SEED = 0
_MAX_DRAWS = 2000
_MIN_DRAWS = 400
_MAX_CELLS = 8_000_000
_MAX_CLASSES = 140  # MIN_DRAWS matrices of more would not fit into MAX_CELLS
_MIN_CLASSES = 2


def perfect_intervals(
    targets: Floats,
    clusters: Integers | None,
    labels: tuple[str, ...],
    positive: str | None,
    level: float,
) -> dict[str, Interval]:
    """Say how low each quantity may truly be although no error was seen.

    Each class's row of the confusion matrix is drawn from its posterior under Jeffreys' prior,
    half an observation right and half wrong, the wrong half spread evenly over the other classes
    (for a proportion: Brown, Cai and DasGupta 2001, section 3.1; for F1: Goutte and Gaussier
    2005). The upper end is the value seen.

    Args:
        targets: (n,) indices of targets, which are the predictions too.
        clusters: (n,) cluster codes, or None; a class counts each of its clusters once.
        labels: the classes.
        positive: the positive label, if any.
        level: confidence level in (0, 1).

    Returns:
        By quantity id. Empty with fewer than two classes, where no error could be placed, and
        with more than 140.
    """
    present = np.unique(targets).astype(np.int64)
    if not _MIN_CLASSES <= present.size <= _MAX_CLASSES:
        return {}
    in_class = [targets == index for index in present]
    n_units = [int(m.sum()) if clusters is None else np.unique(clusters[m]).size for m in in_class]
    support = np.array([mask.sum() for mask in in_class], dtype=np.float64)
    chosen = tuple(labels[index] for index in present)
    kept = positive if positive in chosen else None
    counts = ClassCounts.of_matrices(_posterior_matrices(np.array(n_units), support))
    values = values_by_id(counts, chosen, kept)
    return {
        quantity.id: Interval(
            low=float(np.quantile(values[quantity.id], (1 - level) / 2)),
            high=1.0,
            level=level,
            method="jeffreys",
        )
        for quantity in confusion_quantities(chosen, kept)
        if quantity.direction is Direction.HIGHER
    }


def _posterior_matrices(n_units: Integers, support: Floats) -> Floats:
    """Draw (b, K, K) matrices whose rows add up to the support."""
    n_classes = n_units.size
    n_draws = int(np.clip(_MAX_CELLS // n_classes**2, _MIN_DRAWS, _MAX_DRAWS))
    shape = np.full((n_classes, n_classes), 0.5 / (n_classes - 1))
    np.fill_diagonal(shape, n_units + 0.5)
    rng = np.random.default_rng(_SEED)
    rows = rng.standard_gamma(shape, size=(n_draws, n_classes, n_classes))
    return np.asarray(rows / rows.sum(axis=2, keepdims=True) * support[:, None])
