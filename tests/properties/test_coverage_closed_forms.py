"""95 % intervals hold the truth 95 % of the time: Wilson, t, DeLong and the jackknife.

Each simulation repeats a study 4,000 times or more, so that its own error is below 0.35 %.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import binom, norm

from harness.core.estimate import Interval
from harness.stats.delong import auc_interval
from harness.stats.jackknife import group_assignment, jackknife_interval
from harness.stats.mean import mean_interval, skewed_mean_interval
from harness.stats.proportion import proportion_interval, wilson_interval
from harness.suites.metrics.confusion import Confusion

N_STUDIES = 4000


def coverage(intervals: Iterator[Interval | None], truth: float) -> float:
    found = [interval for interval in intervals if interval is not None]
    assert len(found) >= 0.999 * N_STUDIES
    return float(np.mean([interval.low <= truth <= interval.high for interval in found]))


def assert_covers(intervals: Iterator[Interval | None], truth: float) -> None:
    assert coverage(intervals, truth) == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize("trials", [10, 30, 100, 500])
def test_wilson_covers_on_average_over_proportions(trials: int) -> None:
    # Of a discrete count no interval covers 95 % at every proportion; Brown, Cai and DasGupta
    # judge the mean over proportions, which needs no simulation: the chances are known.
    proportions = np.linspace(0.005, 0.995, 400)
    found = [wilson_interval(k, trials) for k in range(trials + 1)]
    assert all(interval is not None for interval in found)
    low = np.array([interval.low for interval in found if interval])
    high = np.array([interval.high for interval in found if interval])
    holds = (low <= proportions[:, None]) & (proportions[:, None] <= high)
    chances = binom.pmf(np.arange(trials + 1), trials, proportions[:, None])
    assert (holds * chances).sum(axis=1).mean() == pytest.approx(0.95, abs=0.015)


def test_wilson_covers_when_trials_are_clustered() -> None:
    rng = np.random.default_rng(1)
    clusters = np.repeat(np.arange(50), 8)

    def studies() -> Iterator[Interval | None]:
        for _ in range(N_STUDIES):
            of_cluster = rng.beta(2.8, 1.2, size=50)  # correlation within: 1 / (2.8 + 1.2 + 1)
            hits = (rng.random(400) < of_cluster[clusters]).astype(np.float64)
            yield proportion_interval(hits, clusters)

    assert_covers(studies(), truth=0.7)


def test_wilson_without_its_clusters_would_not_cover() -> None:
    rng = np.random.default_rng(2)
    clusters = np.repeat(np.arange(50), 8)
    share = coverage(
        (
            proportion_interval((rng.random(400) < rng.beta(2.8, 1.2, 50)[clusters]).astype(float))
            for _ in range(N_STUDIES)
        ),
        truth=0.7,
    )
    assert share < 0.85


@pytest.mark.parametrize("n", [5, 30, 300])
def test_t_covers_the_mean_of_independent_values(n: int) -> None:
    rng = np.random.default_rng(3)
    studies = rng.normal(3.0, 2.0, size=(N_STUDIES, n))
    assert_covers((mean_interval(values) for values in studies), truth=3.0)


def test_t_covers_the_mean_of_clustered_values() -> None:
    rng = np.random.default_rng(4)
    sizes = rng.integers(1, 12, size=45)
    clusters = np.repeat(np.arange(45), sizes)
    effects = rng.normal(size=(N_STUDIES, 45))[:, clusters]
    studies = effects + rng.normal(size=effects.shape)
    assert_covers((mean_interval(values, clusters) for values in studies), truth=0.0)


def probabilities(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    """What a model of middling skill says of n samples; it is calibrated."""
    return expit(rng.normal(0.5, 1.5, size=n))


@pytest.mark.parametrize(
    "loss",
    [
        pytest.param(lambda p, y: -np.log(np.where(y, p, 1 - p)), id="log_loss"),
        pytest.param(lambda p, y: (p - y) ** 2, id="brier"),
    ],
)
@pytest.mark.parametrize("n", [60, 300])
def test_halls_t_covers_log_loss_and_brier(
    n: int,
    loss: Callable[[NDArray[np.float64], NDArray[np.bool_]], NDArray[np.float64]],
) -> None:
    rng = np.random.default_rng(5)
    p = probabilities(rng, 2_000_000)
    expected = p * loss(p, np.ones(p.size, bool)) + (1 - p) * loss(p, np.zeros(p.size, bool))

    def studies() -> Iterator[Interval | None]:
        for _ in range(N_STUDIES):
            drawn = probabilities(rng, n)
            yield skewed_mean_interval(loss(drawn, rng.random(n) < drawn))

    assert_covers(studies(), truth=float(expected.mean()))


@pytest.mark.parametrize("n", [30, 60, 200])
def test_halls_t_covers_the_mean_of_skewed_values_where_students_does_not(n: int) -> None:
    rng = np.random.default_rng(11)
    studies = rng.exponential(size=(N_STUDIES, n))
    found = [skewed_mean_interval(values) for values in studies]
    assert_covers(iter(found), truth=1.0)
    too_low = np.mean([interval is not None and interval.high < 1.0 for interval in found])
    assert too_low < np.mean(
        [values.mean() + 1.96 * values.std() / n**0.5 < 1 for values in studies]
    )


@pytest.mark.parametrize("n", [5, 30])
def test_halls_t_covers_the_mean_of_normal_values(n: int) -> None:
    rng = np.random.default_rng(12)
    studies = rng.normal(3.0, 2.0, size=(N_STUDIES, n))
    assert_covers((skewed_mean_interval(values) for values in studies), truth=3.0)


def test_halls_t_covers_the_mean_of_skewed_clusters() -> None:
    rng = np.random.default_rng(13)
    clusters = np.repeat(np.arange(40), 4)
    effects = rng.exponential(size=(N_STUDIES, 40))[:, clusters]
    studies = effects + rng.exponential(size=effects.shape)
    assert_covers((skewed_mean_interval(values, clusters) for values in studies), truth=2.0)


@pytest.mark.parametrize(("separation", "decimals"), [(0.5, 9), (1.5, 9), (2.5, 9), (1.0, 0)])
def test_delong_covers(separation: float, decimals: int) -> None:
    # decimals = 0 leaves some seven distinct scores: nearly everything is tied.
    rng = np.random.default_rng(6)
    is_positive = np.arange(200) < 60
    scores = rng.normal(size=(N_STUDIES, 200)) + separation * is_positive
    truth = float(norm.cdf(separation / np.sqrt(2)))
    if decimals == 0:
        truth = rounded_area(separation)
    intervals = (auc_interval(is_positive, np.round(row, decimals)) for row in scores)
    assert_covers(intervals, truth)


def rounded_area(separation: float) -> float:
    """P(positive > negative) + P(tie) / 2 of normal scores rounded to whole numbers."""
    steps = np.arange(-12, 13)
    negative = norm.cdf(steps + 0.5) - norm.cdf(steps - 0.5)
    positive = norm.cdf(steps + 0.5 - separation) - norm.cdf(steps - 0.5 - separation)
    return float((positive * (np.cumsum(negative) - negative / 2)).sum())


def test_delong_covers_when_samples_are_clustered() -> None:
    rng = np.random.default_rng(7)
    clusters = np.repeat(np.arange(60), 6)
    truth = float(norm.cdf(1.0 / np.sqrt(2 * (1 + 0.5))))

    def studies() -> Iterator[Interval | None]:
        for _ in range(N_STUDIES):
            is_positive = rng.random(360) < 0.4
            of_cluster = rng.normal(scale=np.sqrt(0.5), size=60)
            # The same shift for both classes of a cluster, which Obuchowski's covariance is for.
            scores = of_cluster[clusters] + rng.normal(size=360) + is_positive
            yield auc_interval(is_positive, scores, clusters)

    # Pairs within one cluster (1 in 60) share the shift, which lifts the area by a little.
    within = float(norm.cdf(1.0 / np.sqrt(2)))
    assert_covers(studies(), truth=truth + (within - truth) * 5 / 359)


def test_newcombe_is_honest_about_classes_that_seem_wholly_separate() -> None:
    # 12 against 12 whose true area is 0.97: often separated wholly, and never is 1 the truth.
    rng = np.random.default_rng(8)
    is_positive = np.arange(24) < 12
    separation = float(np.sqrt(2) * norm.ppf(0.97))
    scores = rng.normal(size=(N_STUDIES, 24)) + separation * is_positive
    found = [auc_interval(is_positive, row) for row in scores]
    is_separated = [interval is not None and interval.method == "newcombe" for interval in found]
    assert 0.2 < np.mean(is_separated) < 0.9
    missed = [interval for interval in found if interval and interval.low > 0.97]
    assert len(missed) / N_STUDIES < 0.04


def test_the_jackknife_covers_a_ratio_of_corpus_sums() -> None:
    rng = np.random.default_rng(9)
    groups = group_assignment(400, n_groups=20, seed=0)
    is_out = groups == np.arange(20)[:, None]
    lengths = rng.gamma(4.0, 5.0, size=(N_STUDIES, 400))
    hits = lengths * rng.beta(6.0, 2.0, size=lengths.shape)
    full = hits.sum(axis=1) / lengths.sum(axis=1)
    kept = (~is_out).T.astype(np.float64)
    leave_out = (hits @ kept) / (lengths @ kept)
    intervals = (
        jackknife_interval(float(value), values)
        for value, values in zip(full, leave_out, strict=True)
    )
    assert_covers(intervals, truth=0.75)


@pytest.mark.parametrize("n", [50, 100, 200])
@pytest.mark.parametrize("recalls", [(0.9, 0.8, 0.7), (0.95, 0.7, 0.5)])
def test_balanced_accuracy_is_covered_of_rare_classes(n: int, recalls: tuple[float, ...]) -> None:
    # Resampling covers 0.86 at n = 50 and 0.88 at 100, with the first recalls.
    rng = np.random.default_rng(10)
    metric = Confusion(labels=("a", "b", "c"))

    def studies() -> Iterator[Interval | None]:
        for _ in range(N_STUDIES):
            targets = rng.choice(3, size=n, p=[0.8, 0.15, 0.05])
            is_right = rng.random(n) < np.take(recalls, targets)
            predictions = np.where(is_right, targets, (targets + 1) % 3)
            statistics = np.stack([targets, predictions], axis=1).astype(np.float64)
            yield metric.intervals(statistics, None, 0.95).get("balanced_accuracy")

    # At n = 50 a class of 5 % is missing from one study in 13, which then is about the others.
    assert coverage(studies(), float(np.mean(recalls))) == pytest.approx(0.95, abs=0.025)
