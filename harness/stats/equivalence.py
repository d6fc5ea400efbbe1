"""Verdicts that weigh a difference against a margin: absence of proof is not proof of absence."""

from __future__ import annotations

from dataclasses import dataclass

from harness.core.score import Direction
from harness.core.verdict import Verdict


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


def judge_change(
    low: float, high: float, margin: float, direction: Direction, *, is_significant: bool
) -> Verdict:
    """Judge a difference by its test and by where its whole interval lies.

    A change is proven when the test rejects and the interval agrees, having 0 outside. If it is
    not shown to stay within the margin it counts, for the better or for the worse. Without one,
    the candidate is no worse (non-inferior) where no loss as large as the margin is left in the
    interval. A proven loss within the margin is accepted as well.

    The chance of a false alarm is that of the test, whatever the margin: adjust its p for the
    number of gates. To call all of several gates no worse needs no adjustment, since every one of
    them has to be (an intersection-union test, Berger 1982, Technometrics 24).

    Args:
        low: lower end of the interval of (new - old).
        high: upper end.
        margin: a loss smaller than this does not matter; at least 0, in the units of the ends.
        direction: which way is better. Where neither is, a change is no better and no worse.
        is_significant: whether the adjusted test of no difference rejects.

    >>> judge_change(-0.004, 0.003, 0.01, Direction.HIGHER, is_significant=False).value
    'equivalent'
    >>> judge_change(0.02, 0.05, 0.01, Direction.LOWER, is_significant=True).value
    'regressed'
    """
    if direction is Direction.NEITHER:
        is_within = -margin < low and high < margin
        return Verdict.EQUIVALENT if is_within else Verdict.INCONCLUSIVE
    worst, best = (low, high) if direction is Direction.HIGHER else (-high, -low)
    is_proven = is_significant and not low <= 0 <= high
    if is_proven and not (-margin < worst and best < margin):
        return Verdict.IMPROVED if worst > 0 else Verdict.REGRESSED
    return Verdict.EQUIVALENT if worst > -margin else Verdict.INCONCLUSIVE
