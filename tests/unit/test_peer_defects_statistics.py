"""Defects of statistics that were found in other harnesses, and that this one must not have."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.stats.bootstrap import bootstrap
from harness.stats.delong import delong
from harness.stats.jackknife import jackknife_stderr
from harness.stats.mean import mean_interval, mean_stderr
from harness.suites.metrics.confusion import Confusion

Floats = NDArray[np.float64]


def mean_reduce(statistics: Floats, weights: Floats) -> Floats:
    means: Floats = (weights @ statistics) / weights.sum(axis=1, keepdims=True)
    return means


@pytest.mark.parametrize("n_resamples", [100, 1000, 10_000])
def test_the_bootstrap_error_does_not_shrink_with_the_number_of_resamples(
    n_resamples: int,
) -> None:
    # Peer defect 1: the spread of resamples divided by sqrt(B), 32 times too small for B = 1000.
    values = np.random.default_rng(0).normal(size=400)
    found = bootstrap(mean_reduce, values[:, None], seed=1, n_resamples=n_resamples)
    assert found.stderr(0) == pytest.approx(mean_stderr(values), rel=3 / np.sqrt(2 * n_resamples))


def test_the_error_of_a_whole_is_not_the_mean_of_the_errors_of_its_parts() -> None:
    # Peer defect 2: standard errors of subtasks averaged; here the samples are pooled.
    rng = np.random.default_rng(2)
    parts = [rng.normal(size=400), rng.normal(size=100), rng.normal(size=25)]
    errors = [mean_stderr(part) or np.nan for part in parts]
    whole = mean_stderr(np.concatenate(parts)) or np.nan
    assert whole == pytest.approx(1 / np.sqrt(525), rel=0.1)
    assert whole < min(errors)
    assert np.mean(errors) > 2 * whole


def test_f1_of_a_whole_is_that_of_the_pooled_counts() -> None:
    # Peer defect 2, for the value: a mean over subtasks of F1 is not the F1 of all samples.
    metric = Confusion(labels=("no", "yes"), positive="yes")
    f1 = [quantity.id for quantity in metric.quantities].index("f1")
    small = np.array([[1.0, 1.0]] * 2)
    large = np.array([[1.0, 0.0]] * 4 + [[0.0, 1.0]] * 4 + [[1.0, 1.0]] * 2)
    both = np.concatenate([small, large])
    value = metric.reduce(both, np.ones((1, 12)))[0, f1]
    assert value == pytest.approx(2 * 4 / (2 * 4 + 8))
    parts = [metric.reduce(part, np.ones((1, len(part))))[0, f1] for part in (small, large)]
    assert np.mean(parts) > value


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_samples_have_no_error_rather_than_none_at_all(n: int) -> None:
    # Peer defect 11: a standard error of 0.0 for a single sample claims certainty.
    values = np.full(n, 0.7)
    found = bootstrap(mean_reduce, values[:, None], seed=0) if n else None
    assert mean_stderr(values) is None
    assert mean_interval(values) is None
    assert found is None or (found.stderr(0) is None and found.interval(0, 0.95) is None)
    assert jackknife_stderr(values.tolist()) is None


def test_a_thousand_samples_of_one_cluster_are_one_sample() -> None:
    # Peer defect 11 for clusters, and the pooled repeats of peer defect 15.
    values = np.random.default_rng(3).normal(size=1000)
    clusters = np.zeros(1000, dtype=np.int64)
    assert mean_stderr(values, clusters) is None
    assert bootstrap(mean_reduce, values[:, None], seed=0, clusters=clusters).stderr(0) is None


def test_a_single_sample_of_a_class_leaves_the_area_without_an_error() -> None:
    area = delong(np.array([True, False, False]), np.array([0.9, 0.1, 0.2]))
    assert area is not None
    assert area.stderr is None


def test_the_error_is_that_of_the_mean_and_not_the_spread_of_the_values() -> None:
    # Peer defect 18: the standard deviation of the scores reported in place of their error.
    values = np.random.default_rng(4).normal(scale=10, size=10_000)
    assert mean_stderr(values) == pytest.approx(values.std(ddof=1) / 100, abs=1e-12)
    four_times_fewer = mean_stderr(values[:2500])
    assert four_times_fewer == pytest.approx(2 * (mean_stderr(values) or 0), rel=0.05)
