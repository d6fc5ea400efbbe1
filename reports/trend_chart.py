"""A history to study: values with their intervals over the runs, levels, and dated shifts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from harness.core.history import Point, Series, Shift
from harness.reports.anchors import anchor
from harness.reports.axis import Axis, axis_over, tick_labels
from harness.reports.number_format import format_number, format_time
from harness.reports.series_words import (
    date_of,
    known_points,
    series_title,
    series_words,
    shift_symbol,
    shift_words,
)
from harness.reports.sparkline import axis_over_runs, line_path, move_name
from harness.reports.table import Cell, Column, Table, text_table
from harness.reports.thinning import thinned

WIDTH = 720
HEIGHT = 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 14.0, 40.0, 24.0
_LABEL_ROWS = 2
_LABEL_HEIGHT = 14.0
_MAX_DOTS = 240
_MAX_ROWS = 30
_END_LABELS_FROM = 90.0
"""Distance from the right end, below which a label stands to the left of its mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftMark:
    """Where the level moved."""

    name: str
    """``better``, ``worse`` or ``other``."""
    x: float
    label: str
    label_y: float
    is_label_left: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendChart:
    """Paths for a template to draw, the same in words, and a table of the newest runs."""

    kind: ClassVar[str] = "trend"
    anchor: str
    title: str
    words: str
    width: int = WIDTH
    height: int = HEIGHT
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    top: float = _TOP
    bottom: float = HEIGHT - _BOTTOM
    ticks: tuple[tuple[float, str], ...]
    """Place from above and text of each line of the grid."""
    days: tuple[str, str]
    """Of the first run and the last."""
    band: str
    """SVG path around the intervals; empty where none is known."""
    line: str
    dots: str
    """SVG path of strokes without length, one for each run."""
    levels: str
    """SVG path of the mean between shifts; empty without any shift."""
    shifts: tuple[ShiftMark, ...]
    table: Table


def trend_chart(series: Series, *, place: str = "trend") -> TrendChart | None:
    """Draw a history; None when no run has a value. See ``sparkline`` for the arguments."""
    points = known_points(series)
    if not points:
        return None
    along = axis_over_runs(len(points), start=_LEFT + 8, end=WIDTH - _RIGHT - 8)
    upward = axis_over(_heights(points), start=HEIGHT - _BOTTOM, end=_TOP)
    numbers = {point.run_id: i for i, point in enumerate(points)}
    shifts = [shift for shift in series.shifts if shift.run_id in numbers]
    values = [point.value for point in points]
    drawn = thinned(range(len(points)), _MAX_DOTS)
    names = (place, series.line, series.suite, series.model, series.quantity.id, series.suite_hash)
    return TrendChart(
        anchor=anchor(*names),
        title=series_title(series),
        words=series_words(series),
        ticks=tuple(zip(map(upward.place, upward.ticks), tick_labels(upward.ticks), strict=True)),
        days=(date_of(points[0].at), date_of(points[-1].at)),
        band=_band(points, along, upward),
        line=line_path(values, along, upward),
        dots="".join(f"M{along.place(i):g} {upward.place(values[i]):g}h0" for i in drawn),
        levels=_levels(shifts, numbers, along, upward),
        shifts=tuple(
            _mark(shift, along.place(numbers[shift.run_id]), i % _LABEL_ROWS)
            for i, shift in enumerate(shifts)
        ),
        table=trend_table(series, limit=_MAX_ROWS),
    )


def trend_table(series: Series, *, limit: int) -> Table:
    """Return the newest runs of a series, newest first, at most ``limit``."""
    points = known_points(series)
    shifts = {shift.run_id: shift_words(shift) for shift in series.shifts}
    rows = [
        (
            format_time(point.at),
            point.run_id,
            Cell(format_number(point.value), order=point.value),
            _interval(point),
            shifts.get(point.run_id, ""),
        )
        for point in reversed(points[-limit:])
    ]
    columns = (
        Column(title="Started"),
        Column(title="Run", is_code=True),
        Column(title=series.quantity.id, is_number=True),
        Column(title="Interval", is_number=True),
        Column(title="Shift"),
    )
    whole = "" if len(points) <= limit else f", the newest {limit} of {len(points)} runs"
    return text_table(f"{series_title(series)}{whole}", columns, rows)


def _heights(points: Sequence[Point]) -> list[float]:
    ends = (point.value for point in points), (end for p in points for end in (p.low, p.high))
    return [*ends[0], *(end for end in ends[1] if end is not None)]


def _band(points: Sequence[Point], along: Axis, upward: Axis) -> str:
    known = [
        (along.place(i), upward.place(point.low), upward.place(point.high))
        for i, point in enumerate(points)
        if point.low is not None and point.high is not None
    ]
    if not known:
        return ""
    some = thinned(known, _MAX_DOTS)
    above = [f"{x:g} {high:g}" for x, _, high in some]
    below = [f"{x:g} {low:g}" for x, low, _ in reversed(some)]
    return f"M{'L'.join([*above, *below])}Z"


def _levels(shifts: Sequence[Shift], numbers: dict[str, int], along: Axis, upward: Axis) -> str:
    if not shifts:
        return ""
    borders = [along.start, *(along.place(numbers[s.run_id]) for s in shifts), along.end]
    means = [shifts[0].before, *(shift.after for shift in shifts)]
    parts = zip(borders, borders[1:], means, strict=False)
    return "".join(f"M{x:g} {upward.place(mean):g}H{end:g}" for x, end, mean in parts)


def _mark(shift: Shift, x: float, row: int) -> ShiftMark:
    return ShiftMark(
        name=move_name(shift.is_better),
        x=x,
        label=f"{shift_symbol(shift)} {date_of(shift.at)}",
        label_y=_LABEL_HEIGHT * (row + 1),
        is_label_left=x > WIDTH - _END_LABELS_FROM,
        words=shift_words(shift),
    )


def _interval(point: Point) -> str:
    if point.low is None or point.high is None:
        return ""
    return f"[{format_number(point.low)}, {format_number(point.high)}]"
