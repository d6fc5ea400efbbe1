"""Area under the ROC curve and average precision under many sets of weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]

_TINY = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True, slots=True)
class RankingValues:
    """Both (b,), NaN where a class that the definition divides by has no weight."""

    roc_auc: Floats
    average_precision: Floats


def ranking_values(is_positive: Booleans, scores: Floats, weights: Floats) -> RankingValues:
    """Sort once, then go down the thresholds under each set of weights.

    Exact with ties: samples of equal score stand at one threshold. Average precision is the step
    sum Σ (R_k - R_{k-1})·P_k without interpolation, as in scikit-learn.

    Args:
        is_positive: (n,).
        scores: (n,), finite; higher speaks for the positive class.
        weights: (b, n), non-negative.
    """
    roc_auc = np.full(len(weights), np.nan)
    average_precision = np.full(len(weights), np.nan)
    if scores.size == 0:
        return RankingValues(roc_auc, average_precision)
    order = np.argsort(-scores, kind="stable")
    starts = threshold_starts(scores[order])
    ranked_positive = is_positive[order].astype(np.float64)
    # One row at a time: it stays in the processor's cache, where a block of rows would not.
    for index, row in enumerate(weights):
        ranked = row.take(order)
        positive = ranked * ranked_positive
        if starts.size < ranked.size:
            ranked = np.add.reduceat(ranked, starts)
            positive = np.add.reduceat(positive, starts)
        roc_auc[index], average_precision[index] = _go_down(ranked, positive)
    return RankingValues(roc_auc, average_precision)


def threshold_starts(ranked_scores: Floats) -> Integers:
    """Return where each new value begins in scores that are sorted.

    >>> threshold_starts(np.array([3.0, 1.0, 1.0, 0.5])).tolist()
    [0, 1, 3]
    """
    is_new = np.ones(ranked_scores.size, dtype=bool)
    is_new[1:] = ranked_scores[1:] != ranked_scores[:-1]
    return np.flatnonzero(is_new).astype(np.int64)


def _go_down(ranked: Floats, positive: Floats) -> tuple[float, float]:
    """Return area and average precision of weights by threshold, the highest first."""
    true_positive = np.cumsum(positive)
    taken = np.cumsum(ranked)
    n_positive = float(true_positive[-1])
    if n_positive <= 0:
        return np.nan, np.nan
    # A threshold where nothing is taken yet has no positive weight either: 0 / tiny = 0.
    precision = true_positive / np.maximum(taken, _TINY)
    average_precision = float(positive @ precision) / n_positive
    negative = ranked - positive
    n_negative = float(negative.sum())
    if n_negative <= 0:
        return np.nan, average_precision
    beaten = float(negative @ true_positive) - float(negative @ positive) / 2
    return beaten / (n_positive * n_negative), average_precision
