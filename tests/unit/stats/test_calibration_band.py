from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.stats.calibration import bin_of, calibrated_band, expected_calibration_error


def naive_ece(confidence: NDArray[np.float64], is_right: NDArray[np.float64], n_bins: int) -> float:
    edges = np.linspace(0, 1, n_bins + 1)
    total = 0.0
    for low, high in pairwise(edges):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            gap = abs(is_right[inside].mean() - confidence[inside].mean())
            total += inside.mean() * gap
    return total


@pytest.mark.parametrize("n_bins", [1, 10, 15])
@pytest.mark.parametrize("n", [1, 20, 3000])
def test_the_error_is_the_weighted_gap_of_the_bins(n: int, n_bins: int) -> None:
    rng = np.random.default_rng(n)
    confidence = rng.uniform(0.01, 1, size=n)
    is_right = (rng.random(n) < confidence**2).astype(np.float64)
    found = expected_calibration_error(confidence, is_right, np.ones((1, n)), n_bins)
    assert found[0] == pytest.approx(naive_ece(confidence, is_right, n_bins), abs=1e-12)


def test_a_bin_takes_its_upper_edge() -> None:
    edges = np.linspace(0, 1, 16)
    assert bin_of(edges, 15).tolist() == [0, *range(15)]


def test_nothing_with_weight_has_no_error() -> None:
    found = expected_calibration_error(np.array([0.5]), np.array([1.0]), np.zeros((1, 1)), 15)
    assert np.isnan(found[0])


def simulated(confidence: NDArray[np.float64], n_bins: int) -> NDArray[np.float64]:
    """Calibration errors of models that are calibrated, drawn one sample at a time."""
    rng = np.random.default_rng(99)
    draws = rng.random((4000, confidence.size)) < confidence
    return np.array([naive_ece(confidence, draw.astype(float), n_bins) for draw in draws[:1500]])


@pytest.mark.parametrize("n", [60, 4000])
def test_the_band_is_what_calibrated_models_show(n: int) -> None:
    # 4,000 samples in 4 bins are drawn by runs of neighbours, 60 one by one.
    confidence = np.random.default_rng(1).beta(5, 2, size=n)
    band = calibrated_band(confidence, n_bins=4, level=0.9, seed=0)
    errors = simulated(confidence, 4)
    assert band.ece_low == pytest.approx(np.quantile(errors, 0.05), rel=0.15)
    assert band.ece_high == pytest.approx(np.quantile(errors, 0.95), rel=0.06)


def test_the_band_of_each_bin_holds_its_mean_confidence_and_narrows_with_n() -> None:
    rng = np.random.default_rng(2)
    widths = []
    for n in (200, 20_000):
        confidence = rng.uniform(0.5, 1, size=n)
        band = calibrated_band(confidence, n_bins=10, level=0.95, seed=0)
        means = np.array([confidence[bin_of(confidence, 10) == b].mean() for b in range(5, 10)])
        assert (band.accuracy_low[5:] <= means).all()
        assert (means <= band.accuracy_high[5:]).all()
        widths.append((band.accuracy_high - band.accuracy_low)[5:].mean())
    assert widths[0] / widths[1] == pytest.approx(10, rel=0.2)


def test_an_empty_bin_has_no_band() -> None:
    band = calibrated_band(np.array([0.9, 0.95]), n_bins=2, level=0.95, seed=0)
    assert np.isnan(band.accuracy_low).tolist() == [True, False]


def test_certain_answers_are_always_right_under_calibration() -> None:
    band = calibrated_band(np.ones(50), n_bins=15, level=0.95, seed=0)
    assert (band.ece_low, band.ece_high) == (0.0, 0.0)


def test_the_band_follows_its_seed() -> None:
    confidence = np.random.default_rng(3).uniform(size=100)
    first, again, other = (
        calibrated_band(confidence, n_bins=5, level=0.95, seed=seed).ece_high for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other
