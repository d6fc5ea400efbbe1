"""The difference of two proportions, from the interval of each."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from harness.core.estimate import Interval

_LEAST_P = 1e-12
"""Beyond it no p is told."""
_N_HALVINGS = 40


def newcombe_interval(
    shares: tuple[float, float], intervals: tuple[Interval, Interval], correlation: float = 0.0
) -> Interval:
    """Square and add what lies between each proportion and an end of its interval.

    Newcombe's hybrid of Wilson's intervals (1998, Statistics in Medicine 17, page 873, method 10,
    for independent proportions; page 2635, method 10, for those that are correlated). A proportion
    of 0 or 1 has a width of its own, so that few samples never look certain.

    Args:
        shares: both proportions.
        intervals: of each, at one level.
        correlation: of both proportions' errors, in [-1, 1].

    Returns:
        The interval of the second less the first, within [-1, 1].

    >>> from harness.stats.proportion import wilson_interval
    >>> own = wilson_interval(56, 70), wilson_interval(48, 80)
    >>> interval = newcombe_interval((0.8, 0.6), own)
    >>> round(interval.low, 4), round(interval.high, 4)
    (-0.3339, -0.0524)
    """
    first, second = intervals
    difference = shares[1] - shares[0]
    down = _added(shares[1] - second.low, first.high - shares[0], correlation)
    up = _added(second.high - shares[1], shares[0] - first.low, correlation)
    return replace(
        first,
        low=max(-1.0, difference - down),
        high=min(1.0, difference + up),
        method="newcombe-hybrid",
    )


def interval_p(interval_at: Callable[[float], Interval | None], difference: float) -> float:
    """Return the two-sided p of no difference at which the interval just reaches 0.

    So p is below 1 - level exactly where the interval of that level leaves 0 out.

    Args:
        interval_at: the interval of a level.
        difference: which every interval has in it.

    Returns:
        At least 1e-12; 1 where there is no difference.
    """
    if not difference:
        return 1.0

    def is_reached(p: float) -> bool:
        interval = interval_at(1 - p)
        return interval is None or interval.low <= 0 <= interval.high

    low, high = math.log(_LEAST_P), 0.0
    if not is_reached(_LEAST_P):
        return _LEAST_P
    for _ in range(_N_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_reached(math.exp(middle)) else (low, middle)
    return math.exp(low)


def _added(one: float, other: float, correlation: float) -> float:
    return math.sqrt(max(0.0, one * one + other * other - 2 * correlation * one * other))
