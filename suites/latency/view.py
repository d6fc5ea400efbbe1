"""What one number of a profile is made of: a round, and those of its load points that count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.core.load import Load
from harness.core.profile import LoadProfile, Profile
from harness.core.score import Unscored
from harness.core.trace import Trace
from harness.suites.latency.limits import Prices, Slo


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One round as a measure sees it."""

    profile: Profile
    points: tuple[LoadProfile, ...]
    """The load point that is measured; all of a shape for what is found across loads."""
    slo: Slo | None = None
    prices: Prices | None = None

    @property
    def point(self) -> LoadProfile:
        """The one load point."""
        return self.points[0]

    @property
    def load(self) -> Load:
        """What was put on the model."""
        return self.point.load

    @property
    def traces(self) -> tuple[Trace, ...]:
        """Every timed request of the load point."""
        return self.point.traces

    @property
    def answered(self) -> list[Trace]:
        """Those that did not fail."""
        return answered(self.traces)


def answered(traces: Sequence[Trace]) -> list[Trace]:
    """Return the requests that did not fail."""
    return [trace for trace in traces if trace.failure is None]


def moot(reason: str) -> Unscored:
    """Say that there is no such thing to be had here, so that nobody looks for it."""
    return Unscored(reason, is_moot=True)


def total(counts: Iterable[int | None]) -> int | None:
    """Add up, unless somebody did not count; None for nothing at all.

    >>> total([1, 2]), total([1, None]), total([])
    (3, None, None)
    """
    known: list[int] = []
    for count in counts:
        if count is None:
            return None
        known.append(count)
    return sum(known) if known else None
