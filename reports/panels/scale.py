"""The axis of a panel: even steps, or powers of ten where the values span too much for them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from harness.reports.axis import axis_over, tick_labels
from harness.reports.number_format import format_number

_SPAN_FOR_LOG = 20.0
"""Largest over smallest value from which equal steps would hide the small ones."""
_FEW_DECADES, _MANY_DECADES = 1.5, 3.5
_DIVISIONS = {0: (1, 2, 5), 1: (1, 3), 2: (1,)}
_MAX_TICKS = 7
_NEARLY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A range of values laid over a range of places."""

    low: float
    high: float
    start: float
    """Place of ``low``."""
    end: float
    is_log: bool
    ticks: tuple[tuple[float, str], ...] = ()
    """Place and text of each."""

    def place(self, value: float) -> float:
        """Return the place of a value, held inside the scale."""
        if self.is_log:
            value = max(value, self.low)
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return round(self.start + min(1.0, max(0.0, share)) * (self.end - self.start), 1)


def scale_over(
    values: Iterable[float], *, start: float, end: float, is_from_zero: bool = False
) -> Scale:
    """Return a scale that holds all values, logarithmic where they span a lot.

    Args:
        values: those that are not finite are left out.
        start: place of the lowest value.
        end: place of the highest.
        is_from_zero: whether a scale of equal steps starts at 0.
    """
    known = [value for value in values if math.isfinite(value)]
    if known and min(known) > 0 and max(known) / min(known) > _SPAN_FOR_LOG:
        return log_scale(known, start=start, end=end)
    axis = axis_over([*known, 0.0] if is_from_zero else known, start=start, end=end)
    texts = tick_labels(axis.ticks)
    pairs = [(axis.place(tick), text) for tick, text in zip(axis.ticks, texts, strict=True)]
    step = 2 if len(pairs) > _MAX_TICKS else 1
    return Scale(
        low=axis.low, high=axis.high, start=start, end=end, is_log=False, ticks=tuple(pairs[::step])
    )


def log_scale(
    values: Iterable[float],
    *,
    start: float,
    end: float,
    written: Callable[[float], str] = lambda value: format_number(value, digits=3),
) -> Scale:
    """Return a logarithmic scale that holds all values, its ends rounded outwards to ticks.

    Args:
        values: all above 0.
        start: place of the lowest value.
        end: place of the highest.
        written: turns the value of a tick into text.
    """
    known = [value for value in values if math.isfinite(value) and value > 0] or [1.0]
    low, high = min(known), max(known)
    n_decades = math.log10(high / low)
    fineness = 0 if n_decades < _FEW_DECADES else 1 if n_decades < _MANY_DECADES else 2
    ticks = _round_values(low, high, _DIVISIONS[fineness])
    scale = Scale(low=ticks[0], high=ticks[-1], start=start, end=end, is_log=True)
    step = math.ceil(len(ticks) / (_MAX_TICKS + 1))
    marks = tuple((scale.place(tick), written(tick)) for tick in ticks[::step])
    return Scale(
        low=scale.low, high=scale.high, start=start, end=end, is_log=True, ticks=marks
    )  # fmt: skip


def _round_values(low: float, high: float, divisions: tuple[int, ...]) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1
    candidates = [float(f"{d}e{n}") for n in range(first, last + 1) for d in divisions]
    below = max(c for c in candidates if c <= low * (1 + _NEARLY))
    above = min(c for c in candidates if c >= high * (1 - _NEARLY) and c > below)
    return [c for c in candidates if below <= c <= above]
