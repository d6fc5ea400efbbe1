from __future__ import annotations

import numpy as np
import pytest

from harness.stats.mean import skewed_mean_interval
from harness.stats.proportion import wilson_interval
from harness.suites.metrics.exact_match import ExactMatch
from harness.suites.metrics.rouge import Rouge
from harness.suites.metrics.token_f1 import TokenF1


def test_values_of_any_size_take_halls_t() -> None:
    values = np.array([0.2, 0.4, 0.7, 0.5, 0.4, 0.6])
    expected = skewed_mean_interval(values)
    assert expected is not None
    found = TokenF1().intervals(values[:, None], None, 0.95)["token_f1"]
    assert found == expected


def test_each_column_has_its_interval() -> None:
    statistics = np.array([[0.0, 0.1, 1.0, 0.5], [1.0, 0.0, 0.9, 0.5]])
    found = Rouge().intervals(statistics, None, 0.95)
    assert list(found) == ["rouge1", "rouge2", "rougeL"]  # of rougeLsum both values agree
    assert found["rouge1"].method == "wilson"
    assert found["rouge2"].method == "hall-t"


def test_all_wrong_still_has_a_width() -> None:
    found = TokenF1().intervals(np.zeros((20, 1)), None, 0.95)["token_f1"]
    expected = wilson_interval(0, 20)
    assert expected is not None
    assert (found.low, found.high) == (expected.low, expected.high)
    assert found.high > 0.1


def test_clusters_widen_the_interval() -> None:
    values = np.repeat([1.0, 0.0, 1.0, 1.0, 0.0], 10)[:, None]
    clusters = np.repeat(np.arange(5), 10)
    alone = ExactMatch().intervals(values, None, 0.95)["exact_match"]
    clustered = ExactMatch().intervals(values, clusters, 0.95)["exact_match"]
    assert clustered.high - clustered.low > 2 * (alone.high - alone.low)


def test_clusters_that_agree_count_once_each() -> None:
    clusters = np.repeat(np.arange(5), 10)
    found = ExactMatch().intervals(np.ones((50, 1)), clusters, 0.95)["exact_match"]
    expected = wilson_interval(5, 5)
    assert expected is not None
    assert found.low == pytest.approx(expected.low)


def test_too_few_values_have_no_interval() -> None:
    assert TokenF1().intervals(np.array([[0.5]]), None, 0.95) == {}
    assert TokenF1().intervals(np.empty((0, 1)), None, 0.95) == {}


def test_weighted_means() -> None:
    statistics = np.array([[1.0], [0.0], [0.5]])
    weights = np.array([[1.0, 1.0, 1.0], [2.0, 0.0, 2.0], [0.0, 0.0, 0.0]])
    means = TokenF1().reduce(statistics, weights)[:, 0]
    assert means[:2].tolist() == [0.5, 0.75]
    assert np.isnan(means[2])
