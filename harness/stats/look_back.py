"""Is tonight unlike the nights before it? A robust z-score with an honest tail."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.stats.quantiles import t_two_sided_p

Floats: TypeAlias = NDArray[np.float64]

MIN_HISTORY = 20
"""Fewer nights than this are too few to raise an alarm on."""
_MAD_TO_SD = 1.4826
_MEDIAN_VARIANCE = math.pi / 2
"""Variance of a median in units of that of a mean, for normal values."""
_MAD_EFFICIENCY = 0.37
"""A median absolute deviation knows the spread as well as a standard deviation of 37 % of the
values would (Rousseeuw and Croux 1993, Journal of the American Statistical Association 88)."""
_SMALL_SAMPLE = 0.8
"""The median absolute deviation of n normal values is too small by about (n - 0.8) / n."""
_MIN_VALUES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBack:
    """A new value against those before it."""

    z: float | None
    """Deviation in standard errors of a prediction, above 0 where the value is above the median.

    None with fewer than three values, or where they agree so far that there is no spread."""
    p_value: float | None
    """Two-sided, from Student's t; 1 where the value is the median, None where z is."""
    median: float | None
    """Of the history, in the value's own units; None without any."""
    spread: float | None
    """Robust standard deviation: on the log scale, of the logarithms."""
    n: int
    """Values looked back on."""


def look_back(
    history: Floats,
    value: float,
    *,
    is_log_scale: bool = True,
    min_spread: float = 0.0,
    n_new: int = 1,
) -> LookBack:
    """Return how far a value lies from the median of those before it.

    z = (x - median) / (s · sqrt(1/k + pi/(2n))), s = 1.4826·n/(n - 0.8) · the median absolute
    deviation, with Student's t of 0.37·n degrees of freedom: with n - 1 of them an alarm at 1 in
    100 would sound once in 54 after twenty nights. An outlier in the history does not hide the
    next one.

    Args:
        history: (n,) values of comparable runs only: same data, code, hardware, settings.
        value: the new one.
        is_log_scale: compare logarithms, for latency and other positive numbers that vary in
            proportion to their size.
        min_spread: the least spread to believe in, from an A/A study or from the resolution of
            the number (on the log scale: relative). Scores of a deterministic model often
            agree to the last digit for weeks, and any change would then be infinitely unusual.
        n_new: k, the number of new values that ``value`` is the mean of (on the log scale the
            geometric mean).

    Raises:
        ValueError: for a value without a logarithm, on the log scale.

    >>> found = look_back(np.linspace(0.9, 1.1, 21), 1.3, is_log_scale=False)
    >>> round(found.z, 2), found.n
    (3.75, 21)
    """
    n = history.size
    if is_log_scale and not (value > 0 and (history > 0).all()):
        raise ValueError("the log scale takes values above 0 only: compare this one as it is")
    values, new = (np.log(history), math.log(value)) if is_log_scale else (history, value)
    if n < _MIN_VALUES:
        median = float(np.median(history)) if n else None
        return LookBack(z=None, p_value=None, median=median, spread=None, n=n)
    middle = float(np.median(values))
    deviation = float(np.median(np.abs(values - middle)))
    spread = max(min_spread, _MAD_TO_SD * n / (n - _SMALL_SAMPLE) * deviation)
    z = None
    if spread > 0:
        z = (new - middle) / (spread * math.sqrt(1 / n_new + _MEDIAN_VARIANCE / n))
    elif new == middle:
        z = 0.0
    return LookBack(
        z=z,
        p_value=None if z is None else t_two_sided_p(z, _MAD_EFFICIENCY * n),
        median=math.exp(middle) if is_log_scale else middle,
        spread=spread,
        n=n,
    )
