"""Adjusted p-values of many tests at once."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

CLEAR = 10
"""With so many draws that come as far the p-value of a permutation test is well known."""


def holm(p_values: Floats) -> Floats:
    """Adjust for the chance of any false alarm, under any dependence (Holm 1979).

    Rejecting where the adjusted p is at most alpha keeps the chance of one or more false alarms
    among all tests at or under alpha. Meant for a family that was declared beforehand.

    Args:
        p_values: (m,) in [0, 1]; m may be 0.

    Returns:
        (m,) adjusted, in the order given.

    Raises:
        ValueError: for a value outside [0, 1], NaN included: leave out tests without a p.

    >>> holm(np.array([0.04, 0.01, 0.03]))
    array([0.06, 0.03, 0.06])
    """
    order = _rising(p_values)
    n_left = np.arange(p_values.size, 0, -1)
    adjusted = np.maximum.accumulate(p_values[order] * n_left)
    return _restored(adjusted, order)


def benjamini_hochberg(p_values: Floats) -> Floats:
    """Adjust for the expected share of false alarms among alarms (Benjamini and Hochberg 1995).

    Meant for exploration: rejecting where the adjusted p is at most q leaves a share of at most
    q false alarms on average, for tests that are independent or positively dependent.

    Args:
        p_values: (m,) in [0, 1]; m may be 0.

    Returns:
        (m,) adjusted, in the order given.

    Raises:
        ValueError: for a value outside [0, 1], NaN included: leave out tests without a p.

    >>> benjamini_hochberg(np.array([0.04, 0.01, 0.03]))
    array([0.04, 0.03, 0.04])
    """
    order = _rising(p_values)
    rank = np.arange(1, p_values.size + 1)
    scaled = p_values[order] * p_values.size / rank
    # A larger p can be scaled below a smaller one; the least of those above it holds for both.
    adjusted = np.minimum.accumulate(scaled[::-1])[::-1]
    return _restored(adjusted, order)


def is_out_of_reach(
    p_value: float, p_adjusted: float, *, n_drawn: int, n_tests: int, alpha: float
) -> bool:
    """Tell whether a permutation test has too few permutations to show anything after Holm.

    Its smallest p-value is 1 / (1 + B); times the number of tests that may be above alpha, and
    then nothing is known of a value which next to no permutation has reached.

    Args:
        p_value: (1 + permutations that come as far) / (1 + B).
        p_adjusted: Holm's.
        n_drawn: B.
        n_tests: that it is adjusted over.
        alpha: below or at which an adjusted p-value tells.

    >>> is_out_of_reach(1 / 101, 0.1, n_drawn=100, n_tests=10, alpha=0.05)
    True
    """
    is_bounded = n_tests > alpha * (1 + n_drawn)
    return p_adjusted > alpha and is_bounded and p_value * (1 + n_drawn) < 1 + CLEAR


def _rising(p_values: Floats) -> NDArray[np.int64]:
    if not ((p_values >= 0) & (p_values <= 1)).all():
        raise ValueError("p-values lie in [0, 1]: leave out the tests that have none")
    return np.argsort(p_values, kind="stable").astype(np.int64)


def _restored(adjusted: Floats, order: NDArray[np.int64]) -> Floats:
    """Undo the sorting."""
    restored = np.empty_like(adjusted)
    restored[order] = np.minimum(adjusted, 1.0)
    return restored
