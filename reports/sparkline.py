"""A history as small as a word: a line, its last point, and a mark where it shifted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from harness.core.history import Series
from harness.reports.anchors import anchor
from harness.reports.axis import Axis, axis_over
from harness.reports.series_words import known_points, series_title, series_words
from harness.reports.thinning import thinned

WIDTH = 112
HEIGHT = 28
_ROOM = 4.0
_MAX_DRAWN = 112


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparkline:
    """Paths for a template to draw, and the same in words."""

    kind: ClassVar[str] = "sparkline"
    anchor: str
    """Names title and description within the page."""
    title: str
    words: str
    width: int = WIDTH
    height: int = HEIGHT
    line: str
    """SVG path through the values."""
    shifts: tuple[tuple[str, float], ...]
    """``better``, ``worse`` or ``other``, and the place from left, of each shift."""
    last: tuple[float, float]
    """Place of the newest value."""


def sparkline(series: Series, *, place: str = "sparkline") -> Sparkline | None:
    """Draw a history; None when no run has a value.

    Args:
        series: runs stand at equal distances, whatever time lay between them.
        place: tells apart the ids of two drawings of one series in one page.
    """
    points = known_points(series)
    if not points:
        return None
    along = axis_over_runs(len(points), start=_ROOM, end=WIDTH - _ROOM)
    values = [point.value for point in points]
    upward = axis_over(values, start=HEIGHT - _ROOM, end=_ROOM)
    numbers = {point.run_id: i for i, point in enumerate(points)}
    names = (place, series.line, series.suite, series.model, series.quantity.id, series.suite_hash)
    return Sparkline(
        anchor=anchor(*names),
        title=series_title(series),
        words=series_words(series),
        line=line_path(values, along, upward),
        shifts=tuple(
            (move_name(shift.is_better), along.place(numbers[shift.run_id]))
            for shift in series.shifts
            if shift.run_id in numbers
        ),
        last=(along.place(len(points) - 1), upward.place(values[-1])),
    )


def axis_over_runs(n: int, *, start: float, end: float) -> Axis:
    """Return an axis on which n runs stand at equal distances, the first at the start."""
    return Axis(low=0.0, high=float(max(1, n - 1)), start=start, end=end)


def line_path(values: Sequence[float], along: Axis, upward: Axis) -> str:
    """Return an SVG path through values, thinned to what the eye can use."""
    numbers = thinned(range(len(values)), _MAX_DRAWN)
    places = [f"{along.place(i):g} {upward.place(values[i]):g}" for i in numbers]
    return f"M{'L'.join(places)}"


def move_name(is_better: bool | None) -> str:  # noqa: FBT001 - a field of the core, named there
    """Return a style sheet's word for a move."""
    return {True: "better", False: "worse", None: "other"}[is_better]
