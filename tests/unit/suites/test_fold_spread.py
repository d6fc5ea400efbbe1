"""Mean and standard deviation of accuracy over folds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from harness.core.response import Classification, Generation
from harness.core.sample import Sample
from harness.core.score import Scored, Unscored
from harness.stats.bootstrap import bootstrap
from harness.suites.metrics.fold_spread import FoldSpread

RNG = np.random.default_rng(0)
FOLDS = RNG.integers(1, 6, 200).astype(np.float64)
STATISTICS = np.stack([RNG.random(200) < 0.7, FOLDS], axis=1).astype(np.float64)
ACCURACIES = np.array([STATISTICS[fold == FOLDS, 0].mean() for fold in range(1, 6)])
ONES = np.ones((1, 200))


def test_measure_gives_right_and_fold() -> None:
    output = Classification(labels=("a", "b"), scores=(0.4, 0.6), is_probability=True)
    sample = Sample(id="x", index=0, text="x", targets=("b",), slices={"fold": "3"})
    assert FoldSpread().measure(sample, output) == Scored((1.0, 3.0))
    wrong = Sample(id="x", index=0, text="x", targets=("a",), slices={"fold": "3"})
    assert FoldSpread().measure(wrong, output) == Scored((0.0, 3.0))
    without = Sample(id="x", index=0, text="x", targets=("a",))
    assert FoldSpread().measure(without, output) == Unscored("the sample belongs to no fold")
    text = Generation(text="b", finish_reason="stop")
    assert isinstance(FoldSpread().measure(sample, text), Unscored)


def test_mean_and_deviation_are_those_of_the_folds_accuracies() -> None:
    mean, deviation = FoldSpread().reduce(STATISTICS, ONES)[0]
    assert mean == pytest.approx(ACCURACIES.mean(), abs=1e-12)
    assert deviation == pytest.approx(ACCURACIES.std(ddof=1), abs=1e-12)


def test_weights_are_counts() -> None:
    weights = RNG.integers(0, 3, (4, 200)).astype(np.float64)
    found = FoldSpread().reduce(STATISTICS, weights)
    for row, counts in zip(found, weights, strict=True):
        repeated = np.repeat(STATISTICS, counts.astype(int), axis=0)
        expected = FoldSpread().reduce(repeated, np.ones((1, len(repeated))))[0]
        np.testing.assert_allclose(row, expected, atol=1e-12)


def test_folds_without_weight_are_left_out_and_one_has_no_spread() -> None:
    two = np.isin(FOLDS, (1, 4)).astype(np.float64)[None]
    mean, deviation = FoldSpread().reduce(STATISTICS, two)[0]
    assert mean == pytest.approx(ACCURACIES[[0, 3]].mean(), abs=1e-12)
    assert deviation == pytest.approx(ACCURACIES[[0, 3]].std(ddof=1), abs=1e-12)
    one = (FOLDS == 1).astype(np.float64)[None]
    mean, deviation = FoldSpread().reduce(STATISTICS, one)[0]
    assert mean == pytest.approx(ACCURACIES[0], abs=1e-12)
    assert np.isnan(deviation)
    assert np.isnan(FoldSpread().reduce(STATISTICS, np.zeros((1, 200)))).all()


def test_intervals_are_students_and_chi_squares() -> None:
    found = FoldSpread().intervals(STATISTICS, None, 0.9)
    mean, deviation = found["fold_accuracy_mean"], found["fold_accuracy_sd"]
    expected = stats.t.interval(0.9, 4, ACCURACIES.mean(), ACCURACIES.std(ddof=1) / 5**0.5)
    assert (mean.low, mean.high) == pytest.approx(expected, abs=1e-12)
    variance = ACCURACIES.var(ddof=1)
    assert deviation.low == pytest.approx((4 * variance / stats.chi2.ppf(0.95, 4)) ** 0.5)
    assert deviation.high == pytest.approx((4 * variance / stats.chi2.ppf(0.05, 4)) ** 0.5)
    assert (mean.method, deviation.method) == ("t-5-folds", "chi-square-5-folds")
    assert FoldSpread().intervals(STATISTICS[FOLDS == 1], None, 0.9) == {}


@pytest.mark.parametrize("right", [0.0, 1.0, None])
def test_folds_that_agree_have_no_interval(right: float | None) -> None:
    # Half of each fold right, or all, or none: five equal accuracies tell nothing of a spread.
    hits = np.tile([0.0, 1.0], 50) if right is None else np.full(100, right)
    statistics = np.stack([hits, np.repeat(np.arange(1.0, 6.0), 20)], axis=1)
    assert FoldSpread().intervals(statistics, None, 0.95) == {}
    resampled = bootstrap(FoldSpread().reduce, statistics, seed=0)
    assert resampled.interval(1, 0.95) is None
