"""A chart as the page carries it: data for the script, a sentence and a table for everybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from harness.core.estimate import Estimate
from harness.core.figure import Figure, FigureKind
from harness.reports.figure_thinning import MAX_DRAWN, MAX_LISTED, thinned
from harness.reports.number_format import (
    format_count,
    format_estimate,
    format_number,
    format_value,
)
from harness.reports.table import Cell, Column, Table, text_table

Data: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart, ready for the page."""

    kind: str
    """A ``FigureKind``, or ``slices``."""
    title: str
    words: str
    """What the chart shows, in a sentence: the caption, and the text alternative."""
    data: Mapping[str, object]
    table: Table


def chart(figure: Figure) -> Chart:
    """Make a chart of a figure."""
    words, table, drawn = _KINDS[figure.kind]
    return Chart(
        kind=figure.kind.value,
        title=figure.title,
        words=words(figure.data),
        data=drawn(figure.data),
        table=table(figure.data),
    )


def slice_chart(column: str, sliced: Sequence[Estimate], whole: Estimate | None) -> Chart:
    """Make a chart of one quantity over the values of a slice column."""
    quantity = sliced[0].quantity
    known = [e for e in sliced if e.value is not None and e.slice]
    rows = [
        (e.slice[1] if e.slice else "", Cell(format_estimate(e), order=e.value), format_count(e.n))
        for e in sliced
    ]
    columns = (Column(title=column), _number(quantity.id), _number("n"))
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


def _slice_words(known: Sequence[Estimate], whole: Estimate | None) -> str:
    if not known:
        return "No slice has a value."
    ranked = sorted(known, key=lambda e: e.value or 0.0)
    ends = [f"{e.slice[1] if e.slice else ''} {format_value(e)}" for e in (ranked[0], ranked[-1])]
    text = f"From {ends[0]} to {ends[1]}"
    return f"{text}; the whole suite is at {format_value(whole)}." if whole else f"{text}."


def _rounded(value: float | None) -> str:
    return format_number(value, digits=3)


def _number(title: str) -> Column:
    return Column(title=title, is_number=True)


def _as_is(data: Data) -> Mapping[str, object]:
    return data


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


def _curve_table(data: Data, x: str, y: str, caption: str) -> Table:
    rows = [
        (curve["label"], *(Cell(format_number(v), order=v) for v in point))
        for curve in data["curves"]
        for point in thinned(list(zip(curve[x], curve[y], strict=True)), MAX_LISTED)
    ]
    columns = (
        Column(title="Curve"),
        *(_number(k.replace("_", " ").capitalize()) for k in (x, y)),
    )
    return text_table(f"{caption}, at most {MAX_LISTED} points of each curve", columns, rows)


def _roc_table(data: Data) -> Table:
    return _curve_table(data, "false_positive_rate", "true_positive_rate", "ROC")


def _precision_table(data: Data) -> Table:
    return _curve_table(data, "recall", "precision", "Precision and recall")


def _thin_curves(data: Data) -> Mapping[str, object]:
    curves = [
        {
            key: thinned(value, MAX_DRAWN) if isinstance(value, list | tuple) else value
            for key, value in curve.items()
        }
        for curve in data["curves"]
    ]
    return {**data, "curves": curves}


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


def _reliability_table(data: Data) -> Table:
    keys = ("confidence", "accuracy", "band_low", "band_high")
    rows = [
        (
            f"{format_number(item['low'])} to {format_number(item['high'])}",
            format_count(item["n"]),
            *(format_number(item[key]) for key in keys),
        )
        for item in data["bins"]
    ]
    titles = ("n", "Mean confidence", "Accuracy", "Calibrated from", "Calibrated to")
    columns = (Column(title="Confidence bin"), *(_number(title) for title in titles))
    return text_table("Accuracy by confidence", columns, rows)


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


def _learning_table(data: Data) -> Table:
    rows = [
        (
            format_count(point["n_train"]),
            *(format_number(point[key]) for key in ("value", "low", "high")),
        )
        for point in data["points"]
    ]
    titles = ("Training samples", str(data["metric"]), "Interval from", "Interval to")
    return text_table("Learning curve", [_number(title) for title in titles], rows)


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


def _histogram_table(data: Data) -> Table:
    edges = data["edges"]
    rows = [
        (format_number(low), format_number(high), format_count(n))
        for low, high, n in zip(edges, edges[1:], data["counts"], strict=False)
    ]
    columns = [_number(title) for title in ("From", "To", "Samples")]
    return text_table(str(data.get("x_title", "Histogram")), columns, rows)


_Kind: TypeAlias = tuple[
    Callable[[Data], str], Callable[[Data], Table], Callable[[Data], Mapping[str, object]]
]
_KINDS: dict[FigureKind, _Kind] = {
    FigureKind.CONFUSION_MATRIX: (_confusion_words, _confusion_table, _as_is),
    FigureKind.ROC: (_roc_words, _roc_table, _thin_curves),
    FigureKind.PRECISION_RECALL: (_precision_words, _precision_table, _thin_curves),
    FigureKind.RELIABILITY: (_reliability_words, _reliability_table, _as_is),
    FigureKind.LEARNING_CURVE: (_learning_words, _learning_table, _as_is),
    FigureKind.HISTOGRAM: (_histogram_words, _histogram_table, _as_is),
}
