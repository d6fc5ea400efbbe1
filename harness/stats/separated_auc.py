"""An interval for the area under a ROC curve that separates the classes wholly."""

from __future__ import annotations

import math
from collections.abc import Callable

from harness.core.estimate import Interval
from harness.stats.quantiles import normal_quantile

_N_HALVINGS = 50  # to the last bit but two of a double


def separated_interval(value: float, n_positive: int, n_negative: int, level: float) -> Interval:
    """Newcombe's score interval (2006, Statistics in Medicine 25, method 5) at an area of 0 or 1.

    Like Wilson's interval it asks which true areas would make the observed one plausible, so it
    has a width where the variance at the observed value is 0: |value - A| = z·sqrt(V(A)), with
    Hanley and McNeil's V(A) for exponential scores and the mean class size in its middle terms.

    Args:
        value: 0 or 1.
        n_positive: independent positives, at least 2.
        n_negative: independent negatives, at least 2.
        level: confidence level in (0, 1).

    >>> interval = separated_interval(1.0, 10, 10, 0.95)
    >>> round(interval.low, 3), interval.high
    (0.8, 1.0)
    """
    z = normal_quantile(0.5 + level / 2)
    n_mean = (n_positive + n_negative) / 2

    def excess(area: float) -> float:
        middle = (n_mean - 1) * ((1 - area) / (2 - area) + area / (1 + area))
        spread = math.sqrt(area * (1 - area) * (1 + middle) / (n_positive * n_negative))
        return (1 - area) - z * spread

    low = _where_it_turns_negative(excess)
    if value == 1:
        return Interval(low=low, high=1.0, level=level, method="newcombe")
    return Interval(low=0.0, high=1 - low, level=level, method="newcombe")


def _where_it_turns_negative(excess: Callable[[float], float]) -> float:
    """Halve [0, 1], in which the function falls through 0 once before it returns to 0 at 1."""
    low, high = 0.0, 1.0
    for _ in range(_N_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return low
