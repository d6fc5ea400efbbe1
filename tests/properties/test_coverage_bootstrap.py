"""95 % bootstrap intervals hold the truth 95 % of the time, and miss it on both sides alike.

Each simulation repeats a study 2,000 times, so that its own error is 0.49 %.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.core.estimate import Interval
from harness.stats.bootstrap import bootstrap
from harness.suites.metrics.confusion import Confusion

Floats = NDArray[np.float64]

N_STUDIES = 2000
N_RESAMPLES = 1000
BALANCED = ((0.40, 0.05, 0.03), (0.04, 0.20, 0.03), (0.05, 0.03, 0.17))
RARE_CLASS = ((0.85, 0.05), (0.03, 0.07))
GOOD_MODEL = ((0.60, 0.01, 0.01), (0.01, 0.25, 0.01), (0.01, 0.01, 0.09))


@pytest.mark.parametrize(
    "shares",
    [
        RARE_CLASS,  # few rows of one class
        pytest.param(BALANCED, marks=pytest.mark.slow),
        pytest.param(GOOD_MODEL, marks=pytest.mark.slow),
    ],
)
def test_f1_mcc_and_balanced_accuracy_are_covered(shares: tuple[tuple[float, ...], ...]) -> None:
    matrix = np.array(shares)
    n_classes = len(matrix)
    metric = Confusion(labels=tuple("abc"[:n_classes]))
    cells = np.array([divmod(cell, n_classes) for cell in range(matrix.size)], dtype=np.float64)
    truth = metric.reduce(cells, matrix.reshape(1, -1) / matrix.sum())[0]
    column = {quantity.id: i for i, quantity in enumerate(metric.quantities)}
    judged = [column[key] for key in ("f1_macro", "mcc", "balanced_accuracy")]
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(400, matrix.ravel() / matrix.sum(), size=N_STUDIES)
    is_held = np.zeros((N_STUDIES, len(judged)), dtype=bool)
    is_above = np.zeros_like(is_held)
    for study, counts in enumerate(drawn):
        statistics = np.repeat(cells, counts, axis=0)
        replicates = bootstrap(metric.reduce, statistics, seed=study, n_resamples=N_RESAMPLES)
        for place, index in enumerate(judged):
            interval = replicates.interval(index, 0.95)
            assert interval is not None
            is_held[study, place] = interval.low <= truth[index] <= interval.high
            is_above[study, place] = interval.low > truth[index]
    assert is_held.mean(axis=0) == pytest.approx(0.95, abs=0.015)
    assert is_above.mean(axis=0) == pytest.approx(0.025, abs=0.015)


def mean_reduce(statistics: Floats, weights: Floats) -> Floats:
    means: Floats = (weights @ statistics) / weights.sum(axis=1, keepdims=True)
    return means


def share_held(intervals: list[Interval | None], truth: float) -> float:
    return float(np.mean([i is not None and i.low <= truth <= i.high for i in intervals]))


def test_a_mean_of_thirty_values_is_covered() -> None:
    rng = np.random.default_rng(1)
    found = [
        bootstrap(mean_reduce, rng.normal(size=(30, 1)), seed=i, n_resamples=N_RESAMPLES)
        for i in range(N_STUDIES)
    ]
    assert share_held([r.interval(0, 0.95) for r in found], 0.0) == pytest.approx(0.95, abs=0.015)


def test_a_mean_of_clustered_values_is_covered() -> None:
    rng = np.random.default_rng(2)
    clusters = np.repeat(np.arange(40), 3)
    found = []
    for study in range(N_STUDIES):
        values = rng.normal(size=40)[clusters] + rng.normal(size=120)
        replicates = bootstrap(
            mean_reduce, values[:, None], seed=study, clusters=clusters, n_resamples=N_RESAMPLES
        )
        found.append(replicates.interval(0, 0.95))
    assert share_held(found, 0.0) == pytest.approx(0.95, abs=0.015)
