import numpy as np
import pytest
from scipy import stats

from harness.stats.look_back import look_back


def test_the_score_by_hand() -> None:
    history = np.array([9.0, 10.0, 10.0, 11.0, 13.0])
    # median 10, deviations 1 0 0 1 3, their median 1
    spread = 1.4826 * 5 / 4.2
    found = look_back(history, 14.0, is_log_scale=False)
    assert found.median == 10.0
    assert found.spread == pytest.approx(spread)
    z = 4 / (spread * np.sqrt(1 + np.pi / 10))
    assert found.z == pytest.approx(z)
    assert found.p_value == pytest.approx(2 * stats.t.sf(z, 0.37 * 5), abs=1e-12)


def test_a_mean_of_new_values_lies_nearer() -> None:
    history = np.array([9.0, 10.0, 10.0, 11.0, 13.0])
    alone = look_back(history, 14.0, is_log_scale=False)
    pair = look_back(history, 14.0, is_log_scale=False, n_new=2)
    assert alone.z is not None
    assert pair.z is not None
    assert pair.z / alone.z == pytest.approx(np.sqrt((1 + np.pi / 10) / (1 / 2 + np.pi / 10)))


def test_the_spread_is_a_standard_deviation_of_normal_values() -> None:
    history = np.random.default_rng(0).normal(5.0, 0.2, size=20_000)
    found = look_back(history, 5.0, is_log_scale=False)
    assert found.spread == pytest.approx(0.2, rel=0.02)
    assert found.spread == pytest.approx(stats.median_abs_deviation(history, scale="normal"), 1e-4)


def test_the_log_scale_is_free_of_units() -> None:
    history = np.random.default_rng(1).lognormal(-3.0, 0.05, size=30)
    in_seconds, in_ms = look_back(history, 0.06), look_back(1000 * history, 60.0)
    assert in_seconds.z == pytest.approx(in_ms.z)
    assert in_seconds.median == pytest.approx(np.median(history), rel=1e-3)


def test_one_outlier_hides_nothing() -> None:
    history = np.random.default_rng(2).normal(1.0, 0.01, size=30)
    spoilt = history.copy()
    spoilt[7] = 3.0
    before, after = (look_back(h, 1.08, is_log_scale=False) for h in (history, spoilt))
    assert before.p_value is not None
    assert after.p_value is not None
    assert max(before.p_value, after.p_value) < 1e-3
    assert (1.08 - spoilt.mean()) / spoilt.std() < 0.1  # where a plain z would see nothing


def test_a_history_that_always_agrees_has_no_spread_of_its_own() -> None:
    history = np.full(25, 0.8)
    same = look_back(history, 0.8, is_log_scale=False)
    assert (same.z, same.p_value) == (0.0, 1.0)
    other = look_back(history, 0.79, is_log_scale=False)
    assert (other.z, other.p_value, other.spread) == (None, None, 0.0)
    floored = look_back(history, 0.79, is_log_scale=False, min_spread=0.01)
    assert floored.z == pytest.approx(-1 / np.sqrt(1 + np.pi / 50))


@pytest.mark.parametrize("n", [0, 1, 2])
def test_fewer_than_three_nights_tell_no_spread(n: int) -> None:
    found = look_back(np.full(n, 2.0), 3.0)
    assert (found.z, found.p_value, found.n) == (None, None, n)
    assert found.median == (2.0 if n else None)


@pytest.mark.parametrize(("history", "value"), [([1.0, 0.0, 1.0], 1.0), ([1.0] * 3, -1.0)])
def test_no_logarithm_of_zero(history: list[float], value: float) -> None:
    with pytest.raises(ValueError, match="above 0 only"):
        look_back(np.array(history), value)
    assert look_back(np.array(history), value, is_log_scale=False).n == 3
