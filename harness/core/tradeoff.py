"""What a run's other models lose and gain beside its base: quality, speed, memory, energy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from harness.core.comparison import Difference
from harness.core.estimate import Interval
from harness.core.score import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """One cost of a model beside the base's, as a ratio above 1 where the model is better."""

    kind: Literal["speed", "memory", "energy"]
    suite: str
    quantity: Quantity
    base: float
    """The base's value, in the quantity's unit; over rounds, their geometric mean."""
    value: float
    ratio: float
    """How many times faster, smaller or thriftier: base over value, or value over base of what
    is better when higher; above 0."""
    interval: Interval | None
    """Of the ratio, from pairs of rounds that took turns; None where there are too few."""
    n: int
    """Pairs of rounds."""
    note: str = ""
    unsteady: str = ""
    """Why it is not to be relied on; empty where the machine was steady under both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """One model beside the base."""

    model: str
    variant: str
    """As its identity tells it; empty where it tells none."""
    parameter_bytes: int | None
    quality: tuple[Difference, ...] = ()
    """Headline quantities of whole suites: alternative - base, on the samples of both."""
    gains: tuple[Gain, ...] = ()
    notes: tuple[str, ...] = ()
    """One sentence for each suite, and each load of one, that could not be compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tradeoff:
    """All models of a run beside one of them."""

    base: str
    base_variant: str
    base_bytes: int | None
    has_one_source: bool
    """Whether all models are made of the weights of the base."""
    level: float
    """Confidence level of the intervals, in (0, 1)."""
    alternatives: tuple[Alternative, ...]
