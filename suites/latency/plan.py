"""What every round of a load test does alike; nothing in it belongs to one model."""

from __future__ import annotations

from dataclasses import dataclass

from harness.core.load import Load
from harness.suites.latency.prompts import PrefixCache


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The options of the suite, ready to be carried out."""

    generating: tuple[Load, ...]
    """Load points of a model that generates."""
    reading: tuple[Load, ...]
    """Load points of a classifier or encoder."""
    words: tuple[str, ...]
    """What prompts are made of."""
    replayed: tuple[float, ...]
    """Seconds of arrival, from 0; empty unless arrivals are replayed."""
    min_duration_s: float
    most_warm_up_waves: int
    prefix_cache: PrefixCache
    fixed_length: bool
    chat: bool
    seed: int
