import numpy as np
import pytest
from scipy import stats

from harness.stats.mean import mean_stderr
from harness.stats.paired_difference import paired_difference


def test_it_is_the_paired_t_test_of_scipy() -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(size=40)
    b = a + rng.normal(0.1, 0.4, size=40)
    expected = stats.ttest_rel(b, a)
    found = paired_difference(a, b, level=0.9)
    assert found.p_value == pytest.approx(expected.pvalue, abs=1e-12)
    assert found.interval is not None
    bounds = expected.confidence_interval(0.9)
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(bounds), abs=1e-12)
    assert (found.n, found.n_units) == (40, 40)
    assert (found.n_higher, found.n_lower) == (int((b > a).sum()), int((b < a).sum()))


def test_clusters_of_one_size_give_the_robust_error_of_statsmodels() -> None:
    from statsmodels.api import OLS

    rng = np.random.default_rng(1)
    clusters = np.repeat(np.arange(30), 4)
    b = rng.normal(size=30)[clusters] + rng.normal(size=clusters.size)
    found = paired_difference(np.zeros(b.size), b, clusters)
    fit = OLS(b, np.ones(b.size)).fit(
        cov_type="cluster", cov_kwds={"groups": clusters, "df_correction": True}, use_t=True
    )
    # statsmodels also multiplies by (n - 1) / (n - k), which is 1 for a mean alone.
    assert found.stderr == pytest.approx(fit.bse[0], rel=1e-12)
    assert found.p_value == pytest.approx(fit.pvalues[0], rel=1e-9)
    assert found.n_units == 30


def test_swapping_the_models_turns_the_sign_and_nothing_else() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=(2, 25))
    one, other = paired_difference(a, b), paired_difference(b, a)
    assert one.difference == -(other.difference or 0)
    assert one.p_value == other.p_value
    assert one.interval is not None
    assert other.interval is not None
    assert one.interval.low == pytest.approx(-other.interval.high, abs=1e-15)


def test_pairing_sees_what_two_separate_errors_would_hide() -> None:
    # Peer defect 8: an unpaired z-test of two models on the same samples.
    rng = np.random.default_rng(3)
    a = rng.normal(size=400)
    b = a + rng.normal(0.05, 0.2, size=400)
    unpaired = np.hypot(mean_stderr(a) or np.nan, mean_stderr(b) or np.nan)
    found = paired_difference(a, b)
    assert found.stderr is not None
    assert unpaired > 5 * found.stderr
    assert found.p_value is not None
    assert found.p_value < 1e-4
    assert abs(found.difference or 0) < 1.96 * unpaired


def test_equal_answers_have_a_p_of_one_and_claim_no_certainty() -> None:
    found = paired_difference(np.array([0.1, 0.5, 0.7]), np.array([0.1, 0.5, 0.7]))
    assert (found.difference, found.stderr, found.p_value) == (0.0, 0.0, 1.0)
    assert found.interval is None


def test_a_constant_shift_has_no_spread_to_test_by() -> None:
    a = np.random.default_rng(4).normal(size=50)
    found = paired_difference(a, a + 0.1)
    assert found.stderr == 0.0
    assert found.p_value is None
    assert found.interval is None


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_samples_have_no_error(n: int) -> None:
    found = paired_difference(np.zeros(n), np.ones(n))
    assert found.stderr is None
    assert found.interval is None
    assert found.p_value is None
    assert found.difference == (1.0 if n else None)


@pytest.mark.parametrize(
    "sizes", [[400, 50, 50, 50, 50], [30, 15, 10, 8, 6, 5, 4, 4, 3, 3, 3, 3], [5] * 20]
)
def test_clusters_of_unequal_size_raise_no_more_false_alarms(sizes: list[int]) -> None:
    rng = np.random.default_rng(3)
    clusters = np.repeat(np.arange(len(sizes)), sizes)
    found = [
        paired_difference(
            np.zeros(clusters.size),
            0.5 * rng.normal(size=len(sizes))[clusters] + rng.normal(size=clusters.size),
            clusters,
        ).p_value
        for _ in range(1000)
    ]
    assert np.mean([p is not None and p <= 0.05 for p in found]) < 0.065
