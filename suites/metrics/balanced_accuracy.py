"""The interval of a mean of recalls, from the intervals of the recalls."""

from __future__ import annotations

import math

import numpy as np

from harness.core.estimate import Interval
from harness.stats.proportion import wilson_interval
from harness.suites.metrics.additive import Floats


def mean_recall_interval(targets: Floats, hits: Floats, level: float) -> Interval | None:
    """Put the Wilson intervals of the classes' recalls together (MOVER).

    The distance of each end from the mean is the root of the sum of squares of the recalls' own
    distances, over the number of classes (Zou and Donner 2008, Statistics in Medicine 27). Unlike
    resampling it sees that a class of three samples, all of them found, may still be missed.

    Args:
        targets: (n,) indices of targets, of independent samples.
        hits: (n,) 1 where the prediction is the target, else 0.
        level: confidence level in (0, 1).

    Returns:
        None without a sample.

    >>> interval = mean_recall_interval(np.array([0.0, 0.0, 1.0]), np.array([1.0, 0.0, 1.0]), 0.95)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.304, 0.953)
    """
    recalls = [hits[targets == index] for index in np.unique(targets)]
    intervals = [wilson_interval(float(found.sum()), found.size, level) for found in recalls]
    values = [float(found.mean()) for found in recalls]
    ends = [(i.low, value, i.high) for i, value in zip(intervals, values, strict=True) if i]
    if not ends:
        return None
    mean = sum(values) / len(ends)
    below = math.hypot(*(value - low for low, value, _ in ends)) / len(ends)
    above = math.hypot(*(high - value for _, value, high in ends)) / len(ends)
    return Interval(low=mean - below, high=mean + above, level=level, method="mover-wilson")
