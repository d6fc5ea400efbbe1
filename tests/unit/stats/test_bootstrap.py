import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from harness.stats.bootstrap import MIN_RESAMPLES, bootstrap
from harness.stats.mean import mean_stderr

Floats = NDArray[np.float64]


def mean_reduce(statistics: Floats, weights: Floats) -> Floats:
    means: Floats = (weights @ statistics) / weights.sum(axis=1, keepdims=True)
    return means


def skewed_reduce(statistics: Floats, weights: Floats) -> Floats:
    """A ratio of means, whose resamples are skewed."""
    sums = weights @ statistics
    return sums[:, :1] / sums[:, 1:]


@pytest.mark.parametrize("decimals", [9, 0], ids=["distinct rows", "pooled rows"])
def test_the_interval_is_scipys_bca(decimals: int) -> None:
    rng = np.random.default_rng(0)
    data = np.round(rng.gamma(2.0, 1.5, size=(600, 2)), decimals) + 0.5
    expected = stats.bootstrap(
        (data[:, 0], data[:, 1]),
        lambda x, y, axis: x.mean(axis=axis) / y.mean(axis=axis),
        paired=True,
        vectorized=True,
        n_resamples=40_000,
        method="BCa",
        rng=1,
    )
    found = bootstrap(skewed_reduce, data, seed=2, n_resamples=40_000)
    interval = found.interval(0, 0.95)
    assert interval is not None
    assert interval.method == "bootstrap-bca"
    width = expected.confidence_interval.high - expected.confidence_interval.low
    assert interval.low == pytest.approx(expected.confidence_interval.low, abs=0.02 * width)
    assert interval.high == pytest.approx(expected.confidence_interval.high, abs=0.02 * width)
    assert found.stderr(0) == pytest.approx(expected.standard_error, rel=0.02)


def test_the_acceleration_is_that_of_a_full_jackknife() -> None:
    x = np.random.default_rng(3).gamma(1.0, size=80)[:, None]
    centred = x[:, 0] - x.mean()
    expected = (centred**3).sum() / (6 * (centred**2).sum() ** 1.5)
    assert bootstrap(mean_reduce, x, seed=0).acceleration[0] == pytest.approx(expected, rel=1e-9)
    pooled = bootstrap(mean_reduce, np.repeat(x, 3, axis=0), seed=0).acceleration[0]
    assert pooled == pytest.approx(expected / np.sqrt(3), rel=1e-9)


def test_pooled_and_single_rows_have_the_same_spread() -> None:
    x = np.random.default_rng(4).integers(0, 5, size=500).astype(np.float64)[:, None]
    noise = np.arange(500)[:, None] * 1e-9  # makes every row distinct
    pooled = bootstrap(mean_reduce, x, seed=0, n_resamples=20_000).stderr(0)
    single = bootstrap(mean_reduce, x + noise, seed=0, n_resamples=20_000).stderr(0)
    assert pooled == pytest.approx(single, rel=0.02)


def test_whole_clusters_are_drawn() -> None:
    rng = np.random.default_rng(5)
    clusters = np.repeat(np.arange(80), 5)
    values = rng.normal(size=80)[clusters] + 0.1 * rng.normal(size=400)
    found = bootstrap(mean_reduce, values[:, None], seed=0, clusters=clusters, n_resamples=20_000)
    assert found.stderr(0) == pytest.approx(mean_stderr(values, clusters), rel=0.03)
    assert found.n_units == 80


def test_more_units_than_the_limit_are_pooled_without_losing_the_spread() -> None:
    values = np.random.default_rng(6).normal(size=7000)
    found = bootstrap(mean_reduce, values[:, None], seed=0)
    assert found.stderr(0) == pytest.approx(mean_stderr(values), rel=0.06)


def test_resamples_grow_fewer_for_many_samples_but_never_too_few() -> None:
    values = np.random.default_rng(7).normal(size=(300_000, 1))
    assert len(bootstrap(mean_reduce, values, seed=0).values) == MIN_RESAMPLES


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others() -> None:
    x = np.random.default_rng(8).normal(size=(50, 1))
    first, again, other = (bootstrap(mean_reduce, x, seed=seed) for seed in (1, 1, 2))
    assert first.interval(0, 0.9) == again.interval(0, 0.9)
    assert first.interval(0, 0.9) != other.interval(0, 0.9)
    assert first.seed == 1


def test_few_units_are_given_students_quantile() -> None:
    x = np.array([-2.91, -1.83, -0.77, 0.77, 1.83, 2.91])[:, None]
    found = bootstrap(mean_reduce, x, seed=0, n_resamples=50_000)
    interval = found.interval(0, 0.8)
    assert interval is not None
    plain = np.quantile(found.values, [0.1, 0.9])
    expected = np.sqrt(6 / 5) * stats.t.ppf(0.9, 5) / stats.norm.ppf(0.9)
    assert (interval.high - interval.low) / np.ptp(plain) == pytest.approx(expected, rel=0.05)


def test_a_sample_without_spread_has_no_interval() -> None:
    found = bootstrap(mean_reduce, np.full((30, 1), 0.1), seed=0)
    assert found.interval(0, 0.95) is None


def test_a_quantity_often_undefined_has_neither_interval_nor_error() -> None:
    def only_if_first_drawn(statistics: Floats, weights: Floats) -> Floats:
        return np.where(weights[:, :1] > 0, mean_reduce(statistics, weights), np.nan)

    found = bootstrap(only_if_first_drawn, np.random.default_rng(9).normal(size=(20, 1)), seed=0)
    assert found.interval(0, 0.95) is None
    assert found.stderr(0) is None


def test_a_statistic_that_resampling_biases_falls_back_on_percentiles() -> None:
    def distance_from_zero(statistics: Floats, weights: Floats) -> Floats:
        distance: Floats = np.abs(mean_reduce(statistics, weights)).sum(axis=1, keepdims=True)
        return distance

    x = np.random.default_rng(10).normal(size=(100, 12))
    x -= x.mean(axis=0)
    interval = bootstrap(distance_from_zero, x + 0.05, seed=0).interval(0, 0.95)
    assert interval is not None
    assert interval.method == "bootstrap-percentile"
    # At the least value there is, every resample lies above it: an interval would leave it out.
    assert bootstrap(distance_from_zero, x, seed=0).interval(0, 0.95) is None
