"""A history in words: what its drawings say to those who do not see them."""

from __future__ import annotations

import math

from harness.core.history import Point, Series, Shift
from harness.reports.number_format import format_count, format_number, parse_time
from harness.stats.change_points import MIN_SEGMENT

TOO_FEW = f"too few runs to tell ({2 * MIN_SEGMENT} needed)"
"""Said in place of no change where none could have been found."""
_WORDS = {True: "for the better", False: "for the worse", None: "neither better nor worse"}
_SYMBOLS = {True: "▲", False: "▼", None: "◆"}


def known_points(series: Series) -> tuple[Point, ...]:
    """Return the points that can be drawn."""
    return tuple(point for point in series.points if math.isfinite(point.value))


def date_of(iso: str) -> str:
    """Write the day of an ISO 8601 time, or the text itself.

    >>> date_of("2026-11-22T06:48:12+00:00")
    '2026-11-22'
    """
    moment = parse_time(iso)
    return iso if moment is None else f"{moment:%Y-%m-%d}"


def shift_symbol(shift: Shift) -> str:
    """Return the mark of a shift: better, worse, or neither."""
    return _SYMBOLS[shift.is_better]


def shift_words(shift: Shift) -> str:
    """Say when a series moved, and from where to where."""
    before, after = format_number(shift.before), format_number(shift.after)
    return f"shift {_WORDS[shift.is_better]} on {date_of(shift.at)}, from {before} to {after}"


def is_long_enough(series: Series) -> bool:
    """Tell whether there are runs enough to date a change of level."""
    return len(series.points) >= 2 * MIN_SEGMENT


def series_title(series: Series) -> str:
    """Name a series in one line."""
    return f"{series.quantity.id}, {series.suite}, {series.model}"


def series_words(series: Series) -> str:
    """Say in a sentence what a drawing of the series shows."""
    points = known_points(series)
    if not points:
        return "No run has a value."
    values = [point.value for point in points]
    n = f"{format_count(len(points))} run{'s' if len(points) > 1 else ''}"
    days = f"{date_of(points[0].at)} to {date_of(points[-1].at)}"
    latest, low, high = (format_number(v) for v in (values[-1], min(values), max(values)))
    facts = f"{n}, {days}: latest {latest}, lowest {low}, highest {high}"
    return f"{'; '.join([facts, *(shift_words(shift) for shift in series.shifts)])}."
