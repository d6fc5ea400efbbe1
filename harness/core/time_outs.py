"""When a model that lets one request after the other run out of time is asked no more."""

from __future__ import annotations

from dataclasses import dataclass

from harness.core.response import FailureKind

ENOUGH = 3
"""In a row. One may be lost on its way, and the next one may wait for the same hitch."""


@dataclass(slots=True)
class TimeOuts:
    """Counts them as requests end: a hang would else cost the time-out of every request left."""

    at_once: int = 1
    """Requests under way together: they may all wait for one hitch, and count once."""
    n_in_a_row: int = 0

    def note(self, failure: FailureKind | None) -> None:
        """Take note of how a request ended.

        Args:
            failure: None where it was answered.
        """
        self.n_in_a_row = self.n_in_a_row + 1 if failure is FailureKind.TIMEOUT else 0

    @property
    def is_hanging(self) -> bool:
        """Whether so many came in a row that nothing more is to be sent.

        >>> hanging = TimeOuts(n_in_a_row=3)
        >>> hanging.is_hanging, TimeOuts(at_once=8, n_in_a_row=3).is_hanging
        (True, False)
        """
        return self.n_in_a_row >= max(ENOUGH, self.at_once)
