import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar

from harness.stats.mcnemar import FEW_DISCORDANT, mcnemar_p, paired_proportions, tango_interval
from harness.stats.paired_difference import paired_difference
from harness.stats.permutation import sign_flip_test


@pytest.mark.parametrize("counts", [(0, 0), (0, 1), (3, 3), (1, 7), (2, 12), (20, 4), (150, 190)])
def test_p_is_that_of_statsmodels(counts: tuple[int, int]) -> None:
    table = [[10, counts[0]], [counts[1], 10]]
    assert mcnemar_p(*counts) == pytest.approx(mcnemar(table, exact=True).pvalue, abs=1e-12)


@pytest.mark.parametrize("counts", [(0, 3), (2, 5), (4, 4), (9, 3), (1, 14)])
def test_p_is_the_sign_flip_test_of_the_same_pairs(counts: tuple[int, int]) -> None:
    differences = np.repeat([1.0, -1.0, 0.0], [*counts, 40])
    assert mcnemar_p(*counts) == pytest.approx(sign_flip_test(differences, seed=0).p_value)


@pytest.mark.parametrize(
    ("counts", "n", "expected"),
    [
        # Published: Fagerland, Lydersen and Laake (2014, Statistics in Medicine 33), airways.
        ((1, 7), 21, (-0.517, -0.026)),
        # By algebra: without a discordant pair the ends are z² / (n + z²).
        ((0, 0), 50, (-0.0713, 0.0713)),
    ],
)
def test_tangos_interval_is_the_published_one(
    counts: tuple[int, int], n: int, expected: tuple[float, float]
) -> None:
    interval = tango_interval(*counts, n)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize("counts", [(1, 7), (0, 5), (12, 2), (30, 41)])
def test_the_ends_are_where_the_score_test_turns(counts: tuple[int, int]) -> None:
    """Tango's variance by brute force: the likeliest multinomial with the given difference."""
    n = 100
    interval = tango_interval(*counts, n)
    assert interval is not None
    for end in (interval.low, interval.high):
        shares = np.linspace(max(0.0, -end) + 1e-9, (1 - end) / 2 - 1e-9, 400_001)
        others = 1 - 2 * shares - end
        likelihood = (
            counts[0] * np.log(shares + end)
            + counts[1] * np.log(shares)
            + (n - sum(counts)) * np.log(others)
        )
        share = shares[likelihood.argmax()]
        z = (counts[0] - counts[1] - n * end) / np.sqrt(n * (2 * share + end - end**2))
        assert abs(z) == pytest.approx(1.959964, abs=1e-3)


def test_the_ends_of_the_scale_are_reached_and_not_passed() -> None:
    interval = tango_interval(8, 0, 8)
    assert interval is not None
    assert interval.high == 1.0
    assert 0 < interval.low < 1
    assert tango_interval(0, 0, 0) is None


def test_few_discordant_pairs_are_tested_exactly_and_many_by_t() -> None:
    def binary(n_higher: int, n_lower: int) -> tuple[np.ndarray, np.ndarray]:
        a = np.repeat([0.0, 1.0, 1.0], [n_higher, n_lower, 100])
        return a, np.repeat([1.0, 0.0, 1.0], [n_higher, n_lower, 100])

    few = paired_proportions(*binary(FEW_DISCORDANT - 6, 5))
    assert few.p_value == mcnemar_p(FEW_DISCORDANT - 6, 5)
    assert few.interval == tango_interval(FEW_DISCORDANT - 6, 5, 124)
    assert (few.n_higher, few.n_lower) == (FEW_DISCORDANT - 6, 5)
    many = binary(FEW_DISCORDANT - 5, 5)
    assert paired_proportions(*many) == paired_difference(*many)


def test_clustered_pairs_are_never_taken_for_independent() -> None:
    clusters = np.repeat(np.arange(10), 6)
    a = np.zeros(60)
    b = np.where(clusters < 2, 1.0, 0.0)
    found = paired_proportions(a, b, clusters)
    assert found == paired_difference(a, b, clusters)
    assert found.p_value is not None
    assert found.p_value > 0.1 > mcnemar_p(12, 0)


def test_clusters_that_all_agree_count_once_each() -> None:
    found = paired_proportions(np.ones(60), np.ones(60), np.repeat(np.arange(10), 6))
    assert found.interval == tango_interval(0, 0, 10)
    assert found.p_value == 1.0


def test_no_pair_tells_nothing() -> None:
    found = paired_proportions(np.zeros(0), np.zeros(0))
    assert (found.p_value, found.interval, found.n) == (None, None, 0)


@pytest.mark.parametrize("n", [10, 25, 240])
def test_a_model_that_loses_every_answer_has_lost(n: int) -> None:
    found = paired_proportions(np.ones(n), np.zeros(n))
    assert found.p_value == pytest.approx(2.0 ** (1 - n))
    assert found.interval is not None
    assert -1 == found.interval.low < found.interval.high < -0.4


def test_clusters_that_are_all_lost_count_once_each() -> None:
    found = paired_proportions(np.ones(120), np.zeros(120), np.repeat(np.arange(8), 15))
    assert found.p_value == pytest.approx(2.0**-7)
    assert found.interval == tango_interval(0, 8, 8)
