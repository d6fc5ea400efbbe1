import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from harness.stats.delong import auc_interval, delong
from harness.stats.separated_auc import separated_interval


def drawn(seed: int, n: int, decimals: int) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    is_positive = rng.random(n) < 0.3
    return is_positive, np.round(rng.normal(size=n) + is_positive, decimals)


def pairwise(is_positive: NDArray[np.bool_], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """The definition: (positives, negatives), 1 when the positive wins, one half on a tie."""
    gap = scores[is_positive][:, None] - scores[~is_positive]
    return np.heaviside(gap, 0.5, dtype=np.float64)


@pytest.mark.parametrize("decimals", [9, 1, 0])
def test_area_and_error_are_those_of_the_pairwise_definition(decimals: int) -> None:
    is_positive, scores = drawn(0, 150, decimals)
    wins = pairwise(is_positive, scores)
    m, n = wins.shape
    variance = wins.mean(axis=1).var(ddof=1) / m + wins.mean(axis=0).var(ddof=1) / n
    area = delong(is_positive, scores)
    assert area is not None
    assert area.value == pytest.approx(roc_auc_score(is_positive, scores), abs=1e-12)
    assert area.stderr == pytest.approx(np.sqrt(variance), abs=1e-12)


def test_the_clustered_error_is_obuchowskis() -> None:
    is_positive, scores = drawn(1, 120, 1)
    clusters = np.random.default_rng(2).integers(0, 30, size=120)
    wins = pairwise(is_positive, scores)
    theta, (m, n) = wins.mean(), wins.shape
    x = np.zeros(30)
    y = np.zeros(30)
    np.add.at(x, clusters[is_positive], wins.mean(axis=1) - theta)
    np.add.at(y, clusters[~is_positive], wins.mean(axis=0) - theta)
    i10, i01 = np.unique(clusters[is_positive]).size, np.unique(clusters[~is_positive]).size
    s10 = i10 / ((i10 - 1) * m) * (x**2).sum()
    s01 = i01 / ((i01 - 1) * n) * (y**2).sum()
    n_clusters = np.unique(clusters).size
    s11 = n_clusters / (n_clusters - 1) * (x * y).sum()
    area = delong(is_positive, scores, clusters)
    assert area is not None
    assert area.stderr == pytest.approx(np.sqrt(s10 / m + s01 / n + 2 * s11 / (m * n)), abs=1e-12)


def test_singleton_clusters_are_independent_samples() -> None:
    is_positive, scores = drawn(3, 80, 1)
    plain, clustered = delong(is_positive, scores), delong(is_positive, scores, np.arange(80))
    assert plain is not None
    assert clustered is not None
    assert clustered.stderr == pytest.approx(plain.stderr, abs=1e-12)


def test_turning_the_scores_round_mirrors_the_interval() -> None:
    is_positive, scores = drawn(4, 100, 1)
    up, down = auc_interval(is_positive, scores), auc_interval(is_positive, -scores)
    assert up is not None
    assert down is not None
    assert (down.low, down.high) == pytest.approx((1 - up.high, 1 - up.low), abs=1e-12)
    assert 0 < up.low < up.high < 1


def test_a_million_samples_take_seconds() -> None:
    is_positive, scores = drawn(5, 1_000_000, 9)
    area = delong(is_positive, scores)
    assert area is not None
    assert area.value == pytest.approx(roc_auc_score(is_positive, scores), abs=1e-10)


@pytest.mark.parametrize("is_positive", [[], [True, True], [False]])
def test_a_missing_class_has_no_area(is_positive: list[bool]) -> None:
    scores = np.arange(len(is_positive), dtype=np.float64)
    assert delong(np.array(is_positive, dtype=bool), scores) is None
    assert auc_interval(np.array(is_positive, dtype=bool), scores) is None


def test_a_single_positive_has_an_area_and_no_error() -> None:
    is_positive, scores = np.array([True, False, False]), np.array([0.5, 0.1, 0.9])
    area = delong(is_positive, scores)
    assert area is not None
    assert (area.value, area.stderr) == (0.5, None)
    assert auc_interval(is_positive, scores) is None


def test_positives_of_one_cluster_have_an_area_and_no_error() -> None:
    is_positive = np.array([True, True, False, False])
    area = delong(is_positive, np.array([0.5, 0.4, 0.1, 0.45]), np.array([0, 0, 1, 2]))
    assert area is not None
    assert area.stderr is None


def test_separated_classes_are_not_certain() -> None:
    is_positive = np.arange(30) < 10
    interval = auc_interval(is_positive, is_positive.astype(np.float64))
    mirrored = auc_interval(is_positive, (~is_positive).astype(np.float64))
    assert interval == separated_interval(1.0, 10, 20, 0.95)
    assert interval is not None
    assert mirrored is not None
    assert 0.8 < interval.low < 0.95
    assert interval.high == 1
    assert (mirrored.low, mirrored.high) == pytest.approx((0, 1 - interval.low))


def test_two_positives_among_a_hundred_thousand_leave_the_area_wide_open() -> None:
    scores = np.arange(100_000, dtype=np.float64)
    is_positive = np.isin(scores, [2, 99_999])
    interval = auc_interval(is_positive, scores)
    assert interval is not None
    assert 0 <= interval.low < 0.05
    assert 0.95 < interval.high <= 1


def test_one_swapped_pair_is_within_bounds() -> None:
    scores = np.arange(100_000, dtype=np.float64)
    is_positive = np.isin(scores, [99_997, 99_999])
    interval = auc_interval(is_positive, scores)
    area = delong(is_positive, scores)
    assert interval is not None
    assert area is not None
    assert 0 <= interval.low < area.value < interval.high <= 1


def test_the_separated_bound_solves_newcombes_equation() -> None:
    low = separated_interval(1.0, 10, 20, 0.95).low
    middle = 14 * ((1 - low) / (2 - low) + low / (1 + low))
    variance = low * (1 - low) * (1 + middle) / 200
    assert (1 - low) / np.sqrt(variance) == pytest.approx(1.959964, abs=1e-5)
