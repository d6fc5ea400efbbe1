"""The share of requests that were at least so fast, one curve for each load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from harness.reports.number_format import ABSENT, format_count, format_number
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
    clipped,
    grid,
    key,
    series_name,
    told_apart,
)
from harness.reports.panels.scale import Scale, scale_over
from harness.reports.table import Cell, Column, Table, text_table
from harness.reports.thinning import thinned

Data: TypeAlias = Mapping[str, Any]

HEIGHT = 268.0
MAX_CURVES = 12
"""That are drawn; the table holds all."""
_MAX_POINTS = 160
_MS_PER_S = 1000.0
PERCENTILES = ((50, 5), (90, 30), (99, 300))
"""Each with the requests from which a sample bounds it with 95 % confidence: 0.05 = p^n."""


def distribution_panel(data: Data) -> Panel:
    """Draw the curves."""
    curves = [curve for curve in data["curves"] if curve["values"]][:MAX_CURVES]
    factor, unit = shown_unit(data)
    values = [factor * value for curve in curves for value in curve["values"]]
    along = scale_over(values, start=LEFT, end=WIDTH - RIGHT, is_from_zero=True)
    upward = Scale(low=0.0, high=1.0, start=HEIGHT - BOTTOM, end=TOP, is_log=False)
    shares = [(upward.place(p / 100), f"p{p}") for p in (25, 50, 75, 90, 99)]
    lines, labels = grid(along.ticks, [(upward.place(0), "0"), *shares], HEIGHT)
    strokes = [lines]
    for number, curve in enumerate(curves):
        strokes += _strokes(curve, number, factor, unit, along, upward)
    title = f"{data['quantity']}, {unit}{', logarithmic' if along.is_log else ''}"
    names = told_apart([curve["label"] for curve in curves])
    return Panel(
        height=HEIGHT,
        strokes=tuple(strokes),
        labels=(*labels, *axis_titles(title, "Share of all", HEIGHT)),
        key=tuple(key(f"line {series_name(i)}", clipped(name, 60)) for i, name in enumerate(names)),
    )


def distribution_words(data: Data) -> str:
    """Say how the slowest load's median compares with the fastest's."""
    curves = [curve for curve in data["curves"] if curve["values"]]
    if not curves:
        return "No request was answered."
    told = sorted(curves, key=lambda curve: percentile(curve["values"], 50))
    text = f"Median {_told(told[0], data)}"
    if len(told) > 1:
        text += f", up to {_told(told[-1], data)}"
    n_tail = sum(curve["n"] < PERCENTILES[-1][1] for curve in curves)
    if n_tail:
        text += f"; p99 is left out below n = {PERCENTILES[-1][1]}"
    more = len(curves) - MAX_CURVES
    if more > 0:
        text += f"; {format_count(more)} more curves are in the table alone"
    return f"{text}."


def distribution_table(data: Data) -> Table:
    """Return the percentiles of each curve that its requests allow."""
    factor, unit = shown_unit(data)
    rows = [
        (
            curve["label"],
            Cell(format_count(curve["n"]), order=curve["n"]),
            *(_cell(curve, p, n_needed, factor) for p, n_needed in PERCENTILES),
            format_number(factor * curve["values"][-1] if curve["values"] else None),
        )
        for curve in data["curves"]
    ]
    heads = ("n", *(f"p{p}, {unit}" for p, _ in PERCENTILES), f"Largest, {unit}")
    columns = (Column(title="Load"), *(Column(title=head, is_number=True) for head in heads))
    return text_table(f"{data['quantity']} by load", columns, rows)


def shown_unit(data: Data) -> tuple[float, str]:
    """Return what values are multiplied by for reading, and the unit that they have then."""
    return (_MS_PER_S, "ms") if data["unit"] == "s" else (1.0, str(data["unit"]))


def percentile(values: Sequence[float], p: float) -> float:
    """Return a percentile of evenly spaced quantiles, linear between neighbours.

    Args:
        values: at least one, rising, the smallest and the largest among them.
        p: from 0 to 100.
    """
    place = p / 100 * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])


def _strokes(
    curve: Mapping[str, Any], number: int, factor: float, unit: str, along: Scale, upward: Scale
) -> list[Stroke]:
    name, values = series_name(number), curve["values"]
    last = max(1, len(values) - 1)
    numbers = thinned(range(len(values)), _MAX_POINTS)
    places = [f"{along.place(factor * values[i]):g} {upward.place(i / last):g}" for i in numbers]
    words = f"{curve['label']}: n = {format_count(curve['n'])}"
    strokes = [Stroke(name=f"line {name}", path=f"M{'L'.join(places)}", words=words)]
    for p, n_needed in PERCENTILES:
        if curve["n"] >= n_needed:
            value = factor * percentile(values, p)
            path = circle(along.place(value), upward.place(p / 100), 3.2)
            text = f"{curve['label']}: p{p} {format_number(value)} {unit}"
            strokes.append(Stroke(name=f"dot {name}", path=path, words=text))
    return strokes


def _told(curve: Mapping[str, Any], data: Data) -> str:
    factor, unit = shown_unit(data)
    middle = format_number(factor * percentile(curve["values"], 50), digits=3)
    return f"{middle} {unit} at {curve['label']} (n = {format_count(curve['n'])})"


def _cell(curve: Mapping[str, Any], p: int, n_needed: int, factor: float) -> Cell:
    if curve["n"] < n_needed or not curve["values"]:
        return Cell(ABSENT, note=f"n too small: p{p} needs {n_needed}")
    value = factor * percentile(curve["values"], p)
    return Cell(format_number(value), order=value)
