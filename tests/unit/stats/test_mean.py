import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from harness.stats.mean import mean_interval, mean_stderr, skewed_mean_interval


def test_the_interval_is_students() -> None:
    values = np.random.default_rng(0).normal(size=17)
    expected = stats.t.interval(0.9, 16, loc=values.mean(), scale=stats.sem(values))
    found = mean_interval(values, level=0.9)
    assert found is not None
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-12)


def test_the_clustered_error_is_the_sandwich_by_hand() -> None:
    values = np.array([1.0, 2.0, 4.0, 7.0, 7.0, 9.0])
    clusters = np.array([5, 5, 2, 2, 9, 9])
    # mean 5; residual sums -7, 1, 6; sqrt(3/2 · (49 + 1 + 36)) / 6
    assert mean_stderr(values, clusters) == pytest.approx(np.sqrt(1.5 * 86) / 6, abs=1e-12)


def test_singleton_clusters_are_independent_samples() -> None:
    values = np.random.default_rng(1).normal(size=30)
    assert mean_stderr(values, np.arange(30)) == pytest.approx(mean_stderr(values), abs=1e-15)


def test_repeating_every_sample_within_its_cluster_adds_no_knowledge() -> None:
    values = np.random.default_rng(2).normal(size=30)
    repeated = mean_stderr(np.repeat(values, 7), np.repeat(np.arange(30), 7))
    assert repeated == pytest.approx(mean_stderr(values), abs=1e-15)


@pytest.mark.parametrize("values", [[], [3.0]])
def test_fewer_than_two_values_have_no_error(values: list[float]) -> None:
    assert mean_stderr(np.array(values)) is None
    assert mean_interval(np.array(values)) is None


def test_one_cluster_has_no_error() -> None:
    assert mean_interval(np.array([1.0, 2.0]), np.array([0, 0])) is None


@pytest.mark.parametrize(
    ("values", "clusters"),
    [
        ([0.1] * 30, None),
        ([7.3] * 30, list(range(30))),
        ([0.0, 1.0] * 15, np.repeat(np.arange(15), 2).tolist()),
    ],
)
def test_units_that_agree_have_no_interval(values: list[float], clusters: list[int] | None) -> None:
    codes = None if clusters is None else np.array(clusters)
    assert mean_interval(np.array(values), codes) is None
    assert skewed_mean_interval(np.array(values), codes) is None


@pytest.mark.parametrize("scale", [1e-50, 1e-113, 1e-150])
def test_tiny_numbers_are_as_skewed_as_any(scale: float) -> None:
    values = np.array([0.0, 0.0, 0.0, 1.0, 4.0])
    plain, tiny = skewed_mean_interval(values), skewed_mean_interval(values * scale)
    assert plain is not None
    assert tiny is not None
    assert (tiny.low / scale, tiny.high / scale) == pytest.approx((plain.low, plain.high))


def test_without_skewness_halls_interval_is_students() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    plain, hall = mean_interval(values), skewed_mean_interval(values)
    assert plain is not None
    assert hall is not None
    assert (hall.low, hall.high) == pytest.approx((plain.low, plain.high), abs=1e-12)


@pytest.mark.parametrize("clusters", [None, np.repeat(np.arange(20), 2)])
def test_the_ends_of_halls_interval_have_its_polynomial_at_the_quantiles(
    clusters: NDArray[np.int64] | None,
) -> None:
    values = np.random.default_rng(3).exponential(size=40)
    found = skewed_mean_interval(values, clusters)
    units = values if clusters is None else values.reshape(20, 2).mean(axis=1)
    share = stats.skew(units) / units.size**0.5
    assert found is not None
    for end, sign in ((found.low, 1), (found.high, -1)):
        x = (values.mean() - end) / stats.sem(units)
        t = x + share / 3 * x**2 + share**2 / 27 * x**3 + share / 6
        assert t == pytest.approx(sign * stats.t.ppf(0.975, units.size - 1), abs=1e-9)
