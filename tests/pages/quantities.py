"""Tables of quantities: what every registered metric measures, and how its intervals are made."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harness import registry
from harness.core.estimate import Interval
from harness.core.quantity_unit import name_and_statistic
from harness.core.score import Quantity, Scored
from harness.sources.source import Source
from harness.suites.expectation import Expectation
from harness.suites.latency.limits import Slo
from harness.suites.latency.measures import all_measures
from harness.suites.metrics.grouping import Grouping
from pages.options import about, option_table
from pages.specimens import LABEL, OTHER, TEST_NAME, THIRD, families
from pages.wording import markdown, table

_REQUIRED: Mapping[str, Mapping[str, Any]] = {
    "bertscore": {"model": Source(path="model"), "layer": 1},
    "evaluate": {"module": "NAME", "trust_remote_code": True},
    "lm_eval": {"task": "NAME", "metric": "METRIC"},
    "lm_eval_set": {"task": "NAME", "metric": "METRIC"},
}
"""Values of options without a default; nothing is loaded with them."""
_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "open_generation": {"draws": 25},
    "counterfactual": {"label": LABEL, "is_drawn": True},
    "counterfactual_gap": {"label": LABEL, "is_drawn": True},
    **{
        name: {"shares": {"a": 0.1, "b": 0.5, "c": 0.9}}
        for name in ("winogender", "winogender_masked", "winogender_seq2seq")
    },
    "behaviour": {"expectations": {TEST_NAME: Expectation(what="unchanged")}},
}
"""Values of options without which no specimen has a score."""
_ROWS: Mapping[str, Sequence[Sequence[float]]] = {
    "open_generation:sentiment": [
        [0.1 * n, float(n % 3 == 0), 0.1 * n, float(n % 2), float(n), 0.0] for n in range(12)
    ],
    "crows_pairs_seq2seq": [[*([float(n % 2), 1.0] * 5), 0.1 * n, 1.0] for n in range(12)],
    "stereoset_seq2seq": [[float(n % 3), *([float(n % 2), 1.0] * 2)] for n in range(12)],
    "winobias": [[float(n % 2), 1.0] * 5 for n in range(12)],
    "winobias_seq2seq": [[float(n % 2), 1.0] * 5 for n in range(12)],
    "winogender": [[*([float(n % 2), 1.0] * 13), float(n % 3)] for n in range(12)],
    "winogender_seq2seq": [[*([float(n % 2), 1.0] * 13), float(n % 3)] for n in range(12)],
    "winogender_masked": [[*([float(n % 2), 1.0] * 2), float(n % 3)] for n in range(12)],
    "word_association": [[1.0, 0.2, 28.0, 0.01, 99.0, 9999.0, 0.02, 2.0]],
}
"""Statistics of metrics that take answers of several kinds, or of samples of their own suite."""
_ONE_EACH: Mapping[str, str] = {
    "evaluate": "Its quantities are the numbers that the module returns; jackknife intervals.",
    "lm_eval": "Its quantity is the task's number of that name; a mean has Wilson's interval where"
    " all values are 0 or 1, else Hall's, the others a bootstrap interval.",
    "lm_eval_set": "Its quantity is the task's number of that name; jackknife intervals.",
}
"""What stands for the table where the quantities are another library's."""
_BINARY = {"labels": (OTHER, LABEL), "positive": LABEL}
_MANY = {"labels": (LABEL, OTHER, THIRD), "positive": None}
_GROUPED = _BINARY | {"groupings": (Grouping(name="COLUMN", columns=("fold",), groups=("1", "2")),)}


def metric_sections() -> str:
    """Return a section for each registered metric."""
    return "\n\n".join(_section(name) for name in registry.registered("metrics"))


def _section(name: str) -> str:
    cls = registry.find("metrics", name, name)
    takes_labels = "labels" in {field.name for field in dataclasses.fields(cls)}
    if takes_labels:
        options = "Its labels are given by the suite, which has read the data."
    else:
        options = option_table(cls)
    return f"### {name}\n\n{about(cls)}\n\n{_quantities(name, cls)}\n\n{options}"


