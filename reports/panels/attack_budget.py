"""The share of samples that an attack turns, against its budget of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from harness.reports.number_format import format_count, format_number
from harness.reports.panels.panel import (
    BOTTOM,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Panel,
    Stroke,
    axis_titles,
    grid,
    key,
    series_name,
)
from harness.reports.panels.scale import Scale, scale_over
from harness.reports.table import Cell, Column, Table, text_table

Data: TypeAlias = Mapping[str, Any]

HEIGHT = 268.0
_BUDGETS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000)
"""Numbers of queries that the table has a row for, as far as the curves reach."""


def attack_budget_panel(data: Data) -> Panel:
    """Draw the curves, a step upward for each number of queries at which samples fall."""
    curves = data["curves"]
    values = [float(n) for curve in curves for n in curve["n_queries"]]
    along = scale_over(values, start=LEFT, end=WIDTH - RIGHT)
    upward = Scale(low=0.0, high=1.0, start=HEIGHT - BOTTOM, end=TOP, is_log=False)
    shares = [(upward.place(share), f"{share:.0%}") for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    lines, labels = grid(along.ticks, shares, HEIGHT)
    title = f"Budget: queries for one sample{', logarithmic' if along.is_log else ''}"
    return Panel(
        height=HEIGHT,
        strokes=(
            lines,
            *(_stroke(curve, number, along, upward) for number, curve in enumerate(curves)),
        ),
        labels=(*labels, *axis_titles(title, "Share of attacked samples turned", HEIGHT)),
        key=tuple(
            key(f"line {series_name(number)}", curve["label"])
            for number, curve in enumerate(curves)
        ),
    )


def attack_budget_words(data: Data) -> str:
    """Say where the curves end, and where the first one is half-way there."""
    if not data["curves"]:
        return "No sample was attacked."
    attack, *others = data["curves"]
    last = attack["success_rate"][-1]
    text = (
        f"Of {format_count(data['n'])} samples that the model is right about the attack turns"
        f" {format_number(last, digits=3)} within {format_count(attack['n_queries'][-1])} queries"
    )
    half = next((n for n, share in _steps(attack) if share >= last / 2), None)
    if last and half is not None:
        text += f", half of them within {format_count(half)}"
    for curve in others:
        text += (
            f"; the {curve['label']}, with as many queries on each sample,"
            f" {format_number(curve['success_rate'][-1], digits=3)}"
        )
    return f"{text}."


def attack_budget_table(data: Data) -> Table:
    """Return the share turned within round numbers of queries."""
    curves = data["curves"]
    last = max((n for curve in curves for n in curve["n_queries"]), default=0)
    budgets = [*(n for n in _BUDGETS if n < last), *([last] if last else [])]
    rows = [
        (
            Cell(format_count(n), order=n),
            *(_share_cell(_within(curve, n)) for curve in curves),
        )
        for n in budgets
    ]
    columns = (
        Column(title="Budget", is_number=True),
        *(Column(title=str(curve["label"]).capitalize(), is_number=True) for curve in curves),
    )
    caption = "Share of attacked samples turned with a budget of so many queries"
    return text_table(caption, columns, rows)


def _steps(curve: Mapping[str, Any]) -> Sequence[tuple[int, float]]:
    return list(zip(curve["n_queries"], curve["success_rate"], strict=True))


def _within(curve: Mapping[str, Any], n_queries: int) -> float:
    """Return the height of a curve at a number of queries, which is at least its first one."""
    return max(share for n, share in _steps(curve) if n <= n_queries)


def _share_cell(share: float) -> Cell:
    return Cell(format_number(share, digits=3), order=share)


def _stroke(curve: Mapping[str, Any], number: int, along: Scale, upward: Scale) -> Stroke:
    (first, share), *rest = _steps(curve)
    path = f"M{along.place(first):g} {upward.place(share):g}"
    path += "".join(f"H{along.place(n):g}V{upward.place(share):g}" for n, share in rest)
    words = f"{curve['label']}: {format_number(rest[-1][1], digits=3)} in the end"
    return Stroke(name=f"line {series_name(number)}", path=path, words=words)
