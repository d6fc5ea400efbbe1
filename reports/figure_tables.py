"""A figure's data as a table: for readers without scripts, on paper, or by ear."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from harness.core.figure import Figure, FigureKind
from harness.reports.number_format import format_count, format_number
from harness.reports.panels.attack_budget import attack_budget_table
from harness.reports.panels.counterfactual import counterfactual_table, examples_table
from harness.reports.panels.depth_accuracy import depth_accuracy_table
from harness.reports.panels.distribution import distribution_table
from harness.reports.panels.fairness_tradeoff import fairness_tradeoff_table
from harness.reports.panels.forms import forms_table, positions_table
from harness.reports.panels.groups import gaps_table, groups_table
from harness.reports.panels.roofline import roofline_table
from harness.reports.panels.telemetry import telemetry_table
from harness.reports.panels.throughput import throughput_table
from harness.reports.panels.timeline import timeline_table
from harness.reports.table import Cell, Column, Table, text_table
from harness.reports.thinning import thinned

Data: TypeAlias = Mapping[str, Any]

MAX_POINTS = 21
"""Of each curve; the script draws more."""


def figure_table(figure: Figure) -> Table:
    """Return what the chart draws, curves thinned to ``MAX_POINTS``."""
    return _TABLES[figure.kind](figure.data)


def _rounded(value: float | None) -> str:
    return format_number(value, digits=3)


def _number(title: str) -> Column:
    return Column(title=title, is_number=True)


def _confusion_table(data: Data) -> Table:
    labels = data["labels"]
    rows = [
        (label, *(Cell(format_count(n), order=n) for n in row), format_count(sum(row)))
        for label, row in zip(labels, data["counts"], strict=True)
    ]
    columns = (
        Column(title="Target, by prediction"),
        *(_number(label) for label in labels),
        _number("Total"),
    )
    return text_table("Counts by target (row) and prediction (column)", columns, rows)


def _curve_table(data: Data, x: str, y: str, caption: str) -> Table:
    rows = [
        (curve["label"], *(Cell(_rounded(v), order=v) for v in point))
        for curve in data["curves"]
        for point in thinned(list(zip(curve[x], curve[y], strict=True)), MAX_POINTS)
    ]
    columns = (
        Column(title="Curve"),
        *(_number(k.replace("_", " ").capitalize()) for k in (x, y)),
    )
    return text_table(f"{caption}, at most {MAX_POINTS} points of each curve", columns, rows)


def _roc_table(data: Data) -> Table:
    return _curve_table(data, "false_positive_rate", "true_positive_rate", "ROC")


def _precision_table(data: Data) -> Table:
    return _curve_table(data, "recall", "precision", "Precision and recall")


def _reliability_table(data: Data) -> Table:
    keys = ("confidence", "accuracy", "band_low", "band_high")
    rows = [
        (
            f"{_rounded(item['low'])} to {_rounded(item['high'])}",
            format_count(item["n"]),
            *(_rounded(item[key]) for key in keys),
        )
        for item in data["bins"]
    ]
    titles = ("n", "Mean confidence", "Accuracy", "Calibrated from", "Calibrated to")
    columns = (Column(title="Confidence bin"), *(_number(title) for title in titles))
    return text_table("Accuracy by confidence", columns, rows)


def _learning_table(data: Data) -> Table:
    rows = [
        (
            format_count(point["n_train"]),
            *(_rounded(point[key]) for key in ("value", "low", "high")),
        )
        for point in data["points"]
    ]
    titles = ("Training samples", str(data["metric"]), "Interval from", "Interval to")
    return text_table("Learning curve", [_number(title) for title in titles], rows)


def _histogram_table(data: Data) -> Table:
    edges = data["edges"]
    rows = [
        (format_number(low), format_number(high), format_count(n))
        for low, high, n in zip(edges, edges[1:], data["counts"], strict=False)
    ]
    columns = [_number(title) for title in ("From", "To", "Samples")]
    return text_table(str(data.get("x_title", "Histogram")), columns, rows)


_TABLES: dict[FigureKind, Callable[[Data], Table]] = {
    FigureKind.CONFUSION_MATRIX: _confusion_table,
    FigureKind.ROC: _roc_table,
    FigureKind.PRECISION_RECALL: _precision_table,
    FigureKind.RELIABILITY: _reliability_table,
    FigureKind.LEARNING_CURVE: _learning_table,
    FigureKind.HISTOGRAM: _histogram_table,
    FigureKind.LATENCY_DISTRIBUTION: distribution_table,
    FigureKind.REQUEST_TIMELINE: timeline_table,
    FigureKind.THROUGHPUT_LATENCY: throughput_table,
    FigureKind.ROOFLINE: roofline_table,
    FigureKind.TELEMETRY: telemetry_table,
    FigureKind.ATTACK_BUDGET: attack_budget_table,
    FigureKind.ACCURACY_BY_DEPTH: depth_accuracy_table,
    FigureKind.FORMS: forms_table,
    FigureKind.POSITIONS: positions_table,
    FigureKind.GROUP_GAPS: gaps_table,
    FigureKind.GROUPS: groups_table,
    FigureKind.FAIRNESS_TRADEOFF: fairness_tradeoff_table,
    FigureKind.COUNTERFACTUAL: counterfactual_table,
    FigureKind.COUNTERFACTUAL_EXAMPLES: examples_table,
}
