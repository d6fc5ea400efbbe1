"""Wilson's interval for a proportion, of independent or clustered trials, and the exact one."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Interval
from harness.stats.mean import mean_stderr
from harness.stats.quantiles import normal_quantile, t_quantile

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]


def wilson_interval(successes: float, trials: float, level: float = 0.95) -> Interval | None:
    """Interval of a binomial proportion (Wilson 1927; Brown, Cai and DasGupta 2001).

    Never empty at 0 or 1, unlike the normal interval. ``trials`` need not be whole: clustered
    data pass the effective number (see :func:`effective_trials`).

    Args:
        successes: in [0, trials].
        trials: at least 0.
        level: confidence level in (0, 1).

    Returns:
        The interval, or None when ``trials`` is 0.

    >>> interval = wilson_interval(8, 10)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.4902, 0.9433)
    """
    if trials <= 0:
        return None
    z = normal_quantile(0.5 + level / 2)
    p = successes / trials
    centre = (p + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * math.sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials))
    half /= 1 + z * z / trials
    # At the ends the bound is 0 or 1 by algebra; rounding must not push it past the proportion.
    low = 0.0 if successes <= 0 else max(0.0, centre - half)
    high = 1.0 if successes >= trials else min(1.0, centre + half)
    return Interval(low=low, high=high, level=level, method="wilson")


def exact_interval(successes: float, trials: float, level: float = 0.95) -> Interval:
    """Clopper and Pearson's interval of a binomial proportion (1934, Biometrika 26).

    It never covers less than it says, where Wilson's of few trials does: of 4 of 4 that leaves
    out 0.5, though one coin in eight falls four times on one side.

    Args:
        successes: in [0, trials].
        trials: above 0; need not be whole.
        level: confidence level in (0, 1).

    >>> interval = exact_interval(4, 4)
    >>> round(interval.low, 4), interval.high
    (0.3976, 1.0)
    """
    from scipy.special import betaincinv

    tail, failures = (1 - level) / 2, trials - successes
    low = 0.0 if successes <= 0 else float(betaincinv(successes, failures + 1, tail))
    high = 1.0 if failures <= 0 else float(betaincinv(successes + 1, failures, 1 - tail))
    return Interval(low=low, high=high, level=level, method="clopper-pearson")


def effective_trials(proportion: float, stderr: float, trials: float) -> float:
    """Trials that an independent sample would need for this standard error (Kish's n_eff).

    Args:
        proportion: in [0, 1].
        stderr: cluster-robust standard error of it.
        trials: the real number: an upper bound, and returned when the variance is 0.
    """
    variance = proportion * (1 - proportion)
    if variance <= 0 or stderr <= 0:
        return trials
    return min(trials, variance / (stderr * stderr))


def proportion_interval(
    hits: Floats, clusters: Integers | None = None, level: float = 0.95
) -> Interval | None:
    """Wilson's interval of the mean of zeros and ones, with effective n when clustered.

    Clustered trials count as ``effective_trials``, shrunk by (z / t_{G-1})² because the cluster
    variance is itself estimated from G clusters (Korn and Graubard 1998). When all trials agree
    the data say nothing of the correlation within clusters, and each cluster counts once.

    Args:
        hits: (n,) of 0 and 1.
        clusters: (n,) cluster codes, or None when trials are independent.
        level: confidence level in (0, 1).

    Returns:
        None without a trial, or with a single cluster.

    >>> proportion_interval(np.ones(4)) == wilson_interval(4, 4)
    True
    """
    if clusters is None or hits.size == 0:
        return wilson_interval(float(hits.sum()), hits.size, level)
    stderr = mean_stderr(hits, clusters)
    if stderr is None:
        return None
    n_clusters = np.unique(clusters).size
    share = float(hits.mean())
    if share in (0.0, 1.0):
        trials = float(n_clusters)
    else:
        quantile = 0.5 + level / 2
        shrink = (normal_quantile(quantile) / t_quantile(quantile, n_clusters - 1)) ** 2
        trials = effective_trials(share, stderr, hits.size) * shrink
    interval = wilson_interval(share * trials, trials, level)
    return interval and replace(interval, method="wilson-clustered")
