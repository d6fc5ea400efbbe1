"""Quantiles of the normal and of Student's distribution."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

_NORMAL = NormalDist()


def normal_quantile(probability: float) -> float:
    """Quantile of the standard normal distribution; infinite at 0 and 1.

    >>> round(normal_quantile(0.975), 6)
    1.959964
    """
    if probability <= 0:
        return -float("inf")
    return _NORMAL.inv_cdf(probability) if probability < 1 else float("inf")


def normal_share(z: float) -> float:
    """Share of the standard normal distribution below z.

    >>> round(normal_share(1.959964), 6)
    0.975
    """
    return _NORMAL.cdf(z)


def t_quantile(probability: float, degrees_of_freedom: float) -> float:
    """Quantile of Student's t distribution.

    >>> round(t_quantile(0.975, 10), 6)
    2.228139
    """
    # scipy takes a quarter of a second to import, which commands that only list things would feel.
    from scipy.special import stdtrit

    return float(stdtrit(degrees_of_freedom, probability))


def t_two_sided_p(t: float, degrees_of_freedom: float) -> float:
    """Probability that Student's t lies at least this far from 0.

    >>> round(t_two_sided_p(2.228139, 10), 6)
    0.05
    """
    from scipy.special import stdtr

    return float(2 * stdtr(degrees_of_freedom, -abs(t)))


def linear_quantile(ordered: Sequence[float], probability: float) -> float:
    """Quantile of a sample by linear interpolation: numpy's ``method="linear"``, R's type 7.

    Args:
        ordered: rising; at least one.
        probability: in [0, 1].

    >>> linear_quantile([1.0, 2.0, 4.0], 0.75)
    3.0
    """
    place = probability * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    low, high = ordered[below], ordered[above]
    return low + (high - low) * (place - below)
