"""An axis of a drawing: a round range, and the place of each value on it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.reports.number_format import MINUS, format_number

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_N_STEPS = 4
_NOISE = 1e-9
"""Values that differ by a smaller share of themselves are one, but for rounding."""
_TINY = 1e-290


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A range of values laid over a range of places."""

    low: float
    high: float
    start: float
    """Place of ``low``."""
    end: float
    """Place of ``high``; before ``start`` on an axis that points up."""
    ticks: tuple[float, ...] = ()
    """Round values from end to end."""

    def place(self, value: float) -> float:
        """Return the place of a value, held inside the axis."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + min(1.0, max(0.0, share)) * (self.end - self.start), 1)


def axis_over(values: Iterable[float], *, start: float, end: float) -> Axis:
    """Return an axis that holds all values, its ends rounded outwards to ticks.

    >>> axis_over([0.72, 0.81], start=0, end=100).ticks
    (0.7, 0.725, 0.75, 0.775, 0.8, 0.825)
    """
    known = [value for value in values if math.isfinite(value)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    size = max(abs(low), abs(high))
    if high - low <= max(_NOISE * size, _TINY):
        room = 0.05 * size if size > _TINY else 1.0
        low, high = low - room, high + room
    step = _round_step((high - low) / _N_STEPS)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(float(f"{i * step:.12g}") for i in range(first, last + 1))
    return Axis(low=ticks[0], high=ticks[-1], start=start, end=end, ticks=ticks)


def tick_labels(ticks: Sequence[float]) -> tuple[str, ...]:
    """Write ticks with equally many decimals.

    >>> tick_labels((0.8, 0.85, 0.9))
    ('0.80', '0.85', '0.90')
    """
    shortest = [format_number(tick, digits=6) for tick in ticks]
    decimals = max((len(text.partition(".")[2]) for text in shortest), default=0)
    return tuple(f"{tick:,.{decimals}f}".replace("-", MINUS) for tick in ticks)


def _round_step(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(s * power for s in _STEPS if s * power >= step * (1 - 1e-9))
