"""The reliability chart: accuracy against confidence, with what chance alone would do."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.figure import Figure, FigureKind
from harness.stats.calibration import bin_of, calibrated_band, expected_calibration_error
from harness.stats.weighted_counts import sums_by_code

Floats: TypeAlias = NDArray[np.float64]

_SEED = 0
_LEVEL = 0.95


def reliability_figure(confidence: Floats, is_right: Floats, n_bins: int) -> Figure:
    """Draw the bins that hold a sample.

    Args:
        confidence: (n,) probability of the predicted label, n at least 1.
        is_right: (n,) of 0 and 1.
        n_bins: number of equal-width bins.
    """
    band = calibrated_band(confidence, n_bins=n_bins, level=_LEVEL, seed=_SEED)
    columns = np.stack([np.ones_like(confidence), confidence, is_right])
    n, confidences, n_right = sums_by_code(bin_of(confidence, n_bins), n_bins, columns)
    edges = np.linspace(0.0, 1.0, n_bins + 1)
    bins = [
        {
            "low": float(edges[index]),
            "high": float(edges[index + 1]),
            "n": int(n[index]),
            "confidence": float(confidences[index] / n[index]),
            "accuracy": float(n_right[index] / n[index]),
            "band_low": float(band.accuracy_low[index]),
            "band_high": float(band.accuracy_high[index]),
        }
        for index in np.flatnonzero(n)
    ]
    ones = np.ones((1, confidence.size))
    ece = float(expected_calibration_error(confidence, is_right, ones, n_bins)[0])
    data = {"bins": bins, "ece": ece, "ece_band": [band.ece_low, band.ece_high]}
    return Figure(kind=FigureKind.RELIABILITY, title="Reliability", data=data)
