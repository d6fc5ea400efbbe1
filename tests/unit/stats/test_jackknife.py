import numpy as np
import pytest

from harness.stats.jackknife import group_assignment, jackknife_interval, jackknife_stderr
from harness.stats.mean import mean_interval, mean_stderr


def test_leaving_out_single_values_gives_the_error_of_a_mean() -> None:
    values = np.random.default_rng(0).normal(size=25)
    leave_out = [float(np.delete(values, i).mean()) for i in range(25)]
    assert jackknife_stderr(leave_out) == pytest.approx(mean_stderr(values), abs=1e-12)
    found, expected = jackknife_interval(float(values.mean()), leave_out), mean_interval(values)
    assert found is not None
    assert expected is not None
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_groups_are_of_equal_size_and_follow_the_seed() -> None:
    groups = group_assignment(103, n_groups=20, seed=1)
    assert set(np.bincount(groups)) == {5, 6}
    assert groups.tolist() == group_assignment(103, n_groups=20, seed=1).tolist()
    assert groups.tolist() != group_assignment(103, n_groups=20, seed=2).tolist()


def test_a_cluster_is_never_split() -> None:
    clusters = np.random.default_rng(2).integers(0, 40, size=500)
    groups = group_assignment(clusters, n_groups=7, seed=0)
    assert all(np.unique(groups[clusters == c]).size == 1 for c in np.unique(clusters))
    assert np.unique(groups).size == 7


def test_fewer_units_than_groups_make_fewer_groups() -> None:
    assert sorted(group_assignment(3, n_groups=20, seed=0).tolist()) == [0, 1, 2]
    assert group_assignment(0).size == 0


@pytest.mark.parametrize("leave_out", [[], [1.0], [1.0, np.nan], [2.0, 2.0, 2.0]])
def test_too_little_to_go_by_has_no_interval(leave_out: list[float]) -> None:
    assert jackknife_interval(1.0, leave_out) is None


def test_an_undefined_value_has_no_interval() -> None:
    assert jackknife_interval(float("nan"), [1.0, 2.0]) is None
