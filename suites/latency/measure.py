"""One number that a load test can come to, and the way to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.core.load import Tier
from harness.core.score import Direction, Unscored
from harness.suites.latency.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A row of the table of measures."""

    id: str
    """The part of the quantity's id before ``@``."""
    definition: str
    """One line, with the unit."""
    of: Callable[[View], float | Unscored]
    """Finds the number of one round."""
    direction: Direction = Direction.LOWER
    tiers: tuple[Tier, ...] = tuple(Tier)
    """Where a model runs of which there is such a thing; of others it is moot, whatever comes."""
    is_median: bool = False
    """The median round stands for all (the lower of two), and no mean: it is one of a few values
    that were tried."""
    low: float | None = 0.0
    high: float | None = None
    is_headline: bool = False
    is_promised: bool = False
    """A headline only where the user has stated objectives."""
