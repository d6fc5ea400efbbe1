"""Gaps between groups, and what chance makes of them."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from harness.stats.group_gap import gap_test, gaps, group_means


def test_means_and_gaps_are_weighted() -> None:
    values, groups = np.array([1.0, 3.0, 10.0]), np.array([0, 0, 1])
    weights = np.array([[1.0, 1, 1], [3, 1, 2], [1, 1, 0]])
    assert group_means(values, groups, weights)[:2].tolist() == [[2, 10], [1.5, 10]]
    assert gaps(values, groups, weights)[:2].tolist() == [8, 8.5]
    assert np.isnan(gaps(values, groups, weights)[2])  # a group without weight has no mean


def test_one_group_has_no_gap() -> None:
    assert np.isnan(gaps(np.ones(3), np.zeros(3, dtype=np.int64), np.ones((1, 3)))).all()


def test_units_move_whole() -> None:
    # Three words for each of two groups, each in four templates: 20 deals are all there are.
    rng = np.random.default_rng(0)
    units = np.repeat(np.arange(6), 4)
    groups = (units >= 3).astype(np.int64)
    values = rng.normal(size=24) + units
    found = gap_test(values, groups, units, np.zeros(24, dtype=np.int64))
    assert found is not None
    means = values.reshape(6, 4).mean(axis=1)
    every = [
        abs(means[list(deal[:3])].mean() - means[list(deal[3:])].mean())
        for deal in permutations(range(6))
    ]
    assert found.gap == pytest.approx(abs(means[:3].mean() - means[3:].mean()))
    assert found.expected == pytest.approx(float(np.mean(every)), rel=0.05)
    assert found.p_value == pytest.approx(float(np.mean(np.array(every) >= found.gap)), abs=0.02)


def test_units_stay_in_their_stratum() -> None:
    strata = np.repeat(np.arange(10), 2)
    groups = np.tile([0, 1], 10)
    values = strata * 100.0 + groups  # templates differ far more than groups do
    found = gap_test(values, groups, np.arange(20), strata)
    assert found is not None
    assert found.gap == pytest.approx(1.0)
    assert found.p_value < 0.01
    free = gap_test(values, groups, np.arange(20), np.zeros(20, dtype=np.int64))
    assert free is not None
    assert free.p_value > 0.5


def test_nothing_can_change_places_where_each_stratum_has_one_group() -> None:
    groups = np.array([0, 0, 1, 1])
    assert gap_test(np.arange(4.0), groups, np.arange(4), groups) is None


def test_p_values_are_uniform_where_groups_are_alike() -> None:
    rng = np.random.default_rng(3)
    units = np.repeat(np.arange(12), 5)
    groups = units % 3
    strata = np.zeros(60, dtype=np.int64)
    found = []
    for _ in range(100):
        values = rng.normal(size=60) + rng.normal(size=12)[units]  # words differ, groups do not
        test = gap_test(values, groups, units, strata)
        assert test is not None
        found.append(test.p_value)
    assert np.mean(np.array(found) <= 0.1) == pytest.approx(0.1, abs=0.08)
    assert np.mean(found) == pytest.approx(0.5, abs=0.1)
