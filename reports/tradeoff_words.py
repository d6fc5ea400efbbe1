"""What is lost and what is gained, as text."""

from __future__ import annotations

from collections.abc import Iterator

from harness.core.comparison import Difference
from harness.core.estimate import Interval
from harness.core.score import Direction
from harness.core.tradeoff import Gain, Tradeoff
from harness.reports.number_format import (
    ABSENT,
    TIMES,
    format_bounds,
    format_difference,
    format_number,
)

_STDERRS_PER_HALF_WIDTH = 1.96


def loss_text(found: Difference) -> str:
    """Write a difference with its interval, such as ``+0.012 [-0.01, 0.03]``."""
    spread = found.stderr or _spread(found.interval)
    text = format_difference(found.difference, spread)
    return text if found.interval is None else f"{text} {format_bounds(found.interval, spread)}"


def ratio_text(ratio: float | None, interval: Interval | None = None) -> str:
    """Write a ratio with its interval, such as ``1.85x [1.8, 1.9]``."""
    if ratio is None:
        return ABSENT
    spread = _spread(interval)
    text = f"{format_number(ratio, spread=spread, digits=3)}{TIMES}"
    return text if interval is None else f"{text} {format_bounds(interval, spread)}"


def gain_title(gain: Gain) -> str:
    """Return what a ratio of this kind is a ratio of."""
    words = {"speed": "Speed-up", "memory": "Memory saved", "energy": "Energy saved"}
    return f"{words[gain.kind]} ({gain.quantity.id})"


def left_out_texts(tradeoff: Tradeoff) -> Iterator[str]:
    """Yield what could not be compared, with the model."""
    for one in tradeoff.alternatives:
        yield from (f"{one.model}: {note}" for note in one.notes)


def better_of(difference: float, found: Difference) -> float:
    """Return a difference turned so that higher is better."""
    return -difference if found.quantity.direction is Direction.LOWER else difference


def _spread(interval: Interval | None) -> float | None:
    if interval is None or not interval.high > interval.low:
        return None
    return (interval.high - interval.low) / 2 / _STDERRS_PER_HALF_WIDTH
