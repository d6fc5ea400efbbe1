"""Accuracy over the place of the evidence in its context, a line for each length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from harness.reports.number_format import ABSENT, format_count, format_number
from harness.reports.panels.panel import (
    BOTTOM,
    LEFT,
    N_HUES,
    RIGHT,
    TOP,
    WIDTH,
    Panel,
    Stroke,
    axis_titles,
    circle,
    clipped,
    grid,
    key,
    series_name,
)
from harness.reports.panels.scale import Scale
from harness.reports.table import Cell, Column, Table, text_table

Data: TypeAlias = Mapping[str, Any]
Point: TypeAlias = Mapping[str, Any]

HEIGHT = 268.0
_APART = 7.0
"""Between the points of two lines at one depth, so that their intervals do not hide each other."""
_MOST_APART = 42.0
_MARGIN = 26.0
"""Between the ends of the axis and the first and last depth."""


def depth_accuracy_panel(data: Data) -> Panel:
    """Draw a line for each length, with intervals."""
    series = data["series"]
    along = Scale(
        low=0.0, high=1.0, start=LEFT + _MARGIN, end=WIDTH - RIGHT - _MARGIN, is_log=False
    )
    upward = Scale(low=0.0, high=1.0, start=HEIGHT - BOTTOM, end=TOP, is_log=False)
    depths = sorted({point["depth"] for one in series for point in one["points"]})
    lines, labels = grid(
        [(along.place(depth), f"{depth:g}") for depth in depths],
        [(upward.place(share), f"{share:.0%}") for share in (0.0, 0.25, 0.5, 0.75, 1.0)],
        HEIGHT,
    )
    strokes = [lines]
    apart = min(_APART, _MOST_APART / max(1, len(series)))
    for number, one in enumerate(series):
        shift = apart * (number - (len(series) - 1) / 2)
        strokes += _strokes(one, number, shift, along, upward)
    title = "Place of the evidence: 0 beginning, 1 end of the context"
    return Panel(
        height=HEIGHT,
        strokes=tuple(strokes),
        labels=(*labels, *axis_titles(title, "Accuracy, with its interval", HEIGHT)),
        key=tuple(
            key(f"line {series_name(number)}", clipped(one["label"], 60))
            for number, one in enumerate(series)
        ),
    )


def depth_accuracy_words(data: Data) -> str:
    """Say of each length where accuracy is lowest and highest, and what was not answered."""
    parts = [_told(one) for one in data["series"]]
    return f"{'; '.join(parts)}." if parts else "No context was asked about."


def depth_accuracy_table(data: Data) -> Table:
    """Return a row for each length and depth."""
    rows = [
        (
            one["label"],
            Cell(f"{point['depth']:g}", order=point["depth"]),
            *(_share_cell(point[name]) for name in ("value", "low", "high")),
            *(Cell(format_count(point[name]), order=point[name]) for name in ("n", "n_unscored")),
        )
        for one in data["series"]
        for point in one["points"]
    ]
    titles = ("Depth", "Accuracy", "Interval from", "Interval to", "n", "No score")
    columns = (Column(title="Length"), *(Column(title=each, is_number=True) for each in titles))
    return text_table("Accuracy by length and place of the evidence", columns, rows)


def _told(one: Mapping[str, Any]) -> str:
    known = _known(one["points"])
    missing = sum(point["n_unscored"] for point in one["points"])
    total = missing + sum(point["n"] for point in one["points"])
    unread = f", {format_count(missing)} of {format_count(total)} without a score"
    tail = unread if missing else ""
    if not known:
        return f"{one['label']}: no value{tail}"
    low = min(known, key=lambda point: point["value"])
    high = max(known, key=lambda point: point["value"])
    if low["value"] == high["value"]:
        share = format_number(low["value"], digits=3)
        return f"{one['label']}: {share} at every depth{tail}"
    ends = (
        f"{format_number(point['value'], digits=3)} at depth {point['depth']:g}"
        for point in (low, high)
    )
    return f"{one['label']}: from {' to '.join(ends)}{tail}"


def _known(points: Sequence[Point]) -> list[Point]:
    return [point for point in points if point["value"] is not None]


def _strokes(
    one: Mapping[str, Any], number: int, shift: float, along: Scale, upward: Scale
) -> Iterator[Stroke]:
    places = [
        (round(along.place(point["depth"]) + shift, 1), upward.place(point["value"]), point)
        for point in _known(one["points"])
    ]
    if len(places) > 1:
        path = "L".join(f"{x:g} {y:g}" for x, y, _ in places)
        yield Stroke(name=f"line {series_name(number)}", path=f"M{path}", words=one["label"])
    for x, y, point in places:
        if point["low"] is not None:
            low, high = upward.place(point["low"]), upward.place(point["high"])
            whisker = f"M{x:g} {low:g}V{high:g}m-3 0h6M{x - 3:g} {low:g}h6"
            yield Stroke(name=f"whisker s{number % N_HUES}", path=whisker)
        yield Stroke(
            name=f"dot s{number % N_HUES}", path=circle(x, y, 4), words=_point_words(one, point)
        )


def _point_words(one: Mapping[str, Any], point: Point) -> str:
    share = format_number(point["value"], digits=3)
    words = f"{one['label']}, depth {point['depth']:g}: {share}, n {format_count(point['n'])}"
    if point["n_unscored"]:
        words += f", {format_count(point['n_unscored'])} without a score"
    return words


def _share_cell(share: float | None) -> Cell:
    return Cell(ABSENT) if share is None else Cell(format_number(share, digits=3), order=share)
