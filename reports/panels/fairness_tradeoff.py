"""Balanced accuracy over the gap between groups, along all thresholds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from harness.reports.number_format import ABSENT, format_number
from harness.reports.panels.panel import (
    BOTTOM,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Panel,
    Stroke,
    axis_titles,
    circle,
    grid,
    key,
    series_name,
)
from harness.reports.panels.scale import Scale, scale_over
from harness.reports.table import Cell, Column, Table, text_table

Data: TypeAlias = Mapping[str, Any]

HEIGHT = 288.0
CLOSE = 0.01
"""Accuracy that a reader may be willing to give up for a smaller gap."""
_GAPS = {"demographic_parity": "demographic parity", "equalized_odds": "equalised odds"}


def fairness_tradeoff_panel(data: Data) -> Panel:
    """Draw a line for each kind of gap, the threshold in use marked on it."""
    points = data["points"]
    along = scale_over(
        [point[gap] for gap in _GAPS for point in _known(points, gap)],
        start=LEFT, end=WIDTH - RIGHT, is_from_zero=True,
    )  # fmt: skip
    heights = [p["balanced_accuracy"] for p in points if p["balanced_accuracy"] is not None]
    upward = scale_over(heights, start=HEIGHT - BOTTOM, end=TOP)
    lines, labels = grid(along.ticks, upward.ticks, HEIGHT)
    strokes = [lines]
    for number, gap in enumerate(_GAPS):
        strokes += _strokes(data, gap, number, along, upward)
    titles = axis_titles("Gap between groups (0 is equal)", "Balanced accuracy", HEIGHT)
    meanings = [
        key(f"line {series_name(number)}", f"gap in {name}, along thresholds")
        for number, name in enumerate(_GAPS.values())
    ]
    in_use = f"threshold in use: {format_number(data['current']['threshold'], digits=3)}"
    return Panel(
        height=HEIGHT,
        strokes=tuple(strokes),
        labels=(*labels, *titles),
        key=(*meanings, key("knee", in_use, circle(12, 7, 6))),
    )


def fairness_tradeoff_words(data: Data) -> str:
    """Say where the threshold in use stands, and how much smaller the gap could be nearby."""
    now = data["current"]
    if now["balanced_accuracy"] is None or now["equalized_odds"] is None:
        return "At the threshold in use a class or a group has no samples to tell a gap by."
    head = (
        f"At the threshold in use, {format_number(now['threshold'], digits=3)}, balanced accuracy"
        f" is {format_number(now['balanced_accuracy'], digits=3)} and the gap in equalised odds"
        f" {format_number(now['equalized_odds'], digits=3)}"
    )
    close = [
        point
        for point in _known(data["points"], "equalized_odds")
        if point["balanced_accuracy"] >= now["balanced_accuracy"] - CLOSE
    ]
    best = min(close, key=lambda point: point["equalized_odds"], default=now)
    if best["equalized_odds"] >= now["equalized_odds"]:
        return f"{head}; no other threshold within {CLOSE:g} of that accuracy has a smaller gap."
    return (
        f"{head}; within {CLOSE:g} of that accuracy the gap is smallest,"
        f" {format_number(best['equalized_odds'], digits=3)}, at threshold"
        f" {_threshold(best, now)}. That threshold was sought on these very"
        " samples: try it on others before it is used."
    )


def fairness_tradeoff_table(data: Data) -> Table:
    """Return every threshold."""
    keys = ("threshold", "accuracy", "balanced_accuracy", *_GAPS)
    rows = [
        tuple(
            Cell(ABSENT)
            if point[name] is None
            else Cell(
                format_number(point[name], digits=3)
                if name != "threshold"
                else _threshold(point, data["current"]),
                order=point[name],
                remark="in use" if name == "threshold" and point == data["current"] else "",
            )
            for name in keys
        )
        for point in data["points"]
    ]
    titles = ("Threshold", "Accuracy", "Balanced accuracy", "Demographic parity", "Equalised odds")
    columns = [Column(title=title, is_number=True) for title in titles]
    return text_table(f"Accuracy and gaps by {data['by']} at each threshold", columns, rows)


def _threshold(point: Data, now: Data) -> str:
    """Write a threshold; one that reads as that in use and is another by the side it lies on."""
    own, used = (format_number(one["threshold"], digits=3) for one in (point, now))
    if own != used or point["threshold"] == now["threshold"]:
        return own
    return f"just {'below' if point['threshold'] < now['threshold'] else 'above'} {own}"


def _known(points: Sequence[Data], gap: str) -> list[Data]:
    return [
        point
        for point in points
        if point[gap] is not None and point["balanced_accuracy"] is not None
    ]


def _strokes(data: Data, gap: str, number: int, along: Scale, upward: Scale) -> Iterator[Stroke]:
    places = [
        (along.place(point[gap]), upward.place(point["balanced_accuracy"]), point)
        for point in _known(data["points"], gap)
    ]
    path = "L".join(f"{x:g} {y:g}" for x, y, _ in places)
    if len(places) > 1:
        yield Stroke(name=f"line {series_name(number)}", path=f"M{path}", words=_GAPS[gap])
    for x, y, point in places:
        is_current = point == data["current"]
        words = (
            f"threshold {_threshold(point, data['current'])}: balanced accuracy"
            f" {format_number(point['balanced_accuracy'], digits=3)}, gap in {_GAPS[gap]}"
            f" {format_number(point[gap], digits=3)}"
        )
        yield Stroke(name=f"dot s{number}", path=circle(x, y, 4 if is_current else 2), words=words)
        if is_current:
            yield Stroke(name="knee", path=circle(x, y, 8), words=f"in use, {words}")
