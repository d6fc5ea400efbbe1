"""Verdicts that weigh a difference against a margin: absence of proof is not proof of absence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from harness.core.score import Direction


class Outcome(StrEnum):
    """What an interval of a difference allows to say."""

    IMPROVED = "improved"
    EQUIVALENT = "equivalent"
    REGRESSED = "regressed"
    INCONCLUSIVE = "inconclusive"
    """The interval is too wide: more samples or runs are needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EquivalenceTest:
    """Two one-sided tests; their intersection is the test of equivalence."""

    p_above: float
    """Of "the difference is at most the lower margin"."""
    p_below: float
    """Of "the difference is at least the upper margin"."""

    @property
    def p_value(self) -> float:
        """Of "the difference lies outside the margins": the larger of both."""
        return max(self.p_above, self.p_below)


def two_one_sided_tests(
    difference: float, stderr: float, *, margin: float, degrees_of_freedom: float
) -> EquivalenceTest:
    """Test that a difference lies within (-margin, margin) (Schuirmann 1987).

    At alpha it agrees with asking whether the 1 - 2·alpha interval lies within the margins.

    Args:
        difference: observed mean difference.
        stderr: of it, above 0.
        margin: largest difference that does not matter, above 0.
        degrees_of_freedom: of the standard error; infinity for the normal test.

    >>> found = two_one_sided_tests(0.0, 1.0, margin=2.0, degrees_of_freedom=float("inf"))
    >>> round(found.p_value, 4)
    0.0228
    """
    from scipy.special import stdtr

    return EquivalenceTest(
        p_above=float(stdtr(degrees_of_freedom, -(difference + margin) / stderr)),
        p_below=float(stdtr(degrees_of_freedom, (difference - margin) / stderr)),
    )


def judge_interval(low: float, high: float, margin: float, direction: Direction) -> Outcome:
    """Judge by where the whole interval lies, as criterion.rs does, and know equivalence.

    Args:
        low: lower end of the interval of (new - old).
        high: upper end.
        margin: differences up to this do not matter; at least 0, in the units of the ends.
        direction: which way is better. Where neither is, a change can be no better or worse:
            the outcome is EQUIVALENT or INCONCLUSIVE.

    Returns:
        IMPROVED or REGRESSED where all of the interval lies beyond the margin, EQUIVALENT where
        all of it lies inside, else INCONCLUSIVE.

    >>> judge_interval(-0.004, 0.003, 0.01, Direction.HIGHER).value
    'equivalent'
    >>> judge_interval(0.02, 0.05, 0.01, Direction.LOWER).value
    'regressed'
    """
    if direction is not Direction.NEITHER:
        worst, best = _worst_and_best(low, high, direction)
        if worst > margin:
            return Outcome.IMPROVED
        if best < -margin:
            return Outcome.REGRESSED
    return Outcome.EQUIVALENT if -margin < low and high < margin else Outcome.INCONCLUSIVE


def judge_non_inferiority(low: float, high: float, margin: float, direction: Direction) -> Outcome:
    """Judge only whether the new is no worse than the old by a margin; better is always fine.

    Args:
        low: lower end of the interval of (new - old).
        high: upper end.
        margin: a loss up to this is accepted; at least 0.
        direction: which way is better; with NEITHER both ends are held to the margin.

    Returns:
        REGRESSED where all of the interval is a loss beyond the margin; IMPROVED where all of
        it is a gain; EQUIVALENT (non-inferior) where no loss in it reaches the margin; else
        INCONCLUSIVE.

    >>> judge_non_inferiority(-0.005, 0.03, 0.01, Direction.HIGHER).value
    'equivalent'
    """
    if direction is Direction.NEITHER:
        return judge_interval(low, high, margin, direction)
    worst, best = _worst_and_best(low, high, direction)
    if best < -margin:
        return Outcome.REGRESSED
    if worst > 0:
        return Outcome.IMPROVED
    return Outcome.EQUIVALENT if worst > -margin else Outcome.INCONCLUSIVE


def _worst_and_best(low: float, high: float, direction: Direction) -> tuple[float, float]:
    """Return the ends as gains: above 0 is better."""
    return (low, high) if direction is Direction.HIGHER else (-high, -low)
