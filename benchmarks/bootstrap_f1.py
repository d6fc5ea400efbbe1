"""Time a bootstrap interval of F1: by weights on pooled rows, and by the naive loop.

    python benchmarks/bootstrap_f1.py [--samples 10000] [--resamples 100000]

The naive loop draws row numbers and calls scikit-learn's ``f1_score`` once per resample, as
evaluation harnesses do. It is timed on 200 resamples and multiplied up; both figures are shown.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from harness.stats.bootstrap import bootstrap
from harness.suites.metrics.confusion import Confusion

N_NAIVE = 200
N_REPEATS = 3

Integers = NDArray[np.int64]


def weighted_seconds(
    targets: Integers, predictions: Integers, n_resamples: int
) -> tuple[float, str]:
    """Best of three runs, interval included."""
    metric = Confusion(labels=("negative", "positive"), positive="positive")
    column = [quantity.id for quantity in metric.quantities].index("f1")
    statistics = np.stack([targets, predictions], axis=1).astype(np.float64)
    seconds = []
    for _ in range(N_REPEATS):
        start = time.perf_counter()
        replicates = bootstrap(metric.reduce, statistics, seed=0, n_resamples=n_resamples)
        interval = replicates.interval(column, 0.95)
        seconds.append(time.perf_counter() - start)
    assert interval is not None
    return min(seconds), f"[{interval.low:.4f}, {interval.high:.4f}] {interval.method}"


def naive_seconds(targets: Integers, predictions: Integers) -> float:
    """One pass of ``N_NAIVE`` resamples."""
    rng = np.random.default_rng(0)
    start = time.perf_counter()
    for _ in range(N_NAIVE):
        rows = rng.integers(targets.size, size=targets.size)
        f1_score(targets[rows], predictions[rows])
    return time.perf_counter() - start


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--resamples", type=int, default=100_000)
    options = parser.parse_args()
    rng = np.random.default_rng(1)
    targets = (rng.random(options.samples) < 0.3).astype(np.int64)
    predictions = np.where(rng.random(options.samples) < 0.85, targets, 1 - targets)
    weighted, interval = weighted_seconds(targets, predictions, options.resamples)
    measured = naive_seconds(targets, predictions)
    naive = measured * options.resamples / N_NAIVE
    print(f"n = {options.samples:,}, {options.resamples:,} resamples of F1, 95 % {interval}")
    print(f"weights on pooled rows   {weighted:10.3f} s  (all quantities of the metric at once)")
    print(
        f"naive loop               {naive:10.1f} s  (from {measured:.2f} s for {N_NAIVE} resamples)"
    )
    print(f"ratio                    {naive / weighted:10.0f}")


if __name__ == "__main__":
    main()
