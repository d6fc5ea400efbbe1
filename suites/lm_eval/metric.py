"""A number of a task of lm-evaluation-harness that adds up over documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Interval
from harness.core.figure import Figure
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Score, Scored, Unscored
from harness.suites.lm_eval.aggregation import finished, terms_of
from harness.suites.lm_eval.task_metric import TaskMetric
from harness.suites.lm_eval.values import UNTOLD, task_of, values_under
from harness.suites.metrics.mean_of_values import mean_interval

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class LmEvalMetric(TaskMetric):
    """A mean, a perplexity or bits per byte of lm-eval's values.

    The suite ``lm_eval`` makes it for each number of its task; it is no name to list.
    """

    prefix: ClassVar[str] = "lm_eval"

    @property
    def columns(self) -> tuple[str, ...]:
        """What a document adds to numerator and denominator, and its task where that matters."""
        return ("total", "count", "task") if self._is_by_task else ("total", "count")

    @property
    def is_additive(self) -> bool:
        """Whether the sums over all documents are enough."""
        return not self._is_by_task

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return the document's terms, as the task's own code computes them."""
        made = values_under(self.task_name, self.filter, sample, output)
        if (self.metric, self.filter) in made.untold:
            return Unscored(UNTOLD)
        if (self.metric, self.filter) not in made.values:
            return Unscored(f"the task gives this document no {self.key}", is_moot=True)
        value = made.values[self.metric, self.filter]
        terms = terms_of(self.aggregation, value)
        if terms is None:
            return Unscored(f"{self.key} is no number here but a {type(value).__name__}")
        if not self._is_by_task:
            return Scored(terms)
        task = task_of(self.task_name, sample).name
        return Scored((*terms, float(list(self.times).index(task))))

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Return the aggregate under each set of weights; see ``Metric.reduce``."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            if self._is_by_task:
                return self._over_tasks(statistics, weights)
            sums = weights @ statistics
            return finished(self.aggregation, sums[:, :1] / sums[:, 1:])

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return Wilson's or Hall's interval of a mean; the bootstrap serves for the rest."""
        if self.aggregation != "mean" or self._is_by_task:
            return {}
        interval = mean_interval(statistics[:, 0], clusters, level)
        return {} if interval is None else {self.key: interval}

    def figures(self, statistics: Floats) -> tuple[Figure, ...]:
        """Return no chart."""
        del statistics
        return ()

    @property
    def _is_by_task(self) -> bool:
        """A mean over all documents is the mean of the tasks' means, weighted by documents."""
        is_pooled_mean = self.aggregation == "mean" and self.weighting == "documents"
        return len(self.tasks) > 1 and not (is_pooled_mean and set(self.times.values()) == {1})

    def _over_tasks(self, statistics: Floats, weights: Floats) -> Floats:
        is_of = (statistics[:, 2:] == np.arange(len(self.times))).astype(np.float64)
        totals = weights @ (is_of * statistics[:, :1])
        counts = weights @ (is_of * statistics[:, 1:2])
        sizes = weights @ is_of
        shares = sizes if self.weighting == "documents" else (sizes > 0).astype(np.float64)
        shares = shares * np.fromiter(self.times.values(), np.float64)
        values = finished(self.aggregation, totals / counts)
        weighted = np.where(shares > 0, values * shares, 0.0)
        result: Floats = weighted.sum(axis=1, keepdims=True) / shares.sum(axis=1, keepdims=True)
        return result
