"""The points of a trade-off: how much faster (or smaller) and how much better each model is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from harness.core.comparison import Difference
from harness.core.estimate import Interval
from harness.core.score import Direction
from harness.core.tradeoff import Alternative, Gain, Tradeoff
from harness.reports.tradeoff_words import better_of
from harness.stats.pareto import pareto_optimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One model."""

    model: str
    x: float
    """How many times faster, or smaller, than the base."""
    x_interval: Interval | None
    y: float
    """Alternative - base, higher is better."""
    y_ends: tuple[float, float] | None
    unsteady: str = ""
    """Why its gain is not to be relied on."""
    is_optimal: bool = False
    """No other model is as good on both counts and better on one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """The models by one quality and one gain."""

    suite: str
    quality: str
    gain: str
    """In words, such as ``speed-up (tpot_p50@c=1)``."""
    points: tuple[Point, ...]
    """The base first."""


def clouds(tradeoff: Tradeoff) -> Iterator[Cloud]:
    """Yield one cloud for each suite's first headline quantity that has a better direction.

    Speed is what quality is held against; where none was measured, the size of the weights.
    """
    for first in _qualities(tradeoff):
        for title, gains in _axes(tradeoff):
            held = [(one.model, _found(one, first)) for one in tradeoff.alternatives]
            points = [_base(tradeoff)]
            points += [
                _point(model, gains[model], found)
                for model, found in held
                if found is not None and found.difference is not None and model in gains
            ]
            if len(points) > 1:
                yield Cloud(
                    suite=first.suite,
                    quality=first.quantity.id,
                    gain=title,
                    points=tuple(_marked(points)),
                )


def main_gain(tradeoff: Tradeoff, kind: str) -> Gain | None:
    """Return the most telling gain of a kind: the first that some model has."""
    return next(
        (gain for one in tradeoff.alternatives for gain in one.gains if gain.kind == kind), None
    )


def same_gain(one: Alternative, wanted: Gain) -> Gain | None:
    """Return a model's gain by the same quantity of the same suite."""
    return next(
        (
            gain
            for gain in one.gains
            if (gain.suite, gain.quantity.id) == (wanted.suite, wanted.quantity.id)
        ),
        None,
    )


def saved_bytes(tradeoff: Tradeoff, one: Alternative) -> float | None:
    """Return how many times smaller a model's weights are than the base's."""
    if not tradeoff.base_bytes or not one.parameter_bytes:
        return None
    return tradeoff.base_bytes / one.parameter_bytes


def _qualities(tradeoff: Tradeoff) -> list[Difference]:
    by_suite: dict[str, Difference] = {}
    for one in tradeoff.alternatives:
        for found in one.quality:
            if found.quantity.direction is not Direction.NEITHER:
                by_suite.setdefault(found.suite, found)
    return list(by_suite.values())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a model stands along the axis of gains."""

    x: float
    interval: Interval | None = None
    unsteady: str = ""


def _axes(tradeoff: Tradeoff) -> Iterator[tuple[str, dict[str, _Place]]]:
    wanted = main_gain(tradeoff, "speed")
    if wanted is not None:
        found = {one.model: same_gain(one, wanted) for one in tradeoff.alternatives}
        known = {
            name: _Place(gain.ratio, gain.interval, gain.unsteady)
            for name, gain in found.items()
            if gain
        }
        yield f"speed-up ({wanted.quantity.id})", known
        return
    sizes = {one.model: saved_bytes(tradeoff, one) for one in tradeoff.alternatives}
    yield "weights smaller by", {name: _Place(size) for name, size in sizes.items() if size}


def _found(one: Alternative, wanted: Difference) -> Difference | None:
    return next(
        (
            found
            for found in one.quality
            if (found.suite, found.quantity.id) == (wanted.suite, wanted.quantity.id)
        ),
        None,
    )


def _base(tradeoff: Tradeoff) -> Point:
    return Point(model=tradeoff.base, x=1.0, x_interval=None, y=0.0, y_ends=None)


def _point(model: str, gain: _Place, found: Difference) -> Point:
    ends = None
    if found.interval is not None:
        both = sorted(better_of(end, found) for end in (found.interval.low, found.interval.high))
        ends = both[0], both[1]
    y = better_of(found.difference or 0.0, found)
    return Point(
        model=model, x=gain.x, x_interval=gain.interval, y=y, y_ends=ends, unsteady=gain.unsteady
    )


def _marked(points: list[Point]) -> Iterator[Point]:
    x, y = (np.array([getattr(point, name) for point in points]) for name in ("x", "y"))
    for point, is_optimal in zip(points, pareto_optimal(x, y), strict=True):
        yield replace(point, is_optimal=bool(is_optimal))
