"""A chart as the page carries it: data for the script, a sentence and a table for everybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.core.estimate import Estimate
from harness.core.figure import Figure, FigureKind
from harness.reports.figure_tables import figure_table
from harness.reports.figure_words import figure_words
from harness.reports.load_marks import Marks, marked
from harness.reports.number_format import format_count, format_estimate, format_value
from harness.reports.panels.attack_budget import attack_budget_panel
from harness.reports.panels.counterfactual import counterfactual_panel
from harness.reports.panels.depth_accuracy import depth_accuracy_panel
from harness.reports.panels.distribution import distribution_panel
from harness.reports.panels.fairness_tradeoff import fairness_tradeoff_panel
from harness.reports.panels.forms import forms_panel, positions_panel
from harness.reports.panels.groups import gaps_panel, groups_panel
from harness.reports.panels.panel import Panel
from harness.reports.panels.roofline import roofline_panel
from harness.reports.panels.telemetry import telemetry_panel
from harness.reports.panels.throughput import throughput_panel
from harness.reports.panels.timeline import timeline_panel
from harness.reports.swapped_texts import SwappedText, swapped_texts
from harness.reports.table import Cell, Column, Table, text_table
from harness.reports.thinning import thinned

_MAX_DRAWN = 400
_PANELS: Mapping[FigureKind, Callable[[Mapping[str, Any]], Panel]] = {
    FigureKind.LATENCY_DISTRIBUTION: distribution_panel,
    FigureKind.REQUEST_TIMELINE: timeline_panel,
    FigureKind.THROUGHPUT_LATENCY: throughput_panel,
    FigureKind.ROOFLINE: roofline_panel,
    FigureKind.TELEMETRY: telemetry_panel,
    FigureKind.ATTACK_BUDGET: attack_budget_panel,
    FigureKind.ACCURACY_BY_DEPTH: depth_accuracy_panel,
    FigureKind.FORMS: forms_panel,
    FigureKind.POSITIONS: positions_panel,
    FigureKind.GROUP_GAPS: gaps_panel,
    FigureKind.GROUPS: groups_panel,
    FigureKind.FAIRNESS_TRADEOFF: fairness_tradeoff_panel,
    FigureKind.COUNTERFACTUAL: counterfactual_panel,
}
"""Kinds that are drawn when the page is made; a script draws the others."""
_UNDRAWN = (FigureKind.COUNTERFACTUAL_EXAMPLES,)
"""Kinds that are texts."""
_OF_ONE_LOAD = (FigureKind.TELEMETRY, FigureKind.REQUEST_TIMELINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart, ready for the page."""

    kind: str
    """A ``FigureKind``, or ``slices``."""
    title: str
    words: str
    """What the chart shows, in a sentence: the caption, and the text alternative."""
    data: Mapping[str, object]
    """What the script draws; empty where ``panel`` is the drawing."""
    table: Table
    panel: Panel | None = None
    """The drawing itself, where no script is needed for it."""
    texts: tuple[SwappedText, ...] = ()
    """Pairs of texts in place of a drawing."""
    is_folded: bool = False
    """Whether it starts closed: it shows a load of which all is well, among many of them."""


def chart(figure: Figure, marks: Marks | None = None) -> Chart:
    """Make a chart of a figure, its points marked where their loads are."""
    figure = replace(figure, data=marked(figure, marks or {}))
    draw = _PANELS.get(figure.kind)
    return Chart(
        kind=figure.kind.value,
        title=figure.title,
        words=figure_words(figure),
        data={} if draw or figure.kind in _UNDRAWN else _drawn(figure.data),
        table=figure_table(figure),
        panel=draw(figure.data) if draw else None,
        texts=swapped_texts(figure),
        is_folded=figure.kind in _OF_ONE_LOAD and not _is_doubtful(figure.data, marks or {}),
    )


def _is_doubtful(data: Mapping[str, object], marks: Marks) -> bool:
    return bool(data.get("unstable")) or data.get("load") in marks


def slice_chart(column: str, sliced: Sequence[Estimate], whole: Estimate | None) -> Chart:
    """Make a chart of one quantity over the values of a slice column."""
    quantity = sliced[0].quantity
    known = [e for e in sliced if e.value is not None and e.slice]
    rows = [
        (e.slice[1] if e.slice else "", Cell(format_estimate(e), order=e.value), format_count(e.n))
        for e in sliced
    ]
    columns = (
        Column(title=column),
        Column(title=quantity.id, is_number=True),
        Column(title="n", is_number=True),
    )
    title = f"{quantity.id} by {column}"
    return Chart(
        kind="slices",
        title=title,
        words=_slice_words(known, whole),
        data={
            "quantity": quantity.id,
            "range": [quantity.low, quantity.high],
            "whole": whole.value if whole else None,
            "points": [
                {
                    "label": e.slice[1] if e.slice else "",
                    "value": e.value,
                    "low": e.interval.low if e.interval else None,
                    "high": e.interval.high if e.interval else None,
                    "text": format_estimate(e),
                    "n": e.n,
                }
                for e in known
            ],
        },
        table=text_table(title, columns, rows),
    )


def _drawn(data: Mapping[str, object]) -> Mapping[str, object]:
    """Return a figure's data with no more points to a curve than the eye can use."""
    curves = data.get("curves")
    if not isinstance(curves, list | tuple):
        return data
    return {**data, "curves": [_thin(curve) for curve in curves]}


def _thin(curve: Mapping[str, object]) -> dict[str, object]:
    return {
        key: thinned(value, _MAX_DRAWN) if isinstance(value, list | tuple) else value
        for key, value in curve.items()
    }


def _slice_words(known: Sequence[Estimate], whole: Estimate | None) -> str:
    if not known:
        return "No slice has a value."
    ranked = sorted(known, key=lambda e: e.value or 0.0)
    low, high = (
        f"{e.slice[1] if e.slice else ''} ({format_value(e)})" for e in (ranked[0], ranked[-1])
    )
    text = f"Lowest: {low}, highest: {high}"
    if whole is None or whole.value is None:
        return f"{text}."
    return f"{text}; the whole suite is at {format_value(whole)}."
