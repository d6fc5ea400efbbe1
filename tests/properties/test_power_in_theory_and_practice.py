"""A test sees a true change as often as the power that is printed beside it says."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.stats.mcnemar import paired_proportions
from harness.stats.paired_bootstrap import paired_bootstrap
from harness.stats.paired_difference import paired_difference
from harness.stats.paired_runs import paired_runs
from harness.stats.permutation import sign_flip_test
from harness.stats.power import minimum_detectable_effect, needed_n, power

Floats = NDArray[np.float64]

N_STUDIES = 4000


def share_seen(p_values: list[float | None]) -> float:
    return float(np.mean([p is not None and p <= 0.05 for p in p_values]))


@pytest.mark.parametrize("effect", [0.15, 0.3, 0.5])
def test_the_paired_t_test(effect: float) -> None:
    rng = np.random.default_rng(0)
    found = [
        paired_difference(np.zeros(50), rng.normal(effect, 1.0, size=50)).p_value
        for _ in range(N_STUDIES)
    ]
    theory = power(effect, 1 / np.sqrt(50), degrees_of_freedom=49)
    assert share_seen(found) == pytest.approx(theory, abs=0.03)


def test_clustered_pairs_by_the_standard_error_of_their_clusters() -> None:
    rng = np.random.default_rng(1)
    clusters = np.repeat(np.arange(50), 4)
    found = [
        paired_difference(
            np.zeros(200), 0.45 + rng.normal(size=50)[clusters] + rng.normal(size=200), clusters
        ).p_value
        for _ in range(N_STUDIES)
    ]
    stderr = np.sqrt((1 + 1 / 4) / 50)
    assert share_seen(found) == pytest.approx(power(0.45, stderr, degrees_of_freedom=49), abs=0.03)


def test_millers_969_questions_see_three_points_four_times_in_five() -> None:
    rng = np.random.default_rng(2)
    n = needed_n(0.03, 1 / 9)
    found = [
        paired_difference(np.zeros(n), rng.normal(0.03, 1 / 3, size=n)).p_value
        for _ in range(N_STUDIES)
    ]
    assert share_seen(found) == pytest.approx(0.8, abs=0.03)


def test_binary_pairs_at_their_smallest_detectable_effect() -> None:
    rng = np.random.default_rng(3)
    n, discordance = 1000, 0.1
    effect = minimum_detectable_effect(np.sqrt(discordance / n))
    shares = [(discordance + effect) / 2, (discordance - effect) / 2, 1 - discordance]
    found = []
    for up, down, same in rng.multinomial(n, shares, size=N_STUDIES):
        a, b = (np.repeat(side, [up, down, same]) for side in ([0.0, 1.0, 1.0], [1.0, 0.0, 1.0]))
        found.append(paired_proportions(a, b).p_value)
    assert share_seen(found) == pytest.approx(0.8, abs=0.03)


def mean_reduce(statistics: Floats, weights: Floats) -> Floats:
    means: Floats = (weights @ statistics) / weights.sum(axis=1, keepdims=True)
    return means


def test_resampling_and_permutation_see_what_the_t_test_sees() -> None:
    rng = np.random.default_rng(4)
    n, n_studies = 60, 1500
    theory = power(0.35, 1 / np.sqrt(n), degrees_of_freedom=n - 1)
    resampled, flipped = [], []
    for study in range(n_studies):
        b = rng.normal(0.35, 1.0, size=n)
        replicates = paired_bootstrap(
            mean_reduce, np.zeros((n, 1)), b[:, None], seed=study, n_resamples=999
        )
        resampled.append(replicates.p_value(0))
        flipped.append(sign_flip_test(b, seed=study, n_permutations=999).p_value)
    assert share_seen(resampled) == pytest.approx(theory, abs=0.03)
    assert share_seen(list(flipped)) == pytest.approx(theory, abs=0.03)


@pytest.mark.parametrize("k", [6, 8])
def test_paired_runs(k: int) -> None:
    rng = np.random.default_rng(5)
    slowdown = np.log(1.03)
    found = [
        paired_runs(*rng.lognormal([[0.0], [slowdown]], 0.015, size=(2, k))).p_value
        for _ in range(N_STUDIES)
    ]
    theory = power(slowdown, 0.015 * np.sqrt(2 / k), degrees_of_freedom=k - 1)
    assert share_seen(found) == pytest.approx(theory, abs=0.03)
