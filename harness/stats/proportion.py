"""Wilson's interval for a proportion."""

from __future__ import annotations

import math

from scipy.special import ndtri

from harness.core.estimate import Interval


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
    z = float(ndtri(0.5 + level / 2))
    p = successes / trials
    centre = (p + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * math.sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials))
    half /= 1 + z * z / trials
    return Interval(
        low=max(0.0, centre - half), high=min(1.0, centre + half), level=level, method="wilson"
    )


def effective_trials(proportion: float, stderr: float, trials: float) -> float:
    """Trials that an independent sample would need for this standard error (Kish's n_eff).

    Args:
        proportion: in [0, 1].
        stderr: cluster-robust standard error of it.
        trials: the real number, returned when the variance is 0.
    """
    variance = proportion * (1 - proportion)
    if variance <= 0 or stderr <= 0:
        return trials
    return min(trials, variance / (stderr * stderr))
