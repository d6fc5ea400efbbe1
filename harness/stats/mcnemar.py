"""Binary pairs: how often each of two models alone was right, and what that proves."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Interval
from harness.stats.paired_difference import PairedDifference, paired_difference
from harness.stats.quantiles import normal_quantile

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

FEW_DISCORDANT = 25
"""With fewer pairs than this that disagree, the normal theory of the difference is not trusted."""
_N_HALVINGS = 52  # to the last bit of a double in [-1, 1]


def paired_proportions(
    a: Floats, b: Floats, clusters: Integers | None = None, level: float = 0.95
) -> PairedDifference:
    """Compare two models that are right or wrong on the same samples.

    With fewer than ``FEW_DISCORDANT`` independent pairs that disagree: McNemar's exact test and
    Tango's interval. Otherwise, and for clustered samples, which McNemar's test would take for
    independent, Student's test and interval of :func:`paired_difference`. Where all samples agree,
    or all disagree in the same direction, there is no spread for Student's: McNemar and Tango
    again, with one pair per cluster of those that are clustered.

    Args:
        a: (n,) of 0 and 1.
        b: (n,) of 0 and 1, on the same samples in the same order.
        clusters: (n,) cluster codes, or None when samples are independent.
        level: confidence level in (0, 1).

    >>> found = paired_proportions(np.zeros(6), np.ones(6))
    >>> found.p_value, found.interval.method
    (0.03125, 'tango')
    """
    found = paired_difference(a, b, clusters, level)
    n_discordant = found.n_higher + found.n_lower
    if clusters is None and n_discordant < FEW_DISCORDANT:
        return replace(
            found,
            p_value=mcnemar_p(found.n_higher, found.n_lower) if found.n else None,
            interval=tango_interval(found.n_higher, found.n_lower, found.n, level),
        )
    if found.n and found.n == max(found.n_higher, found.n_lower, found.n - n_discordant):
        n_higher, n_lower = (found.n_units * min(1, n) for n in (found.n_higher, found.n_lower))
        return replace(
            found,
            p_value=mcnemar_p(n_higher, n_lower),
            interval=tango_interval(n_higher, n_lower, found.n_units, level),
        )
    return found


def mcnemar_p(n_higher: int, n_lower: int) -> float:
    """McNemar's exact two-sided p: 2·P(X <= min), X binomial of the discordant pairs and 1/2.

    Args:
        n_higher: pairs on which only the second model is right.
        n_lower: pairs on which only the first model is right.

    Returns:
        At most 1; 1 where no pair disagrees.

    >>> mcnemar_p(1, 7)
    0.0703125
    """
    from scipy.special import bdtr

    return min(1.0, 2 * float(bdtr(min(n_higher, n_lower), n_higher + n_lower, 0.5)))


def tango_interval(
    n_higher: float, n_lower: float, n: float, level: float = 0.95
) -> Interval | None:
    """Score interval of a difference of paired proportions (Tango 1998, Stat. in Medicine 17).

    It holds the differences that the score test would not reject, so it has a width where
    no pair disagrees. Preferred to Newcombe's square-and-add interval, which with few discordant
    pairs covers 96 to 97 % at a nominal 95 %, where this one keeps within 95 and 95.7 %.

    Args:
        n_higher: pairs on which only the second model is right; of differences between 0 and 1
            their sum, which makes the interval wider than theirs.
        n_lower: pairs on which only the first model is right, likewise.
        n: all pairs; of clustered ones as many as have their standard error.
        level: confidence level in (0, 1).

    Returns:
        The interval of P(second is right) - P(first is right), or None without a pair.

    >>> interval = tango_interval(1, 7, 21)
    >>> round(interval.low, 3), round(interval.high, 3)
    (-0.517, -0.026)
    """
    if n <= 0:
        return None
    z = normal_quantile(0.5 + level / 2)
    observed = (n_higher - n_lower) / n

    def is_rejected(difference: float) -> bool:
        spread = math.sqrt(n * _variance_under(difference, n_higher, n_lower, n))
        return abs(n * (observed - difference)) > z * spread

    return Interval(
        low=_edge(is_rejected, -1.0, observed),
        high=_edge(is_rejected, 1.0, observed),
        level=level,
        method="tango",
    )


def _variance_under(difference: float, n_higher: float, n_lower: float, n: float) -> float:
    """Variance of one pair's difference, at the likeliest discordance that this mean allows."""
    linear = (2 * n - n_higher + n_lower) * difference - n_higher - n_lower
    constant = -n_lower * difference * (1 - difference)
    root = math.sqrt(max(0.0, linear * linear - 8 * n * constant))
    share_lower = (root - linear) / (4 * n)
    return max(0.0, 2 * share_lower + difference * (1 - difference))


def _edge(is_rejected: Callable[[float], bool], outside: float, inside: float) -> float:
    """Halve the way from an end of [-1, 1] to the observed value, which is never rejected."""
    if not is_rejected(outside):
        return outside
    for _ in range(_N_HALVINGS):
        middle = (outside + inside) / 2
        outside, inside = (middle, inside) if is_rejected(middle) else (outside, middle)
    return inside
