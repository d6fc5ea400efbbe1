"""Expected calibration error, and what it would be for a perfectly calibrated model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.stats.weighted_counts import sums_by_code

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

N_DRAWS = 2000
_GROUPS_PER_BIN = 100


def bin_of(confidence: Floats, n_bins: int) -> Integers:
    """Return the equal-width bin of each confidence; bins are (low, high], the first takes 0.

    >>> bin_of(np.array([0.0, 0.5, 0.51, 1.0]), 2).tolist()
    [0, 0, 1, 1]
    """
    inner_edges = np.linspace(0.0, 1.0, n_bins + 1)[1:-1]
    return np.searchsorted(inner_edges, confidence, side="left").astype(np.int64)


def expected_calibration_error(
    confidence: Floats, is_right: Floats, weights: Floats, n_bins: int
) -> Floats:
    """Return Σ_bins share of bin · |accuracy - mean confidence| (Naeini et al. 2015, AAAI).

    Args:
        confidence: (n,) probability of the predicted label.
        is_right: (n,) of 0 and 1.
        weights: (b, n).
        n_bins: number of equal-width bins.

    Returns:
        (b,), NaN where nothing has weight.
    """
    gaps = sums_by_code(bin_of(confidence, n_bins), n_bins, weights * (is_right - confidence))
    total = weights.sum(axis=1)
    error = np.full(total.shape, np.nan)
    np.divide(np.abs(gaps).sum(axis=1), total, out=error, where=total > 0)
    return error


@dataclass(frozen=True, slots=True)
class CalibratedBand:
    """What chance alone does to a perfectly calibrated model with these confidences."""

    accuracy_low: Floats
    """(n_bins,), NaN in an empty bin."""
    accuracy_high: Floats
    """(n_bins,)."""
    ece_low: float
    ece_high: float


def calibrated_band(
    confidence: Floats, *, n_bins: int, level: float, seed: int, n_draws: int = N_DRAWS
) -> CalibratedBand:
    """Resample outcomes under perfect calibration (Bröcker and Smith 2007, Weather Forecast. 22).

    The confidences stay as they are; each answer is made right with a probability of its
    confidence, and the accuracy of each bin and the calibration error are taken anew. To cost
    the same for a million samples as for a thousand, confidences that are next to each other in
    a crowded bin are drawn together, as one binomial number with their mean as probability.

    Args:
        confidence: (n,) in [0, 1], n at least 1.
        n_bins: number of equal-width bins.
        level: share of draws inside the band, in (0, 1).
        seed: of a generator of its own.
        n_draws: how often outcomes are drawn.
    """
    rng = np.random.default_rng(seed)
    n, total_confidence = _bin_totals(confidence, n_bins)
    n_right = np.zeros((n_draws, n_bins))
    for index, groups in enumerate(_neighbours(np.sort(confidence), n_bins)):
        for group in groups:
            probability = min(1.0, float(group.mean()))
            n_right[:, index] += rng.binomial(group.size, probability, size=n_draws)
    tails = [(1 - level) / 2, (1 + level) / 2]
    accuracy = np.divide(n_right, n, out=np.full(n_right.shape, np.nan), where=n > 0)
    low, high = np.quantile(accuracy, tails, axis=0)
    ece = np.abs(n_right - total_confidence).sum(axis=1) / confidence.size
    ece_low, ece_high = np.quantile(ece, tails)
    return CalibratedBand(low, high, float(ece_low), float(ece_high))


def _bin_totals(confidence: Floats, n_bins: int) -> tuple[Floats, Floats]:
    """Return the number of samples and the sum of confidences of each bin."""
    both = np.stack([np.ones_like(confidence), confidence])
    n, total = sums_by_code(bin_of(confidence, n_bins), n_bins, both)
    return n, total


def _neighbours(rising: Floats, n_bins: int) -> list[list[Floats]]:
    """Cut each bin of sorted confidences into at most ``_GROUPS_PER_BIN`` runs."""
    cuts = np.searchsorted(bin_of(rising, n_bins), np.arange(1, n_bins))
    return [
        np.array_split(part, min(part.size, _GROUPS_PER_BIN)) if part.size else []
        for part in np.split(rising, cuts)
    ]
