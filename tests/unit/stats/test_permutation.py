import numpy as np
import pytest
from scipy import stats

from harness.stats.permutation import MAX_EXACT_UNITS, sign_flip_test


def test_small_samples_are_counted_out_as_scipy_does() -> None:
    differences = np.random.default_rng(0).normal(0.4, 1.0, size=11)
    expected = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=2**12
    )
    found = sign_flip_test(differences, seed=0)
    assert found.is_exact
    assert found.n_permutations == 2**11
    assert found.p_value == pytest.approx(expected.pvalue, abs=1e-12)


@pytest.mark.parametrize("n_units", [6, 14, MAX_EXACT_UNITS + 4])
def test_ties_between_sums_are_not_lost_to_rounding(n_units: int) -> None:
    # In binary 0.1 + 0.2 is not 0.3: tenths must give what whole numbers give.
    rng = np.random.default_rng(5)
    for seed in range(20):
        whole = rng.integers(1, 4, size=n_units) * rng.choice([-1.0, 1.0], size=n_units)
        p_value = sign_flip_test(whole, seed=seed, n_permutations=999).p_value
        assert sign_flip_test(whole / 10, seed=seed, n_permutations=999).p_value == p_value


def test_drawn_patterns_count_ties_as_mcnemar_does() -> None:
    differences = np.repeat([1.0, -1.0], [19, 11])
    found = sign_flip_test(differences, seed=0, n_permutations=40_000)
    assert not found.is_exact
    assert found.p_value == pytest.approx(stats.binomtest(11, 30).pvalue, abs=0.01)


def test_drawn_patterns_come_near_the_t_test() -> None:
    differences = np.random.default_rng(1).normal(0.15, 1.0, size=200)
    found = sign_flip_test(differences, seed=0, n_permutations=50_000)
    assert not found.is_exact
    assert found.p_value == pytest.approx(stats.ttest_1samp(differences, 0).pvalue, abs=0.005)


def test_units_that_do_not_differ_change_nothing() -> None:
    differences = np.array([0.5, 0.2, -0.1, 0.7, 0.3])
    with_zeros = np.concatenate([differences, np.zeros(500)])
    found = sign_flip_test(with_zeros, seed=0)
    assert found.p_value == sign_flip_test(differences, seed=0).p_value
    assert found.n_units == 5


def test_clusters_flip_together() -> None:
    clusters = np.repeat(np.arange(6), 50)
    differences = np.random.default_rng(2).normal(1.0, 0.1, size=300)
    found = sign_flip_test(differences, seed=0, clusters=clusters)
    assert found.p_value == 2 / 2**6
    assert found.n_units == 6


@pytest.mark.parametrize("differences", [[], [0.0, 0.0]])
def test_nothing_that_differs_is_no_evidence(differences: list[float]) -> None:
    assert sign_flip_test(np.array(differences), seed=0).p_value == 1.0


def test_a_drawn_p_is_never_zero_and_belongs_to_its_seed() -> None:
    differences = np.full(MAX_EXACT_UNITS + 10, 1.0)
    assert sign_flip_test(differences, seed=0, n_permutations=999).p_value == 0.001
    mixed = np.random.default_rng(3).normal(0.2, 1.0, size=60)
    first, again, other = (
        sign_flip_test(mixed, seed=seed, n_permutations=500).p_value for seed in (1, 1, 2)
    )
    assert first == again != other


def test_pooling_very_many_units_keeps_the_p() -> None:
    differences = np.random.default_rng(4).normal(0.012, 1.0, size=20_000)
    found = sign_flip_test(differences, seed=0)
    assert found.n_units == 2000
    assert found.p_value == pytest.approx(stats.ttest_1samp(differences, 0).pvalue, abs=0.02)
