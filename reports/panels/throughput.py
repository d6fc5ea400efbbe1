"""Latency over throughput as the load grows: where the knee is, and what the limit allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from harness.reports.load_marks import NOT_VALID
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
    series_name,
    told_apart,
)
from harness.reports.panels.point_labels import Lettering, point_labels
from harness.reports.panels.scale import Scale, scale_over
from harness.reports.table import Cell, Column, Table, text_table

Data: TypeAlias = Mapping[str, Any]
Point: TypeAlias = Mapping[str, Any]

HEIGHT = 288.0
_KNEE_RADIUS = 8.0


def throughput_panel(data: Data) -> Panel:
    """Draw a line for each series, its loads written beside their points."""
    points = [point for series in data["series"] for point in series["points"]]
    along = scale_over(
        [point["x"] for point in points], start=LEFT, end=WIDTH - RIGHT, is_from_zero=True
    )
    upward = scale_over(_heights(data, points), start=HEIGHT - BOTTOM, end=TOP, is_from_zero=True)
    lines, labels = grid(along.ticks, upward.ticks, HEIGHT)
    strokes, meanings = [lines], []
    for number, series in enumerate(data["series"]):
        strokes += _strokes(data, series, number, along, upward)
        meanings.append(key(f"line {series_name(number)}", clipped(series["label"], 60)))
    if any(point["y_p99"] is not None for point in points):
        meanings.append(key("whisker", "up to p99", "M12 13V2m-4 0h8"))
    meanings += [
        key("doubt", word, _sign(word, 12, 7 if word == NOT_VALID else 15))
        for word in _marked_loads(points)
    ]
    if data["slo"] is not None:
        y = upward.place(data["slo"])
        limit = f"limit {format_number(data['slo'])}"
        strokes.append(Stroke(name="slo", path=f"M{LEFT:g} {y:g}H{WIDTH - RIGHT:g}", words=limit))
        meanings.append(key("slo", f"limit (SLO): {format_number(data['slo'])}"))
    if data["knee"] is not None:
        x, y = along.place(data["knee"]["x"]), upward.place(data["knee"]["y"])
        words = f"knee: {data['knee']['load']}"
        strokes.append(Stroke(name="knee", path=circle(x, y, _KNEE_RADIUS), words=words))
        meanings.append(key("knee", "knee: the most that is sustained", circle(12, 7, 6)))
    labels += axis_titles(_titled(data["x_title"], along), _titled(data["y_title"], upward), HEIGHT)
    return Panel(
        height=HEIGHT,
        strokes=tuple(strokes),
        labels=(*labels, *_load_labels(points, along, upward)),
        key=tuple(meanings),
    )


def throughput_words(data: Data) -> str:
    """Say how far latency rises, where the knee is, and which loads keep the limit."""
    points = [point for series in data["series"] for point in series["points"]]
    if not points:
        return "No load was carried out."
    first = min(points, key=lambda point: point["x"])
    last = max(reversed(points), key=lambda point: point["x"])
    parts = [f"{data['y_title']}: {_told(first, data)}, {_told(last, data)}"]
    if data["knee"] is not None:
        parts.append(f"the knee, the most that is sustained, is at {_told(data['knee'], data)}")
    told = [point for point in points if point["attainment"] is not None]
    if told:
        worst = min(told, key=lambda point: point["attainment"])
        share = format_number(worst["attainment"], digits=3)
        parts.append(
            "all requests are within all limits"
            if worst["attainment"] >= 1
            else f"the share of requests within all limits falls to {share} at {worst['load']}"
        )
    parts += [f"{word}: {' and '.join(loads)}" for word, loads in _marked_loads(points).items()]
    return f"{'; '.join(parts)}."


def _told(point: Point, data: Data) -> str:
    y, x = (format_number(point[key], digits=3) for key in ("y", "x"))
    return f"{y} at {x} {data['x_title']} ({point['load']})"


def throughput_table(data: Data) -> Table:
    """Return every point."""
    rows = [
        (
            series["label"],
            _load_cell(point, data),
            *(_cell(point[key]) for key in ("x", "y", "y_p99", "attainment")),
        )
        for series in data["series"]
        for point in series["points"]
    ]
    heads = (data["x_title"], data["y_title"], "p99", "Within all limits")
    columns = (
        Column(title="Series"),
        Column(title="Load"),
        *(Column(title=str(head), is_number=True) for head in heads),
    )
    return text_table(f"{data['y_title']} over {data['x_title']}", columns, rows)


def _heights(data: Data, points: Sequence[Point]) -> Iterator[float]:
    """Yield all that has to fit on the upward scale."""
    yield from (point["y"] for point in points)
    yield from (point["y_p99"] for point in points if point["y_p99"] is not None)
    if data["slo"] is not None:
        yield data["slo"]


def _strokes(
    data: Data, series: Mapping[str, Any], number: int, along: Scale, upward: Scale
) -> Iterator[Stroke]:
    name = series_name(number)
    places = [(along.place(p["x"]), upward.place(p["y"]), p) for p in series["points"]]
    if len(places) > 1:
        path = "L".join(f"{x:g} {y:g}" for x, y, _ in places)
        yield Stroke(name=f"line {name}", path=f"M{path}", words=series["label"])
    for x, y, point in places:
        if point["y_p99"] is not None:
            top = upward.place(point["y_p99"])
            yield Stroke(name="whisker", path=f"M{x:g} {y:g}V{top:g}m-4 0h8")
        dot = f"dot s{number % N_HUES}{'' if _is_kept(data, point) else ' missed'}"
        yield Stroke(name=dot, path=circle(x, y, 4), words=_point_words(data, series, point))
        if point.get("mark"):
            yield Stroke(
                name="doubt",
                path=_sign(point["mark"], x, y),
                words=_point_words(data, series, point),
            )


def _marked_loads(points: Sequence[Point]) -> dict[str, list[str]]:
    """Return the loads that are marked, by the word of their mark."""
    found: dict[str, list[str]] = {}
    for point in points:
        if point.get("mark"):
            found.setdefault(point["mark"], []).append(str(point["load"]))
    return {word: list(dict.fromkeys(loads)) for word, loads in found.items()}


def _sign(word: str, x: float, y: float) -> str:
    """Return a cross over a point that is not valid, or a wave over one that is not steady."""
    if word == NOT_VALID:
        return f"M{x - 7:g} {y - 7:g}l14 14m0 -14l-14 14"
    return f"M{x - 8:g} {y - 8:g}q4 -5 8 0t8 0"


def _is_kept(data: Data, point: Point) -> bool:
    """Tell whether the point itself lies within the limit; hollow where not."""
    return data["slo"] is None or bool(point["y"] <= data["slo"])


def _point_words(data: Data, series: Mapping[str, Any], point: Point) -> str:
    facts = [
        f"{series['label']}, {point['load']}",
        f"{data['x_title']} {format_number(point['x'])}",
        f"{data['y_title']} {format_number(point['y'])}",
    ]
    if point["y_p99"] is not None:
        facts.append(f"p99 {format_number(point['y_p99'])}")
    if point.get("mark"):
        facts.append(str(point["mark"]))
    if point["attainment"] is not None:
        facts.append(f"within all limits {format_number(point['attainment'], digits=3)}")
    return "; ".join(facts)


def _load_labels(points: Sequence[Point], along: Scale, upward: Scale) -> Iterator[Label]:
    dots = [(along.place(point["x"]), upward.place(point["y"])) for point in points]
    names = told_apart([str(point["load"]) for point in points])
    texts = [_load_text(name, point) for name, point in zip(names, points, strict=True)]
    return point_labels(dots, texts, _LETTERING)


def _load_text(name: str, point: Point) -> str:
    share = point["attainment"]
    is_told = share is not None and share < 1
    return clipped(name, 18) + (f" ({format_number(share, digits=2)} good)" if is_told else "")


def _label_places(x: float, y: float, width: float) -> Sequence[tuple[float, float]]:
    return (
        (x - 8 - width, y - 5),
        (x + 9, y + 16),
        (x - 9 - width, y + 16),
        (x - width / 2, y + 20),
        (x + 9, y - 5),
    )


_LETTERING = Lettering(height=HEIGHT, character=7.4, room=4.0, places=_label_places)


def _titled(title: object, scale: Scale) -> str:
    return f"{title}, logarithmic" if scale.is_log else str(title)


def _load_cell(point: Point, data: Data) -> Cell:
    is_knee = data["knee"] is not None and point["load"] == data["knee"]["load"]
    remarks = ("knee" if is_knee else "", point.get("mark"))
    return Cell(str(point["load"]), remark=", ".join(filter(None, remarks)))


def _cell(value: float | None) -> Cell:
    return Cell(ABSENT) if value is None else Cell(format_number(value), order=value)
