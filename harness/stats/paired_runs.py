"""Latency of two checkpoints, from whole runs in pairs: the unit is the run, never the request."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Interval
from harness.stats.paired_difference import paired_difference
from harness.stats.permutation import sign_flip_test
from harness.stats.power import minimum_detectable_effect, needed_n

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedRuns:
    """How many times slower (above 1) or faster b is than a."""

    ratio: float | None
    """exp of the mean log ratio, b over a; None without a pair."""
    interval: Interval | None
    """Of the ratio, Student's on the log scale; None with fewer than two pairs, or no spread."""
    log_stderr: float | None
    """Standard error of the mean log ratio: about the relative error of the ratio."""
    p_value: float | None
    """Student's, two-sided."""
    sign_flip_p: float | None
    """Free of any assumed distribution, and exact up to twenty pairs; None without a pair."""
    n_pairs: int


def paired_runs(a: Floats, b: Floats, *, level: float = 0.95, seed: int = 0) -> PairedRuns:
    """Compare run by run: requests of one run share its luck, and are no sample of runs.

    Runs of a and b alternate (a b b a …), each in a fresh process, and one number per run, such
    as its median, is compared with that of its neighbour, so that slow drift cancels.

    Args:
        a: (k,) one positive number per run of the first checkpoint.
        b: (k,) those of the runs of the second that were paired with them.
        level: confidence level in (0, 1).
        seed: of the permutation test, which is exact up to twenty pairs.

    Raises:
        ValueError: for a number that has no logarithm.

    >>> found = paired_runs(np.array([1.0, 1.1, 1.0]), np.array([1.1, 1.21, 1.1]))
    >>> round(found.ratio, 3), found.sign_flip_p
    (1.1, 0.25)
    """
    if not (np.isfinite(a) & np.isfinite(b) & (a > 0) & (b > 0)).all():
        raise ValueError("a run's figure is above 0: leave out pairs of which one run failed")
    logs_a, logs_b = np.log(a), np.log(b)
    found = paired_difference(logs_a, logs_b, level=level)
    interval = found.interval and Interval(
        low=math.exp(found.interval.low),
        high=math.exp(found.interval.high),
        level=level,
        method="paired-runs-t",
    )
    return PairedRuns(
        ratio=None if found.difference is None else math.exp(found.difference),
        interval=interval,
        log_stderr=found.stderr,
        p_value=found.p_value,
        sign_flip_p=sign_flip_test(logs_b - logs_a, seed=seed).p_value if found.n else None,
        n_pairs=found.n,
    )


def fewest_pairs(alpha: float = 0.05) -> int:
    """Pairs from which the exact test can reach alpha: of k pairs the smallest p is 2 / 2^k.

    Args:
        alpha: in (0, 1).

    >>> fewest_pairs(0.05)
    6
    """
    return math.ceil(math.log2(2 / alpha))


def needed_pairs(effect: float, variance: float, *, alpha: float = 0.05) -> int:
    """Pairs with which Student's test would see an effect with a chance of 80 %.

    Args:
        effect: above 0; in the units of the variance's root.
        variance: of one pair's difference.
        alpha: in (0, 1).

    >>> needed_pairs(0.03, 2 * 0.015**2)
    7
    """
    k = max(fewest_pairs(alpha), needed_n(effect, variance, alpha=alpha))
    while _detectable(variance, k, alpha) > effect:
        k += 1
    return k


def _detectable(variance: float, k: int, alpha: float) -> float:
    stderr = math.sqrt(variance / k)
    return minimum_detectable_effect(stderr, alpha=alpha, degrees_of_freedom=k - 1)
