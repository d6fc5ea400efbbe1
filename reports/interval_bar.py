"""The small drawing beside a number: where value and interval lie on a scale shared by rows."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from harness.core.estimate import Estimate
from harness.reports.number_format import (
    compact_number,
    format_level,
    format_number,
    format_value,
    spread_of,
)

WIDTH = 296
"""Of the drawing, in its own units; the scale's ends are written at both sides."""
_MARGIN = 38.0
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """The range that a group of bars shares."""

    low: float
    high: float

    def position(self, value: float) -> float:
        """Return the horizontal place of a value in the drawing, in its units."""
        share = (value - self.low) / (self.high - self.low)
        return round(_MARGIN + min(1.0, max(0.0, share)) * (WIDTH - 2 * _MARGIN), 2)

    @property
    def ticks(self) -> tuple[float, ...]:
        """Places of five marks from end to end."""
        return tuple(self.position(self.low + t * (self.high - self.low)) for t in _TICKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalBar:
    """Places for a template to draw, and the same in words."""

    value: float
    low: float | None
    high: float | None
    reference: float | None
    """Place of the value to compare with (the whole suite beside its slices)."""
    ticks: tuple[float, ...]
    ends: tuple[str, str]
    """The scale's ends, as text."""
    words: str


def scale_for(estimates: Iterable[Estimate]) -> Scale:
    """Return the quantity's own range where it has one, else a range that holds all intervals."""
    known = [estimate for estimate in estimates if estimate.value is not None]
    if not known:
        return Scale(0.0, 1.0)
    low, high = known[0].quantity.low, known[0].quantity.high
    if low is not None and high is not None and high > low:
        return Scale(low, high)
    ends = [end for estimate in known for end in _ends(estimate) if math.isfinite(end)]
    if not ends:
        return Scale(0.0, 1.0)
    return _padded(min(ends), max(ends), floor=low, ceiling=high)


def interval_bar(
    estimate: Estimate, scale: Scale, *, reference: float | None = None
) -> IntervalBar | None:
    """Place an estimate on a scale; None when it has no value."""
    if estimate.value is None or not math.isfinite(estimate.value):
        return None
    interval = estimate.interval
    return IntervalBar(
        value=scale.position(estimate.value),
        low=scale.position(interval.low) if interval else None,
        high=scale.position(interval.high) if interval else None,
        reference=None if reference is None else scale.position(reference),
        ticks=scale.ticks,
        ends=(compact_number(scale.low), compact_number(scale.high)),
        words=_words(estimate, scale),
    )


def _ends(estimate: Estimate) -> tuple[float, ...]:
    value = () if estimate.value is None else (estimate.value,)
    interval = estimate.interval
    return value if interval is None else (*value, interval.low, interval.high)


def _padded(low: float, high: float, *, floor: float | None, ceiling: float | None) -> Scale:
    margin = 0.08 * (high - low) or 0.1 * abs(high) or 1.0
    step = 10.0 ** math.floor(math.log10(high - low + 2 * margin)) / 2
    low, high = math.floor((low - margin) / step) * step, math.ceil((high + margin) / step) * step
    low = low if floor is None else max(floor, low)
    high = high if ceiling is None else min(ceiling, high)
    return Scale(low, high) if high > low else Scale(low, low + 1.0)


def _words(estimate: Estimate, scale: Scale) -> str:
    ends = f"scale from {format_number(scale.low)} to {format_number(scale.high)}"
    interval = estimate.interval
    if interval is None:
        return f"{format_value(estimate)}; {ends}"
    spread = spread_of(estimate)
    low, high = (format_number(end, spread=spread) for end in (interval.low, interval.high))
    level = format_level(interval.level)
    return f"{format_value(estimate)}, {level} interval {low} to {high}; {ends}"
