import itertools

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from harness.stats.mean import mean_stderr
from harness.stats.paired_bootstrap import paired_bootstrap
from harness.stats.paired_difference import paired_difference
from harness.stats.pooling import pooled_units

Floats = NDArray[np.float64]


def mean_reduce(statistics: Floats, weights: Floats) -> Floats:
    means: Floats = (weights @ statistics) / weights.sum(axis=1, keepdims=True)
    return means


def ratio_reduce(statistics: Floats, weights: Floats) -> Floats:
    sums = weights @ statistics
    return sums[:, :1] / sums[:, 1:]


def test_the_interval_is_scipys_paired_bca() -> None:
    rng = np.random.default_rng(0)
    a = rng.gamma(2.0, 1.5, size=(500, 2)) + 0.5
    b = a * rng.gamma(8.0, 1 / 7, size=(500, 2))
    expected = stats.bootstrap(
        (a[:, 0], a[:, 1], b[:, 0], b[:, 1]),
        lambda w, x, y, z, axis: y.mean(axis) / z.mean(axis) - w.mean(axis) / x.mean(axis),
        paired=True,
        vectorized=True,
        n_resamples=30_000,
        method="BCa",
        rng=1,
    )
    found = paired_bootstrap(ratio_reduce, a, b, seed=2, n_resamples=30_000)
    interval = found.interval(0, 0.95)
    assert interval is not None
    bounds = expected.confidence_interval
    width = bounds.high - bounds.low
    assert interval.low == pytest.approx(bounds.low, abs=0.03 * width)
    assert interval.high == pytest.approx(bounds.high, abs=0.03 * width)
    assert found.difference.point[0] == pytest.approx(found.b[0] - found.a[0], abs=1e-15)


@pytest.mark.parametrize("shift", [0.0, 0.05, 0.12])
def test_the_p_of_a_mean_is_that_of_the_paired_t_test(shift: float) -> None:
    rng = np.random.default_rng(3)
    a = rng.normal(size=300)
    b = a + rng.normal(shift, 0.9, size=300)
    expected = paired_difference(a, b)
    found = paired_bootstrap(mean_reduce, a[:, None], b[:, None], seed=0, n_resamples=40_000)
    assert found.p_value(0) == pytest.approx(expected.p_value, abs=0.008)
    assert found.difference.stderr(0) == pytest.approx(expected.stderr, rel=0.02)


def test_the_p_of_few_samples_is_that_of_all_their_resamples() -> None:
    differences = np.array([0.9, 0.4, -0.5, 1.3, 0.2])
    resamples = np.array(list(itertools.product(differences, repeat=5))).mean(axis=1)
    observed = differences.mean()
    # s² divides by n - 1 and a resample's spread by n: it is widened by the root of their ratio.
    is_as_far = np.abs(resamples - observed) * np.sqrt(5 / 4) >= observed - 1e-12
    a = np.zeros((5, 1))
    found = paired_bootstrap(mean_reduce, a, differences[:, None], seed=0, n_resamples=100_000)
    assert found.p_value(0) == pytest.approx(is_as_far.mean(), abs=0.004)


def test_both_models_are_resampled_together() -> None:
    # Their own spread is 200 times that of their difference.
    a = np.random.default_rng(4).normal(0.0, 10.0, size=(200, 1))
    b = a + np.random.default_rng(5).normal(0.0, 0.05, size=(200, 1))
    stderr = paired_bootstrap(mean_reduce, a, b, seed=0).difference.stderr(0)
    assert stderr == pytest.approx(0.05 / np.sqrt(200), rel=0.15)


def test_whole_clusters_are_drawn() -> None:
    rng = np.random.default_rng(6)
    clusters = np.repeat(np.arange(60), 5)
    a = np.zeros(300)
    b = rng.normal(size=60)[clusters] + 0.1 * rng.normal(size=300)
    found = paired_bootstrap(
        mean_reduce, a[:, None], b[:, None], seed=0, clusters=clusters, n_resamples=20_000
    )
    assert found.difference.stderr(0) == pytest.approx(mean_stderr(b - a, clusters), rel=0.03)


def test_identical_models_have_a_p_of_one() -> None:
    x = np.random.default_rng(7).gamma(1.0, size=(50, 2)) + 0.1
    found = paired_bootstrap(ratio_reduce, x, x, seed=0)
    assert found.p_value(0) == 1.0
    assert found.interval(0, 0.95) is None


def test_the_smallest_p_is_one_in_resamples_plus_one() -> None:
    rng = np.random.default_rng(8)
    a = rng.normal(size=(80, 1))
    found = paired_bootstrap(mean_reduce, a, a + 5 + rng.normal(size=(80, 1)), seed=0)
    assert found.p_value(0) == 1 / 2001


def test_a_quantity_that_one_model_leaves_undefined_has_no_p() -> None:
    a = np.array([[0.0, 0.0]] * 20)
    b = np.random.default_rng(9).gamma(1.0, size=(20, 2)) + 0.1
    with np.errstate(invalid="ignore"):
        found = paired_bootstrap(ratio_reduce, a, b, seed=0)
    assert np.isnan(found.a[0])
    assert found.b[0] > 0
    assert found.p_value(0) is None
    assert found.interval(0, 0.95) is None


def test_additive_statistics_may_be_pooled_first() -> None:
    rng = np.random.default_rng(10)
    a = rng.gamma(2.0, size=(30_000, 2)) + 0.5
    b = a * rng.gamma(50.0, 1 / 50, size=a.shape)
    pooled = pooled_units(np.hstack([a, b]), None, seed=0)
    assert len(pooled) == 2000
    fast = paired_bootstrap(ratio_reduce, pooled[:, :2], pooled[:, 2:], seed=0, n_resamples=4000)
    slow = paired_bootstrap(ratio_reduce, a, b, seed=0, n_resamples=1000)
    assert fast.difference.point[0] == pytest.approx(slow.difference.point[0], abs=1e-12)
    assert fast.difference.stderr(0) == pytest.approx(slow.difference.stderr(0), rel=0.08)
