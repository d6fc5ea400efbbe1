"""How often a detector errs, as counted on answers that people have labelled."""

from __future__ import annotations

from dataclasses import dataclass

from harness.core.estimate import Interval
from harness.stats.proportion import wilson_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRate:
    """Counts of a detector's findings on labelled answers that had no part in its making."""

    n_found: int
    """Answers found that are what is looked for."""
    n_false: int
    """Answers found that are not."""
    n_missed: int
    """Answers not found that are what is looked for."""
    n_passed: int
    """Answers not found that are not."""

    @property
    def n(self) -> int:
        """All labelled answers."""
        return self.n_found + self.n_false + self.n_missed + self.n_passed

    @property
    def precision(self) -> Interval | None:
        """Wilson's 95 % interval of the share of what was found that is it."""
        return wilson_interval(self.n_found, self.n_found + self.n_false)

    @property
    def recall(self) -> Interval | None:
        """Wilson's 95 % interval of the share of what is it that was found."""
        return wilson_interval(self.n_found, self.n_found + self.n_missed)

    @property
    def words(self) -> str:
        """Both shares with their intervals, to stand in the definition of a quantity.

        >>> ErrorRate(n_found=8, n_false=2, n_missed=0, n_passed=10).words
        'precision 0.80 (0.49 to 0.94), recall 1.00 (0.68 to 1.00) on 20 labelled answers'
        """
        precision = _share(self.n_found, self.n_false, self.precision)
        recall = _share(self.n_found, self.n_missed, self.recall)
        return f"precision {precision}, recall {recall} on {self.n} labelled answers"


def _share(n_right: int, n_wrong: int, interval: Interval | None) -> str:
    if interval is None:
        return "unknown"
    share = n_right / (n_right + n_wrong)
    return f"{share:.2f} ({interval.low:.2f} to {interval.high:.2f})"
