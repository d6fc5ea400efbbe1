"""What the forms of a suite are compared by: right labels, or a metric of the suite's own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from harness.core.build import options_of
from harness.core.errors import ConfigError
from harness.core.ports import Metric, Suite, Task
from harness.core.score import Direction
from harness.suites.forms.form import Form
from harness.suites.metrics.forms import Forms
from harness.suites.metrics.mean_of_values import MeanOfValues


def forms_metric(suite: Suite, clean: Task, forms: Sequence[Form]) -> Forms:
    """Return the metric of some forms of a task.

    Generated text is scored by the first metric of the suite that has a score of each answer, as
    exact match does.

    Raises:
        ConfigError: answers have no labels, and no metric scores one alone.
    """
    names = tuple(form.name for form in forms)
    shown = tuple(form.shown for form in forms) if any(form.shown for form in forms) else ()
    if _has_labels(suite, clean):
        return Forms(names=names, shown=shown)
    for metric in clean.metrics:
        score = _score_of(metric)
        if score is not None:
            scored_by = _entry(metric)
            return Forms(names=names, shown=shown, score=score, scored_by=scored_by)
    raise ConfigError(
        "metrics",
        "hold none that scores each answer by itself, as forms are compared by",
        'add "exact_match"',
    )


def _has_labels(suite: Suite, clean: Task) -> bool:
    if getattr(suite, "reads_a_label", False):
        return True
    return any(sample.choices for sample in islice(clean.samples(), 1))


def _score_of(metric: Metric) -> str | None:
    if not isinstance(metric, MeanOfValues):
        return None
    return next((q.id for q in metric.quantities if q.direction is Direction.HIGHER), None)


def _entry(metric: Metric) -> dict[str, Any]:
    return {"name": metric.name, **options_of(metric)}
