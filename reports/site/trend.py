"""One number over the runs of a line: drawn, in words, and with links to where it changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.core.history import Point, Series
from harness.reports.anchors import anchor
from harness.reports.estimate_tables import DIRECTION_WORDS
from harness.reports.number_format import format_number
from harness.reports.series_words import date_of, known_points, shift_symbol
from harness.reports.site.addresses import run_page
from harness.reports.sparkline import Sparkline, move_name, sparkline
from harness.reports.trend_chart import TrendChart, trend_chart

_STDERRS_PER_HALF_WIDTH = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A dated change of level."""

    name: str
    """``better``, ``worse`` or ``other``."""
    symbol: str
    words: str
    """Such as ``worse: 0.81 to 0.74``."""
    at: str
    date: str
    address: str
    """Of the first run after it, from the site's folder."""
    p_value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """What is told of a series wherever it is listed."""

    anchor: str
    suite: str
    model: str
    quantity: str
    definition: str
    better: str
    newest: str
    interval: str
    moves: tuple[Move, ...]
    """Oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallTrend:
    """A trend with a drawing as small as a word."""

    trend: Trend
    drawing: Sparkline


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnTrend:
    """A trend with a drawing to study and its table."""

    trend: Trend
    drawing: TrendChart


def small_trends(series: Sequence[Series]) -> tuple[SmallTrend, ...]:
    """Return the series that have a value, each with a small drawing."""
    drawn = ((item, sparkline(item)) for item in series)
    return tuple(SmallTrend(trend=trend(item), drawing=d) for item, d in drawn if d is not None)


def drawn_trends(series: Sequence[Series]) -> tuple[DrawnTrend, ...]:
    """Return the series that have a value, each with a drawing."""
    drawn = ((item, trend_chart(item, place=_anchor(item))) for item in series)
    return tuple(DrawnTrend(trend=trend(item), drawing=d) for item, d in drawn if d is not None)


def trend(series: Series) -> Trend:
    """Return what is told of a series.

    Args:
        series: with one known value at least.
    """
    newest = known_points(series)[-1]
    spread = _spread(newest)
    return Trend(
        anchor=_anchor(series),
        suite=series.suite,
        model=series.model,
        quantity=series.quantity.id,
        definition=series.quantity.definition,
        better=DIRECTION_WORDS[series.quantity.direction],
        newest=format_number(newest.value, spread=spread),
        interval=_interval(newest, spread),
        moves=tuple(_moves(series, spread)),
    )


def _anchor(series: Series) -> str:
    names = (series.suite, series.model, series.metric, series.quantity.id)
    asked = (series.suite_hash, series.data_hash, series.draw)
    return anchor(*names, *asked, series.hardware)


def _moves(series: Series, spread: float | None) -> Iterator[Move]:
    for shift in series.shifts:
        name = move_name(shift.is_better)
        before, after = (format_number(x, spread=spread) for x in (shift.before, shift.after))
        yield Move(
            name=name,
            symbol=shift_symbol(shift),
            words=f"{'changed' if name == 'other' else name}: {before} to {after}",
            at=shift.at,
            date=date_of(shift.at),
            address=run_page(shift.run_id),
            p_value=format_number(shift.p_value, digits=2),
        )


def _spread(point: Point) -> float | None:
    """Return a value's standard error, told from the width of its interval."""
    if point.low is None or point.high is None or not point.high > point.low:
        return None
    return (point.high - point.low) / 2 / _STDERRS_PER_HALF_WIDTH


def _interval(point: Point, spread: float | None) -> str:
    if point.low is None or point.high is None:
        return ""
    low, high = (format_number(end, spread=spread) for end in (point.low, point.high))
    return f"[{low}, {high}]"
