"""What the machine did meanwhile: one strip for each thing that was watched."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from harness.reports.axis import Axis
from harness.reports.number_format import format_number
from harness.reports.panels.panel import (
    AREA,
    BOTTOM,
    RIGHT,
    WIDTH,
    Label,
    Panel,
    Stroke,
    circle,
    clipped,
    key,
)
from harness.reports.panels.scale import scale_over
from harness.reports.table import Cell, Column, Table, text_table
from harness.reports.unit_format import readable

Data: TypeAlias = Mapping[str, Any]

MAX_STRIPS = 8
"""That are drawn; the table holds all."""
_START = 8.0
_STRIP = 58.0
_TITLE = 14.0
_MAX_POINTS = 240
_ABSENT = "absent: "
_FLAT = 0.02
"""Strips whose values differ by a smaller share of themselves are drawn as all but level."""


def telemetry_panel(data: Data) -> Panel:
    """Draw the strips above one axis of time."""
    drawn = [series for series in data["series"] if _known(series["values"])][:MAX_STRIPS]
    height = _STRIP * len(drawn) + BOTTOM
    end = WIDTH - RIGHT
    along = scale_over([max(0.0, at) for at in data["at_s"]], start=_START, end=end)
    bottom = height - BOTTOM
    strokes = []
    if data["unstable"] and drawn:
        words = "; ".join(data["unstable"])
        strokes.append(
            Stroke(
                name="unstable", path=f"M{_START:g} 2H{end:g}V{bottom:g}H{_START:g}Z", words=words
            )
        )
    strokes.append(
        Stroke(name="grid", path="".join(f"M{x:g} 2V{bottom:g}" for x, _ in along.ticks))
    )
    labels = [Label(x=x, y=bottom + 15, text=text, anchor="middle") for x, text in along.ticks]
    for number, series in enumerate(drawn):
        top = _STRIP * number
        strokes += _strip(series, data["at_s"], along.place, top)
        span = _span(series)
        text = f"{clipped(str(series['name']), 58 - len(span))}: {span}"
        labels.append(Label(x=_START, y=top + _TITLE, text=text, name="name"))
    if drawn:
        labels.append(Label(x=end, y=height - 4, text="seconds", anchor="end", name="title"))
    meanings = [key("unstable", "not steady, see above", AREA)] if data["unstable"] else []
    return Panel(
        height=max(height, 40.0), strokes=tuple(strokes), labels=tuple(labels), key=tuple(meanings)
    )


def telemetry_words(data: Data) -> str:
    """Say whether the machine was steady, and if not why."""
    known = [series for series in data["series"] if _known(series["values"])]
    names = ", ".join(str(series["name"]) for series in known) or "nothing"
    text = f"Watched at {data['load']}: {names}.{_energy_words(data)}"
    if data["unstable"]:
        reasons = "; ".join(str(sentence).rstrip(".") for sentence in data["unstable"])
        return f"Unstable: {reasons}. {text}"
    # A run that was written before this was told has no such entry.
    if missing := data.get("unwatched"):
        return (
            f"As far as the machine was watched it was steady; not watched: {', '.join(missing)}."
            f" {text}"
        )
    return f"The machine was steady. {text}" if known else text


def why_no_energy(data: Data) -> str:
    """Return why no energy was read; empty where it was, or where nobody tells."""
    source = str(data.get("energy", ""))
    return source.removeprefix(_ABSENT) if source.startswith(_ABSENT) else ""


def _energy_words(data: Data) -> str:
    source = data.get("energy", "")
    return f" Energy from {source}." if source and not why_no_energy(data) else ""


def telemetry_table(data: Data) -> Table:
    """Return the range of each thing that was watched."""
    rows: list[tuple[Cell | str, ...]] = []
    for series in data["series"]:
        known = _known(series["values"])
        figures = (min(known), sum(known) / len(known), max(known)) if known else (None,) * 3
        last = known[-1] if known else None
        unit = series["unit"]
        cells = (_cell(value, unit) for value in (*figures, last))
        rows.append((str(series["name"]), *cells, str(len(known))))
    heads = ("Lowest", "Mean", "Highest", "Last", "Readings")
    columns = (Column(title="Watched"), *(Column(title=head, is_number=True) for head in heads))
    return text_table(f"The machine at {data['load']}", columns, rows)


def _strip(
    series: Mapping[str, Any], at_s: Sequence[float], place: Any, top: float
) -> list[Stroke]:
    known = _known(series["values"])
    low, high = min(known), max(known)
    room = max(0.0, _FLAT * max(abs(low), abs(high)) - (high - low)) / 2 or (high - low) * 0.05
    room = room or 1.0
    upward = Axis(low=low - room, high=high + room, start=top + _STRIP - 6, end=top + _TITLE + 8)
    pairs = list(zip(at_s, series["values"], strict=True))
    step = max(1, math.ceil(len(pairs) / _MAX_POINTS))
    parts: list[str] = []
    is_joined = False
    for at, value in pairs[::step]:
        is_known = value is not None and math.isfinite(value)
        if is_known:
            parts.append(f"{'L' if is_joined else 'M'}{place(at):g} {upward.place(value):g}")
        is_joined = is_known
    words = f"{series['name']}: {_span(series)}"
    return [
        Stroke(name="axis", path=f"M{_START:g} {top + _STRIP - 2:g}H{WIDTH - RIGHT:g}"),
        Stroke(name="line s0", path="".join(parts), words=words),
        *(Stroke(name="dot s0", path=circle(*at, 2.5), words=words) for at in _lone(parts)),
    ]


def _lone(parts: Sequence[str]) -> Iterator[tuple[float, float]]:
    """Yield the places of readings without a neighbour, of which a line shows nothing."""
    for part, following in zip(parts, [*parts[1:], "M"], strict=True):
        if part.startswith("M") and following.startswith("M"):
            x, y = part[1:].split()
            yield float(x), float(y)


def _span(series: Mapping[str, Any]) -> str:
    known = _known(series["values"])
    low, high = min(known), max(known)
    ends = [readable(value, series["unit"]) for value in (low, high)]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None and math.isfinite(value)]


def _cell(value: float | None, unit: str) -> Cell:
    text = format_number(value) if value is None else readable(value, unit)
    return Cell(text, order=value)
