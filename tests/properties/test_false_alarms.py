"""Nothing changed, and nothing is said to have: A/A comparisons, steady histories."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtr

from harness.core.score import Direction
from harness.core.verdict import Verdict
from harness.stats.change_points import Stopping, change_points
from harness.stats.equivalence import judge_change
from harness.stats.look_back import look_back
from harness.stats.mcnemar import paired_proportions
from harness.stats.multiplicity import benjamini_hochberg, holm
from harness.stats.paired_bootstrap import paired_bootstrap
from harness.stats.paired_difference import paired_difference

Floats = NDArray[np.float64]

N_STUDIES = 2000
N_SAMPLES = 150
N_METRICS = 30


def ratio_reduce(statistics: Floats, weights: Floats) -> Floats:
    sums = weights @ statistics
    return sums[:, :1] / sums[:, 1:]


def a_study(rng: np.random.Generator, seed: int) -> Floats:
    """p of 14 continuous, 14 binary and 2 corpus metrics of one model run twice."""
    hardness = rng.normal(size=N_SAMPLES)
    runs = hardness + 0.7 * rng.normal(size=(2, 14, N_SAMPLES)) + rng.normal(size=(2, 1, N_SAMPLES))
    thresholds = np.linspace(-2.0, 2.0, 14)[:, None]
    p_values = [paired_difference(a, b).p_value for a, b in zip(*runs, strict=True)]
    p_values += [
        paired_proportions(a, b).p_value
        for a, b in zip(*(runs > thresholds).astype(np.float64), strict=True)
    ]
    lengths = np.exp(hardness)
    for sides in np.exp(runs[:, :2]).swapaxes(0, 1):
        a, b = (np.stack([side, lengths], axis=1) for side in sides)
        replicates = paired_bootstrap(ratio_reduce, a, b, seed=seed, n_resamples=999)
        p_values.append(replicates.p_value(0))
    return np.array(p_values, dtype=np.float64)


def test_the_gate_of_thirty_metrics_raises_no_more_alarms_than_its_alpha() -> None:
    rng = np.random.default_rng(0)
    studies = [a_study(rng, seed) for seed in range(N_STUDIES)]
    assert all(study.size == N_METRICS and np.isfinite(study).all() for study in studies)
    unadjusted = np.mean([study.min() <= 0.05 for study in studies])
    alarms = np.mean([holm(study).min() <= 0.05 for study in studies])
    # Its own error is 0.49 %; without a correction the alarm would sound most nights.
    assert alarms <= 0.05
    assert unadjusted > 0.3


def test_of_independent_metrics_holm_spends_all_of_its_alpha() -> None:
    # Not "under alpha" because it never speaks: with independent p it comes to 1 - 0.95 nearly.
    p_values = np.random.default_rng(1).random(size=(20_000, N_METRICS))
    alarms = np.mean([holm(study).min() <= 0.05 for study in p_values])
    assert alarms == pytest.approx(1 - (1 - 0.05 / N_METRICS) ** N_METRICS, abs=0.005)


def test_a_tenth_of_the_slices_on_watch_are_false() -> None:
    rng = np.random.default_rng(2)
    shares = []
    for _ in range(N_STUDIES):
        z = rng.normal(size=60)
        z[:15] += 3.0
        is_watched = benjamini_hochberg(2 * ndtr(-np.abs(z))) <= 0.1
        shares.append(is_watched[15:].sum() / max(1, is_watched.sum()))
    assert np.mean(shares) == pytest.approx(0.1 * 45 / 60, abs=0.01)


def test_a_difference_as_large_as_the_margin_is_rarely_called_equivalent() -> None:
    rng = np.random.default_rng(3)
    called = 0
    for _ in range(4000):
        a = rng.normal(size=60)
        interval = paired_difference(a, a + 0.5 + rng.normal(size=60)).interval
        assert interval is not None
        verdict = judge_change(
            interval.low, interval.high, 0.5, Direction.LOWER, is_significant=False
        )
        called += verdict is Verdict.EQUIVALENT
    assert called / 4000 == pytest.approx(0.025, abs=0.008)


@pytest.mark.parametrize(("n", "rate"), [(20, 0.0076), (50, 0.0089), (100, 0.0099)])
def test_a_steady_history_raises_one_alarm_in_a_hundred_nights_or_fewer(
    n: int, rate: float
) -> None:
    rng = np.random.default_rng(4)
    nights = rng.lognormal(-3.0, 0.05, size=(10_000, n + 1))
    p_values = [look_back(night[:-1], night[-1]).p_value for night in nights]
    alarms = np.mean([p is not None and p <= 0.01 for p in p_values])
    assert alarms == pytest.approx(rate, abs=0.003)


@pytest.mark.parametrize(
    ("stopping", "alpha", "n", "n_studies"),
    [("permutation", 0.05, 40, 1500), ("t-test", 0.05, 60, 3000)],
)
def test_a_steady_series_seldom_has_a_change_point(
    stopping: Stopping, alpha: float, n: int, n_studies: int
) -> None:
    rng = np.random.default_rng(5)
    found = [
        bool(
            change_points(
                rng.normal(size=n), seed=seed, stopping=stopping, alpha=alpha, n_permutations=99
            )
        )
        for seed in range(n_studies)
    ]
    assert np.mean(found) <= alpha + 0.01
    assert np.mean(found) > 0.005
