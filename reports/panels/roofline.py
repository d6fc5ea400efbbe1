"""How near the hardware's limits the model comes (Williams et al. 2009, the roofline model)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from harness.reports.number_format import ABSENT, format_number
from harness.reports.panels.panel import (
    BOTTOM,
    LEFT,
    N_HUES,
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
    told_apart,
)
from harness.reports.panels.scale import Scale, log_scale
from harness.reports.table import Cell, Column, Table, text_table
from harness.reports.unit_format import with_prefix

Data: TypeAlias = Mapping[str, Any]
Point: TypeAlias = Mapping[str, Any]

HEIGHT = 268.0
_MOST_TOLD = 4
_ROOM = 3.0
"""Beyond the outermost points and the ridge, as a factor."""


def roofline_panel(data: Data) -> Panel:
    """Draw the roof, and each point below it."""
    points = _known(data)
    is_roof = _ridge(data) is not None
    along = log_scale(_breadths(data, points), start=LEFT, end=WIDTH - RIGHT)
    upward = log_scale(
        _heights(data, points, along), start=HEIGHT - BOTTOM, end=TOP,
        written=lambda value: with_prefix(value, "", digits=1),
    )  # fmt: skip
    lines, labels = grid(along.ticks, upward.ticks, HEIGHT)
    strokes = [lines, *(_roof(data, along, upward) if is_roof else ())]
    names = told_apart([str(point["label"]) for point in points])
    for number, (point, told) in enumerate(zip(points, names, strict=True)):
        x, y = along.place(point["flops_per_byte"]), upward.place(point["flops_per_s"])
        name = f"s{number % N_HUES}"
        limit = _limit(data, point["flops_per_byte"])
        if limit is not None:
            top = upward.place(limit)
            strokes.append(Stroke(name=f"reach {name}", path=f"M{x:g} {y:g}V{top:g}"))
        words = _point_words(data, point)
        strokes.append(Stroke(name=f"dot {name}", path=_shape(number, x, y), words=words))
        is_left = x > WIDTH * 0.62
        labels.append(
            Label(x=x - 9 if is_left else x + 9, y=y + 4, text=clipped(told, 30),
                  anchor="end" if is_left else "start", name="point")
        )  # fmt: skip
    titles = axis_titles("FLOP per byte, logarithmic", "FLOP/s, logarithmic", HEIGHT)
    return Panel(
        height=HEIGHT,
        strokes=tuple(strokes),
        labels=(*labels, *titles),
        key=(key("roof", "roof: the most that the hardware gives"),) if is_roof else (),
    )


def roofline_words(data: Data) -> str:
    """Say which limit each point is under, how near it comes, and where the peaks are from."""
    points = _known(data)
    if not points:
        return "No point has a place below the roof."
    ridge = _ridge(data)
    if ridge is None:
        return "The peaks are not known: without a roof the points say nothing of the limits."
    parts = []
    for point in points[:_MOST_TOLD]:
        side = "bandwidth" if point["flops_per_byte"] < ridge else "compute"
        parts.append(f"{point['label']} reaches {_share(data, point)} of its {side} limit")
    if len(points) > _MOST_TOLD:
        parts.append(f"{len(points) - _MOST_TOLD} more are in the table")
    told = "; ".join(parts)
    return (
        f"{told[:1].upper()}{told[1:]}. Peak {with_prefix(data['peak_flops'], 'FLOP/s')} and "
        f"{with_prefix(data['peak_bytes_per_s'], 'B/s')}: {data['source'] or 'of unknown source'}."
    )


def roofline_table(data: Data) -> Table:
    """Return every point with its limit."""
    rows = [
        (
            str(point["label"]),
            _cell(point["flops_per_byte"], ""),
            _cell(point["flops_per_s"], "FLOP/s"),
            _cell(_limit(data, point["flops_per_byte"]), "FLOP/s"),
            _share(data, point),
        )
        for point in data["points"]
    ]
    heads = ("FLOP per byte", "Reached", "Limit there", "Share")
    columns = (Column(title="Phase"), *(Column(title=head, is_number=True) for head in heads))
    return text_table("Points and their limits", columns, rows)


def _known(data: Data) -> list[Point]:
    return [p for p in data["points"] if p["flops_per_byte"] and p["flops_per_s"]]


def _ridge(data: Data) -> float | None:
    """Return the intensity from which compute is the limit, in FLOP per byte."""
    flops, speed = data["peak_flops"], data["peak_bytes_per_s"]
    return flops / speed if flops and speed else None


def _limit(data: Data, intensity: float | None) -> float | None:
    if _ridge(data) is None or intensity is None:
        return None
    return float(min(data["peak_flops"], intensity * data["peak_bytes_per_s"]))


def _share(data: Data, point: Point) -> str:
    limit = _limit(data, point["flops_per_byte"])
    if not limit or point["flops_per_s"] is None:
        return ABSENT
    return format_number(point["flops_per_s"] / limit, digits=2)


def _breadths(data: Data, points: list[Point]) -> Iterator[float]:
    values = [point["flops_per_byte"] for point in points]
    ridge = _ridge(data)
    values += [] if ridge is None else [ridge]
    if values:
        yield min(values) / _ROOM
        yield max(values) * _ROOM


def _heights(data: Data, points: list[Point], along: Scale) -> Iterator[float]:
    yield from (point["flops_per_s"] / _ROOM for point in points)
    if _ridge(data) is not None:
        yield data["peak_flops"] * 1.5
        yield _limit(data, along.low) or 1.0
    yield from (point["flops_per_s"] for point in points)


def _roof(data: Data, along: Scale, upward: Scale) -> Iterator[Stroke]:
    ridge, flops = _ridge(data) or 1.0, data["peak_flops"]
    left = f"{along.start:g} {upward.place(_limit(data, along.low) or 1.0):g}"
    bend = f"{along.place(ridge):g} {upward.place(flops):g}"
    words = (
        f"{with_prefix(data['peak_bytes_per_s'], 'B/s')}, then {with_prefix(flops, 'FLOP/s')} "
        f"from {format_number(ridge, digits=3)} FLOP per byte"
    )
    yield Stroke(name="roof", path=f"M{left}L{bend}H{along.end:g}", words=words)


def _shape(number: int, x: float, y: float) -> str:
    """Return a dot, square, or diamond, so that points differ without colour."""
    if number % 3 == 0:
        return circle(x, y, 4.5)
    if number % 3 == 1:
        return f"M{x - 4:g} {y - 4:g}h8v8h-8Z"
    return f"M{x:g} {y - 5.5:g}l5.5 5.5l-5.5 5.5l-5.5 -5.5Z"


def _point_words(data: Data, point: Point) -> str:
    return (
        f"{point['label']}: {with_prefix(point['flops_per_s'], 'FLOP/s')} at "
        f"{format_number(point['flops_per_byte'], digits=3)} FLOP per byte, "
        f"{_share(data, point)} of the limit there"
    )


def _cell(value: float | None, unit: str) -> Cell:
    text = with_prefix(value, unit) if unit else format_number(value, digits=3)
    return Cell(text, order=value)
