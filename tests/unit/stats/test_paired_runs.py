import numpy as np
import pytest
from scipy import stats

from harness.stats.paired_runs import fewest_pairs, paired_runs


def test_it_is_the_t_test_of_log_ratios() -> None:
    rng = np.random.default_rng(0)
    a = rng.lognormal(-3, 0.1, size=8)
    b = a * rng.lognormal(0.04, 0.02, size=8)
    expected = stats.ttest_1samp(np.log(b / a), 0)
    found = paired_runs(a, b)
    assert found.p_value == pytest.approx(expected.pvalue, abs=1e-12)
    assert found.interval is not None
    low, high = expected.confidence_interval(0.95)
    assert found.interval.low == pytest.approx(np.exp(low), abs=1e-12)
    assert found.interval.high == pytest.approx(np.exp(high), abs=1e-12)
    assert found.ratio == pytest.approx(stats.gmean(b / a), abs=1e-12)


@pytest.mark.parametrize("k", [3, 5, 6, 8])
def test_the_exact_p_of_runs_that_all_agree_is_two_in_two_to_the_k(k: int) -> None:
    a = np.linspace(1.0, 1.2, k)
    found = paired_runs(a, a * np.linspace(1.05, 1.1, k))
    assert found.sign_flip_p == 2 / 2**k
    assert (k >= fewest_pairs(0.05)) == (2 / 2**k <= 0.05)


@pytest.mark.parametrize(("alpha", "pairs"), [(0.05, 6), (0.0625, 5), (0.01, 8), (0.5, 2)])
def test_how_many_pairs_a_level_takes(alpha: float, pairs: int) -> None:
    assert fewest_pairs(alpha) == pairs
    assert 2 / 2**pairs <= alpha < 2 / 2 ** (pairs - 1)


def test_slow_drift_cancels_within_pairs() -> None:
    drift = np.linspace(1.0, 2.0, 8)
    noise = np.random.default_rng(1).lognormal(0, 0.005, size=(2, 8))
    found = paired_runs(drift * noise[0], 1.03 * drift * noise[1])
    assert found.interval is not None
    assert 1.0 < found.interval.low < 1.03 < found.interval.high
    assert stats.ttest_ind(np.log(drift * noise[0]), np.log(1.03 * drift * noise[1])).pvalue > 0.5


def test_no_pair_and_one_pair_claim_nothing() -> None:
    nothing = paired_runs(np.zeros(0), np.zeros(0))
    assert (nothing.ratio, nothing.interval, nothing.sign_flip_p) == (None, None, None)
    single = paired_runs(np.array([1.0]), np.array([1.5]))
    assert single.ratio == pytest.approx(1.5)
    assert single.interval is None
    assert single.sign_flip_p == 1.0


@pytest.mark.parametrize("wrong", [0.0, -1.0, np.nan, np.inf])
def test_a_failed_run_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="leave out pairs"):
        paired_runs(np.array([1.0, 1.0]), np.array([1.0, wrong]))