def _quantities(name: str, cls: Any) -> str:
    if name == "latency":
        return _of_loads(cls)
    if name in _ONE_EACH:
        return _ONE_EACH[name]
    rows: dict[str, tuple[str, ...]] = {}
    for metric in _made(name, cls):
        methods = _methods(metric)
        for quantity in metric.quantities:
            if OTHER not in quantity.id and THIRD not in quantity.id:
                rows.setdefault(quantity.id, _row(quantity, methods[quantity.id]))
    return table(("quantity", "better", "range", "interval", "definition"), rows.values())


def _of_loads(cls: Any) -> str:
    """Return a row for each measure, its percentiles in one; each holds for one load point."""
    rows: dict[str, tuple[str, ...]] = {}
    others: dict[str, list[str]] = {}
    for measure in all_measures():
        name, statistic = name_and_statistic(measure)
        if name in rows and statistic:
            others.setdefault(name, []).append(f"`_{statistic}`")
            continue
        metric = cls(quantity=measure, slo=Slo(e2e_ms=1.0))
        closed = metric.intervals(np.array([[0.5], [0.6]]), None, 0.95).values()
        method = next((interval.method for interval in closed), "bootstrap")
        rows[name if statistic else measure] = _row(metric.quantities[0], method)
    return table(
        ("quantity", "better", "range", "interval", "definition"),
        [(", ".join((row[0], *others.get(name, ()))), *row[1:]) for name, row in rows.items()],
    )


def _row(quantity: Quantity, method: str) -> tuple[str, ...]:
    name = f"**`{quantity.id}`**" if quantity.is_headline else f"`{quantity.id}`"
    definition = markdown(quantity.definition).replace(f"'{LABEL}'", "LABEL")
    ends = [_end(quantity.low, "\N{MINUS SIGN}∞"), _end(quantity.high, "∞")]
    return name, str(quantity.direction), " … ".join(ends), method, definition


def _end(value: float | None, otherwise: str) -> str:
    return otherwise if value is None else f"{value:.3g}".replace("-", "\N{MINUS SIGN}")


def _made(name: str, cls: Any) -> Sequence[Any]:
    """Return the metric with the settings that bring out all its quantities."""
    fields = {field.name for field in dataclasses.fields(cls)}
    if "labels" not in fields:
        return [cls(**_REQUIRED.get(name, {}), **_SETTINGS.get(name, {}))]
    return [
        cls(**{key: value for key, value in labels.items() if key in fields})
        for labels in ((_GROUPED,) if "groupings" in fields else (_BINARY, _MANY))
    ]


def _methods(metric: Any) -> dict[str, str]:
    """Return by quantity the name of the closed form that its own code gives, else what serves."""
    otherwise = "bootstrap" if hasattr(metric, "measure") else "jackknife"
    closed: Mapping[str, Interval] = {}
    none: frozenset[str] = frozenset()
    if hasattr(metric, "measure"):
        statistics = _statistics(metric)
        closed = metric.intervals(statistics, None, 0.95)
        none = _without_replicates(metric, statistics)
    methods = {name: interval.method for name, interval in closed.items()}
    return {
        quantity.id: methods.get(quantity.id, "none" if quantity.id in none else otherwise)
        for quantity in metric.quantities
    }


def _without_replicates(metric: Any, statistics: Any) -> frozenset[str]:
    """Return the quantities that are undefined as soon as one sample weighs nothing."""
    whole = np.ones((1, len(statistics)))
    less_one = np.ones((len(statistics), len(statistics))) - np.eye(len(statistics))
    value = metric.reduce(statistics, whole)[0]
    replicates = metric.reduce(statistics, less_one)
    return frozenset(
        quantity.id
        for quantity, known, others in zip(metric.quantities, value, replicates.T, strict=True)
        if np.isfinite(known) and np.isnan(others).all()
    )


def _statistics(metric: Any) -> Any:
    """Measure the first kind of answers that the metric takes."""
    if metric.name in _ROWS:
        return np.array(_ROWS[metric.name])
    if metric.name in _REQUIRED:
        return np.linspace(0.2, 0.8, 12)[:, None] * np.ones(len(metric.columns))
    for answers in families():
        scores = [metric.measure(sample, output) for sample, output in answers]
        rows = [score.statistics for score in scores if isinstance(score, Scored)]
        if len(rows) == len(scores):
            return np.array(rows)
    raise ValueError(f"no specimen suits the metric {metric.name!r}: add one")
