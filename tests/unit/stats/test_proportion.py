import numpy as np
import pytest
from scipy.stats import binomtest

from harness.stats.proportion import effective_trials, proportion_interval, wilson_interval


@pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
@pytest.mark.parametrize(
    ("hits", "trials"), [(0, 1), (1, 1), (0, 30), (30, 30), (7, 23), (1, 10**6)]
)
def test_wilson_agrees_with_scipy(hits: int, trials: int, level: float) -> None:
    expected = binomtest(hits, trials).proportion_ci(confidence_level=level, method="wilson")
    found = wilson_interval(hits, trials, level)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert found.low <= hits / trials <= found.high


def test_no_trial_has_no_interval() -> None:
    assert wilson_interval(0, 0) is None
    assert proportion_interval(np.array([])) is None
    assert proportion_interval(np.array([]), np.array([], dtype=np.int64)) is None


def test_independent_trials_count_in_full() -> None:
    hits = np.array([1.0, 0.0, 1.0, 1.0])
    assert proportion_interval(hits) == wilson_interval(3, 4)


def test_clusters_that_agree_within_count_as_one_trial_each() -> None:
    hits = np.repeat([1.0, 0.0, 1.0, 1.0, 0.0, 1.0] * 10, 5)
    clusters = np.repeat(np.arange(60), 5)
    clustered = proportion_interval(hits, clusters)
    of_clusters = wilson_interval(40, 60)
    assert clustered is not None
    assert of_clusters is not None
    assert clustered.method == "wilson-clustered"
    # The t quantile of 59 degrees of freedom and the G - 1 of the variance widen it by 3 %.
    width, expected = clustered.high - clustered.low, of_clusters.high - of_clusters.low
    assert 1.0 < width / expected < 1.04


def test_clusters_without_an_error_count_once_each() -> None:
    clustered = proportion_interval(np.ones(1000), np.repeat(np.arange(10), 100))
    plain = wilson_interval(10, 10)
    assert clustered is not None
    assert plain is not None
    assert (clustered.low, clustered.high) == (plain.low, plain.high)


def test_one_cluster_has_no_interval() -> None:
    assert proportion_interval(np.array([0.0, 1.0]), np.array([4, 4])) is None


def test_effective_trials_never_exceed_the_real_ones() -> None:
    assert effective_trials(0.5, 0.01, 100) == 100
    assert effective_trials(0.5, 0.1, 100) == pytest.approx(25)
    assert effective_trials(1.0, 0.0, 100) == 100
