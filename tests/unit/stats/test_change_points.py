import itertools

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from harness.stats.change_points import Stopping, _Splits, change_points

BOTH: list[Stopping] = ["permutation", "t-test"]


def energy(left: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Matteson and James's equation 5, by its definition."""
    m, n = left.size, right.size
    between = np.mean([abs(x - y) for x in left for y in right])
    within = [
        np.mean([abs(x - y) for x, y in itertools.combinations(side, 2)]) for side in (left, right)
    ]
    return float(m * n / (m + n) * (2 * between - sum(within)))


@pytest.mark.parametrize("seed", range(5))
def test_the_best_split_is_the_best_of_all_by_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=18) + np.repeat([0.0, 1.5, 0.0], [6, 5, 7])
    every = {
        (split, end): energy(values[:split], values[split:end])
        for split in range(3, 16)
        for end in range(split + 3, 19)
    }
    best = max(every, key=lambda key: every[key])
    splits = _Splits.of(18, 3)
    found = splits.best(values)
    assert (found.index, found.end) == best
    assert found.divergence == pytest.approx(every[best], abs=1e-12)
    assert splits.n_possible == len(every)


@pytest.mark.parametrize("stopping", BOTH)
def test_a_step_is_dated_and_measured(stopping: Stopping) -> None:
    values = np.random.default_rng(1).normal(0.0, 0.02, size=60)
    values[37:] += 0.2
    (found,) = change_points(values, seed=0, stopping=stopping)
    assert found.index == 37
    assert found.before == pytest.approx(values[:37].mean())
    assert found.after == pytest.approx(values[37:].mean())
    assert 0 < found.p_value <= 0.01


@pytest.mark.parametrize("stopping", BOTH)
def test_a_bump_in_the_middle_is_two_changes(stopping: Stopping) -> None:
    values = np.random.default_rng(2).normal(0.0, 1.0, size=150)
    values[70:90] += 4
    found = change_points(values, seed=0, stopping=stopping)
    assert [point.index for point in found] == pytest.approx([70, 90], abs=1)
    assert found[0].after == found[1].before == pytest.approx(4, abs=0.6)


def test_a_change_of_spread_is_seen_by_permutation_alone() -> None:
    values = np.random.default_rng(3).normal(0.0, 1.0, size=160)
    values[80:] *= 6
    (found,) = change_points(values, seed=0)
    assert found.index == pytest.approx(80, abs=6)
    assert change_points(values, seed=0, stopping="t-test") == ()


@pytest.mark.parametrize("stopping", BOTH)
@pytest.mark.parametrize("n", [0, 1, 9, 40])
def test_a_constant_series_has_no_change(stopping: Stopping, n: int) -> None:
    assert change_points(np.full(n, 0.1), seed=0, stopping=stopping) == ()


@pytest.mark.parametrize("stopping", BOTH)
def test_scores_that_never_vary_but_once(stopping: Stopping) -> None:
    values = np.repeat([0.8, 0.79], 20)
    (found,) = change_points(values, seed=0, stopping=stopping)
    assert found.index == 20
    assert (found.before, found.after) == pytest.approx((0.8, 0.79))


def test_the_t_test_is_welchs_with_the_price_of_choosing() -> None:
    values = np.random.default_rng(4).normal(size=20)
    values[10:] += 4
    (found,) = change_points(values, seed=0, stopping="t-test")
    expected = stats.ttest_ind(values[: found.index], values[found.index :], equal_var=False)
    assert found.p_value == pytest.approx(66 * expected.pvalue, rel=1e-9)


def test_the_seed_decides_and_units_do_not() -> None:
    values = np.random.default_rng(5).normal(size=50)
    values[25:] += 1.2
    first, again = (change_points(values, seed=3) for _ in range(2))
    assert first == again
    scaled = change_points(1000 * values - 7, seed=3)
    assert [(p.index, p.p_value) for p in scaled] == [(p.index, p.p_value) for p in first]
