"""What a comparison could have seen: power, the smallest effect it detects, and samples needed."""

from __future__ import annotations

import math
from functools import lru_cache

from harness.stats.quantiles import normal_quantile, normal_share, t_quantile

ALPHA = 0.05
POWER = 0.8
_N_HALVINGS = 60


def power(
    effect: float, stderr: float, *, alpha: float = ALPHA, degrees_of_freedom: float | None = None
) -> float:
    """Chance that a two-sided test at alpha sees a true difference of this size.

    Args:
        effect: true difference, in the units of the standard error.
        stderr: of the difference, above 0; of the paired one where samples are paired.
        alpha: level of the test in (0, 1).
        degrees_of_freedom: of Student's test; None for the normal one.

    >>> round(power(2.8, 1.0), 3)
    0.8
    """
    shift = abs(effect) / stderr
    if degrees_of_freedom is None:
        z = normal_quantile(1 - alpha / 2)
        return normal_share(shift - z) + normal_share(-shift - z)
    from scipy.special import nctdtr

    t = t_quantile(1 - alpha / 2, degrees_of_freedom)
    above = 1 - float(nctdtr(degrees_of_freedom, shift, t))
    return above + float(nctdtr(degrees_of_freedom, shift, -t))


def minimum_detectable_effect(
    stderr: float,
    *,
    alpha: float = ALPHA,
    target: float = POWER,
    degrees_of_freedom: float | None = None,
) -> float:
    """Return the smallest true difference that the test would see with a chance of ``target``.

    "No significant change" says no more than that the change is probably smaller than this.
    For the normal test it is (z_{1-alpha/2} + z_target) · stderr but for the tiny chance of
    rejecting in the wrong direction.

    Args:
        stderr: of the difference.
        alpha: level of the two-sided test in (0, 1).
        target: power in (alpha, 1).
        degrees_of_freedom: of Student's test; None for the normal one.

    >>> round(minimum_detectable_effect(0.01), 4)
    0.028
    """
    return stderr * _detectable_in_standard_errors(alpha, target, degrees_of_freedom)


@lru_cache(maxsize=4096)  # a comparison asks for the same few hundreds of times
def _detectable_in_standard_errors(
    alpha: float, target: float, degrees_of_freedom: float | None
) -> float:
    low, high = 0.0, 1.0
    while power(high, 1.0, alpha=alpha, degrees_of_freedom=degrees_of_freedom) < target:
        low, high = high, 2 * high
    for _ in range(_N_HALVINGS):
        middle = (low + high) / 2
        reached = power(middle, 1.0, alpha=alpha, degrees_of_freedom=degrees_of_freedom)
        low, high = (middle, high) if reached < target else (low, middle)
    return high


def needed_n(effect: float, variance: float, *, alpha: float = ALPHA, target: float = POWER) -> int:
    """Samples (clusters) to see a difference: (z_{1-alpha/2} + z_target)² · variance / effect².

    Miller (2024, arXiv 2411.00640, section 5): to see 3 percentage points, where the difference
    of two models has a variance of 1/9 from question to question, takes 969 questions.

    Args:
        effect: true difference, not 0.
        variance: of one sample's paired difference; see :func:`difference_variance`.
        alpha: level of the two-sided test in (0, 1).
        target: power in (0, 1).

    >>> needed_n(0.03, 1 / 9)
    969
    """
    z = normal_quantile(1 - alpha / 2) + normal_quantile(target)
    return max(1, math.ceil(z * z * variance / (effect * effect)))


def difference_variance(
    between: float,
    within_a: float = 0.0,
    within_b: float = 0.0,
    *,
    n_answers_a: int = 1,
    n_answers_b: int = 1,
) -> float:
    """Variance of one sample's difference when each model answers it several times.

    Args:
        between: Miller's ω², of the expected difference over samples.
        within_a: of the first model's answers to one sample.
        within_b: of the second model's.
        n_answers_a: K_A, answers of the first model averaged per sample.
        n_answers_b: K_B.

    >>> difference_variance(0.1, 0.2, 0.2, n_answers_a=4, n_answers_b=4)
    0.2
    """
    return between + within_a / n_answers_a + within_b / n_answers_b
