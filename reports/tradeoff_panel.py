"""Quality over speed-up: a point for each model, filled where no other beats it on both counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from harness.reports.load_marks import UNSTABLE
from harness.reports.number_format import TIMES, format_difference, format_number
from harness.reports.panels.panel import (
    BOTTOM,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Label,
    Panel,
    Stroke,
    axis_titles,
    circle,
    clipped,
    grid,
    key,
)
from harness.reports.panels.point_labels import Lettering, point_labels
from harness.reports.panels.scale import Scale, scale_over
from harness.reports.tradeoff_points import Cloud, Point

HEIGHT = 288.0
_RADIUS = 5.0


def tradeoff_panel(cloud: Cloud) -> Panel:
    """Draw the models, their intervals, and the line of those that are optimal."""
    across = [end for point in cloud.points for end in _x_ends(point)]
    heights = [end for point in cloud.points for end in _y_ends(point)]
    along = scale_over(across, start=LEFT, end=WIDTH - RIGHT)
    upward = scale_over([*heights, 0.0], start=HEIGHT - BOTTOM, end=TOP)
    lines, labels = grid(along.ticks, upward.ticks, HEIGHT)
    x_title = f"{cloud.gain}, {TIMES} the base{', logarithmic' if along.is_log else ''}"
    labels += axis_titles(x_title, f"{cloud.quality}: better than the base by", HEIGHT)
    strokes = [lines, _level(upward), *_front(cloud.points, along, upward)]
    for point in cloud.points:
        strokes += _marks(point, along, upward)
    doubts = [key("doubt", UNSTABLE, _wave(12, 15))]
    return Panel(
        height=HEIGHT,
        strokes=tuple(strokes),
        labels=(*labels, *_names(cloud.points, along, upward)),
        key=(
            key("dot s0", "no other is as good on both and better on one", circle(12, 7, _RADIUS)),
            key("dot s0 missed", "another is at least as good on both", circle(12, 7, _RADIUS)),
            key("whisker", "interval", "M12 1V13m-4 0h8m-8 -12h8"),
            key("line s0 d1", "the best on offer"),
            *(doubts if any(point.unsteady for point in cloud.points) else []),
        ),
    )


def tradeoff_summary(cloud: Cloud) -> str:
    """Say in words what the drawing shows."""
    optimal = [point for point in cloud.points if point.is_optimal]
    others = [point.model for point in cloud.points if not point.is_optimal]
    told = "; ".join(_point_words(point) for point in sorted(optimal, key=lambda one: one.x))
    end = f" Beaten on both counts: {', '.join(others)}." if others else ""
    return f"Best on offer: {told}.{end}"


def _level(upward: Scale) -> Stroke:
    y = upward.place(0.0)
    return Stroke(
        name="axis", path=f"M{LEFT:g} {y:g}H{WIDTH - RIGHT:g}", words="as good as the base"
    )


def _front(points: Iterable[Point], along: Scale, upward: Scale) -> Iterator[Stroke]:
    optimal = sorted((point for point in points if point.is_optimal), key=lambda one: one.x)
    if len(optimal) > 1:
        places = [f"{along.place(one.x):g} {upward.place(one.y):g}" for one in optimal]
        yield Stroke(name="line s0 d1", path=f"M{'L'.join(places)}", words="the best on offer")


def _marks(point: Point, along: Scale, upward: Scale) -> Iterator[Stroke]:
    x, y = along.place(point.x), upward.place(point.y)
    if point.y_ends is not None:
        low, high = map(upward.place, point.y_ends)
        yield Stroke(name="whisker", path=f"M{x:g} {low:g}m-4 0h8m-4 0V{high:g}m-4 0h8")
    if point.x_interval is not None:
        low, high = along.place(point.x_interval.low), along.place(point.x_interval.high)
        yield Stroke(name="whisker", path=f"M{low:g} {y:g}m0 -4v8m0 -4H{high:g}m0 -4v8")
    mark = f"dot s0{'' if point.is_optimal else ' missed'}"
    yield Stroke(name=mark, path=circle(x, y, _RADIUS), words=_point_words(point))
    if point.unsteady:
        yield Stroke(name="doubt", path=_wave(x, y), words=point.unsteady)


def _wave(x: float, y: float) -> str:
    return f"M{x - 8:g} {y - 8:g}q4 -5 8 0t8 0"


def _names(points: Sequence[Point], along: Scale, upward: Scale) -> Iterator[Label]:
    dots = [(along.place(point.x), upward.place(point.y)) for point in points]
    return point_labels(dots, [clipped(point.model, 24) for point in points], _LETTERING)


def _name_places(x: float, y: float, width: float) -> Sequence[tuple[float, float]]:
    return ((x + 9, y - 5), (x - 9 - width, y - 5), (x + 9, y + 16), (x - 9 - width, y + 16))


_LETTERING = Lettering(height=HEIGHT, character=6.2, room=8.0, places=_name_places)


def _point_words(point: Point) -> str:
    change = format_difference(point.y, _spread(point))
    doubt = f", {UNSTABLE}" if point.unsteady else ""
    return f"{point.model} ({format_number(point.x, digits=3)}{TIMES}, {change}{doubt})"


def _spread(point: Point) -> float | None:
    if point.y_ends is None:
        return None
    return (point.y_ends[1] - point.y_ends[0]) / 4 or None


def _x_ends(point: Point) -> tuple[float, ...]:
    interval = point.x_interval
    return (point.x,) if interval is None else (interval.low, point.x, interval.high)


def _y_ends(point: Point) -> tuple[float, ...]:
    return (point.y,) if point.y_ends is None else (*point.y_ends, point.y)
