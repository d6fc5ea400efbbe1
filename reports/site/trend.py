"""One number over the runs of a line, as a drawing, in words and as a table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from harness.core.history import Point, Series, Shift
from harness.core.score import Direction
from harness.reports.anchors import anchor
from harness.reports.estimate_tables import DIRECTION_WORDS
from harness.reports.number_format import (
    ABSENT,
    format_count,
    format_number,
    format_time,
    parse_time,
)
from harness.reports.site.addresses import run_page
from harness.reports.site.run_list import clipped
from harness.reports.thinning import thinned

WIDTH, HEIGHT = 600, 150
"""Of the drawing, in its own units."""
_MARGIN = 12
_MAX_DRAWN = 600
_MAX_LISTED = 30
_PADDING = 0.06
_STDERRS_PER_HALF_WIDTH = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A change point on the drawing and in words."""

    x: int
    symbol: str
    kind: str
    """``better``, ``worse`` or ``other``."""
    date: str
    run_id: str
    address: str
    words: str
    """Such as ``worse: 0.81 to 0.74``."""
    p_value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRow:
    """One run's value in the table beside the drawing."""

    date: str
    run_id: str
    address: str
    value: str
    interval: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One series, ready for a page."""

    anchor: str
    model: str
    suite: str
    quantity: str
    better: str
    definition: str
    is_headline: bool
    newest: str
    interval: str
    line: str
    """Path of the values."""
    band: str
    """Outline of the intervals; empty where there are none."""
    end: tuple[int, int]
    """Place of the newest value."""
    marks: tuple[Mark, ...]
    scale: tuple[str, str]
    """Lowest and highest number drawn."""
    dates: tuple[str, str]
    words: str
    """All that the drawing says, in a sentence."""
    rows: tuple[PointRow, ...]
    """Newest first."""
    n_points: int


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a value of a run is drawn; runs stand at equal distances, whatever their dates."""

    n: int
    low: float
    high: float

    def x(self, place: float) -> int:
        share = place / (self.n - 1) if self.n > 1 else 0.5
        return round(_MARGIN + share * (WIDTH - 2 * _MARGIN))

    def y(self, value: float) -> int:
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - _MARGIN - share * (HEIGHT - 2 * _MARGIN))


def trend(series: Series) -> Trend:
    """Draw a series.

    Args:
        series: with one point at least.
    """
    points, newest = series.points, series.points[-1]
    spread = _spread(points)
    frame = _frame(points)
    places = thinned(range(len(points)), _MAX_DRAWN)
    marks = tuple(_marks(series, frame, spread))
    return Trend(
        anchor=anchor("trend", series.suite, series.model, series.quantity.id, series.data_hash),
        model=series.model,
        suite=series.suite,
        quantity=series.quantity.id,
        better=DIRECTION_WORDS[series.quantity.direction],
        definition=series.quantity.definition,
        is_headline=series.quantity.is_headline,
        newest=format_number(newest.value, spread=spread),
        interval=_interval(newest, spread),
        line=_path((frame.x(i), frame.y(points[i].value)) for i in places),
        band=_band(points, places, frame),
        end=(frame.x(len(points) - 1), frame.y(newest.value)),
        marks=marks,
        scale=(format_number(frame.low, spread=spread), format_number(frame.high, spread=spread)),
        dates=(format_day(points[0].at), format_day(newest.at)),
        words=_words(series, marks, spread),
        rows=tuple(_row(point, spread) for point in points[: -_MAX_LISTED - 1 : -1]),
        n_points=len(points),
    )


def format_day(iso: str) -> str:
    """Write the day of an ISO 8601 time.

    >>> format_day("2026-11-22T06:48:12+00:00")
    '2026-11-22'
    """
    moment = parse_time(iso)
    return f"{moment:%Y-%m-%d}" if moment else clipped(iso) or ABSENT


def shift_kind(shift: Shift) -> str:
    """Return which way a level moved, as a word: ``better``, ``worse`` or ``other``."""
    if shift.is_better is None:
        return "other"
    return "better" if shift.is_better else "worse"


def _marks(series: Series, frame: _Frame, spread: float | None) -> Iterable[Mark]:
    place_of = {point.run_id: place for place, point in enumerate(series.points)}
    for shift in series.shifts:
        if shift.run_id not in place_of:
            continue
        kind = shift_kind(shift)
        before, after = (format_number(x, spread=spread) for x in (shift.before, shift.after))
        word = kind if kind != "other" else "changed"
        yield Mark(
            x=frame.x(place_of[shift.run_id] - 0.5),
            symbol=_symbol(series, shift),
            kind=kind,
            date=format_day(shift.at),
            run_id=shift.run_id,
            address=run_page(shift.run_id),
            words=f"{word}: {before} to {after}",
            p_value=format_number(shift.p_value, digits=2),
        )


def _symbol(series: Series, shift: Shift) -> str:
    """Point to where the line goes; whether that is better is said in words."""
    if shift.after == shift.before or series.quantity.direction is Direction.NEITHER:
        return "◆"
    return "▲" if shift.after > shift.before else "▼"


def _spread(points: Sequence[Point]) -> float | None:
    """Return the newest standard error, told from the interval's width."""
    for point in reversed(points):
        if point.low is not None and point.high is not None and point.high > point.low:
            return (point.high - point.low) / 2 / _STDERRS_PER_HALF_WIDTH
    return None


def _frame(points: Sequence[Point]) -> _Frame:
    ends = [end for point in points for end in (point.low, point.value, point.high)]
    known = [end for end in ends if end is not None and math.isfinite(end)]
    low, high = min(known), max(known)
    padding = _PADDING * (high - low) or 0.1 * abs(high) or 1.0
    return _Frame(len(points), low - padding, high + padding)


def _path(places: Iterable[tuple[int, int]]) -> str:
    """Return a line through places; relative steps are half as long as absolute ones."""
    steps = list(places)
    drawn = [f"M{steps[0][0]} {steps[0][1]}"]
    for (x0, y0), (x1, y1) in pairwise(steps):
        drawn.append(f"l{x1 - x0} {y1 - y0}")
    return "".join(drawn)


def _band(points: Sequence[Point], places: Iterable[int], frame: _Frame) -> str:
    known = [
        (frame.x(i), frame.y(low), frame.y(high))
        for i, low, high in ((i, points[i].low, points[i].high) for i in places)
        if low is not None and high is not None
    ]
    if len(known) < 2:  # noqa: PLR2004 - one interval has no outline
        return ""
    upper = [(x, high) for x, _, high in known]
    lower = [(x, low) for x, low, _ in reversed(known)]
    return f"{_path([*upper, *lower])}z"


def _interval(point: Point, spread: float | None) -> str:
    if point.low is None or point.high is None:
        return ""
    low, high = (format_number(end, spread=spread) for end in (point.low, point.high))
    return f"[{low}, {high}]"


def _row(point: Point, spread: float | None) -> PointRow:
    return PointRow(
        date=format_time(point.at),
        run_id=point.run_id,
        address=run_page(point.run_id),
        value=format_number(point.value, spread=spread),
        interval=_interval(point, spread) or ABSENT,
    )


def _words(series: Series, marks: Sequence[Mark], spread: float | None) -> str:
    points = series.points
    n = f"{format_count(len(points))} {'run' if len(points) == 1 else 'runs'}"
    newest = format_number(points[-1].value, spread=spread)
    if not marks:
        return f"{n}, newest {newest}; no change of level."
    last = marks[-1]
    more = f" and {len(marks) - 1} before it" if len(marks) > 1 else ""
    return f"{n}, newest {newest}; {last.words} on {last.date}{more}."
