"""What a figure shows, in a sentence: the chart's caption and its text alternative."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from harness.core.figure import Figure, FigureKind
from harness.reports.number_format import format_count, format_number
from harness.reports.panels.attack_budget import attack_budget_words
from harness.reports.panels.counterfactual import counterfactual_words, examples_words
from harness.reports.panels.depth_accuracy import depth_accuracy_words
from harness.reports.panels.distribution import distribution_words
from harness.reports.panels.fairness_tradeoff import fairness_tradeoff_words
from harness.reports.panels.forms import forms_words, positions_words
from harness.reports.panels.groups import gaps_words, groups_words
from harness.reports.panels.roofline import roofline_words
from harness.reports.panels.telemetry import telemetry_words
from harness.reports.panels.throughput import throughput_words
from harness.reports.panels.timeline import timeline_words

Data: TypeAlias = Mapping[str, Any]


def figure_words(figure: Figure) -> str:
    """Return one or two sentences with the figure's main finding."""
    return _WORDS[figure.kind](figure.data)


def _rounded(value: float | None) -> str:
    return format_number(value, digits=3)


def _confusion_words(data: Data) -> str:
    labels, counts = data["labels"], data["counts"]
    total = sum(sum(row) for row in counts)
    right = sum(counts[i][i] for i in range(len(labels)))
    text = f"{format_count(right)} of {format_count(total)} samples lie on the diagonal"
    wrong = [(counts[i][j], i, j) for i in range(len(labels)) for j in range(len(labels)) if i != j]
    n, i, j = max(wrong, default=(0, 0, 0))
    if not n:
        return f"{text}."
    return f"{text}; most often {labels[i]} was taken for {labels[j]} ({format_count(n)})."


def _roc_words(data: Data) -> str:
    parts = [f"{curve['label']} {_rounded(curve['auc'])}" for curve in data["curves"]]
    return f"Area under the curve: {', '.join(parts)}. The diagonal is chance."


def _precision_words(data: Data) -> str:
    parts = [
        f"{curve['label']} {_rounded(curve['average_precision'])} "
        f"(prevalence {_rounded(curve['prevalence'])})"
        for curve in data["curves"]
    ]
    return f"Average precision: {', '.join(parts)}. Dotted lines mark the prevalence."


def _reliability_words(data: Data) -> str:
    ece, band = data.get("ece"), data.get("ece_band")
    text = f"Expected calibration error {_rounded(ece)}"
    if ece is None or not band or any(end is None for end in band):
        return f"{text}."
    low, high = band
    place = "above" if ece > high else "below" if ece < low else "inside"
    return (
        f"{text}, {place} the {_rounded(low)} to {_rounded(high)} that a perfectly "
        "calibrated model would show at this n."
    )


def _learning_words(data: Data) -> str:
    points = [point for point in data["points"] if point["value"] is not None]
    if not points:
        return f"No value of {data['metric']}."
    first, last = points[0], points[-1]
    return (
        f"{data['metric']} goes from {_rounded(first['value'])} with "
        f"{format_count(first['n_train'])} training samples to {_rounded(last['value'])} "
        f"with {format_count(last['n_train'])}."
    )


def _histogram_words(data: Data) -> str:
    edges, counts = data["edges"], data["counts"]
    total = sum(counts)
    if not total:
        return "No samples."
    top = counts.index(max(counts))
    return (
        f"{format_count(total)} samples; the fullest bin, {format_number(edges[top])} to "
        f"{format_number(edges[top + 1])}, holds {format_count(counts[top])}."
    )


_WORDS: dict[FigureKind, Callable[[Data], str]] = {
    FigureKind.CONFUSION_MATRIX: _confusion_words,
    FigureKind.ROC: _roc_words,
    FigureKind.PRECISION_RECALL: _precision_words,
    FigureKind.RELIABILITY: _reliability_words,
    FigureKind.LEARNING_CURVE: _learning_words,
    FigureKind.HISTOGRAM: _histogram_words,
    FigureKind.LATENCY_DISTRIBUTION: distribution_words,
    FigureKind.REQUEST_TIMELINE: timeline_words,
    FigureKind.THROUGHPUT_LATENCY: throughput_words,
    FigureKind.ROOFLINE: roofline_words,
    FigureKind.TELEMETRY: telemetry_words,
    FigureKind.ATTACK_BUDGET: attack_budget_words,
    FigureKind.ACCURACY_BY_DEPTH: depth_accuracy_words,
    FigureKind.FORMS: forms_words,
    FigureKind.POSITIONS: positions_words,
    FigureKind.GROUP_GAPS: gaps_words,
    FigureKind.GROUPS: groups_words,
    FigureKind.FAIRNESS_TRADEOFF: fairness_tradeoff_words,
    FigureKind.COUNTERFACTUAL: counterfactual_words,
    FigureKind.COUNTERFACTUAL_EXAMPLES: examples_words,
}
